"""The judge: hears both, rules, and what follows from the ruling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.court import events, queries, rules
from fengqiao.court.actions.common import DECIDE, TARGET, keep, locked, move, require_court, subject, tell
from fengqiao.court.models import Confirmation, Served
from fengqiao.court.rules import REJECTED_TEXTS, Mode, Rejected, Status
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions as mediation


@transaction.atomic
def hear(*, number: str, present: Collection[int], mode: Mode, actor: Actor, at: dt.datetime) -> Confirmation:
    """The judge hears both, together. Refuses: one of them alone. Basis: 民事诉讼法解释 356."""
    made = locked(number)
    require_court(actor, rules.DECIDE, made)
    parties = {party.pk for party in dispute_queries.parties(made.dispute)}
    if not parties <= set(present):
        raise Refused(
            "hearing.one_party",
            _("The court hears every party together; somebody is missing."),
            law=_("Civil Procedure Interpretation art. 356"),
        )
    move(made, Status.HEARD)
    made.heard_at, made.mode = at, mode
    keep(made)
    tell(made, "heard", actor=actor, at=at)
    return made


@transaction.atomic
def decide(
    *, number: str, is_valid: bool, actor: Actor, at: dt.datetime, ground: Rejected | None = None,
    serve_now: bool = True,
) -> Confirmation:  # fmt: skip
    """The ruling: valid and enforceable, or rejected with a ground of the law. No fee.

    `serve_now`: both were there and take it with them, or have it on their telephones.
    Refuses: before both were heard; a rejection without ground. Basis: 民事诉讼法 187, 206; 民事诉讼法解释 358, 372.
    """
    made = locked(number)
    require_court(actor, rules.DECIDE, made)
    if made.status != Status.HEARD:
        raise Refused(
            "confirmation.unheard",
            _("Both are heard before the ruling."),
            law=_("Civil Procedure Interpretation art. 356"),
        )
    if not is_valid and ground is None:
        raise Refused("confirmation.ground", _("A rejection names its ground."))
    move(made, Status.DECIDED)
    with scoping.unscoped("court.decide"):
        until = _objection_until(at) if serve_now and is_valid else None
        made.ruling = mediation.issue_ruling(
            number=number, agreement_id=made.agreement_id, case_number=made.number, court_id=made.court_id,
            is_valid=is_valid, applied_on=made.accepted_at.astimezone(CHINA).date() if made.accepted_at else at.date(),
            ground="" if is_valid or ground is None else REJECTED_TEXTS[ground], judge=actor.name,
            objection_until=until, actor=actor, at=at,
        )  # fmt: skip
        made.decided_at, made.is_valid, made.rejected = at, is_valid, "" if is_valid else (ground or "")
        deadlines.meet(subject=subject(made), kind=DECIDE, at=at, actor=actor)
        deadlines.meet(subject=subject(made), kind=TARGET, at=at, actor=actor)
        keep(made)
        if serve_now:
            for party in dispute_queries.parties(made.dispute):
                _serve(made, party.pk, actor=actor, at=at)
    log.record(
        events.ConfirmationDecided(number, made.pk, made.number, is_valid, made.rejected, at), actor=actor.id, at=at
    )
    return made


def _objection_until(at: dt.datetime) -> dt.date:
    day = at.astimezone(CHINA).date()
    days = rulebook.rule("court.confirmation.objection.party", on=day).whole
    return rules.objection_until(day, days, calendars.current())


def _serve(made: Confirmation, party_id: int, *, actor: Actor, at: dt.datetime) -> Served:
    row, is_new = Served.objects.get_or_create(
        confirmation=made, party_id=party_id,
        defaults={"served_at": at, "objection_until": _objection_until(at), "actor": actor.id},
    )  # fmt: skip
    if is_new:
        fact = events.ConfirmationServed(made.dispute.number, made.pk, party_id, row.objection_until)
        log.record(fact, actor=actor.id, at=at)
    return row


@transaction.atomic
def serve(*, number: str, party_id: int, actor: Actor, at: dt.datetime) -> Served:
    """The ruling reached a party who was not there; from here its fifteen days run. Basis: 民事诉讼法解释 372."""
    made = locked(number, live=False)
    if made.status != Status.DECIDED:
        raise Refused("confirmation.undecided", _("There is no ruling yet."))
    require_court(actor, rules.ACCEPT if actor.role == "judge_assistant" else rules.DECIDE, made)
    if not dispute_queries.parties(made.dispute).filter(pk=party_id).exists():
        raise Http404
    with scoping.unscoped("court.serve"):
        return _serve(made, party_id, actor=actor, at=at)


@transaction.atomic
def object_to(*, number: str, party_id: int, actor: Actor, at: dt.datetime) -> Served:
    """A party objects to the ruling. Refuses: after the fifteenth day. Basis: 民事诉讼法解释 372."""
    made = locked(number, live=False)
    own = dispute_queries.party_of(made.dispute, actor)
    if own is None or own.pk != party_id:
        raise Forbidden(rules.APPLY, code="consent.not_personal")
    row = made.served.filter(party_id=party_id).first()
    if row is None:
        raise Refused("confirmation.unserved", _("The ruling has not reached you yet."))
    if at.astimezone(CHINA).date() > row.objection_until:
        raise Refused(
            "objection.too_late",
            _("The fifteen days for an objection are over."),
            law=_("Civil Procedure Interpretation art. 372"),
        )
    with scoping.unscoped("court.object_to"):
        row.objected_at = row.objected_at or at
        row.save(update_fields=["objected_at"])
    tell(made, "objected", actor=actor, at=at)
    return row


@transaction.atomic
def prepare_enforcement(*, number: str, actor: Actor, at: dt.datetime) -> object:
    """The application for enforcement, filled in, when something owed is overdue.

    Refuses: without a ruling that found the agreement valid; after two years. Basis: 民事诉讼法 206, 250.
    """
    made = locked(number, live=False)
    if not actor.may(rules.ENFORCE) or dispute_queries.party_of(made.dispute, actor) is None:
        raise Forbidden(rules.ENFORCE)
    if not made.is_valid:
        raise Refused(
            "enforcement.no_ruling",
            _("Only an agreement the court has confirmed is enforced."),
            law=_("Civil Procedure Law art. 206"),
            next_step=_("You may sue on the agreement."),
        )
    today = at.astimezone(CHINA).date()
    with scoping.unscoped("court.prepare_enforcement"):
        late = [one for one in queries.enforcement_days(made) if not one.is_done and one.due_on < today]
    if late and max(one.until for one in late) < today:
        raise Refused(
            "enforcement.too_late",
            _("The two years to ask for enforcement are over."),
            law=_("Civil Procedure Law art. 250"),
        )
    last_on = min((one.until for one in late), default=None)
    return mediation.prepare_enforcement(number=number, ruling_number=made.number, last_on=last_on, actor=actor, at=at)
