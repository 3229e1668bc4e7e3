"""While it runs: contact, disclosure, challenge, a longer time, and the eight ways to end."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo, InterruptKind, LineKind, Mover
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, rules
from fengqiao.mediation.actions.answering import send_on, take_from
from fengqiao.mediation.actions.common import (
    CONTACT,
    LIMIT,
    keep,
    locked,
    move,
    require,
    require_mediator,
    stop_clocks,
    subject,
)
from fengqiao.mediation.models import Challenge, Disclosure, Mediation, Note
from fengqiao.mediation.rules import Answer, ChallengeResult, Ground, InterestKind, Kind, Stage


@transaction.atomic
def contacted(*, number: str, actor: Actor, at: dt.datetime) -> Mediation:
    """The other side was reached. Basis: 在线调解规则 15."""
    mediation = locked(number, actor)
    require_mediator(actor, rules.HOLD, mediation)
    mediation.contacted_at = mediation.contacted_at or at
    deadlines.meet(subject=subject(mediation), kind=CONTACT, at=at, actor=actor)
    keep(mediation)
    log.record(
        events.MediationChanged(number=number, mediation_id=mediation.pk, deed="contacted"), actor=actor.id, at=at
    )
    return mediation


@transaction.atomic
def disclose(*, number: str, kind: InterestKind, text: str, actor: Actor, at: dt.datetime) -> Disclosure:
    """The mediator, or who was asked to be, tells of a tie. The parties may go on with them, each for itself.

    Basis: 在线调解规则 13; 特邀调解规定 15; 商事调解条例 20.
    """
    mediation = locked(number, actor)
    mediator = mediation.mediator
    if mediator is None or mediator.user_id != actor.user_id or not actor.may(rules.HOLD):
        raise Forbidden(rules.HOLD, code="mediation.not_yours")
    if not text.strip():
        raise Refused("disclosure.empty", _("Say in a sentence what the tie is."))
    with scoping.unscoped("mediation.disclose"):
        made = Disclosure.objects.create(
            mediation=mediation, mediator=mediator, kind=kind, text=text.strip()[:300], made_at=at
        )
    disputes.add_line(number=number, kind=LineKind.DISCLOSED, actor=actor, at=at, disclosure=made.pk)
    log.record(events.Disclosed(number=number, mediation_id=mediation.pk, disclosure_id=made.pk), actor=actor.id, at=at)
    return made


@transaction.atomic
def waive(
    *, number: str, disclosure_id: int, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime
) -> Disclosure:
    """A party goes on with the mediator all the same. When every party has, the disclosure is settled."""
    mediation = locked(number, actor)
    found = mediation.disclosures.filter(pk=disclosure_id).first()
    if found is None:
        raise Http404
    step = f"disclosure {found.pk}"
    disputes.consent(number=number, party_id=party_id, to=(ConsentTo.MEDIATOR,), by=by, actor=actor, at=at, step=step)
    with scoping.unscoped("mediation.waive"):
        if found.waived_at is None and dispute_queries.all_consent(mediation.dispute, ConsentTo.MEDIATOR, step=step):
            found.waived_at = at
            found.save(update_fields=["waived_at"])
    return found


@transaction.atomic
def challenge(*, number: str, party_id: int, actor: Actor, at: dt.datetime, reason: str = "") -> Challenge:
    """A party asks for another mediator. Refuses: a second request while one waits.

    Basis: 在线调解规则 14; 特邀调解规定 15; 人民调解法 23.
    """
    mediation = locked(number, actor)
    party = dispute_queries.parties(mediation.dispute).filter(pk=party_id).first()
    if party is None:
        raise Http404
    disputes.require_party(actor, party)
    if mediation.mediator is None or mediation.stage not in {Stage.SENT, Stage.RUNNING}:
        raise Refused("mediation.nobody_yet", _("There is no mediator to change yet."))
    with scoping.unscoped("mediation.challenge"):
        if mediation.challenges.filter(result=ChallengeResult.WAITING).exists():
            raise Refused("challenge.waits", _("A request for another mediator is being decided."))
        made = Challenge.objects.create(
            mediation=mediation, party=party, mediator=mediation.mediator, reason=reason.strip(), asked_at=at
        )
    disputes.add_line(number=number, kind=LineKind.CHALLENGED, actor=actor, at=at, party=party.pk)
    log.record(
        events.Challenged(
            number=number, mediation_id=mediation.pk, challenge_id=made.pk, result=ChallengeResult.WAITING
        ),
        actor=actor.id,
        at=at,
    )
    return made


@transaction.atomic
def decide_challenge(*, challenge_id: int, number: str, change: bool, actor: Actor, at: dt.datetime) -> Challenge:
    """Another takes over, or the mediator stays. Refuses: the challenged mediator; keeping one whose disclosed tie no
    party waived."""
    mediation = locked(number, actor)
    require(actor, rules.DECIDE_CHALLENGE, mediation)
    found = mediation.challenges.select_related("mediator__user").filter(pk=challenge_id).first()
    if found is None:
        raise Http404
    if found.result != ChallengeResult.WAITING:
        raise Refused("challenge.decided", _("This was decided already."))
    with scoping.unscoped("mediation.decide_challenge"):
        tied = mediation.disclosures.filter(mediator=found.mediator, waived_at__isnull=True).exists()
        if not change and tied:
            raise Refused(
                "challenge.tie_stands",
                _("A disclosed tie stands that not every party waived: somebody else takes over."),
                law=_("Online Mediation art. 13"),
            )
        found.result = ChallengeResult.CHANGED if change else ChallengeResult.KEPT
        found.decided_at, found.decided_by = at, actor.id
        found.save()
        if change:
            replace(mediation, actor=actor, at=at)
    log.record(
        events.Challenged(number=number, mediation_id=mediation.pk, challenge_id=found.pk, result=found.result),
        actor=actor.id,
        at=at,
    )
    return found


def replace(mediation: Mediation, *, actor: Actor, at: dt.datetime) -> None:
    """The mediator goes, the next of the list is asked. Call with everything in scope."""
    if mediation.stage == Stage.RUNNING:
        take_from(mediation, actor=actor, at=at)
    mediation.assignments.filter(answer__in=[Answer.WAITING, Answer.ACCEPTED]).update(
        answer=Answer.RECALLED, answered_at=at, answered_by=actor.id
    )
    send_on(mediation, actor=actor, at=at)


@transaction.atomic
def extend(*, number: str, to: dt.date, actor: Actor, at: dt.datetime) -> Mediation:
    """A longer time, as all parties agree; after docketing it is outside the trial limit.

    Refuses: without everybody's consent to this very date; an earlier date; a mediation that does not run.
    Basis: 特邀调解规定 27.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules.HOLD, mediation)
    if mediation.stage != Stage.RUNNING:
        raise Refused("mediation.not_running", _("Only a running mediation can be extended."))
    if not dispute_queries.all_consent(mediation.dispute, ConsentTo.EXTENSION, step=to.isoformat()):
        raise Refused(
            "mediation.extension_consent",
            _("A longer time needs the agreement of every party to this date."),
            law=_("Invited Mediation art. 27"),
        )
    plain = _limit_of(mediation)
    until = dt.datetime.combine(to, dt.time(23, 59, 59), tzinfo=CHINA)
    if until <= plain:
        raise Refused("mediation.extension_earlier", _("The new date must lie after the present end."))
    deadlines.leave_out(subject=subject(mediation), kind=LIMIT, since=plain, until=until, at=at, actor=actor)
    mediation.extended_to = to
    keep(mediation)
    disputes.set_stage(number=number, stage=DisputeStage.MEDIATING, actor=actor, at=at, mover=Mover.MEDIATOR)
    disputes.add_line(number=number, kind=LineKind.EXTENDED, actor=actor, at=at, to=to.isoformat())
    log.record(events.Extended(number=number, mediation_id=mediation.pk, extended_to=to), actor=actor.id, at=at)
    return mediation


def _limit_of(mediation: Mediation) -> dt.datetime:
    """The end of the running limit before it moved off a rest day. Refuses: a limit that is over or not running."""
    clocks = deadlines.for_subjects([subject(mediation)])[subject(mediation)]
    running = next((one for one in reversed(clocks) if one.kind == LIMIT and one.state == "running"), None)
    if running is None:
        raise Refused("mediation.limit_over", _("The time is over; it cannot be extended any more."))
    return running.plain_due_at


@transaction.atomic
def note(*, number: str, text: str, actor: Actor, at: dt.datetime) -> Note:
    """The mediator's own note: never anybody else's to read."""
    mediation = locked(number, actor)
    require_mediator(actor, rules.HOLD, mediation)
    if not text.strip():
        raise Refused("note.empty", _("Please write a sentence first."))
    made = Note.objects.create(
        mediation=mediation, dispute_id=mediation.dispute_id, text=text.strip(), written_at=at, actor=actor.id
    )
    log.record(events.MediationChanged(number=number, mediation_id=mediation.pk, deed="noted"), actor=actor.id, at=at)
    return made


@transaction.atomic
def end(*, number: str, ground: Ground, actor: Actor, at: dt.datetime) -> Mediation:
    """The mediator ends it on one of the eight grounds. An agreement ends it from the agreement's own verb.

    Basis: 在线调解规则 21, 25; 人民调解法 26; 特邀调解规定 26.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules.HOLD, mediation)
    if ground == Ground.TIME_OVER and not deadlines.is_over(subject(mediation), LIMIT, at=at):
        raise Refused("mediation.time_left", _("The time is not over yet."))
    close(mediation, ground, actor=actor, at=at)
    return mediation


def close(mediation: Mediation, ground: Ground, *, actor: Actor, at: dt.datetime) -> None:
    """End and say what follows: a delegated matter may be docketed at once, an entrusted one goes back to trial.

    The caller has checked the actor. `Ground.AGREED` is for the agreement's verb alone.
    """
    number = mediation.dispute.number
    with scoping.unscoped("mediation.close"):
        move(mediation, Stage.ENDED)
        mediation.ground, mediation.ended_at = ground, at
        mediation.assignments.filter(answer=Answer.WAITING).update(
            answer=Answer.RECALLED, answered_at=at, answered_by=actor.id
        )
        if ground == Ground.AGREED:
            deadlines.meet(subject=subject(mediation), kind=LIMIT, at=at, actor=actor)
        stop_clocks(mediation, actor=actor, at=at)
        keep(mediation)
        from fengqiao.mediation.actions.room import ends_with_mediation  # the room's verbs stand on ours

        ends_with_mediation(mediation, actor=actor, at=at)
    disputes.set_stage(
        number=number, stage=_stage_after(mediation, ground), actor=actor, at=at, mover=_mover_after(mediation, ground)
    )
    disputes.add_line(number=number, kind=LineKind.ENDED, actor=actor, at=at, ground=ground)
    log.record(
        events.Ended(number=number, mediation_id=mediation.pk, ground=ground, way=mediation.kind, ended_at=at),
        actor=actor.id,
        at=at,
        place_id=mediation.place_id,
    )


def _stage_after(mediation: Mediation, ground: Ground) -> DisputeStage:
    if ground == Ground.AGREED:
        return DisputeStage.AGREED
    if mediation.kind == Kind.ENTRUSTED:
        return DisputeStage.DOCKETED
    return DisputeStage.FAILED


def _mover_after(mediation: Mediation, ground: Ground) -> Mover:
    return Mover.COURT if ground != Ground.AGREED and mediation.kind == Kind.ENTRUSTED else Mover.PARTIES


@transaction.atomic
def refuse(*, number: str, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime) -> None:
    """A party says no. What runs ends at once on the ground "refused", and nobody asks again.

    Basis: 人民调解法 17; 民事诉讼法 125; 在线调解规则 15.
    """
    disputes.refuse_mediation(number=number, party_id=party_id, by=by, actor=actor, at=at)
    end_if_live(number=number, ground=Ground.REFUSED, actor=actor, at=at)


@transaction.atomic
def take_back(*, number: str, party_id: int, to: ConsentTo, actor: Actor, at: dt.datetime, step: str = "") -> None:
    """A party takes a consent back. Without the consent to mediation it ends, "withdrawn"; that is no refusal.

    Basis: 个人信息保护法 15; 人民调解法 23; 在线调解规则 25.
    """
    disputes.revoke(number=number, party_id=party_id, to=to, actor=actor, at=at, step=step)
    if to == ConsentTo.MEDIATION:
        end_if_live(number=number, ground=Ground.WITHDRAWN, actor=actor, at=at)


@transaction.atomic
def interrupt(*, number: str, kind: InterruptKind, actor: Actor, at: dt.datetime, note: str = "") -> None:
    """Violence, a minor at risk, a crime: the ordinary way stops; the file says only that it ended, "other".

    Basis: 人民调解法 25; 在线调解规则 25.
    """
    disputes.interrupt(number=number, kind=kind, actor=actor, at=at, note=note)
    end_if_live(number=number, ground=Ground.OTHER, actor=actor, at=at)


def end_if_live(*, number: str, ground: Ground, actor: Actor, at: dt.datetime) -> Mediation | None:
    """End whatever mediation runs. The reason was checked by the verb that calls."""
    with scoping.unscoped("mediation.end_if_live"):
        rows = Mediation.objects.select_for_update(of=("self",)).select_related("dispute__place")
        mediation = rows.filter(dispute__number=number).exclude(stage=Stage.ENDED).first()
        if mediation is not None:
            close(mediation, ground, actor=actor, at=at)
    return mediation
