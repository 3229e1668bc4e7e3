"""Questions about home visits. Whoever plans or goes sees the mark; nobody else does, whatever their place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.mediation import rules
from fengqiao.mediation.models import Trip, Visit


def open_requests(actor: Actor) -> QuerySet[Visit]:
    """Visits that wait for a day, of matters the actor has in hand and that are open; oldest first."""
    if not actor.may(rules.VISITS):
        return Visit.objects.none()
    seen = Exists(disputes.visible_to(actor).filter(pk=OuterRef("dispute"), closed_at=None))
    rows = Visit.objects.filter(seen, trip=None, done_at=None, cancelled_at=None)
    return rows.order_by("asked_at", "pk")


def trips_of(actor: Actor, *, since: dt.date) -> QuerySet[Trip]:
    """One's own days, the next first."""
    own = Trip.objects.filter(user_id=actor.user_id or 0, on__gte=since)
    stops = Count("visits", filter=Q(visits__cancelled_at=None))
    done = Count("visits", filter=Q(visits__cancelled_at=None, visits__done_at__isnull=False))
    return own.annotate(stops=stops, done=done).order_by("on", "pk")


def trip_of(uid: Any, actor: Actor) -> Trip | None:
    """One day of one's own; nobody else's."""
    return Trip.objects.select_related("user", "organisation").filter(uid=uid, user_id=actor.user_id or 0).first()


def stops_of(trip: Trip) -> list[Visit]:
    """The stops of a day in the order of the way, with whom to see."""
    rows = trip.visits.filter(cancelled_at=None).select_related("party__person", "dispute", "place")
    return list(rows.order_by("order", "pk"))


def visit_of_party(party_id: int) -> Visit | None:
    """The party's open visit, with who comes. The caller has checked whose party it is."""
    with scoping.unscoped("mediation.visit_of_party"):
        rows = Visit.objects.select_related("trip__user", "trip__organisation", "party", "dispute")
        return rows.filter(party_id=party_id, done_at=None, cancelled_at=None).first()


def may_ask_for(dispute: Any) -> list[tuple[int, str]]:
    """Parties without an open visit, for whom one may be asked."""
    with scoping.unscoped("mediation.may_ask_for"):
        waiting = set(Visit.objects.filter(dispute=dispute, done_at=None, cancelled_at=None).values_list("party_id"))
    return [(one.pk, one.name) for one in disputes.parties(dispute) if (one.pk,) not in waiting]
