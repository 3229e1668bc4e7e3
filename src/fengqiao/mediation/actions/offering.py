"""Mediation is offered, both agree, three candidates go out, the parties choose together or the court assigns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentTo, LineKind, Mover, SeatRole
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import events, queries, rules
from fengqiao.mediation.actions.common import (
    ACCEPT,
    ASSIGN,
    CHOOSE,
    keep,
    locked,
    move,
    require,
    start_clock,
    stop_clocks,
    subject,
)
from fengqiao.mediation.models import Assignment, Body, Candidate, Choice, Mediation, Mediator
from fengqiao.mediation.rules import CLOSED_TO_COMMERCIAL, BodyKind, Kind, Match, Procedure, Stage


@transaction.atomic
def offer(
    *,
    number: str,
    kind: Kind,
    actor: Actor,
    at: dt.datetime,
    procedure: Procedure = Procedure.NONE,
    court_id: int | None = None,
    field: str = "",
    is_online: bool = False,
    evenings: bool = False,
) -> Mediation:
    """Offer mediation. Nothing starts before every party has agreed for itself, and suing stays open all the while.

    Refuses: while the ordinary way is stopped; after a clear refusal; entrusted mediation before docketing, delegated
    after it; commercial mediation of family, labour and consumer matters.
    Basis: 民事诉讼法 125; 特邀调解规定 11; 商事调解条例 2.
    """
    dispute = disputes.locked(number)
    disputes.require(actor, rules.OFFER, dispute)
    disputes.require_ordinary(dispute, actor)
    disputes.require_willing(number)
    chosen = field or _field_of(dispute)
    _check_kind(kind, procedure, is_docketed=dispute.docketed_at is not None, field=chosen)
    with scoping.unscoped("mediation.offer"):
        if dispute.mediations.exclude(stage=Stage.ENDED).exists():
            raise Refused("mediation.runs_already", _("A mediation of this matter is under way."))
        made = Mediation(
            dispute=dispute,
            attempt=dispute.mediations.count() + 1,
            kind=kind,
            procedure=procedure,
            field=chosen,
            court_id=court_id or dispute.court_id,
            is_online=is_online,
            evenings=evenings,
            offered_at=at,
        )
        if dispute.place is not None:
            made.put_in(dispute.place)
        made.save()
    disputes.set_stage(number=number, stage=DisputeStage.OFFERED, actor=actor, at=at, mover=Mover.PARTIES)
    disputes.add_line(number=number, kind=LineKind.OFFERED, actor=actor, at=at, way=kind)
    log.record(
        events.Offered(number=number, mediation_id=made.pk, way=kind), actor=actor.id, at=at, place_id=dispute.place_id
    )
    return made


def _field_of(dispute: Any) -> str:
    """By the cause and topic, else by what the parties told. Only the code of the field leaves this function."""
    with scoping.unscoped("mediation.field"):
        told = dispute.account.facts
    return rules.field_of(f"{dispute.name} {dispute.topic}") or rules.field_of(told) or ""


def _check_kind(kind: Kind, procedure: Procedure, *, is_docketed: bool, field: str) -> None:
    if kind == Kind.ENTRUSTED and not is_docketed:
        raise Refused(
            "mediation.not_docketed",
            _("The court entrusts what it has docketed. Before that it delegates."),
            law=_("Invited Mediation art. 11"),
        )
    if kind == Kind.DELEGATED and is_docketed:
        raise Refused(
            "mediation.docketed",
            _("The matter is docketed; the court entrusts it."),
            law=_("Invited Mediation art. 11"),
        )
    if (kind == Kind.ENTRUSTED) != bool(procedure):
        raise Refused("mediation.procedure", _("Entrusted mediation names the procedure the case is in, others none."))
    if kind == Kind.COMMERCIAL and field in CLOSED_TO_COMMERCIAL:
        raise consumer_excluded()


def consumer_excluded() -> Refused:
    """Basis: 商事调解条例 2."""
    return Refused(
        "mediation.consumer_excluded",
        _("Commercial mediation may not take family, labour or consumer matters."),
        law=_("Commercial Mediation Regulations art. 2"),
        next_step=_("Choose a people's mediation organisation; it is free."),
    )


@transaction.atomic
def send_list(*, number: str, actor: Actor, at: dt.datetime) -> list[Candidate]:
    """Three candidates with their reasons go to the parties; the two working days for a joint choice begin.

    Refuses: a party who has not agreed, naming nobody. Basis: 特邀调解规定 11; 在线调解规则 10.
    """
    mediation = locked(number, actor)
    require(actor, rules.OFFER, mediation)
    disputes.require_ordinary(mediation.dispute, actor)
    disputes.require_willing(number)
    if not dispute_queries.all_consent(mediation.dispute, ConsentTo.MEDIATION):
        raise Refused(
            "mediation.consent_missing",
            _("Mediation starts when every party has agreed for itself."),
            law=_("Invited Mediation art. 11"),
            next_step=_("The court can docket the suit at once all the same."),
        )
    found = queries.matches(mediation, on=at.date())
    if not found:
        raise Refused("mediation.nobody", _("No mediator without a tie and with room was found."))
    move(mediation, Stage.CHOOSING)
    kept = _propose(mediation, found, at=at)
    owner = mediation.court_id or mediation.dispute.desk_id
    start_clock(mediation, CHOOSE, "mediation.online.choose", owner_id=owner, mover="person", actor=actor, at=at)
    start_clock(mediation, ASSIGN, "mediation.online.assign", owner_id=owner, mover="unit", actor=actor, at=at)
    keep(mediation)
    disputes.set_stage(number=number, stage=DisputeStage.MEDIATING, actor=actor, at=at, mover=Mover.PARTIES)
    log.record(
        events.ListSent(number=number, mediation_id=mediation.pk, mediator_ids=tuple(one.mediator_id for one in kept)),
        actor=actor.id,
        at=at,
        place_id=mediation.place_id,
    )
    return kept


def _propose(mediation: Mediation, found: list[Match], *, at: dt.datetime) -> list[Candidate]:
    """Write the list down as the parties will read it: the reasons, and the load of that moment."""
    with scoping.unscoped("mediation.propose"):
        mediation.candidates.filter(gone_at__isnull=True).update(gone_at=at)
        Choice.objects.filter(mediation=mediation).delete()
        return [
            Candidate.objects.create(
                mediation=mediation,
                mediator_id=one.profile.mediator_id,
                order=n,
                reasons=list(one.reasons),
                load=one.profile.load,
                capacity=one.profile.capacity,
                proposed_at=at,
            )
            for n, one in enumerate(found, start=1)
        ]


@transaction.atomic
def choose(*, number: str, party_id: int, candidate_id: int, actor: Actor, at: dt.datetime) -> Mediation:
    """A party names one of the list. When every party has named the same, it goes out.

    Refuses: somebody else's choice; a candidate no longer on the list. Basis: 在线调解规则 10.
    """
    mediation = locked(number, actor)
    party = dispute_queries.parties(mediation.dispute).filter(pk=party_id).first()
    if party is None:
        raise Http404
    disputes.require_party(actor, party)
    _check_choosing(mediation)
    with scoping.unscoped("mediation.choose"):
        candidate = mediation.candidates.filter(pk=candidate_id, gone_at__isnull=True).first()
        if candidate is None:
            raise Refused("mediation.candidate_gone", _("This mediator is not on the list any more."))
        Choice.objects.update_or_create(
            mediation=mediation,
            party=party,
            defaults={"candidate": candidate, "chosen_at": at, "actor": actor.id},
        )
        named = set(mediation.choices.values_list("candidate_id", flat=True))
        is_joint = len(named) == 1 and mediation.choices.count() == dispute_queries.parties(mediation.dispute).count()
    log.record(events.MediationChanged(number=number, mediation_id=mediation.pk, deed="choice"), actor=actor.id, at=at)
    if is_joint:
        mediation.chosen_at = at
        deadlines.meet(subject=subject(mediation), kind=CHOOSE, at=at, actor=actor)
        send(mediation, candidate.mediator, by_choice=True, actor=actor, at=at)
    return mediation


def _check_choosing(mediation: Mediation) -> None:
    if mediation.stage != Stage.CHOOSING:
        raise Refused("mediation.not_choosing", _("There is nothing to choose now."))


@transaction.atomic
def assign(*, number: str, mediator_id: int, actor: Actor, at: dt.datetime) -> Mediation:
    """The court assigns, when the parties did not choose together in time or leave it to the court.

    Refuses: while their time to choose still runs; somebody with a tie, without room or barred.
    Basis: 在线调解规则 10.
    """
    mediation = locked(number, actor)
    require(actor, rules.ASSIGN, mediation)
    disputes.require_ordinary(mediation.dispute, actor)
    disputes.require_willing(number)
    if mediation.stage == Stage.CHOOSING and not _choice_is_over(mediation, at=at):
        raise Refused(
            "mediation.choice_runs",
            _("The parties may still choose together."),
            law=_("Online Mediation art. 10"),
        )
    mediator = Mediator.objects.select_related("user", "body__organisation").filter(pk=mediator_id).first()
    if mediator is None:
        raise Http404
    check_fit(mediation, mediator, at=at)
    send(mediation, mediator, by_choice=False, actor=actor, at=at)
    return mediation


def _choice_is_over(mediation: Mediation, *, at: dt.datetime) -> bool:
    with scoping.unscoped("mediation.choice"):
        nobody = not mediation.candidates.filter(gone_at__isnull=True).exists()
    return (
        nobody or not deadlines.has(subject(mediation), CHOOSE) or deadlines.is_over(subject(mediation), CHOOSE, at=at)
    )


def check_fit(mediation: Mediation, mediator: Mediator, *, at: dt.datetime) -> None:
    """Refuses: whoever matching would not propose, with the reason. `mediator.not_in_pool` before the certificate."""
    if queries.licence_lapsed(mediator.body, on=at.date()):
        raise licence_over(mediator.body)
    if not queries.active_mediators(on=at.date()).filter(pk=mediator.pk).exists():
        raise Refused("mediator.not_in_pool", _("This person may not mediate now: no certificate, paused or away."))
    with scoping.unscoped("mediation.check_fit"):
        profile = next(one for one in queries.profiles(mediation, on=at.date()) if one.mediator_id == mediator.pk)
        wanted = queries.wanted_of(mediation)
    if profile.body_kind == BodyKind.COMMERCIAL and wanted.field in CLOSED_TO_COMMERCIAL:
        raise consumer_excluded()
    reason = rules.excluded(profile, wanted)
    if profile.barred:
        raise Refused("mediator.barred", _("This person has or had another part in the matter."))
    if reason:
        raise Refused("mediator.unfit", _("This mediator %(reason)s.") % {"reason": reason})


def licence_over(body: Body) -> Refused:
    return Refused(
        "body.licence_lapsed",
        _("The licence of %(name)s ended on %(day)s; it takes no new matters.")
        % {"name": body.organisation.name, "day": body.licence_until},
        law=_("Commercial Mediation Regulations"),
        next_step=_("Choose another organisation; this one may renew its licence in the register."),
    )


def send(mediation: Mediation, mediator: Mediator, *, by_choice: bool, actor: Actor, at: dt.datetime) -> Assignment:
    """Out it goes; three working days to accept or decline. The organisation sees it, the mediator is asked.

    Basis: 在线调解规则 12.
    """
    body: Body = mediator.body
    if queries.licence_lapsed(body, on=at.date()):
        raise licence_over(body)
    with scoping.unscoped("mediation.send"):
        stop_clocks(mediation, ACCEPT, actor=actor, at=at)
        deadlines.meet(subject=subject(mediation), kind=ASSIGN, at=at, actor=actor)
        stop_clocks(mediation, CHOOSE, actor=actor, at=at)
        move(mediation, Stage.SENT)
        mediation.sent_at, mediation.mediator, mediation.unit_id = at, mediator, body.organisation_id
        made = Assignment.objects.create(
            mediation=mediation, body=body, mediator=mediator, by_choice=by_choice, sent_at=at
        )
        number = mediation.dispute.number
        disputes.seat(mediation.dispute, SeatRole.ORGANISATION, at=at, organisation_id=body.organisation_id)
        start_clock(
            mediation,
            ACCEPT,
            "mediation.online.accept",
            owner_id=body.organisation_id,
            mover="unit",
            actor=actor,
            at=at,
        )
        keep(mediation)
    disputes.set_stage(
        number=number,
        stage=DisputeStage.MEDIATING,
        actor=actor,
        at=at,
        mover=Mover.ORGANISATION,
        unit_id=body.organisation_id,
    )
    disputes.add_line(number=number, kind=LineKind.DELEGATED, actor=actor, at=at, unit=body.organisation_id)
    log.record(
        events.Sent(
            number=number,
            mediation_id=mediation.pk,
            organisation_id=body.organisation_id,
            mediator_id=mediator.pk,
            by_choice=by_choice,
        ),
        actor=actor.id,
        at=at,
        place_id=mediation.place_id,
    )
    return made


def next_candidate(mediation: Mediation, *, on: dt.date) -> Mediator | None:
    """Who is asked next: first on the list who was not asked yet and whose organisation still holds its licence.

    Call with everything in scope.
    """
    asked = mediation.assignments.values("mediator_id")
    left = mediation.candidates.filter(gone_at__isnull=True).exclude(mediator_id__in=asked)
    left = left.exclude(mediator__body__licence_until__lt=on)
    found = left.select_related("mediator__user", "mediator__body__organisation").first()
    return found.mediator if found is not None else None
