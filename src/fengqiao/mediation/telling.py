"""What happened to a dispute, told to whoever should hear: one listener for each kind of event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fengqiao.disputes import events as happened
from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentTo, Side
from fengqiao.kernel import clock, deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import system
from fengqiao.kernel.notify.sending import NoticeFailed
from fengqiao.mediation import events, notices
from fengqiao.mediation.models import Mediation, Question
from fengqiao.people.rules import Role

ACTOR = "mediation.telling"
SUBJECT = "/d"


def _dispute(number: str) -> Any:
    return disputes.disputes_of([number]).get(number)


def _edge() -> dict[str, Any]:
    return {"at": clock.now(), "actor": system(ACTOR)}


def _due(number: str, kind: str) -> dt.datetime | None:
    found = deadlines.for_subjects([f"{number}{SUBJECT}"])[f"{number}{SUBJECT}"]
    return next((one.due_at for one in reversed(found) if one.kind == kind and one.is_open), None)


def _mediation(facts: dict[str, Any]) -> Mediation:
    rows = Mediation.objects.select_related("dispute__desk", "dispute__court", "mediator__user", "unit")
    return rows.get(pk=facts["mediation_id"])


@log.listen(happened.DisputeOpened)
def after_opening(event_id: int, facts: dict[str, Any]) -> None:
    """The applicants hear number and their own code. The others hear of it with the offer: before somebody has looked
    at the matter, a message could bring a person into danger."""
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        ours = [one.pk for one in disputes.parties(dispute) if one.side == Side.APPLICANT]
        notices.tell_parties(dispute, "mediation.party.opened", only=ours, **_edge())


@log.listen(happened.PartyJoined)
def after_joining(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        if facts["side"] == Side.APPLICANT or dispute.mediations.filter(ended_at__isnull=True).exists():
            notices.tell_parties(dispute, "mediation.party.opened", only={facts["party_id"]}, **_edge())


@log.listen(events.Offered)
def after_offer(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        notices.tell_parties(_mediation(facts).dispute, "mediation.party.offered", **_edge())


@log.listen(happened.Consented)
def after_a_yes(event_id: int, facts: dict[str, Any]) -> None:
    """When the last party has agreed, the list is the next step of whoever offered."""
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        if facts["to"] == ConsentTo.MEDIATION and disputes.all_consent(dispute, ConsentTo.MEDIATION):
            _to_owner(dispute, "mediation.unit.turn")


def _to_owner(dispute: Any, template: str, **more: Any) -> None:
    """The desk, or the court where the matter is the court's."""
    owner = dispute.court_id if dispute.docketed_at is not None and dispute.court_id else dispute.desk_id
    notices.tell_unit(dispute, owner, template, roles=notices.DESK_ROLES, **more, **_edge())


@log.listen(events.ListSent)
def after_the_list(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        by = _due(facts["number"], "choose")
        notices.tell_parties(_mediation(facts).dispute, "mediation.party.listed", by=by, **_edge())


@log.listen(events.Sent)
def after_sending(event_id: int, facts: dict[str, Any]) -> None:
    """The house and the mediator who is asked."""
    with scoping.unscoped(ACTOR):
        mediation, by = _mediation(facts), _due(facts["number"], "accept")
        house = facts["organisation_id"]
        told = {"by": by, **_edge()}
        notices.tell_unit(mediation.dispute, house, "mediation.unit.sent", roles=notices.HOUSE_ROLES, **told)
        if mediation.mediator_id == facts["mediator_id"]:
            name = mediation.unit.name if mediation.unit is not None else ""
            users = notices.mediator_of(mediation)
            notices.tell_users(mediation.dispute, users, "mediation.unit.sent", organisation=name, **told)


@log.listen(events.Accepted)
def after_acceptance(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        mediation = _mediation(facts)
        notices.tell_parties(
            mediation.dispute, "mediation.party.accepted", by=dt.datetime.fromisoformat(facts["due_at"]),
            organisation=mediation.unit.name if mediation.unit is not None else "", **_edge(),
        )  # fmt: skip


@log.listen(events.Disclosed)
def after_disclosure(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        notices.tell_parties(_mediation(facts).dispute, "mediation.party.disclosed", **_edge())


@log.listen(events.Challenged)
def after_a_challenge(event_id: int, facts: dict[str, Any]) -> None:
    """Asked for: whoever decides. Decided: the parties."""
    with scoping.unscoped(ACTOR):
        dispute = _mediation(facts).dispute
        if facts["result"] == "waiting":
            _to_owner(dispute, "mediation.unit.turn")
        else:
            notices.tell_parties(dispute, "mediation.party.news", **_edge())


@log.listen(events.Extended)
def after_extension(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        notices.tell_parties(_mediation(facts).dispute, "mediation.party.news", **_edge())


@log.listen(events.Declined)
def after_a_decline(event_id: int, facts: dict[str, Any]) -> None:
    """Nobody is left on the list: whoever assigns hears of it."""
    with scoping.unscoped(ACTOR):
        mediation = _mediation(facts)
        if mediation.is_open and mediation.mediator_id is None:
            _to_owner(mediation.dispute, "mediation.unit.turn")


@log.listen(events.HandedOver)
def after_a_hand_over(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        mediation = _mediation(facts)
        last = mediation.hand_overs.select_related("to_user").filter(to_user_id=facts["to_user_id"]).last()
        if last is not None:
            notices.tell_users(mediation.dispute, [last.to_user], "mediation.unit.turn", **_edge())


@log.listen(events.JudgeAsked)
def after_a_question(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        asked = Question.objects.select_related("judge", "dispute").get(pk=facts["question_id"])
        notices.tell_users(asked.dispute, [asked.judge], "mediation.judge.asked", **_edge())


@log.listen(events.JudgeAnswered)
def after_an_answer(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        mediation = _mediation(facts)
        notices.tell_users(mediation.dispute, notices.mediator_of(mediation), "mediation.unit.turn", **_edge())


@log.listen(events.Ended)
def after_the_end(event_id: int, facts: dict[str, Any]) -> None:
    """Without an agreement: the parties hear that the court is open. An agreement tells of itself."""
    with scoping.unscoped(ACTOR):
        if facts["ground"] != "agreed":
            mediation = _mediation(facts)
            notices.tell_parties(mediation.dispute, "mediation.party.ended", **_edge())
            notices.tell_users(mediation.dispute, notices.mediator_of(mediation), "mediation.unit.turn", **_edge())


@log.listen(happened.DocketingAsked)
def after_asking_the_court(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        told = {"roles": (Role.JUDGE_ASSISTANT, Role.COURT_MANAGER), **_edge()}
        notices.tell_unit(dispute, facts["court_id"], "mediation.unit.turn", **told)


@log.listen(happened.Docketed)
def after_docketing(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.unscoped(ACTOR):
        notices.tell_parties(_dispute(facts["number"]), "mediation.party.docketed", **_edge())


@log.listen(happened.Interrupted)
def after_an_interrupt(event_id: int, facts: dict[str, Any]) -> None:
    """Those who may see why, at once. No party hears that it was stopped."""
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        notices.tell_unit(dispute, dispute.desk_id, "mediation.safety", roles=notices.SAFETY_ROLES, **_edge())


# -- the ladder -------------------------------------------------------------------------------------------------------


@log.listen(deadlines.Warned, deadlines.Lapsed, deadlines.Escalated)
def after_a_clock(event_id: int, facts: dict[str, Any]) -> None:
    """A limit is near: its owner; the parties while they choose. It passed: its owner, then the desk above."""
    number = str(facts["number"]).removesuffix(SUBJECT)
    if number == facts["number"]:
        return
    with scoping.unscoped(ACTOR):
        dispute = _dispute(number)
        if dispute is None or not dispute.is_open or str(facts["deadline_kind"]).startswith("duty_"):
            return
        _tell_of_clock(dispute, facts, is_near=not facts["level"])


def _tell_of_clock(dispute: Any, facts: dict[str, Any], *, is_near: bool) -> None:
    by, tell_at = (dt.datetime.fromisoformat(facts[name]) for name in ("due_at", "tell_at"))
    if facts["deadline_kind"] == "choose":
        if is_near:
            notices.tell_parties(dispute, "mediation.party.listed", by=by, **_edge())
        else:
            _to_owner(dispute, "mediation.unit.late", by=by, not_before=tell_at)
        return
    if facts["deadline_kind"] == "accept" and not is_near:
        return  # the next one of the list is asked by itself
    template = "mediation.unit.soon" if is_near else "mediation.unit.late"
    roles = (*notices.HOUSE_ROLES, *notices.DESK_ROLES)
    told = {"by": by, "not_before": tell_at, **_edge()}
    notices.tell_unit(dispute, facts["owner_id"], template, roles=roles, **told)
    if int(facts["level"]) > 1 and facts["owner_id"] != dispute.desk_id:
        notices.tell_unit(dispute, dispute.desk_id, template, roles=notices.DESK_ROLES, **told)


@log.listen(NoticeFailed)
def after_failure(event_id: int, facts: dict[str, Any]) -> None:
    """A notice to a party did not get out after all tries: whoever owns the matter finds another way."""
    with scoping.unscoped(ACTOR):
        dispute = _dispute(facts["number"])
        if dispute is not None and str(facts["template"]).startswith("mediation.party."):
            _to_owner(dispute, "mediation.unit.undelivered")
