"""Places: the official divisions come in by import, what lies below a subdistrict is made by the district."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import events
from fengqiao.kernel.actor import LEVELS, Actor, permit
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people import queries
from fengqiao.people.divisions import Division
from fengqiao.people.events import AreaAdded, AreaChanged, AreaClosed, AreasImported
from fengqiao.people.models import Area
from fengqiao.people.rules import CODE_DIGITS, PARENTS, AreaKind, Role
from fengqiao.people.spelling import spell

CHANGE = permit("people.areas.change", {Role.ADMINISTRATOR})
IMPORT = permit("people.areas.import", {Role.ADMINISTRATOR})
CHANGEABLE = frozenset({"name", "aliases", "residents", "households", "latitude", "longitude", "number_code"})


@transaction.atomic
def add_area(
    *, parent: Area | None, kind: AreaKind, name: str, actor: Actor, at: dt.datetime, code: str = "", **facts: Any
) -> Area:
    """Lay out a place below another. The code is the next free one below the parent unless given.

    Refuses: a kind that does not belong directly below the parent, a parent out of use, a name taken beside it.
    """
    if parent is not None:
        parent = Area.objects.select_for_update().get(pk=parent.pk)
        actor.require(CHANGE, area=parent)
    elif not actor.may(CHANGE) or actor.level != "all":
        raise Forbidden(CHANGE)
    _check_place(parent, kind, name)
    area = Area(parent=parent, kind=kind, code=code or _next_code(parent, kind), **_only_changeable(facts))
    _rename(area, name)
    area.save()
    _fill_ancestors(area, parent)
    area.save()
    events.record(AreaAdded(area_id=area.pk, code=area.code), actor=actor.id, at=at, place_id=area.pk)
    return area


@transaction.atomic
def change_area(*, area: Area, actor: Actor, at: dt.datetime, **facts: Any) -> Area:
    """Change name, aliases or figures of a place. The code stays, whatever the name."""
    area = Area.objects.select_for_update(of=("self",)).select_related("parent").get(pk=area.pk)
    actor.require(CHANGE, area=area)
    changed = {key: value for key, value in _only_changeable(facts).items() if getattr(area, key) != value}
    if not changed:
        return area
    if "name" in changed:
        _refuse_taken_name(area.parent, changed["name"], but=area.pk)
        _rename_with_children(area, changed.pop("name"))
    for key, value in changed.items():
        setattr(area, key, value)
    area.save()
    events.record(AreaChanged(area_id=area.pk, fields=sorted(facts)), actor=actor.id, at=at, place_id=area.pk)
    return area


@transaction.atomic
def close_area(*, area: Area, actor: Actor, at: dt.datetime) -> Area:
    """Take a place out of use; what happened there stays. Refuses: while places below it are in use."""
    area = Area.objects.select_for_update().get(pk=area.pk)
    actor.require(CHANGE, area=area)
    if area.children.filter(is_active=True).exists():
        raise Refused(
            "area.has_children",
            _("“%(name)s” still contains places in use.") % {"name": area.name},
            next_step=_("Close the places below it first."),
        )
    area.is_active = False
    area.save(update_fields=["is_active"])
    events.record(AreaClosed(area_id=area.pk), actor=actor.id, at=at, place_id=area.pk)
    return area


@dataclasses.dataclass(frozen=True)
class Imported:
    added: int
    changed: int
    unchanged: int


@transaction.atomic
def import_areas(*, divisions: Iterable[Division], actor: Actor, at: dt.datetime) -> Imported:
    """Bring in the official divisions. A second run changes nothing; a renamed division is renamed here too."""
    if not actor.may(IMPORT) or actor.level != "all":
        raise Forbidden(IMPORT)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE people_area IN SHARE ROW EXCLUSIVE MODE")
    known = {area.code: area for area in Area.objects.filter(kind__in=_OFFICIAL)}
    given = list(divisions)
    fresh = [division for division in given if division.code not in known]
    renamed = [d for d in given if d.code in known and (d.name, d.full_name) != _names(known[d.code])]
    _copy(fresh, known)
    for division in renamed:
        area = known[division.code]
        area.name, area.full_name = division.name, division.full_name
        area.pinyin, area.initials = division.pinyin, division.initials
    Area.objects.bulk_update(
        [known[d.code] for d in renamed], ["name", "full_name", "pinyin", "initials"], batch_size=500
    )
    result = Imported(len(fresh), len(renamed), len(given) - len(fresh) - len(renamed))
    if fresh or renamed:
        events.record(AreasImported(added=result.added, changed=result.changed), actor=actor.id, at=at)
    return result


_OFFICIAL = (AreaKind.PROVINCE, AreaKind.CITY, AreaKind.DISTRICT, AreaKind.STREET)
_COLUMNS = (
    "id", "code", "name", "kind", "parent_id", "full_name", "pinyin", "initials", "aliases", "number_code",
    "is_active", *(f"{level}_id" for level in LEVELS),
)  # fmt: skip


def _copy(fresh: list[Division], known: dict[str, Area]) -> None:
    """Write new divisions by COPY, with ids drawn beforehand so that ancestor columns are known."""
    if not fresh:
        return
    ids = {code: area.pk for code, area in known.items()}
    ancestors = {code: [getattr(area, f"{level}_id") for level in LEVELS] for code, area in known.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('people_area', 'id')) FROM generate_series(1, %s)", [len(fresh)]
        )
        drawn = [pk for (pk,) in cursor.fetchall()]
        with cursor.copy(f"COPY people_area ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for pk, division in zip(drawn, fresh, strict=True):
                above = ancestors.get(division.parent_code, [None] * len(LEVELS))
                line = [pk if level == division.kind else value for level, value in zip(LEVELS, above, strict=True)]
                ids[division.code], ancestors[division.code] = pk, line
                copy.write_row(
                    (
                        pk, division.code, division.name, str(division.kind), ids.get(division.parent_code),
                        division.full_name, division.pinyin, division.initials, [], "", True, *line,
                    )
                )  # fmt: skip


def _names(area: Area) -> tuple[str, str]:
    return area.name, area.full_name


def _only_changeable(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = facts.keys() - CHANGEABLE
    assert not unknown, unknown
    return facts


def _check_place(parent: Area | None, kind: AreaKind, name: str) -> None:
    allowed = PARENTS[kind]
    if (parent is None and allowed) or (parent is not None and AreaKind(parent.kind) not in allowed):
        raise Refused("area.wrong_level", _("A %(kind)s does not lie directly here.") % {"kind": kind.label})
    if parent is not None and not parent.is_active:
        raise Refused("area.closed", _("“%(name)s” is no longer in use.") % {"name": parent.name})
    _refuse_taken_name(parent, name)


def _refuse_taken_name(parent: Area | None, name: str, *, but: int = 0) -> None:
    if Area.objects.filter(parent=parent, name=name, is_active=True).exclude(pk=but).exists():
        raise Refused("area.name_taken", _("There is already a place called “%(name)s” here.") % {"name": name})


def _next_code(parent: Area | None, kind: AreaKind) -> str:
    """The parent's code and the next number; kinds that may lie side by side get a letter so that codes differ."""
    digits = CODE_DIGITS[kind]
    prefix = (parent.code if parent else "") + ("B" if kind == AreaKind.BUILDING else "")
    taken = Area.objects.filter(code__startswith=prefix, kind=kind, parent=parent).values_list("code", flat=True)
    numbers = [int(code[len(prefix) :]) for code in taken if code[len(prefix) :].isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:0{digits}d}"


def _rename(area: Area, name: str) -> None:
    area.name = name
    area.full_name = f"{area.parent.full_name if area.parent else ''}{name}"
    area.pinyin, area.initials = spell(name)


def _rename_with_children(area: Area, name: str) -> None:
    """Full names below follow: they begin with the full name of the place above."""
    before = area.full_name
    _rename(area, name)
    below = list(queries.areas_below(area).filter(full_name__startswith=before))
    for child in below:
        child.full_name = area.full_name + child.full_name[len(before) :]
    Area.objects.bulk_update(below, ["full_name"], batch_size=500)


def _fill_ancestors(area: Area, parent: Area | None) -> None:
    for level in LEVELS:
        own = area.pk if level == area.kind else None
        setattr(area, f"{level}_id", own or (getattr(parent, f"{level}_id") if parent else None))
