"""Laws of arithmetic that hold for every input: monotone, additive, within bounds, never a rest day."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fengqiao.disputes.calculators import law as laws
from fengqiao.disputes.calculators.catalogue import CALCULATORS
from fengqiao.disputes.calculators.tests.examples import EXAMPLES
from fengqiao.disputes.calculators.tests.law import LAW, answer

FEN = st.integers(0, 10**11)
SMALL = st.integers(1, 10**8)
DAYS = st.dates(dt.date(2021, 1, 1), dt.date(2025, 12, 31))
QUICK = settings(max_examples=60, deadline=None)


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}"


def fee(name, field, fen, **more):
    return answer(name, **{field: yuan(fen)}, **more)["fee"]


TARIFFS = [
    ("litigation_fee", "claim"),
    ("preservation_fee", "amount_preserved"),
    ("enforcement_fee", "amount"),
    ("payment_order_fee", "claim"),
    ("bankruptcy_fee", "estate"),
]


@pytest.mark.parametrize(("name", "field"), TARIFFS)
@QUICK
@given(less=FEN, more=FEN)
def test_a_larger_amount_never_costs_less_and_never_more_than_itself_plus_the_base(name, field, less, more) -> None:
    assume(less <= more)
    low, high = fee(name, field, less), fee(name, field, more)
    assert low <= high
    assert high - low <= (more - less) * Fraction(25, 1000) + 1


@QUICK
@given(claim=FEN)
def test_the_property_tariff_agrees_with_its_closed_formula(claim) -> None:
    """Written another way: a rate and a constant for each band."""
    bands = [(10_000, 0, 50), (100_000, "2.5", -200), (200_000, 2, 300), (500_000, "1.5", 1_300), (1_000_000, 1, 3_800),
             (2_000_000, "0.9", 4_800), (5_000_000, "0.8", 6_800), (10_000_000, "0.7", 11_800), (20_000_000, "0.6", 21_800),
             (10**20, "0.5", 41_800)]  # fmt: skip
    rate, constant = next((Fraction(rate), plus) for upto, rate, plus in bands if claim <= upto * 100)
    assert fee("litigation_fee", "claim", claim) == laws.half_up(claim * rate / 100 + constant * 100)


@QUICK
@given(claim=FEN)
def test_halving_is_half_and_once(claim) -> None:
    full = answer("litigation_fee", claim=yuan(claim))["fee"]
    half = answer("litigation_fee", claim=yuan(claim), outcome="mediated")["fee"]
    twice = answer("litigation_fee", claim=yuan(claim), outcome="mediated", procedure="simplified")["fee"]
    assert half == twice and abs(2 * half - full) <= 1


@QUICK
@given(one=FEN, two=FEN)
def test_several_property_claims_cost_what_their_sum_costs(one, two) -> None:
    together = answer("litigation_fee", kind="mixed", property_claims=[yuan(one), yuan(two)])["fee"]
    assert together == fee("litigation_fee", "claim", one + two)


@QUICK
@given(principal=SMALL, rate=st.integers(0, 60), begun=DAYS, first=st.integers(0, 400), second=st.integers(0, 400))
def test_interest_is_additive_in_time_and_never_above_the_cap(principal, rate, begun, first, second) -> None:
    facts = {"principal": yuan(principal), "agreed_percent": str(rate), "formed_on": begun}
    middle, end = begun + dt.timedelta(days=first), begun + dt.timedelta(days=first + second)
    whole = answer("loan_interest", **facts, repaid_on=end)
    part = answer("loan_interest", **facts, repaid_on=middle)["interest"]
    rest = whole["interest"] - part
    exact = Fraction(principal) * whole["rate_used"] / 100 * second / 365
    assert abs(rest - exact) <= 1
    assert whole["rate_used"] <= answer("loan_cap", formed_on=begun)["cap_percent"]
    assert whole["rate_used"] <= rate


@QUICK
@given(principal=SMALL, begun=DAYS, days=st.integers(1, 600), payment=SMALL)
def test_a_repayment_never_raises_what_is_owed(principal, begun, days, payment) -> None:
    end = begun + dt.timedelta(days=days)
    facts = {"principal": yuan(principal), "agreed_percent": "10", "formed_on": begun, "repaid_on": end}
    without = answer("loan_interest", **facts)["total"]
    with_one = answer(
        "loan_interest", **facts, payments=[{"on": begun + dt.timedelta(days=days // 2), "amount": yuan(payment)}]
    )
    assert 0 <= with_one["total"] <= without - min(payment, without) + 1 or with_one["principal_left"] == 0


@QUICK
@given(debt=SMALL, start=DAYS, first=st.integers(0, 500), second=st.integers(0, 500))
def test_delay_interest_is_additive_in_time_and_in_debt(debt, start, first, second) -> None:
    def part(fen, begin, days):
        end = begin + dt.timedelta(days=days)
        return answer("delay_interest", debt=yuan(fen), performance_ended_on=begin, paid_on=end)["doubled_part"]

    middle = start + dt.timedelta(days=first)
    assert abs(part(debt, start, first + second) - part(debt, start, first) - part(debt, middle, second)) <= 1
    assert abs(part(2 * debt, start, first) - 2 * part(debt, start, first)) <= 1


@QUICK
@given(
    paid=SMALL, gift=st.integers(0, 10**8), used=st.integers(0, 10**9), cause=st.sampled_from(["operator", "consumer"])
)
def test_a_refund_lies_between_nothing_and_what_was_paid(paid, gift, used, cause) -> None:
    got = answer("prepaid_refund", paid=yuan(paid), gift=yuan(gift), used_list=yuan(used), cause=cause)
    assert 0 <= got["refund"] <= paid
    other = answer("prepaid_refund", paid=yuan(paid), gift=yuan(gift), used_list=yuan(used), cause="consumer")
    assert got["refund"] >= other["refund"]


@QUICK
@given(paid=SMALL, term=st.integers(1, 1000), left=st.integers(0, 1000), more=st.integers(0, 1000))
def test_more_days_left_give_more_back(paid, term, left, more) -> None:
    def back(days):
        return answer("prepaid_refund", card="term_unlimited", paid=yuan(paid), term_days=term, days_left_at_end=days)[
            "refund"
        ]

    assert 0 <= back(left) <= back(left + more) <= paid


@QUICK
@given(knew=DAYS, demand=st.integers(0, 1000))
def test_limitation_never_ends_on_a_rest_day_and_a_demand_never_shortens_it(knew, demand) -> None:
    plain = answer("limitation", knew_on=knew)
    later = answer("limitation", knew_on=knew, demand_on=knew + dt.timedelta(days=demand))
    assert LAW.calendar.is_working_day(plain["end"]) and LAW.calendar.is_working_day(later["end"])
    assert plain["nominal_end"] <= later["nominal_end"] and plain["end"] >= plain["nominal_end"]


@QUICK
@given(start=st.dates(dt.date(2008, 1, 1), dt.date(2020, 1, 1)), days=st.integers(0, 5000), wage=SMALL)
def test_severance_grows_with_service_by_halves(start, days, wage) -> None:
    def months(n):
        last = start + dt.timedelta(days=n)
        return answer("severance", start=start, last_day=last, avg_month_wage_12m=yuan(wage))["months"]

    one, two = months(days), months(days + 1)
    assert one <= two <= one + Fraction(1, 2) and two * 2 == int(two * 2)


@QUICK
@given(losses=st.tuples(FEN, FEN, FEN), share=st.fractions(0, 1, max_denominator=100), cover=FEN, fault=st.booleans())
def test_traffic_shares_add_up_to_the_loss(losses, share, cover, fault) -> None:
    names = ("dd", "med", "prop")
    got = answer(
        "compulsory_insurance",
        losses={name: yuan(fen) for name, fen in zip(names, losses, strict=True)},
        motor_share_of_rest=str(share),
        commercial_limit=yuan(cover),
        motor_at_fault=fault,
    )
    parts = [got[name] for name in ("compulsory_total", "commercial", "motor_side", "victim_bears")]
    assert sum(parts) == sum(losses) and min(parts) >= 0 and got["commercial"] <= cover


@QUICK
@given(price=FEN)
def test_fraud_costs_three_prices_and_at_least_five_hundred(price) -> None:
    assert answer("consumer", price=yuan(price))["extra"] == max(3 * price, 50_000)


@QUICK
@given(income=SMALL)
def test_child_support_keeps_its_order(income) -> None:
    one = answer("child_support", monthly_total_income=yuan(income))
    two = answer("child_support", monthly_total_income=yuan(income), children=2)
    assert 0 <= one["low"] <= one["high"] <= two["high"] <= income


@QUICK
@given(value=st.fractions(-(10**6), 10**6))
def test_half_up_is_the_nearest_fen(value) -> None:
    rounded = laws.half_up(value)
    assert abs(rounded - value) <= Fraction(1, 2) and (rounded - value != Fraction(-1, 2))


def test_every_step_of_every_calculator_names_its_rules() -> None:
    for name, data in EXAMPLES.items():
        got = CALCULATORS[name].calculate(data, LAW)
        assert got.steps and all(step.rules for step in got.steps), name
        assert all(rule.instrument for rule in got.rules), name


def test_every_calculator_has_an_example() -> None:
    assert EXAMPLES.keys() == CALCULATORS.keys()
