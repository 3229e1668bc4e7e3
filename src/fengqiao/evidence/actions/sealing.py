"""From events to places in the log: one worker at a time gives each event its index, in the order they were recorded.

Every event carries a number of its unit and lane, taken in its own transaction by a trigger. A number without an event
is a gap: something was removed before it was sealed. The gap is sealed in its stead and reported.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from fengqiao.evidence import leaves, settled, steps
from fengqiao.evidence.models import Incident, Log
from fengqiao.evidence.vault import Tree, new_block
from fengqiao.kernel import clock, scoping
from fengqiao.people.models import Area

LOCK = 20261129
BATCH = 10_000
SITE = "0"
"""The unit of events without a place."""

Words = Callable[[list[dict[str, Any]]], Mapping[int, Mapping[str, Any]]]
_words: dict[str, Words] = {}

_WAITING = """
SELECT c.unit_id, c.lane, c.last, coalesce(d.n, 0), p.n, e.id, e.kind, e.subject, e.actor, e.at, e.facts, e.place_id
FROM evidence_counter AS c
LEFT JOIN evidence_counted AS d ON d.unit_id = c.unit_id AND d.lane = c.lane
LEFT JOIN evidence_pending AS p ON p.unit_id = c.unit_id AND p.lane = c.lane
LEFT JOIN kernel_event AS e ON e.id = p.event_id
WHERE c.last > coalesce(d.n, 0)
ORDER BY c.unit_id, c.lane, p.n
LIMIT %s
"""


def add_words(kind: str, words: Words) -> None:
    """A context says what else an event of this kind commits to: `words(events)` → event id → what to add.

    The words are sealed under the record's own key; a proof shows them to whoever may see the record.
    """
    _words[kind] = words


@dataclasses.dataclass(frozen=True)
class Item:
    """Something that gets a place: an event, or the gap from `n` to `to`."""

    unit_id: int
    lane: int
    n: int
    to: int
    event: dict[str, Any] | None = None


@dataclasses.dataclass(frozen=True)
class Sealed:
    """What one turn did. `is_busy`: somebody else was at it."""

    count: int = 0
    gaps: int = 0
    is_busy: bool = False
    is_full: bool = False


def seal(*, at: dt.datetime, most: int = BATCH) -> Sealed:
    """Give the next events their places. Ends when nothing is left or `most` were placed; call again if `is_full`."""
    with transaction.atomic(), scoping.unscoped("evidence.seal"):
        if not _is_alone():
            return Sealed(is_busy=True)
        steps.reach("locked")
        items, is_full = _waiting(most)
        if items:
            _place(items, at=at)
        steps.reach("placed")
    steps.reach("committed")
    gaps = sum(item.event is None for item in items)
    return Sealed(len(items), gaps, is_full=is_full)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _waiting(most: int) -> tuple[list[Item], bool]:
    """Everything that has a number and no place, with gaps; in one statement, so that it is one moment's view."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [most + 1])
        rows = cursor.fetchall()
    is_full = len(rows) > most
    items: list[Item] = []
    lanes: dict[tuple[int, int], list[Any]] = {}
    for row in rows[:most]:
        lanes.setdefault((row[0], row[1]), []).append(row)
    last_lane = (rows[most - 1][0], rows[most - 1][1]) if is_full else None
    for lane, held in lanes.items():
        items += _in_lane(held, until=None if lane == last_lane else held[0][2])
    return sorted(items, key=lambda item: (item.event["event"] if item.event else 0, item.n)), is_full


def _in_lane(rows: list[Any], *, until: int | None) -> Iterator[Item]:
    """The items of one lane in their order, gaps included; with `until` also the gap at the end."""
    unit_id, lane, _last, n = rows[0][:4]
    for row in rows:
        number = row[4]
        if number is None:
            break
        if number > n + 1:
            yield Item(unit_id, lane, n + 1, number - 1)
        yield Item(unit_id, lane, number, number, _event(row) if row[5] is not None else None)
        n = number
    if until is not None and until > n:
        yield Item(unit_id, lane, n + 1, until)


def _event(row: Any) -> dict[str, Any]:
    identifier, kind, subject, actor, at, facts, place = row[5:]
    return {
        "event": identifier, "kind": kind, "subject": subject, "actor": actor, "at": leaves.instant(at),
        "facts": json.loads(facts) if isinstance(facts, str) else facts, "place": place,
    }  # fmt: skip


def _place(items: list[Item], *, at: dt.datetime) -> None:
    told = _told([item.event for item in items if item.event])
    year = at.astimezone(clock.CHINA).year
    by_unit: dict[int, list[Item]] = {}
    for item in items:
        by_unit.setdefault(item.unit_id, []).append(item)
    tree = settled.vault().tree()
    for unit_id, some in by_unit.items():
        log = log_of(unit_id, year, at=at)
        start = log.size
        rows = _rows(log, start, some, told, tree, at=at)
        _copy(rows)
        Log.objects.filter(pk=log.pk).update(size=start + len(some))
    _count(items)
    _report(items, at=at)


def _copy(rows: Iterable[tuple[Any, ...]]) -> None:
    """Straight into the table: it has no policies, so COPY may."""
    names = "log_id, index, event_id, subject, number, entry, sealed"
    with connection.cursor() as cursor, cursor.copy(f"COPY evidence_leaf ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _told(events: list[dict[str, Any]]) -> dict[int, Mapping[str, Any]]:
    told: dict[int, Mapping[str, Any]] = {}
    for kind, words in _words.items():
        some = [event for event in events if event["kind"] == kind]
        if some:
            told |= words(some)
    return told


def _rows(
    log: Log, start: int, items: list[Item], told: Mapping[int, Mapping[str, Any]], tree: Tree, *, at: dt.datetime
) -> Iterator[tuple[Any, ...]]:
    numbers = iter(new_block(len(items)))
    for index, item in enumerate(items, start):
        if item.event is None:
            entry = leaves.gap(at=leaves.instant(at), unit=log.unit, lane=item.lane, first=item.n, last=item.to)
            yield log.pk, index, None, "", None, entry, b""
            continue
        event, number = item.event, next(numbers)
        record = record_of(event, told.get(event["event"]))
        keys = tree.keys(number)
        leaf = leaves.sealed_leaf(
            kind=event["kind"], at=event["at"], unit=log.unit, lane=item.lane, n=item.n, record=record, salt=keys.salt
        )
        sealed = keys.seal(record.encode(), number)
        yield log.pk, index, event["event"], event["subject"], number, leaf.entry(), sealed


def record_of(event: Mapping[str, Any], words: Mapping[str, Any] | None) -> str:
    """What is committed to: the event, and what its context adds."""
    return leaves.canonical({**event, **({"told": dict(words)} if words else {})})


def log_of(unit_id: int, year: int, *, at: dt.datetime) -> Log:
    """The log of a unit and year, locked. Opened on first use."""
    found = Log.objects.select_for_update().filter(unit_id=unit_id, year=year).first()
    if found is not None:
        return found
    unit = Area.objects.filter(pk=unit_id).values_list("code", flat=True).first() or SITE
    origin = f"{settings.EVIDENCE_ORIGIN}/{unit}/{year}"
    return Log.objects.create(origin=origin, unit_id=unit_id, unit=unit, year=year, opened_at=at)


def _count(items: Iterable[Item]) -> None:
    """Note up to which number each lane is done, and take the sealed events off the list."""
    until: dict[tuple[int, int], int] = {}
    for item in items:
        key = (item.unit_id, item.lane)
        until[key] = max(until.get(key, 0), item.to)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO evidence_counted AS held (unit_id, lane, n) VALUES (%s, %s, %s)"
            " ON CONFLICT (unit_id, lane) DO UPDATE SET n = excluded.n",
            [(*key, n) for key, n in until.items()],
        )
        cursor.executemany(
            "DELETE FROM evidence_pending WHERE unit_id = %s AND lane = %s AND n <= %s",
            [(*key, n) for key, n in until.items()],
        )


def _report(items: Iterable[Item], *, at: dt.datetime) -> None:
    for gap in items:
        if gap.event is None:
            facts = {"unit": gap.unit_id, "lane": gap.lane, "from": gap.n, "to": gap.to}
            count = gap.to - gap.n + 1
            Incident.objects.create(at=at, kind=Incident.Kind.MISSING, what=f"{count}", facts=facts)
