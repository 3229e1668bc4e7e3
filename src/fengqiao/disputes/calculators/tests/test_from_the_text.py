"""The worked examples of the statutes' summary and of the acceptance stories, written out here."""

import pytest

from fengqiao.disputes.calculators import limitation, loan_interest, prepaid_refund, severance
from fengqiao.disputes.calculators.tests.law import LAW, TODAY, answer, result
from fengqiao.kernel.errors import Refused

# -- fees ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "fee"),
    [
        ("50000", "1050.00"),
        ("100000", "2300.00"),
        ("200000", "4300.00"),
        ("500000", "8800.00"),
        ("1000000", "13800.00"),
        ("2000000", "22800.00"),
        ("5000000", "46800.00"),
        ("10000000", "81800.00"),
        ("20000000", "141800.00"),
        ("30000000", "191800.00"),
        ("10001", "50.03"),
        ("10000", "50.00"),
        ("73389.72", "1634.74"),
        ("18000", "250.00"),
    ],
)
def test_property_fees(claim, fee) -> None:
    assert result("litigation_fee", kind="property", claim=claim)["fee"] == fee


@pytest.mark.parametrize(
    ("amount", "fee"),
    [("1000", "30.00"), ("100000", "1020.00"), ("500000", "3020.00"), ("896000", "5000.00"), ("9999999", "5000.00")],
)
def test_preservation_fees(amount, fee) -> None:
    assert result("preservation_fee", amount_preserved=amount)["fee"] == fee


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        ("8000", "50.00"),
        ("500000", "7400.00"),
        ("5000000", "52400.00"),
        ("10000000", "77400.00"),
        ("20000000", "87400.00"),
    ],
)
def test_enforcement_fees_are_not_prepaid(amount, fee) -> None:
    got = result("enforcement_fee", amount=amount)
    assert (got["fee"], got["prepaid"]) == (fee, False)


def test_half_of_a_fee_is_never_halved_again() -> None:
    got = result("litigation_fee", claim="100000", procedure="simplified", outcome="mediated")
    assert (got["full_fee"], got["fee"]) == ("2300.00", "1150.00")
    assert result("litigation_fee", claim="73389.72", outcome="mediated")["fee"] == "817.37"
    assert result("litigation_fee", claim="18000", procedure="small_claims")["fee"] == "125.00"
    assert result("litigation_fee", claim="87400", procedure="simplified")["fee"] == "992.50"


def test_divorce_and_personality_with_the_point_of_the_province() -> None:
    assert result("litigation_fee", kind="divorce", property="1000000", base="300")["fee"] == "4300.00"
    assert result("litigation_fee", kind="personality", damages="200000", base="500")["fee"] == "1500.00"
    with pytest.raises(Refused, match=r"fee\.base_out_of_range"):
        result("litigation_fee", kind="divorce", base="301")


def test_payment_order_and_thirty_six_wage_notes() -> None:
    assert result("payment_order_fee", claim="100000")["fee"] == "766.67"
    fees = [
        answer("litigation_fee", kind="wage_note", claim=str(9600 + 350 * i), procedure="small_claims")
        for i in range(1, 37)
    ]
    assert sum(one["fee"] for one in fees) == 363446 and sum(one["full_fee"] for one in fees) == 726875
    assert sum(one["labour_fee"] for one in fees) == 18000
    claims = [9600 + 350 * i for i in range(1, 37)]
    assert sum(answer("preservation_fee", amount_preserved=str(claim))["fee"] for claim in claims) == 650700
    assert result("preservation_fee", amount_preserved="578700")["fee"] == "3413.50"


# -- loans: the note of 15 August 2024 -----------------------------------------------------------------------------

NOTE = {
    "iou": "80000",
    "deducted_at_payout": "3600",
    "formed_on": "2024-08-15",
    "due_on": "2025-08-15",
    "repaid_on": "2026-05-18",
    "agreed_percent": "18",
}
PAID = {"on": "2025-08-15", "amount": "20000"}


def test_a_note_at_eighteen_percent_with_one_repayment() -> None:
    got = answer("loan_interest", **NOTE, payments=[PAID])
    assert (got["total"], got["principal"], got["principal_left"], got["interest"]) == (
        7338972,
        7640000,
        6663760,
        675212,
    )
    said = " ".join(step.words.zh for step in got.steps)
    assert "13.40%" in said and "10,237.60元" in said and "276天" in said
    assert {"loan.cap.times", "rate.lpr.1y", "loan.deducted", "loan.payment_order"} <= {rule.key for rule in got.rules}


def test_the_same_note_if_a_transfer_counts() -> None:
    got = result("loan_interest", **NOTE, payments=[{"on": "2024-12-15", "amount": "6000"}, PAID])
    assert got["total"] == "66528.47"


def test_loans_from_before_september_2015_go_to_a_person() -> None:
    with pytest.raises(Refused, match=r"loan\.too_old"):
        result("loan_interest", principal="1000", formed_on="2015-08-31", repaid_on="2021-01-01", agreed_percent="20")


def test_the_days_written_in_code_are_the_ones_of_the_rows() -> None:
    assert LAW.rule("loan.cap.times", loan_interest.NEW_RULE).valid_from == loan_interest.NEW_RULE
    assert LAW.find("loan.old.enforced", loan_interest.NEW_RULE) is None
    assert LAW.rule("limitation.general", limitation.CIVIL_CODE).valid_from == limitation.CIVIL_CODE
    assert LAW.rule("limitation.general", limitation.GENERAL_PROVISIONS).valid_from == limitation.GENERAL_PROVISIONS
    assert LAW.rule("prepaid.cooling_off", TODAY).valid_from == prepaid_refund.INTERPRETATION
    assert LAW.rule("labour.severance.per_year", TODAY).valid_from == severance.OLDER_RULES


def test_after_june_2026_the_lpr_says_that_it_was_not_checked() -> None:
    assert answer("loan_cap", formed_on="2026-06-22").unverified == []
    assert [rule.key for rule in answer("loan_cap", formed_on="2026-06-23").unverified] == ["rate.lpr.1y"]


def test_delay_interest() -> None:
    got = result("delay_interest", debt="100000", performance_ended_on="2024-01-31", paid_on="2024-12-31")
    assert (got["days"], got["doubled_part"]) == (335, "5862.50")


# -- prepaid cards -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "refund"),
    [
        ({"paid": "1000", "gift": "200", "used_list": "600", "cause": "operator"}, "500.00"),
        ({"paid": "1000", "gift": "200", "used_list": "600", "cause": "consumer"}, "400.00"),
        (
            {
                "card": "sessions",
                "paid": "1000",
                "sessions": 10,
                "list_per_session": "200",
                "used_sessions": 6,
                "cause": "operator",
            },
            "400.00",
        ),
        (
            {
                "card": "sessions",
                "paid": "1000",
                "sessions": 10,
                "list_per_session": "200",
                "used_sessions": 6,
                "cause": "consumer",
            },
            "0.00",
        ),
        ({"card": "term_unlimited", "paid": "3650", "term_days": 365, "days_left_at_end": 100}, "1000.00"),
        ({"paid": "3000", "gift": "600", "used_list": "1080", "cause": "operator"}, "2100.00"),
        (
            {"card": "term_unlimited", "paid": "2920", "term_days": 365, "days_left_at_end": 229, "cause": "operator"},
            "1832.00",
        ),
        (
            {
                "card": "sessions",
                "paid": "2400",
                "sessions": 20,
                "list_per_session": "150",
                "used_sessions": 7,
                "cause": "operator",
            },
            "1560.00",
        ),
    ],
)
def test_refunds(inputs, refund) -> None:
    assert result("prepaid_refund", **inputs)["refund"] == refund


def test_day_seven_in_the_holiday_moves_to_the_eighth_of_october() -> None:
    lessons = {
        "card": "sessions",
        "paid": "4800",
        "sessions": 48,
        "list_per_session": "150",
        "used_sessions": 0,
        "paid_on": "2026-09-25",
    }
    got = result("prepaid_refund", **lessons, asked_on="2026-10-08")
    assert (got["within_7_days"], got["refund"], got["refund_due"]) == (True, "4800.00", "2026-10-13")
    assert result("prepaid_refund", **lessons, asked_on="2026-10-09")["within_7_days"] is False


def test_both_causes_are_shown_where_none_is_known() -> None:
    got = result(
        "prepaid_refund",
        card="sessions",
        paid="3000",
        sessions=30,
        list_per_session="150",
        used_sessions=2,
        paid_on="2026-09-20",
        asked_on="2026-09-24",
        same_service_before=True,
    )
    assert (got["refund_if_consumer"], got["refund_if_operator"]) == ("2700.00", "2800.00")
    assert got["art14_applies"] is False and "refund" not in got


def test_the_better_of_two_ways_is_chosen() -> None:
    used = {"paid": "1000", "discount": "0.5", "used_list": "200", "cause": "consumer", "paid_on": "2026-06-01"}
    assert result("prepaid_refund", **used)["refund"] == "800.00"
    got = result("prepaid_refund", **used, asked_on="2026-06-03")
    assert (got["refund"], got["refund_at_list_price"]) == ("900.00", "800.00")


# -- other calculators ---------------------------------------------------------------------------------------------


def test_severance_n_plus_one_and_double() -> None:
    got = result(
        "severance", start="2019-03-15", last_day="2025-09-14", avg_month_wage_12m="8000", last_month_wage="9000"
    )
    assert (got["amount"], got["n_plus_1"], got["two_n"]) == ("56000.00", "65000.00", "112000.00")


def test_a_broken_month_of_double_wage_counts_working_days() -> None:
    got = result(
        "labour_pay", kind="double_wage", hired_on="2024-03-01", contract_signed_on="2024-05-07", month_wage="7000"
    )
    assert got["months"] == 1 and got["extra"] == "7333.33"  # 6 May is the one working day of 21


def test_property_fees_with_a_period_out_of_time() -> None:
    periods = [{"due": "2021-12-31", "amount": "1200"}, {"due": "2024-12-31", "amount": "1200"}]
    got = answer("property_fee", periods=periods, until="2025-12-31", daily_permille="3")
    assert got["over_time"] == 120000 and got["fees"] == 240000
    assert got["interest"] == 120000 * 3 * (1461 + 365) // 1000
    assert got["lpr_interest"] == round(120000 * (0.038 * 1461 + 0.031 * 365) / 365)


def test_mediation_restarts_the_clock_and_a_lapsed_claim_is_not_revived_by_a_demand() -> None:
    got = result("limitation", kind="contract_due", due_on="2025-08-15")
    assert got["nominal_end"] == "2028-08-15"
    got = result(
        "limitation",
        kind="contract_due",
        due_on="2025-08-15",
        mediation_request_on="2026-05-18",
        mediation_ended_on="2026-06-05",
    )
    assert got["nominal_end"] == "2029-06-05"
    with pytest.raises(Refused, match=r"limitation\.already_over"):
        result("limitation", kind="general", knew_on="2018-01-05", demand_on="2024-01-05")


def test_an_obstacle_that_ends_as_the_last_six_months_begin_changes_nothing() -> None:
    facts = {"kind": "general", "knew_on": "2022-12-31"}
    assert result("limitation", **facts, obstacle=["2025-04-01", "2025-06-30"])["nominal_end"] == "2025-12-31"
    assert result("limitation", **facts, obstacle=["2025-04-01", "2025-07-01"])["nominal_end"] == "2026-01-01"


def test_two_cold_days_of_a_season() -> None:
    flat = {"price_per_m2": "24.20", "area_m2": "60", "season_from": "2025-11-15", "season_to": "2026-03-15"}
    got = result("supply_outage", **flat, days_without=2)
    assert (got["season"], got["season_days"], got["a_day"], got["refund"]) == ("1452.00", 121, "12.00", "24.00")
    with pytest.raises(Refused, match=r"outage\.days"):
        result("supply_outage", **flat, days_without=122)


def test_who_is_in_need_hears_of_relief() -> None:
    assert "fee.relief.waive" in {rule.key for rule in answer("litigation_fee", claim="1000").rules}
    assert "fee.wage_not_prepaid" in {rule.key for rule in answer("litigation_fee", kind="labour").rules}
