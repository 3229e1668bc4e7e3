"""Verbs of the two reference tables: bring in holidays and rules, correct a day, declare a year announced."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.kernel import cached, deadlines, events
from fengqiao.kernel.actor import Actor, permit
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import CalendarYear, Holiday, Rule

RULES_FILE = Path(__file__).with_name("data") / "rules.csv"
EDIT = permit("reference.edit", ["administrator"])


@dataclasses.dataclass(frozen=True)
class CalendarChanged(events.Fact):
    """Days of these years were set; `moved` promised ends changed with them."""

    kind: ClassVar[str] = "reference.calendar_changed"
    years: Sequence[int]
    days: Sequence[dt.date]
    moved: int


@dataclasses.dataclass(frozen=True)
class RulesChanged(events.Fact):
    kind: ClassVar[str] = "reference.rules_changed"
    added: Sequence[str]
    closed: Sequence[str]
    annotated: Sequence[str]


class RuleRewritten(ValueError):
    """A row of the rules file says something else than the version already in the table."""


# -- calendar --------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Day:
    """One day that differs from its weekday."""

    day: dt.date
    kind: str
    name: str


def published_days() -> dict[int, set[Day]]:
    """Year → the special days the package chinesecalendar knows."""
    holiday, make_up = Holiday.Kind.HOLIDAY.value, Holiday.Kind.MAKE_UP.value
    days = [Day(day, holiday, name) for day, name in chinese_calendar.constants.holidays.items()]
    days += [Day(day, make_up, name) for day, name in chinese_calendar.constants.workdays.items()]
    years: dict[int, set[Day]] = {}
    for day in days:
        years.setdefault(day.day.year, set()).add(day)
    return years


@transaction.atomic
def sync_calendar(*, at: dt.datetime, actor: Actor) -> list[int]:
    """Bring in the announced years. Result: the years that changed.

    A year whose list was typed in stays as it is; elsewhere each day corrected by hand stays, the others come.
    """
    held = {year.year: year for year in CalendarYear.objects.select_for_update()}
    days: dict[int, set[Day]] = {year: set() for year in held}
    for row in Holiday.objects.filter(is_edited=False):
        days.setdefault(row.day.year, set()).add(Day(row.day, row.kind, row.name))
    by_hand = set(Holiday.objects.filter(is_edited=True).values_list("day", flat=True))
    offered = {
        year: {one for one in published if one.day not in by_hand} for year, published in published_days().items()
    }
    news = {
        year: published
        for year, published in offered.items()
        if year not in held
        or (not held[year].is_edited and (held[year].status != "official" or days[year] != published))
    }
    if news:
        CalendarYear.objects.bulk_create(
            [CalendarYear(year=year, status=CalendarYear.Status.OFFICIAL) for year in news],
            update_conflicts=True,
            unique_fields=["year"],
            update_fields=["status"],
        )
        Holiday.objects.filter(day__year__in=news, is_edited=False).delete()
        _put(day for published in news.values() for day in published)
        _spread(news, news.values(), is_first=not held, at=at, actor=actor)
    return sorted(news)


def _put(days: Iterable[Day], *, by_hand: bool = False) -> None:
    Holiday.objects.bulk_create(
        [Holiday(**dataclasses.asdict(day), is_edited=by_hand) for day in days],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name", "is_edited"],
    )


def _spread(
    years: Iterable[int], days: Iterable[Iterable[Day]], *, is_first: bool, at: dt.datetime, actor: Actor
) -> int:
    """Tell every process, count the clocks anew, record it. The very first filling of an empty table is no change."""
    cached.changed("calendar")
    if is_first:
        return 0
    touched = sorted({one.day for some in days for one in some} | {dt.date(year, 1, 1) for year in years})
    moved = deadlines.reckon_all_anew(since=touched[0], at=at, actor=actor)
    events.record(CalendarChanged(sorted(years), touched, moved), actor=actor.id, at=at)
    return moved


@transaction.atomic
def make_year_official(*, year: int, days: Iterable[Day], actor: Actor, at: dt.datetime) -> int:
    """The State Council has announced a year: take its days, count every running clock anew that reaches it.

    The list may reach into the last days of December before. Result: how many promised ends moved.
    Refuses: days of other years; a holiday named twice.
    """
    actor.require(EDIT)
    announced = list(days)
    if any(not dt.date(year - 1, 12, 15) <= one.day <= dt.date(year, 12, 31) for one in announced):
        raise Refused("calendar.wrong_year", _("All days of the list must lie in the year that is announced."))
    if len({one.day for one in announced}) < len(announced):
        raise Refused("calendar.day_twice", _("A day stands in the list twice."))
    CalendarYear.objects.update_or_create(
        year=year, defaults={"status": CalendarYear.Status.OFFICIAL, "is_edited": True}
    )
    Holiday.objects.filter(day__year=year).delete()
    _put(announced)
    return _spread([year], [announced], is_first=False, at=at, actor=actor)


@transaction.atomic
def set_day(*, day: dt.date, kind: str, name: str, actor: Actor, at: dt.datetime) -> int:
    """Correct one day by hand; the kind ordinary makes it what its weekday says. Result: how many promised ends moved.

    Later imports leave this day alone and bring the rest of its year.
    """
    actor.require(EDIT)
    assert kind in Holiday.Kind.values, kind
    CalendarYear.objects.get_or_create(year=day.year, defaults={"status": CalendarYear.Status.PROVISIONAL})
    _put([Day(day, kind, name)], by_hand=True)
    return _spread([], [[Day(day, kind, name)]], is_first=False, at=at, actor=actor)


# -- rules -----------------------------------------------------------------------------------------------------------

_COUNTS = ("value", "unit", "moves", "ends", "kind", "instrument", "article")
_NOTES = ("is_verified", "note_en", "note_zh")


def read_rules(path: Path = RULES_FILE) -> list[dict[str, Any]]:
    """The rows of the rules file, typed."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {
                **row,
                "moves": row["moves"] == "yes",
                "is_verified": row["is_verified"] == "yes",
                "valid_from": dt.date.fromisoformat(row["valid_from"]),
                "valid_to": dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            }
            for row in csv.DictReader(file)
        ]


@transaction.atomic
def sync_rules(rows: Iterable[Mapping[str, Any]] | None = None, *, at: dt.datetime, actor: Actor) -> RulesChanged:
    """Bring the rules file into the table: new versions are added, ended ones closed, notes corrected.

    Raises RuleRewritten when a row changes what a version says: write a new version with a later `valid_from`.
    """
    held = {(rule.key, rule.jurisdiction, rule.valid_from): rule for rule in Rule.objects.select_for_update()}
    added, closed, annotated = [], [], []
    for row in read_rules() if rows is None else rows:
        rule = held.get((row["key"], row["jurisdiction"], row["valid_from"]))
        if rule is None:
            added.append(Rule(**row))
            continue
        _check_same(rule, row)
        if rule.valid_to != row["valid_to"]:
            closed.append(rule)
        elif any(getattr(rule, name) != row[name] for name in _NOTES):
            annotated.append(rule)
        for name in ("valid_to", *_NOTES):
            setattr(rule, name, row[name])
    for rule in (*closed, *annotated, *added):
        rule.save()
    change = RulesChanged(*([str(rule) for rule in some] for some in (added, closed, annotated)))
    if added or closed or annotated:
        cached.changed("rules")
        if held:
            events.record(change, actor=actor.id, at=at)
    return change


def _check_same(rule: Rule, row: Mapping[str, Any]) -> None:
    changed = [name for name in _COUNTS if getattr(rule, name) != row[name]]
    if changed or (rule.valid_to is not None and row["valid_to"] != rule.valid_to):
        what = ", ".join(changed) or "valid_to"
        raise RuleRewritten(f"{rule} ({rule.jurisdiction}) changes {what}; add a version with a later valid_from")
