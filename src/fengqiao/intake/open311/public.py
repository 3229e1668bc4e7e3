"""What Open311 may show. Matters between persons are never listed; of the others, nothing a person wrote.

A matter is public when its category lies in a group about public things, it names no opponent, asks for no secrecy and
holds no sentence under seal. The system that sent a matter in sees it whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Round

from fengqiao.intake.models import Category, Contact, Entry
from fengqiao.intake.rules import CLOSED, EntryKind, Stage
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA

PUBLIC_GROUPS = (
    "utilities",
    "city.sanitation",
    "city.order",
    "city.works",
    "city.safety.cable",
    "city.safety.fire",
    "traffic.parking",
    "traffic.public",
    "traffic.road.jam",
    "environment",
)
"""Categories, with all below them, about things everybody can see. Everything else stays between us and the person."""

PLACES_OF_DEGREES = 3
"""About a hundred metres: enough to see that a street lamp is known, too little to find a flat."""

DEGREE_M = 111_320.0


def is_private(category: Category) -> bool:
    return not any(category.code == group or category.code.startswith(f"{group}.") for group in PUBLIC_GROUPS)


def public_now() -> Q:
    """The condition of a row anybody may see."""
    groups = Q()
    for group in PUBLIC_GROUPS:
        groups |= Q(category__code=group) | Q(category__code__startswith=f"{group}.")
    return groups & Q(respondent="", wants_secrecy=False, sealed_text="") & ~Q(stage=Stage.MERGED)


def listed(actor: Actor) -> QuerySet[Contact]:
    """What the caller may see by Open311. Must run with everything in scope: the rule is here, not in a place."""
    own = Q(source_id=actor.organisation_id) if actor.is_system else Q(pk__in=())
    rows = Contact.objects.filter(Q(category__isnull=False) & (public_now() | own))
    return rows.select_related("category__parent__parent", "place", "unit", "desk")


def near(rows: QuerySet[Contact], latitude: float, longitude: float, radius_m: float) -> QuerySet[Contact]:
    """Inside a box around a point, by the rounded position that is shown, so that no box tells more."""
    from math import cos, radians

    high = radius_m / DEGREE_M
    wide = high / max(cos(radians(latitude)), 0.01)
    rows = rows.annotate(
        shown_latitude=Round(F("latitude"), precision=PLACES_OF_DEGREES),
        shown_longitude=Round(F("longitude"), precision=PLACES_OF_DEGREES),
    )
    return rows.filter(
        shown_latitude__range=(latitude - high, latitude + high),
        shown_longitude__range=(longitude - wide, longitude + wide),
    )


def request_of(contact: Contact, actor: Actor) -> dict[str, Any]:
    """One request, in the fields of GeoReport v2."""
    is_own = actor.is_system and contact.source_id == actor.organisation_id
    unit = contact.unit if contact.unit is not None else contact.desk
    place = contact.place.name if contact.place is not None else ""
    assert contact.category is not None
    return {
        "service_request_id": contact.number,
        "status": "closed" if contact.stage in CLOSED else "open",
        "status_notes": str(Stage(contact.stage).label),
        "service_name": contact.category.name_zh,
        "service_code": contact.category.code,
        "description": (
            contact.text[:4000] if is_own else " · ".join(part for part in (contact.category.name_zh, place) if part)
        ),
        "agency_responsible": unit.name,
        "service_notice": None,
        "requested_datetime": moment(contact.received_at),
        "updated_datetime": moment(contact.closed_at or contact.changed_at),
        "expected_datetime": moment(contact.due_at) if contact.due_at is not None and contact.is_open else None,
        "address": (contact.location_text or place) if is_own else place,
        "address_id": contact.place.code if contact.place is not None else None,
        "zipcode": None,
        "lat": _shown(contact.latitude, is_own),
        "long": _shown(contact.longitude, is_own),
        "media_url": None,
    }


def moment(at: dt.datetime) -> str:
    """With zone, to the second."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _shown(degrees: float | None, is_own: bool) -> float | None:
    return degrees if degrees is None or is_own else round(degrees, PLACES_OF_DEGREES)


# ---------------------------------------------------------------- updates

TOLD = frozenset(
    {
        EntryKind.DISPATCHED,
        EntryKind.TAKEN,
        EntryKind.ANSWER,
        EntryKind.PROGRESS,
        EntryKind.ASKED,
        EntryKind.DONE,
        EntryKind.ACCEPTED,
        EntryKind.OBJECTED,
        EntryKind.LAPSED,
        EntryKind.REOPENED,
        EntryKind.WITHDRAWN,
        EntryKind.TRANSFERRED,
    }
)
CLOSING = frozenset({EntryKind.ACCEPTED, EntryKind.LAPSED, EntryKind.WITHDRAWN, EntryKind.TRANSFERRED})
OFFICIAL_WORDS = frozenset(
    {EntryKind.ANSWER, EntryKind.PROGRESS, EntryKind.ASKED, EntryKind.DONE, EntryKind.TRANSFERRED}
)
"""Lines whose text the system that sent the matter in may pass on to the person."""


def updates(contacts: QuerySet[Contact], *, since: dt.datetime, until: dt.datetime) -> QuerySet[Entry]:
    lines = Entry.objects.filter(contact__in=contacts, is_internal=False, kind__in=TOLD, at__gte=since, at__lte=until)
    return lines.select_related("contact").order_by("at", "pk")


def update_of(line: Entry, actor: Actor) -> dict[str, Any]:
    is_own = actor.is_system and line.contact.source_id == actor.organisation_id
    kind = EntryKind(line.kind)
    words = line.text if is_own and kind in OFFICIAL_WORDS else ""
    return {
        "update_id": str(line.pk),
        "service_request_id": line.contact.number,
        "status": "closed" if kind in CLOSING else "open",
        "updated_datetime": moment(line.at),
        "description": words[:4000] or str(kind.label),
        "media_url": None,
    }


# ---------------------------------------------------------------- services


def leaves(categories: Iterable[Category]) -> list[Category]:
    """The services: categories without any below them."""
    found = list(categories)
    parents = {one.parent_id for one in found}
    return [one for one in found if one.pk not in parents]


def service_of(category: Category, names: dict[str, str]) -> dict[str, Any]:
    root = category.code.partition(".")[0]
    return {
        "service_code": category.code,
        "service_name": category.name_zh,
        "description": category.name_en or category.name_zh,
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(category.keywords),
        "group": names.get(root, category.name_zh),
    }
