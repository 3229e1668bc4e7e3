"""How days are counted: the vectors K1-K5 of the journeys and the worked examples of the law file."""

import datetime as dt
import json
from pathlib import Path

import polib
import pytest
from django.utils import translation
from tests.shared import shared

from fengqiao.kernel import calendar
from fengqiao.kernel.periods import reckon
from fengqiao.kernel.tests.ground import announced, at, day, ground, rule


def times(key: str, began: str, on: str = "2026-06-01"):
    return reckon(rule(key, day(on)), began_at=at(began), pauses=(), ground=ground())


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-04-30 16:50", "2026-05-07"),
        ("2026-02-13 05:52", "2026-02-24"),
        ("2026-02-14 23:00", "2026-02-25"),
        ("2026-10-07 23:59", "2026-10-09"),
        ("2026-10-08 00:00", "2026-10-10"),
        ("2026-09-24 09:00", "2026-09-29"),
    ],
)
def test_k1_the_day_of_receipt_never_counts(received: str, due: str) -> None:
    assert times("intake.response.default", received).due_at == at(f"{due} 17:30")


@pytest.mark.parametrize(
    ("began", "n", "due"),
    [
        ("2026-05-09", 3, "2026-05-13"),
        ("2026-04-27", 5, "2026-05-07"),
        ("2026-09-17", 7, "2026-09-28"),
        ("2026-09-22", 15, "2026-10-20"),
        ("2026-09-22", 1, "2026-09-23"),
        ("2026-09-23", 2, "2026-09-28"),
        ("2026-10-14", 5, "2026-10-21"),
        ("2026-10-21", 5, "2026-10-28"),
        ("2026-10-28", 5, "2026-11-04"),
        ("2026-06-15", 5, "2026-06-23"),
    ],
)
def test_k1_working_day_promises_of_the_journeys(began: str, n: int, due: str) -> None:
    assert announced().add_working_days(day(began), n).day == day(due)


def test_k2_an_end_on_a_rest_day_moves_and_both_days_are_kept() -> None:
    apply = times("court.confirmation.apply", "2026-05-22 20:10")
    assert (apply.plain_due_at.date(), apply.due_at.date()) == (day("2026-06-21"), day("2026-06-22"))
    assert apply.warn_at.date() <= apply.plain_due_at.date()


@pytest.mark.parametrize("make_up", ["2026-10-10", "2026-09-20"])
def test_k2_a_make_up_day_moves_nothing(make_up: str) -> None:
    assert announced().add_days(day(make_up), 0, shift=True).day == day(make_up)


@pytest.mark.parametrize(("wage_day", "paid"), [("2026-06-20", "2026-06-18"), ("2026-10-05", "2026-09-30")])
def test_k2_a_wage_day_goes_back_before_the_rest_days(wage_day: str, paid: str) -> None:
    assert announced().last_working_day(day(wage_day)) == day(paid)


def test_k2_trial_limits_move() -> None:
    assert times("trial.simplified", "2026-03-20 09:00").due_at.date() == day("2026-06-22")
    assert times("trial.simplified", "2026-07-01 09:00").due_at.date() == day("2026-10-08")


def test_k3_procedural_hours_start_with_the_next_full_hour() -> None:
    limit = times("court.preservation.decide_before_suit", "2026-01-13 10:25")
    assert (limit.plain_due_at, limit.due_at) == (at("2026-01-15 10:25"), at("2026-01-15 11:00"))
    order = times("violence.protection_order.decide", "2026-06-11 09:05")
    assert (order.plain_due_at, order.due_at) == (at("2026-06-14 09:05"), at("2026-06-14 10:00"))


def test_k3_other_hours_run_from_the_minute() -> None:
    assert times("intake.response.emergency", "2026-02-13 23:10").due_at == at("2026-02-14 01:10")
    assert times("intake.take_up.urgent", "2026-02-14 08:14").due_at == at("2026-02-14 08:44")


def test_k4_lengths_of_effect_never_move() -> None:
    effect = times("violence.protection_order.effect", "2026-06-12 08:50")
    assert effect.due_at.date() == effect.plain_due_at.date() == day("2026-12-12")
    assert announced().last_working_day(day("2026-12-11")) == day("2026-12-11")


def test_k5_a_date_in_a_year_not_announced_says_so() -> None:
    reply = times("court.suggestion.reply", "2026-11-20 09:00")
    assert (reply.due_at.date(), reply.is_provisional) == (day("2027-01-20"), True)
    with translation.override("en"):
        said = calendar.note(reply.due_at.date())
    assert said == "The holidays of 2027 are not announced yet; only weekends are taken out."
    catalogue = polib.pofile(str(Path(calendar.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"))
    chinese = catalogue.find("The holidays of %(year)s are not announced yet; only weekends are taken out.").msgstr
    assert chinese % {"year": 2027} == "2027年放假安排未公布，暂按周末推算"
    assert not times("court.suggestion.reply", "2026-03-27 09:00").is_provisional


def test_j2_two_months_for_a_reply() -> None:
    assert times("court.suggestion.reply", "2026-03-27 15:00").due_at.date() == day("2026-05-27")


PERIODS = {
    "judicial_confirmation_apply": "court.confirmation.apply",
    "judicial_confirmation_accept_decision": "court.confirmation.accept",
    "judicial_confirmation_decide": "court.confirmation.decide",
    "judicial_confirmation_service_target": "court.confirmation.service_target",
    "judicial_confirmation_objection_party": "court.confirmation.objection.party",
    "judicial_confirmation_objection_third": "court.confirmation.objection.third_party",
    "mediation_delegated": "mediation.delegated",
    "mediation_entrusted_ordinary": "mediation.entrusted.ordinary",
    "mediation_entrusted_simplified": "mediation.entrusted.simplified",
    "online_mediator_accept": "mediation.online.accept",
    "online_choose_mediator": "mediation.online.choose",
    "online_court_assigns": "mediation.online.assign",
    "labour_mediation": "mediation.labour",
    "docketing": "court.docketing",
    "answer": "court.answer",
    "appeal_judgment": "court.appeal.judgment",
    "appeal_ruling": "court.appeal.ruling",
    "sue_after_pre_litigation_preservation": "court.preservation.sue_after",
    "preservation_review": "court.preservation.review",
    "pay_fee": "court.fee.pay",
    "payment_order_objection": "court.payment_order.objection",
    "enforcement_apply": "court.enforcement.apply",
    "enforcement_notice": "court.enforcement.notice",
    "consumer_complaint_handled": "consumer.complaint",
    "judicial_suggestion_reply": "court.suggestion.reply",
    "petition_register_route": "petition.register",
    "petition_wrong_route_objection": "petition.wrong_route",
    "petition_close": "petition.close",
    "work_injury_employer": "injury.employer",
    "work_injury_worker": "injury.worker",
    "beijing_refund_default": "prepaid.refund.default",
}
NOT_A_RULE_YET = {"mofcom_filing": 30}
BACKWARDS = {
    "preservation_renewal_request": 7,
    "trial_extension_request": 15,
    "trial_extension_decision": 5,
    "closure_notice": 30,
}
HOURS = {"pre_litigation_preservation_decision": "court.preservation.decide_before_suit"}


def worked_example(vector) -> dict[str, str]:
    """What the calendar says to one example of the law file."""
    inputs = dict(vector["inputs"])
    name = inputs.pop("name")
    fact = next(value for key, value in inputs.items() if key.endswith(("_on", "_at")))
    if "plain_end" in vector["expected"]:
        urgent = "violence.protection_order.decide" + ("_urgent" if inputs.get("urgent") else "")
        moment = dt.datetime.fromisoformat(fact)
        limit = reckon(rule(HOURS.get(name, urgent)), began_at=moment, pauses=(), ground=ground())
        ends = (limit.plain_due_at, limit.due_at)
        shown = [one.strftime("%Y-%m-%dT%H:%M+08:00") for one in ends]
        return {"plain_end": shown[0], "statutory_end": shown[1]}
    if name in BACKWARDS:
        due = announced().add_days(day(fact), -BACKWARDS[name], shift=False)
    elif name in NOT_A_RULE_YET:
        due = announced().add_days(day(fact), NOT_A_RULE_YET[name], shift=True)
    else:
        limit = times(PERIODS[name], f"{fact} 10:00")
        return {"nominal_last_day": str(limit.plain_due_at.date()), "last_day": str(limit.due_at.date())}
    return {"nominal_last_day": str(due.plain_day), "last_day": str(due.day)}


def vectors(calculator: str):
    file = shared("data/reference/law_vectors.json")
    return [one for one in json.loads(file.read_text())["vectors"] if one["calculator"] == calculator]


def test_every_worked_deadline_of_the_law_file() -> None:
    examples = vectors("deadline")
    assert len(examples) == 51
    for vector in examples:
        assert worked_example(vector) == vector["expected"], vector["id"]


def test_the_worked_trial_limits_of_the_law_file() -> None:
    for vector in vectors("trial_limit"):
        inputs = vector["inputs"]
        limit = rule(f"trial.{inputs['procedure'].split()[0]}")
        months = limit.whole if limit.unit == "months" else 0
        plain = (
            announced()
            .add_months(day(inputs["docketed_on"]), months + inputs.get("extension_months", 0), shift=False)
            .day
        )
        extra = (limit.whole if limit.unit == "days" else 0) + inputs.get("excluded_days", 0)
        due = announced().add_days(plain, extra, shift=limit.moves)
        assert {"nominal_last_day": str(due.plain_day), "last_day": str(due.day)} == vector["expected"], vector["id"]


def test_the_worked_limitation_periods_of_the_law_file() -> None:
    seen = 0
    for vector in vectors("limitation"):
        inputs, expected = vector["inputs"], vector["expected"]
        if set(inputs) != {"kind", "knew_on"} or inputs["kind"] != "general":
            continue
        due = announced().add_years(day(inputs["knew_on"]), rule("limitation.general").whole, shift=True)
        assert (str(due.plain_day), str(due.day)) == (expected["nominal_end"], expected["end"]), vector["id"]
        seen += 1
    assert seen >= 5
