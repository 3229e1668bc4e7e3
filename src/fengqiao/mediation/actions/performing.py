"""After the agreement: said to be done, accepted or not, late, in parts; reopened, enforced, asked about again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import LineKind, Mover
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation import events, paper_texts, papers, queries_agreement, rules_agreement
from fengqiao.mediation.actions.agreeing import locked_agreement
from fengqiao.mediation.actions.issuing import issue
from fengqiao.mediation.actions.signing import CONFIRM
from fengqiao.mediation.models_agreement import Agreement, Document, Duty, FollowUp, Performance, SignOff
from fengqiao.mediation.rules_agreement import STATUSES, FollowKind, Outcome, Paper, Said, Status


def _duty(agreement: Agreement, duty_id: int) -> Duty:
    rows = agreement.duties.select_for_update(of=("self",)).select_related("term__debtor", "term__creditor")
    found = rows.filter(pk=duty_id).first()
    if found is None:
        raise Http404
    return found


def _party_or_mediator(agreement: Agreement, actor: Actor) -> int | None:
    """The party the actor is; None for the mediator, who writes down what somebody brings.

    Refuses: everybody else, and connected systems, as everywhere.
    """
    own = dispute_queries.party_of(agreement.dispute, actor)
    if own is not None:
        return int(own.pk)
    if actor.is_system or not dispute_queries.is_mediator(agreement.dispute, actor):
        raise Forbidden(rules_agreement.PERFORM, code="mediation.not_yours")
    return None


@transaction.atomic
def say_done(
    *, number: str, duty_id: int, done_on: dt.date, actor: Actor, at: dt.datetime, amount_fen: int | None = None,
    words: str = "", proof: StoredFile | None = None,
) -> Performance:  # fmt: skip
    """Who owes it says it was done, in whole or in part; or the mediator writes down what was brought.

    Units: fen. Refuses: the other side; a day to come; more than is owed; a second word while one waits.
    """
    agreement = locked_agreement(number, Status.EFFECTIVE)
    duty = _duty(agreement, duty_id)
    own = _party_or_mediator(agreement, actor)
    if own not in {None, duty.term.debtor_id}:
        raise Forbidden(rules_agreement.PERFORM, code="duty.not_yours")
    if duty.done_on is not None:
        raise Refused("duty.done", _("This was done and accepted already."))
    if done_on > at.astimezone(CHINA).date():
        raise Refused("duty.future", _("This day has not come yet."))
    amount = _amount(duty, amount_fen)
    if duty.performances.filter(state=Said.WAITING).exists():
        raise Refused("duty.waits", _("The other side has not answered the last report yet."))
    made = Performance.objects.create(
        duty=duty, amount_fen=amount, done_on=done_on, words=words.strip(), proof=proof, said_at=at, actor=actor.id
    )
    log.record(
        events.PerformanceSaid(
            number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, duty_id=duty.pk,
            performance_id=made.pk,
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return made


def _amount(duty: Duty, amount_fen: int | None) -> int | None:
    if duty.amount_fen is None:
        return None
    left = duty.amount_fen - duty.accepted_fen
    amount = left if amount_fen is None else amount_fen
    if not 0 < amount <= left:
        raise Refused("duty.amount", _("That is nothing, or more than is still owed."))
    return amount


@transaction.atomic
def answer_done(*, number: str, duty_id: int, is_accepted: bool, actor: Actor, at: dt.datetime) -> Performance:
    """The other side accepts, or says that nothing came. Only then does it count.

    Refuses: whoever owes it, and the mediator in anybody's place: silence and third persons accept nothing.
    """
    agreement = locked_agreement(number, Status.EFFECTIVE)
    duty = _duty(agreement, duty_id)
    own = dispute_queries.party_of(agreement.dispute, actor)
    if own is None or own.pk == duty.term.debtor_id:
        raise Forbidden(rules_agreement.PERFORM, code="duty.not_yours")
    if duty.term.creditor_id not in {None, own.pk}:
        raise Forbidden(rules_agreement.PERFORM, code="duty.not_yours")
    found = duty.performances.select_for_update().filter(state=Said.WAITING).first()
    if found is None:
        raise Refused("duty.nothing_waits", _("Nothing waits for your answer here."))
    found.state = Said.ACCEPTED if is_accepted else Said.DENIED
    found.answered_at, found.answered_by = at, actor.id
    found.save()
    if is_accepted:
        _count(duty, found)
        _begin_performing(agreement, actor=actor, at=at)
    log.record(
        events.PerformanceAnswered(
            number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, duty_id=duty.pk,
            performance_id=found.pk, answer=found.state, is_whole=duty.done_on is not None,
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return found


def _count(duty: Duty, performance: Performance) -> None:
    duty.accepted_fen += performance.amount_fen or 0
    if duty.amount_fen is None or duty.accepted_fen >= duty.amount_fen:
        accepted = duty.performances.filter(state=Said.ACCEPTED).values_list("done_on", flat=True)
        duty.done_on = max(accepted)
    duty.save(update_fields=["accepted_fen", "done_on"])


def _begin_performing(agreement: Agreement, *, actor: Actor, at: dt.datetime) -> None:
    if agreement.dispute.stage == DisputeStage.AGREED:
        disputes.set_stage(number=agreement.dispute.number, stage=DisputeStage.PERFORMING, actor=actor, at=at)


@transaction.atomic
def sign_off(*, number: str, party_id: int, actor: Actor, at: dt.datetime) -> Agreement:
    """A party signs that everything was performed. With the last one the matter closes and the watch begins.

    Refuses: while a duty is open; anybody in the place of a party.
    """
    agreement = locked_agreement(number, Status.EFFECTIVE)
    party = dispute_queries.parties(agreement.dispute).filter(pk=party_id).first()
    own = dispute_queries.party_of(agreement.dispute, actor)
    if party is None:
        raise Http404
    if own is None or own.pk != party.pk:
        raise Forbidden(rules_agreement.PERFORM, code="consent.not_personal")
    if agreement.duties.filter(done_on__isnull=True).exists():
        raise Refused("agreement.open_duties", _("Something is still to be done, or to be accepted."))
    SignOff.objects.get_or_create(
        agreement=agreement, party=party, gone_at=None, defaults={"signed_at": at, "actor": actor.id}
    )
    signed = agreement.sign_offs.filter(gone_at__isnull=True).count()
    if signed == dispute_queries.parties(agreement.dispute).count():
        _finish(agreement, actor=actor, at=at)
    return agreement


def _finish(agreement: Agreement, *, actor: Actor, at: dt.datetime) -> None:
    number = agreement.dispute.number
    with scoping.unscoped("mediation.finish"):
        STATUSES.check(Status(agreement.status), Status.PERFORMED)
        agreement.status, agreement.performed_at = Status.PERFORMED, at
        agreement.save()
        deadlines.cancel(subject=f"{number}/d", kinds=[CONFIRM], at=at, actor=actor)
        _begin_performing(agreement, actor=actor, at=at)
        disputes.set_stage(number=number, stage=DisputeStage.CLOSED, actor=actor, at=at, mover=Mover.NOBODY)
        disputes.add_line(number=number, kind=LineKind.CLOSED, actor=actor, at=at, agreement=agreement.pk)
        _plan_follow_ups(agreement, at=at)
    log.record(
        events.AgreementPerformed(
            number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, performed_at=at
        ),
        actor=actor.id, at=at,
    )  # fmt: skip


def _plan_follow_ups(agreement: Agreement, *, at: dt.datetime) -> None:
    """A talk, and the watch whether it comes back: a length of effect, which never moves off a rest day (policy)."""
    today = at.astimezone(CHINA).date()
    calendar = calendars.current()
    for kind, key in ((FollowKind.TALK, "mediation.follow_up"), (FollowKind.WATCH, "mediation.relapse_watch")):
        rule = rulebook.rule(key, on=today)
        due = calendar.add_days(today, rule.whole, shift=rule.moves)
        FollowUp.objects.get_or_create(agreement=agreement, kind=kind, done_at=None, defaults={"due_on": due.day})


@transaction.atomic
def reopen(*, number: str, duty_id: int, actor: Actor, at: dt.datetime) -> Agreement:
    """A party says that what was accepted has not held: the duty is open again, the sign-offs fall.

    Refuses: anybody but a party; a duty that is open anyway.
    """
    agreement = locked_agreement(number, Status.EFFECTIVE, Status.PERFORMED)
    if dispute_queries.party_of(agreement.dispute, actor) is None:
        raise Forbidden(rules_agreement.PERFORM, code="duty.not_yours")
    duty = _duty(agreement, duty_id)
    if duty.done_on is None:
        raise Refused("duty.open", _("This is open anyway."))
    with scoping.unscoped("mediation.reopen"):
        was = duty.performances.filter(state=Said.ACCEPTED).order_by("-pk").first()
        if was is not None:
            was.state, was.answered_at, was.answered_by = Said.DENIED, at, actor.id
            was.save()
            duty.accepted_fen -= was.amount_fen or 0
        duty.done_on = None
        duty.save()
        agreement.sign_offs.filter(gone_at__isnull=True).update(gone_at=at)
        if agreement.status == Status.PERFORMED:
            agreement.status, agreement.performed_at = Status.EFFECTIVE, None
            agreement.save()
            agreement.follow_ups.filter(done_at__isnull=True).delete()
            disputes.set_stage(number=number, stage=DisputeStage.PERFORMING, actor=actor, at=at)
    log.record(
        events.AgreementReopened(
            number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, duty_id=duty.pk
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return agreement


@transaction.atomic
def prepare_enforcement(
    *, number: str, ruling_number: str, last_on: dt.date | None, actor: Actor, at: dt.datetime
) -> Document:
    """The application for enforcement, filled in, for a party who is owed something overdue. Called by the court's
    verb, which has looked for the ruling. Refuses: nothing overdue.

    Basis: 民事诉讼法 206, 250.
    """
    agreement = locked_agreement(number, Status.EFFECTIVE)
    own = dispute_queries.party_of(agreement.dispute, actor)
    if own is None:
        raise Forbidden(rules_agreement.PERFORM, code="duty.not_yours")
    today = at.astimezone(CHINA).date()
    late = agreement.duties.filter(done_on__isnull=True, due_on__lt=today).exclude(term__debtor=own)
    rows = [
        (papers.day(one.due_on), papers.money(one.amount_fen - one.accepted_fen) if one.amount_fen else one.term.text)
        for one in late.select_related("term")
    ]
    if not rows:
        raise Refused(
            "enforcement.nothing_due",
            _("Nothing that is owed to you is overdue."),
            law=_("Civil Procedure Law art. 206"),
        )
    with scoping.unscoped("mediation.prepare_enforcement"):
        matter = queries_agreement.matter_text(agreement.dispute, mediation=agreement.mediation)
        blocks = paper_texts.enforcement(matter, ruling_number=ruling_number, open_duties=rows, last_on=last_on)
        made = issue(
            kind=Paper.ENFORCEMENT, dispute=agreement.dispute, blocks=blocks, unit=None, agreement=agreement,
            actor=actor, at=at,
        )  # fmt: skip
        Agreement.objects.filter(pk=agreement.pk, enforcement_asked_at__isnull=True).update(enforcement_asked_at=at)
    log.record(
        events.EnforcementPrepared(
            number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, document_id=made.pk
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return made


@transaction.atomic
def follow_up(
    *, follow_up_id: int, number: str, outcome: Outcome, actor: Actor, at: dt.datetime, is_content: bool | None = None,
    words: str = "",
) -> FollowUp:  # fmt: skip
    """The talk was held, or the watch is over. Refuses: anybody but the mediator of the matter; a second time."""
    found = FollowUp.objects.select_for_update(of=("self",)).select_related("agreement__dispute")
    row = found.filter(pk=follow_up_id, agreement__dispute__number=number).first()
    if row is None:
        raise Http404
    if not actor.may(rules_agreement.FOLLOW_UP) or not dispute_queries.is_mediator(row.agreement.dispute, actor):
        raise Forbidden(rules_agreement.FOLLOW_UP, code="mediation.not_yours")
    if row.done_at is not None:
        raise Refused("follow_up.done", _("This talk was held already."))
    row.done_at, row.outcome, row.is_content = at, outcome, is_content
    row.words, row.actor = words.strip(), actor.id
    row.save()
    log.record(
        events.FollowedUp(
            number, mediation_id=row.agreement.mediation_id, agreement_id=row.agreement_id, follow_up_id=row.pk,
            outcome=outcome,
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return row
