"""地点: the places people name, scan or hang posters in. Names of places are public; who may hang posters is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from django.db.models import Q, QuerySet

from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.people.models import Area

POSTER_KINDS = ("street", "community", "grid", "building")
MOST_LISTED = 400


@dataclasses.dataclass(frozen=True)
class Place:
    """A place somebody scanned or picked."""

    id: int
    code: str
    name: str
    full_name: str


def by_code(code: str) -> Place | None:
    """The place of a poster, unless it is gone."""
    area = Area.objects.filter(code=code, is_active=True).first() if code and "\x00" not in code else None
    return None if area is None else Place(area.pk, area.code, area.name, area.full_name)


def name_of(pk: int | None) -> str:
    return "" if pk is None else Area.objects.filter(pk=pk).values_list("name", flat=True).first() or ""


def communities() -> list[tuple[str, list[tuple[int, str]]]]:
    """Communities by subdistrict, for a plain select; none where there are too many to choose from."""
    rows = Area.objects.filter(kind="community", is_active=True).select_related("parent")
    found = list(rows.order_by("parent__code", "code")[: MOST_LISTED + 1])
    if len(found) > MOST_LISTED:
        return []
    groups: dict[str, list[tuple[int, str]]] = {}
    for row in found:
        groups.setdefault(row.parent.name if row.parent else "", []).append((row.pk, row.name))
    return list(groups.items())


def districts() -> list[Area]:
    """Districts laid out down to subdistricts."""
    laid_out = Area.objects.filter(kind="district", is_active=True, children__kind="street")
    return list(laid_out.distinct().order_by("code")[:40])


def for_posters(actor: Actor) -> QuerySet[Area]:
    """The places an actor may hang posters in: their own and everything below."""
    rows = Area.objects.filter(kind__in=POSTER_KINDS, is_active=True)
    if actor.level == "all":
        return rows
    if actor.level not in LEVELS or actor.area_id is None:
        return rows.none()
    return rows.filter(**{f"{actor.level}_id": actor.area_id})


def narrowed(rows: QuerySet[Area], *, street: str, kind: str) -> QuerySet[Area]:
    """By subdistrict and level, as the form above the list asks."""
    wanted = Q(kind=kind) if kind in POSTER_KINDS else Q()
    if street.isdigit():
        wanted &= Q(street_id=int(street))
    return rows.filter(wanted)


def in_order(rows: QuerySet[Area], *, pks: Collection[int] | None = None) -> QuerySet[Area]:
    return (rows if pks is None else rows.filter(pk__in=pks)).order_by("code")
