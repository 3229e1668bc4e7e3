"""Both apply together: each for itself, in one step, before the last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.court import events, queries, rules
from fengqiao.court.actions.common import ACCEPT, DECIDE, TARGET, keep, locked, move, start, subject, tell
from fengqiao.court.models import Confirmation, Joined
from fengqiao.court.rules import LIVE, Status
from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions as mediation


def one_party() -> Refused:
    return Refused(
        "confirmation.one_party",
        _("Both sides apply together; the other side has not joined yet."),
        law=_("Civil Procedure Law art. 205"),
        next_step=_("Ask the other side to join."),
    )


@transaction.atomic
def join(
    *, number: str, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime, court_id: int | None = None
) -> Confirmation:
    """A party applies, for itself. The first one opens the application and names the court; with the last one it is
    with the court.

    Refuses: every point of the guard list that is not met, with its article; anybody in the place of a party.
    """
    return _join(number, [party_id], by=by, actor=actor, at=at, court_id=court_id, both_appear=False)


@transaction.atomic
def apply(
    *, number: str, party_ids: Collection[int], by: ConsentBy, actor: Actor, at: dt.datetime,
    court_id: int | None = None, both_appear: bool = False,
) -> Confirmation:  # fmt: skip
    """The joint application in one step: those who are there apply, and everybody must have.

    `both_appear`: they stand at the court's counter, or the judge has come to them; then it is accepted that day.
    Refuses: `confirmation.one_party` while somebody has not joined. Basis: 民事诉讼法 205; 民事诉讼法解释 351, 353.
    """
    made = _join(number, party_ids, by=by, actor=actor, at=at, court_id=court_id, both_appear=both_appear)
    if made.status == Status.JOINING:
        raise one_party()
    return made


def _join(
    number: str, party_ids: Collection[int], *, by: ConsentBy, actor: Actor, at: dt.datetime, court_id: int | None,
    both_appear: bool,
) -> Confirmation:  # fmt: skip
    dispute = disputes.locked(number)
    if not actor.may(rules.APPLY):
        raise Forbidden(rules.APPLY)
    parties = {party.pk: party for party in dispute_queries.parties(dispute)}
    for party_id in party_ids:
        if party_id not in parties:
            raise Http404
        _require_self(actor, parties[party_id], by)
    with scoping.unscoped("court.join"):
        made = _opened(dispute, court_id=court_id, actor=actor, at=at)
        for party_id in party_ids:
            _row, is_new = Joined.objects.get_or_create(
                confirmation=made, party_id=party_id, defaults={"by": by, "joined_at": at, "actor": actor.id}
            )
            if is_new:
                log.record(events.ConfirmationJoined(number, made.pk, party_id), actor=actor.id, at=at)
        if made.status == Status.JOINING and made.joined.count() == len(parties):
            _submit(made, both_appear=both_appear, actor=actor, at=at)
    return made


def _require_self(actor: Actor, party: Any, by: ConsentBy) -> None:
    """The party itself; or the mediator of the matter, who writes down what was said or signed before them."""
    if dispute_queries.party_of(party.dispute, actor) is None:
        if not dispute_queries.is_mediator(party.dispute, actor):
            raise Forbidden(rules.APPLY, code="consent.not_personal")
        if by not in {ConsentBy.PAPER, ConsentBy.ORAL}:
            raise Forbidden(rules.APPLY, code="consent.not_personal")
    disputes.require_party(actor, party)


def _opened(dispute: Any, *, court_id: int | None, actor: Actor, at: dt.datetime) -> Confirmation:
    """The application that is open, or a new one when every point is met. Call with everything in scope."""
    today = at.astimezone(CHINA).date()
    agreement, found = queries.guard(dispute, today=today)
    live = Confirmation.objects.select_for_update(of=("self",)).filter(dispute=dispute, status__in=LIVE).first()
    if live is not None and live.status != Status.JOINING:
        raise Refused("confirmation.applied", _("The application is with the court already."))
    unmet = rules.first_unmet(found)
    if unmet is not None or agreement is None:
        raise _refused(unmet or found[0])
    if Confirmation.objects.filter(agreement_id=agreement.agreement_id, status=Status.DECIDED).exists():
        raise Refused("confirmation.decided", _("This agreement was decided on already."))
    if live is not None and live.agreement_id == agreement.agreement_id:
        return live
    last_on = queries.last_day(dispute.number)
    assert last_on is not None, "an agreement in effect has its clock"
    made = Confirmation(
        dispute=dispute,
        agreement_id=agreement.agreement_id,
        court_id=_chosen(dispute, agreement, court_id),
        last_on=last_on,
        opened_at=at,
    )
    made.place_id = dispute.place_id
    for level in LEVELS:
        setattr(made, f"{level}_id", getattr(dispute, f"{level}_id"))
    made.save()
    return made


def _refused(point: rules.Point) -> Refused:
    return Refused(point.code, point.reason, law=point.law)


def _chosen(dispute: Any, agreement: Any, court_id: int | None) -> int:
    """The court that was named, if it is competent; the only one, or the first, where none was."""
    choices = [one.court_id for one in queries.courts(dispute, agreement)]
    if court_id is not None and court_id not in choices:
        raise Refused(
            "confirmation.wrong_court",
            _("This court is not competent for the agreement."),
            law=_("Civil Procedure Law art. 205"),
        )
    return court_id or choices[0]


def _submit(made: Confirmation, *, both_appear: bool, actor: Actor, at: dt.datetime) -> None:
    """Everybody has joined. Call with everything in scope."""
    move(made, Status.APPLIED)
    made.applied_at, made.both_appeared = at, both_appear
    start(made, ACCEPT, "court.confirmation.accept", mover="unit", actor=actor, at=at)
    deadlines.meet(subject=subject(made), kind=queries.CONFIRM, at=at, actor=actor)
    if both_appear:
        made.due_at = _closing_today(at)
    mediation.issue_application(
        number=made.dispute.number, agreement_id=made.agreement_id, court_name=made.court.name, last_on=made.last_on,
        joined=[(one.party.name, one.joined_at) for one in made.joined.select_related("party").order_by("pk")],
        actor=actor, at=at,
    )  # fmt: skip
    made.lacking = rules.lacking(queries.papers_there(made))
    keep(made)
    fact = events.ConfirmationApplied(made.dispute.number, made.pk, made.court_id, both_appear)
    log.record(fact, actor=actor.id, at=at)


def _closing_today(at: dt.datetime) -> dt.datetime:
    """Both stand there: accepted the same day (2011 Provisions art. 4), by the closing of that working day."""
    day = calendars.current().next_working_day(at.astimezone(CHINA).date())
    closing = rulebook.rule("calendar.closing_time", on=day).time
    return max(at, dt.datetime.combine(day, closing, tzinfo=CHINA))


@transaction.atomic
def withdraw(*, number: str, actor: Actor, at: dt.datetime) -> Confirmation:
    """A party takes the application back before the ruling. Basis: 民事诉讼法解释 357."""
    made = locked(number)
    if dispute_queries.party_of(made.dispute, actor) is None:
        raise Forbidden(rules.APPLY, code="consent.not_personal")
    with scoping.unscoped("court.withdraw"):
        move(made, Status.WITHDRAWN)
        made.withdrawn_at = at
        deadlines.cancel(subject=subject(made), kinds=[ACCEPT, DECIDE, TARGET], at=at, actor=actor)
        keep(made)
    tell(made, "withdrawn", actor=actor, at=at)
    return made
