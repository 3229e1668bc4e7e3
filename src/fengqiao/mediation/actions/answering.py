"""The organisation or mediator takes it or gives it back; silence reassigns; the clock begins with acceptance."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import LineKind, Mover, SeatRole
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, rules
from fengqiao.mediation.actions.common import (
    ACCEPT,
    CONTACT,
    LIMIT,
    keep,
    locked,
    move,
    start_clock,
    stop_clocks,
    subject,
)
from fengqiao.mediation.actions.offering import check_fit, next_candidate, send
from fengqiao.mediation.models import Assignment, Mediation, Mediator
from fengqiao.mediation.rules import Answer, ReturnReason, Stage


def _waiting(mediation: Mediation) -> Assignment:
    with scoping.unscoped("mediation.waiting"):
        found = mediation.assignments.select_for_update().filter(answer=Answer.WAITING).first()
    if found is None:
        raise Refused("mediation.answered", _("This was answered already."))
    return found


def _require_asked(actor: Actor, mediation: Mediation) -> None:
    """The mediator who was asked, or the manager of the organisation. Refuses: everybody else."""
    if not actor.may(rules.ACCEPT) or actor.organisation_id != mediation.unit_id:
        raise Forbidden(rules.ACCEPT, code="mediation.not_yours")
    asked = mediation.mediator
    if actor.role == "mediator" and asked is not None and asked.user_id != actor.user_id:
        raise Forbidden(rules.ACCEPT, code="mediation.not_yours")


@transaction.atomic
def accept(*, number: str, actor: Actor, at: dt.datetime, mediator_id: int | None = None) -> Mediation:
    """Accepted: the 30, 15 or 7 days begin now, and three working days to contact the other side.

    A manager may name another mediator of the house. Refuses: whoever has a tie or no room; a mediator who has not
    been certified. Basis: 特邀调解规定 27; 在线调解规则 12, 15, 24.
    """
    mediation = locked(number, actor)
    _require_asked(actor, mediation)
    assignment = _waiting(mediation)
    mediator = _who(mediation, mediator_id, actor)
    check_fit_again(mediation, mediator, at=at)
    with scoping.unscoped("mediation.accept"):
        move(mediation, Stage.RUNNING)
        mediation.mediator, mediation.accepted_at = mediator, at
        assignment.answer, assignment.answered_at, assignment.answered_by = Answer.ACCEPTED, at, actor.id
        assignment.mediator = mediator
        assignment.save()
        deadlines.meet(subject=subject(mediation), kind=ACCEPT, at=at, actor=actor)
        clock = start_clock(
            mediation,
            LIMIT,
            rules.limit_rule(mediation.kind, mediation.procedure),
            owner_id=mediation.unit_id,
            mover="unit",
            actor=actor,
            at=at,
        )
        start_clock(
            mediation, CONTACT, "mediation.online.contact", owner_id=mediation.unit_id, mover="unit", actor=actor, at=at
        )
        disputes.not_barred(mediation.dispute, mediator.user_id, SeatRole.MEDIATOR)
        disputes.seat(mediation.dispute, SeatRole.MEDIATOR, at=at, user_id=mediator.user_id)
        keep(mediation)
    disputes.set_stage(number=number, stage=DisputeStage.MEDIATING, actor=actor, at=at, mover=Mover.MEDIATOR)
    disputes.add_line(number=number, kind=LineKind.ACCEPTED, actor=actor, at=at, unit=mediation.unit_id)
    log.record(
        events.Accepted(
            number=number, mediation_id=mediation.pk, mediator_id=mediator.pk, accepted_at=at, due_at=clock.due_at
        ),
        actor=actor.id,
        at=at,
        place_id=mediation.place_id,
    )
    return mediation


def _who(mediation: Mediation, mediator_id: int | None, actor: Actor) -> Mediator:
    """Whom the acceptance names. A mediator accepts for themselves."""
    if mediator_id is None or actor.role == "mediator":
        assert mediation.mediator is not None
        return mediation.mediator
    found = Mediator.objects.select_related("user", "body__organisation").filter(pk=mediator_id).first()
    if found is None or found.body.organisation_id != mediation.unit_id:
        raise Http404
    return found


def check_fit_again(mediation: Mediation, mediator: Mediator, *, at: dt.datetime) -> None:
    """As when the list was made; between sending and accepting a tie may have been declared."""
    if mediator.pk != mediation.mediator_id:
        check_fit(mediation, mediator, at=at)


@transaction.atomic
def decline(*, number: str, reason: ReturnReason, actor: Actor, at: dt.datetime, words: str = "") -> Mediation:
    """Not taken, with the reason; the next one on the list is asked, else the court.

    Basis: 在线调解规则 12.
    """
    mediation = locked(number, actor)
    _require_asked(actor, mediation)
    assignment = _waiting(mediation)
    _give_back(mediation, assignment, Answer.DECLINED, actor=actor, at=at, reason=reason, words=words)
    return mediation


@transaction.atomic
def lapse(*, number: str, actor: Actor, at: dt.datetime) -> Mediation | None:
    """No answer in three working days: somebody else is asked. For the clock alone. Basis: 在线调解规则 12."""
    mediation = (
        Mediation.objects.select_for_update(of=("self",)).filter(dispute__number=number, stage=Stage.SENT).first()
    )
    if mediation is None:
        return None
    assignment = mediation.assignments.filter(answer=Answer.WAITING).first()
    if assignment is None or not deadlines.is_over(subject(mediation), ACCEPT, at=at):
        return None
    _give_back(mediation, assignment, Answer.SILENT, actor=actor, at=at)
    return mediation


@transaction.atomic
def give_back(*, number: str, reason: ReturnReason, actor: Actor, at: dt.datetime, words: str = "") -> Mediation:
    """An accepted matter is returned by its mediator or the manager, with the reason. The clock goes on for nobody:
    whoever accepts next starts anew."""
    mediation = locked(number, actor)
    _require_asked(actor, mediation)
    if mediation.stage != Stage.RUNNING:
        raise Refused("mediation.not_running", _("Only a running mediation is returned."))
    with scoping.unscoped("mediation.give_back"):
        assignment = mediation.assignments.filter(answer=Answer.ACCEPTED).first()
        assert assignment is not None
    take_from(mediation, actor=actor, at=at)
    _give_back(mediation, assignment, Answer.RETURNED, actor=actor, at=at, reason=reason, words=words)
    return mediation


def take_from(mediation: Mediation, *, actor: Actor, at: dt.datetime) -> None:
    """The mediator leaves the matter: seat, clocks and acceptance end. The ended seat bars later parts."""
    assert mediation.mediator is not None
    disputes.leave(mediation.dispute, SeatRole.MEDIATOR, at=at, user_id=mediation.mediator.user_id)
    stop_clocks(mediation, LIMIT, CONTACT, actor=actor, at=at)
    mediation.accepted_at = None


def _give_back(
    mediation: Mediation,
    assignment: Assignment,
    answer: Answer,
    *,
    actor: Actor,
    at: dt.datetime,
    reason: str = "",
    words: str = "",
) -> None:
    number, unit_id = mediation.dispute.number, assignment.body.organisation_id
    with scoping.unscoped("mediation.give_back"):
        assignment.answer, assignment.answered_at, assignment.answered_by = answer, at, actor.id
        assignment.reason, assignment.words = reason, words.strip()[:300]
        assignment.save()
        stop_clocks(mediation, ACCEPT, actor=actor, at=at)
        disputes.leave(mediation.dispute, SeatRole.ORGANISATION, at=at, organisation_id=unit_id)
        log.record(
            events.Declined(number=number, mediation_id=mediation.pk, organisation_id=unit_id, answer=answer),
            actor=actor.id,
            at=at,
            place_id=mediation.place_id,
        )
        kind = LineKind.REASSIGNED if answer == Answer.SILENT else LineKind.DECLINED
        disputes.add_line(number=number, kind=kind, actor=actor, at=at, unit=unit_id, reason=reason)
        send_on(mediation, actor=actor, at=at)


def send_on(mediation: Mediation, *, actor: Actor, at: dt.datetime) -> None:
    """To the next of the list; where nobody is left, back to whoever assigns. Call with everything in scope."""
    following = next_candidate(mediation, on=at.date())
    if following is not None:
        send(mediation, following, by_choice=False, actor=actor, at=at)
        return
    mediation.mediator, mediation.unit = None, None
    move(mediation, Stage.CHOOSING)
    owner = mediation.court_id or mediation.dispute.desk_id
    stop_clocks(mediation, "assign", actor=actor, at=at)
    start_clock(mediation, "assign", "mediation.online.assign", owner_id=owner, mover="unit", actor=actor, at=at)
    keep(mediation)
    disputes.set_stage(
        number=mediation.dispute.number,
        stage=DisputeStage.MEDIATING,
        actor=actor,
        at=at,
        mover=Mover.COURT if mediation.court_id else Mover.DESK,
        unit_id=None,
    )
