"""What every verb of disputes does: lock the row, check the part, write the line, keep queue columns true."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries, rules
from fengqiao.disputes.models import Dispute, Line, Party, Seat
from fengqiao.disputes.rules import ENDED, STAGES, Compartment, LineKind, SeatRole, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people.rules import Role


def locked(number: str) -> Dispute:
    """The dispute, locked and read under the actor's own scope. Absent and unseen look the same."""
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("place", "cause")
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def require(actor: Actor, verb: str, dispute: Dispute) -> None:
    """May this member of staff do this here? By place, by the unit in hand, or by a seat of their own."""
    if not actor.may(verb):
        raise Forbidden(verb)
    if actor.level == "all" or queries.seats_of(actor).filter(dispute=dispute).exists():
        return
    if actor.role in rules.SEATED_ONLY:
        raise Forbidden(verb)
    if actor.organisation_id is not None and actor.organisation_id == dispute.unit_id:
        return
    actor.require(verb, area=dispute)


def require_party(actor: Actor, party: Party) -> None:
    """Only the party, or staff who write down what the party said, and never a connected system.

    Refuses: Forbidden for everybody else; consent in bulk by a firm for others is none (INV 11).
    """
    if actor.is_system:
        raise Forbidden(
            rules.CONSENT, _("Only the person agrees for themselves."), code="consent.not_personal", law="INV 11"
        )
    own = queries.party_of(party.dispute, actor)
    if own is not None:
        if own.pk != party.pk:
            raise Forbidden(rules.CONSENT, _("Only the person agrees for themselves."), code="consent.not_personal")
        return
    if actor.role == "resident":
        raise Http404
    require(actor, rules.CONSENT, party.dispute)


def move(dispute: Dispute, stage: Stage, *, at: dt.datetime) -> None:
    """Change stage, mover and closing date together. Refuses: a move the table does not hold."""
    STAGES.check(Stage(dispute.stage), stage)
    dispute.stage, dispute.mover = stage, rules.next_mover(stage)
    dispute.closed_at = at if stage in ENDED else None


def settle(dispute: Dispute, *, at: dt.datetime) -> None:
    """Take the earliest running limit into the queue columns and save. The verb's rule was checked before."""
    earliest = deadlines.earliest(rules.clock_subject(dispute.number))
    dispute.due_at, dispute.due_kind = (earliest.due_at, earliest.kind) if earliest else (None, "")
    dispute.changed_at = at
    with scoping.unscoped("disputes.settle"):
        dispute.save()


def write(
    dispute: Dispute,
    kind: LineKind,
    *,
    actor: Actor,
    at: dt.datetime,
    compartment: Compartment = Compartment.OPEN,
    text: str = "",
    **facts: Any,
) -> Line:
    """Add one line. Words belong behind a wall; an open line holds ids and codes alone."""
    assert not (text and compartment == Compartment.OPEN), "an open line carries no words"
    with scoping.unscoped("disputes.write"):
        return Line.objects.create(
            dispute=dispute,
            at=at,
            kind=kind,
            compartment=compartment,
            actor=actor.id,
            actor_name=actor.name,
            organisation_id=actor.organisation_id,
            text=text.strip(),
            facts=facts,
        )


def seat(dispute: Dispute, role: SeatRole, *, at: dt.datetime, why: str = "", **who: Any) -> Seat:
    """Give somebody a part in the dispute. A seat they hold already stays as it is."""
    with scoping.unscoped("disputes.seat"):
        held = dispute.seats.filter(role=role, left_at__isnull=True, **who).first()
        if held is not None:
            return held
        made = Seat(dispute=dispute, role=role, joined_at=at, why=why, **who)
        made.place_id = dispute.place_id
        for level in ("city", "district", "street", "community", "grid"):
            setattr(made, f"{level}_id", getattr(dispute, f"{level}_id"))
        made.save()
        return made


def leave(dispute: Dispute, role: SeatRole, *, at: dt.datetime, **who: Any) -> int:
    """End live seats of this role. The rows stay: they bar later parts."""
    with scoping.unscoped("disputes.leave"):
        return dispute.seats.filter(role=role, left_at__isnull=True, **who).update(left_at=at)


def not_barred(dispute: Dispute, user_id: int, role: SeatRole) -> None:
    """Refuses: a role the law or our rule closes to whoever had another part in this matter.

    Basis: 特邀调解规定 28; 在线调解规则 29; 审理与指导分离 (policy).
    """
    with scoping.unscoped("disputes.not_barred"):
        had = set(dispute.seats.filter(user_id=user_id).values_list("role", flat=True))
    if role in rules.BARRED_AFTER_MEDIATING and SeatRole.MEDIATOR in had:
        raise Refused(
            "mediator.barred",
            _("Whoever mediated a matter takes no other part in it."),
            law=_("Invited Mediation art. 28; Online Mediation art. 29"),
        )
    deciding = {SeatRole.DECIDER, SeatRole.CHECKER}
    if (role in deciding and SeatRole.GUIDE in had) or (role == SeatRole.GUIDE and deciding & had):
        raise Refused(
            "judge.guide_decides",
            _("The judge who guides a mediation never decides the matter, nor confirms its agreement."),
            next_step=_("Choose another judge."),
        )
    if role == SeatRole.MEDIATOR and had & rules.BARRED_AFTER_MEDIATING:
        raise Refused("mediator.barred", _("This person has another part in the matter already."))


def require_ordinary(dispute: Dispute, actor: Actor) -> None:
    """Refuses: going on in the ordinary way while it is stopped.

    Staff read why; a party does not, in code, words or law: it may be the one from whom somebody is protected.
    Basis: 反家庭暴力法; 人民调解法 25; 未成年人保护法 11.
    """
    with scoping.unscoped("disputes.require_ordinary"):
        stopped = list(queries.live_interrupts(dispute).values_list("kind", flat=True))
    if stopped and (actor.role == Role.RESIDENT or queries.party_of(dispute, actor) is not None):
        raise Refused(
            "mediation.interrupted",
            _("This cannot go on here at the moment."),
            next_step=_("Your other rights stay as they are; the desk can tell you more."),
        )
    if stopped:
        code = "mediation.dv_block" if "violence" in stopped else "mediation.interrupted"
        raise Refused(
            code,
            _("This matter cannot go on in the ordinary way now."),
            law=_("Anti-Domestic Violence Law; People's Mediation Law art. 25"),
            next_step=_("See the routes on the matter's page first."),
        )


def words(text: str, *, field: str = "text") -> str:
    """Refuses: an empty text where the rule wants one."""
    if not text.strip():
        raise Refused(f"dispute.{field}_missing", _("Please write a sentence first."))
    return text.strip()
