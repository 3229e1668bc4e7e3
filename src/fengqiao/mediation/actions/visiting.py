"""Home visits for those who cannot come: asked for, planned into a day, confirmed, done or nobody met."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentTo, LineKind
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, notices, queries_visits, rules
from fengqiao.mediation.models import Trip, Visit
from fengqiao.mediation.rules_register import MOST_STOPS, VISIT_MINUTES, Spot, VisitResult, route, slots
from fengqiao.people import queries as people

LATEST_HOUR = 19
"""Nobody is visited later than this unasked. Basis: policy."""


def _event(visit: Visit, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    log.record(
        events.VisitChanged(number=visit.dispute.number, visit_id=visit.pk, deed=deed),
        actor=actor.id, at=at, place_id=visit.place_id,
    )  # fmt: skip


def _dispute(number: str, actor: Actor) -> Any:
    found = dispute_queries.by_number(number, actor)
    if found is None:
        raise Http404
    return found


@transaction.atomic
def ask_visit(
    *, number: str, party_id: int, actor: Actor, at: dt.datetime, purpose: str = "", address: str = ""
) -> Visit:  # fmt: skip
    """A party asks to be visited, itself or through the desk or the mediator.

    Refuses: without the party's own consent to the mark, which tells of health; a closed matter; a second open visit.
    Basis: 个人信息保护法 28, 29.
    """
    dispute = _dispute(number, actor)
    party = dispute_queries.parties(dispute).filter(pk=party_id).first()
    if party is None:
        raise Http404
    if not actor.may(rules.VISITS):
        disputes.require_party(actor, party)
    if dispute.closed_at is not None:
        raise Refused("visit.closed", _("This matter is closed."))
    if not dispute_queries.has_consented(party, ConsentTo.HOME_VISIT_MARK):
        raise Refused(
            "visit.mark_missing",
            _("The person has not agreed to the mark that a visit is needed."),
            law=_("Personal Information Protection Law art. 29"),
            next_step=_("Ask for this consent by itself first."),
        )
    with scoping.unscoped("mediation.ask_visit"):
        if Visit.objects.filter(party=party, done_at=None, cancelled_at=None).exists():
            raise Refused("visit.open", _("A visit is asked for already."))
        where = address.strip() or (party.person.address if party.person is not None else "")
        made = Visit(
            dispute=dispute, party=party, purpose=purpose.strip(), address=where, asked_at=at, actor=actor.id,
            minutes=VISIT_MINUTES,
        )  # fmt: skip
        made.place_id = dispute.place_id
        for level in ("city", "district", "street", "community", "grid"):
            setattr(made, f"{level}_id", getattr(dispute, f"{level}_id"))
        made.save()
    _event(made, "asked", actor=actor, at=at)
    return made


def _spot(key: int, row: Any) -> Spot:
    place = getattr(row, "place", None)
    nearest = tuple(
        one for one in (getattr(row, f"{n}_id") for n in ("grid", "community", "street", "district")) if one
    )
    return Spot(key, getattr(place, "latitude", None), getattr(place, "longitude", None), nearest)


@transaction.atomic
def plan_trip(
    *, uids: Collection[uuid.UUID], starts_at: dt.datetime, actor: Actor, at: dt.datetime
) -> Trip:  # fmt: skip
    """A day of one's own: the stops in the order of the way, each with its time; the people are told the same minute.

    Refuses: no stop or too many; a start gone by; a day that would end in the evening; a stop somebody else took.
    """
    if not actor.may(rules.VISITS) or actor.user_id is None or actor.organisation_id is None:
        raise Forbidden(rules.VISITS)
    if starts_at <= at:
        raise Refused("trip.past", _("The day must lie ahead."))
    if not 1 <= len(uids) <= MOST_STOPS:
        raise Refused("trip.stops", _("A day holds between one and %(most)s stops.") % {"most": MOST_STOPS})
    open_ones = queries_visits.open_requests(actor).filter(uid__in=uids)
    chosen = list(open_ones.select_for_update(of=("self",)).select_related("place", "dispute", "party__person"))
    if len(chosen) != len(set(uids)):
        raise Refused("trip.taken", _("A stop was planned by somebody else meanwhile. Please look again."))
    office = people.organisation_by_id(actor.organisation_id)
    assert office is not None
    legs = route(_spot(0, office), [_spot(one.pk, one) for one in chosen])
    moments = slots(starts_at, legs)
    if (moments[-1] + dt.timedelta(minutes=VISIT_MINUTES)).astimezone(starts_at.tzinfo).hour >= LATEST_HOUR:
        raise Refused(
            "trip.late",
            _("The last visit would end after %(hour)s o'clock.") % {"hour": LATEST_HOUR},
            next_step=_("Begin earlier or take fewer stops."),
        )
    by_key = {one.pk: one for one in chosen}
    with scoping.unscoped("mediation.plan_trip"):
        trip = Trip(
            on=starts_at.date(), starts_at=starts_at, user_id=actor.user_id, organisation=office, planned_at=at,
            actor=actor.id,
        )  # fmt: skip
        trip.place_id = office.place_id
        for level in ("city", "district", "street", "community", "grid"):
            setattr(trip, f"{level}_id", getattr(office, f"{level}_id"))
        trip.save()
        for order, (leg, moment) in enumerate(zip(legs, moments, strict=True), start=1):
            visit = by_key[leg.key]
            visit.trip, visit.order, visit.starts_at, visit.km = trip, order, moment, leg.km
            visit.told_at = at
            visit.save()
            notices.tell_parties(
                visit.dispute, "mediation.party.visit", at=at, actor=actor, by=moment, only={visit.party_id}
            )
            _event(visit, "planned", actor=actor, at=at)
    return trip


def _locked(uid: uuid.UUID) -> Visit:
    with scoping.unscoped("mediation.visit"):
        rows = Visit.objects.select_for_update(of=("self",)).select_related("dispute__place", "party", "trip")
        found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _open(visit: Visit) -> None:
    if visit.done_at is not None or visit.cancelled_at is not None:
        raise Refused("visit.over", _("This visit is over."))


@transaction.atomic
def confirm_visit(*, uid: uuid.UUID, actor: Actor, at: dt.datetime) -> Visit:
    """The person says the time suits: itself, or on the telephone to whoever comes. Refuses: while none is planned."""
    visit = _locked(uid)
    if not _is_visitor(visit, actor):
        disputes.require_party(actor, visit.party)
    _open(visit)
    if visit.trip_id is None:
        raise Refused("visit.unplanned", _("No time is planned yet."))
    with scoping.unscoped("mediation.confirm_visit"):
        visit.confirmed_at = visit.confirmed_at or at
        visit.save(update_fields=["confirmed_at"])
    _event(visit, "confirmed", actor=actor, at=at)
    return visit


@transaction.atomic
def cancel_visit(*, uid: uuid.UUID, actor: Actor, at: dt.datetime) -> Visit:
    """Called off by the person or whoever comes. Refuses: a visit that is over."""
    visit = _locked(uid)
    if not _is_visitor(visit, actor):
        disputes.require_party(actor, visit.party)
    _open(visit)
    with scoping.unscoped("mediation.cancel_visit"):
        visit.cancelled_at = at
        visit.save(update_fields=["cancelled_at"])
    _event(visit, "cancelled", actor=actor, at=at)
    return visit


def _is_visitor(visit: Visit, actor: Actor) -> bool:
    return visit.trip is not None and actor.user_id is not None and visit.trip.user_id == actor.user_id


@transaction.atomic
def finish_visit(*, uid: uuid.UUID, result: VisitResult, report: str, actor: Actor, at: dt.datetime) -> Visit:
    """Done, or nobody met: with what was done, in a sentence. Nobody met goes back to those who wait for a day.

    Refuses: anybody but who went; before the day; without a sentence.
    """
    visit = _locked(uid)
    if not actor.may(rules.VISITS) or not _is_visitor(visit, actor):
        raise Http404
    _open(visit)
    if visit.starts_at is None or at.date() < visit.starts_at.astimezone(at.tzinfo).date():
        raise Refused("visit.early", _("The day of this visit has not come yet."))
    if result not in {VisitResult.DONE, VisitResult.NOT_MET}:
        raise Refused("visit.result", _("Please say how it went."))
    if not report.strip():
        raise Refused("visit.report", _("Please write in a sentence what was done."))
    with scoping.unscoped("mediation.finish_visit"):
        visit.result, visit.report, visit.done_at = result, report.strip()[:1000], at
        visit.save(update_fields=["result", "report", "done_at"])
        if result == VisitResult.NOT_MET and visit.dispute.closed_at is None:
            _ask_again(visit, at=at)
    disputes.add_line(number=visit.dispute.number, kind=LineKind.VISIT, actor=actor, at=at, result=str(result))
    _event(visit, str(result), actor=actor, at=at)
    return visit


def _ask_again(visit: Visit, *, at: dt.datetime) -> None:
    again = Visit(
        dispute=visit.dispute, party=visit.party, purpose=visit.purpose, address=visit.address, asked_at=at,
        actor=visit.actor, minutes=visit.minutes,
    )  # fmt: skip
    again.place_id = visit.place_id
    for level in ("city", "district", "street", "community", "grid"):
        setattr(again, f"{level}_id", getattr(visit, f"{level}_id"))
    again.save()
