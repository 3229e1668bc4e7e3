"""Listeners: silence reassigns, a refusal or an interrupt ends what runs, whoever made it known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from procrastinate.contrib.django import app as jobs

from fengqiao.disputes.actions import ConsentTo
from fengqiao.disputes.events import ConsentRevoked, Interrupted, MediationRefused
from fengqiao.kernel import clock, deadlines, events, rulebook, scoping
from fengqiao.kernel.actor import system
from fengqiao.mediation import actions, notices_agreement, queries_agreement, telling
from fengqiao.mediation.actions import Ground, room
from fengqiao.mediation.actions.common import ACCEPT
from fengqiao.mediation.actions.signing import CONFIRM
from fengqiao.mediation.events import AgreementChanged, AgreementEffective, PerformanceSaid
from fengqiao.mediation.models_agreement import Agreement, Duty

DISPUTE_CLOCKS = "/d"
assert telling  # its listeners are found with the tasks


@events.listen(deadlines.Lapsed)
def ask_the_next_one(event_id: int, facts: dict[str, Any]) -> None:
    """Nobody answered in three working days. Runs twice without harm: then there is no waiting answer any more."""
    if facts["deadline_kind"] == ACCEPT and facts["number"].endswith(DISPUTE_CLOCKS):
        number = facts["number"].removesuffix(DISPUTE_CLOCKS)
        actions.lapse(number=number, actor=system("mediation.silence"), at=_now())


@events.listen(MediationRefused)
def end_after_a_refusal(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.REFUSED, actor=system("mediation.refused"), at=_now())


@events.listen(ConsentRevoked)
def end_without_consent(event_id: int, facts: dict[str, Any]) -> None:
    """Whoever wrote it down: without a party's consent nothing goes on."""
    if facts["to"] == ConsentTo.MEDIATION:
        actor = system("mediation.revoked")
        actions.end_if_live(number=facts["number"], ground=Ground.WITHDRAWN, actor=actor, at=_now())


@events.listen(Interrupted)
def end_after_an_interrupt(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.OTHER, actor=system("mediation.interrupted"), at=_now())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="mediation.look_at_the_rooms", queue="clock", queueing_lock="mediation.look_at_the_rooms")
def look_at_the_rooms(timestamp: int) -> None:
    """Once a minute: rounds of sealed offers whose time is over end, recordings kept long enough are erased."""
    room.close_overdue(at=_now())
    room.erase_what_is_over(at=_now())


def _now() -> dt.datetime:
    return clock.now()


# -- the agreement and after ------------------------------------------------------------------------------------------


@events.listen(AgreementChanged)
def ask_to_sign(event_id: int, facts: dict[str, Any]) -> None:
    """A text went out: every party hears that it waits, with the advice to read before signing."""
    if facts["deed"] == "sent_out":
        _tell_parties("mediation.to_sign", facts, day=None)


@events.listen(AgreementEffective)
def tell_of_the_effect(event_id: int, facts: dict[str, Any]) -> None:
    number = facts["number"]
    clocks = deadlines.for_subjects([f"{number}/d"])[f"{number}/d"]
    last = next((one.due_at.astimezone(clock.CHINA).date() for one in reversed(clocks) if one.kind == CONFIRM), None)
    _tell_parties("mediation.in_effect", facts, day=last)


@events.listen(PerformanceSaid)
def ask_the_other_side(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.scoped(system("mediation.ask_the_other_side")):
        duty = Duty.objects.select_related("agreement__dispute", "term").get(pk=facts["duty_id"])
        notices_agreement.tell_parties(
            duty.agreement.dispute, "mediation.duty_said", day=None, without={duty.term.debtor_id}, at=_now(),
            actor=system("mediation.ask_the_other_side"),
        )  # fmt: skip


def _tell_parties(template: str, facts: dict[str, Any], *, day: dt.date | None) -> None:
    actor = system("mediation.tell")
    with scoping.scoped(actor):
        found = Agreement.objects.select_related("dispute").get(pk=facts["agreement_id"])
        notices_agreement.tell_parties(found.dispute, template, day=day, at=_now(), actor=actor)


@jobs.periodic(cron="0 8 * * *")
@jobs.task(name="mediation.remind", queue="notices", queueing_lock="mediation.remind")
def remind(timestamp: int) -> None:
    """Every morning at eight: what is due in two days, and what was due yesterday and is not done."""
    remind_of_duties(at=_now())


def remind_of_duties(*, at: dt.datetime) -> tuple[int, int]:
    """Result: how many were reminded before their day, how many were asked after it. Each once."""
    actor = system("mediation.remind")
    today = at.astimezone(clock.CHINA).date()
    days = rulebook.rule("mediation.reminder", on=today).whole
    with scoping.scoped(actor):
        soon = list(queries_agreement.due_soon(on=today + dt.timedelta(days=days)))
        for duty in soon:
            told: dict[str, Any] = {"day": duty.due_on, "at": at, "actor": actor}
            notices_agreement.tell_parties(
                duty.agreement.dispute, "mediation.duty_soon", only={duty.term.debtor_id}, **told
            )
        Duty.objects.filter(pk__in=[one.pk for one in soon]).update(reminded_at=at)
        late = list(queries_agreement.overdue(today=today))
        for duty in late:
            told = {"day": duty.due_on, "at": at, "actor": actor}
            notices_agreement.tell_parties(
                duty.agreement.dispute, "mediation.duty_over", only={duty.term.debtor_id}, **told
            )
            notices_agreement.tell_staff(duty.agreement, "mediation.duty_over_staff", **told)
        Duty.objects.filter(pk__in=[one.pk for one in late]).update(chased_at=at)
    return len(soon), len(late)
