"""公示: how a place keeps its promises, in counts nobody can be found in. Suppression is pure; the figures are not.

A table of counts with row and column totals leaks small cells through subtraction. Cells under `SMALL` are hidden, and
then as many others as it takes until no hidden cell, whatever its size, can be worked out from what is shown.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
from collections.abc import Iterator, Sequence

from django.core.cache import caches
from django.db import connection

from fengqiao.kernel import scoping
from fengqiao.people.models import Area

SMALL = 5
DAYS = 30
KEPT_S = 60
Cell = tuple[int, int]
Grid = list[list[int]]


def with_totals(cells: Sequence[Sequence[int]]) -> Grid:
    """The table with a last column of row totals and a last row of column totals."""
    rows = [[*row, sum(row)] for row in cells]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def hidden(table: Grid, *, small: int = SMALL) -> frozenset[Cell]:
    """The cells of a table with totals that must not be shown.

    Every hidden cell could hold at least two different values (counts of 0 or more) and leave all shown cells and all
    totals as they are; so none can be derived, also not by combining rows and columns.
    """
    gone = {(r, c) for r, row in enumerate(table) for c, value in enumerate(row) if value < small}
    for cell in sorted(gone):
        gone |= _cover(table, gone, cell)
    return frozenset(gone)


Node = tuple[str, int]


def _cover(table: Grid, gone: set[Cell], cell: Cell) -> set[Cell]:
    """The fewest shown cells whose loss lets this cell hold another value; none when it can already.

    Rows and columns are nodes, cells are edges: a table that agrees with everything shown and differs here is a closed
    walk of +1 and −1 through hidden cells, where −1 needs a cell above 0. Every cell on such a walk is safe with it.
    """
    row, column = ("r", cell[0]), ("c", cell[1])
    more, less = _arrows(table, cell)
    walks = [_walk(table, gone, cell, column, row)] if more else []
    walks += [_walk(table, gone, cell, row, column)] if less else []
    return min((set(walk) - gone for walk in walks), key=lambda lost: sum(_loss(table, one) for one in lost))


def _loss(table: Grid, cell: Cell) -> int:
    """What hiding a cell costs the reader: one cell is always worse than large counts, a total worse than two cells."""
    totals = (cell[0] == len(table) - 1) + (cell[1] == len(table[0]) - 1)
    return 1_000_000_000 * (1 + 2 * totals) + table[cell[0]][cell[1]]


def _arrows(table: Grid, cell: Cell) -> tuple[bool, bool]:
    """Whether the edge may be walked from row to column, and back. Totals carry the opposite sign."""
    r, c = cell
    is_total = (r == len(table) - 1) != (c == len(table[0]) - 1)
    can_fall = table[r][c] >= 1
    return (can_fall, True) if is_total else (True, can_fall)


def _walk(table: Grid, gone: set[Cell], apart: Cell, start: Node, goal: Node) -> tuple[Cell, ...]:
    """The cheapest way from node to node without the cell `apart` (Dijkstra): hidden cells cost nothing.

    One always exists: the cell grows by one, and its totals with it.
    """
    waiting: list[tuple[int, Node, tuple[Cell, ...]]] = [(0, start, ())]
    seen: set[Node] = set()
    while True:
        cost, node, way = heapq.heappop(waiting)
        if node == goal:
            return way
        if node in seen:
            continue
        seen.add(node)
        for cell, following in _steps(table, node):
            if cell != apart and following not in seen:
                heapq.heappush(waiting, (cost + (0 if cell in gone else _loss(table, cell)), following, (*way, cell)))


def _steps(table: Grid, node: Node) -> Iterator[tuple[Cell, Node]]:
    kind, index = node
    for other in range(len(table[0]) if kind == "r" else len(table)):
        cell = (index, other) if kind == "r" else (other, index)
        if _arrows(table, cell)[0 if kind == "r" else 1]:
            yield cell, ("c" if kind == "r" else "r", other)


@dataclasses.dataclass(frozen=True)
class Row:
    """One place. None: not shown. `median_hours`: receipt to first answer, working and other hours alike."""

    name: str
    in_time: int | None
    late: int | None
    running: int | None
    received: int | None
    median_hours: float | None
    is_total: bool = False


@dataclasses.dataclass(frozen=True)
class Board:
    """What the public sees of a district: last `DAYS` days up to `at`."""

    district: str
    at: dt.datetime
    since: dt.date
    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        return not self.rows

    @property
    def hides(self) -> bool:
        return any(value is None for row in self.rows for value in (row.in_time, row.late, row.running, row.received))


_COUNTS = """
SELECT street_id,
  count(*) FILTER (WHERE responded_at IS NOT NULL AND responded_at <= limit_at),
  count(*) FILTER (WHERE (responded_at IS NULL AND limit_at < %(at)s) OR responded_at > limit_at),
  count(*) FILTER (WHERE responded_at IS NULL AND limit_at >= %(at)s),
  count(responded_at),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM responded_at - received_at) / 3600)
FROM (
  SELECT c.street_id, c.received_at, c.responded_at, coalesce(d.due_at, 'infinity') AS limit_at
  FROM intake_contact c
  LEFT JOIN LATERAL (
    SELECT due_at FROM kernel_deadline WHERE subject = c.number AND kind = 'response' ORDER BY id DESC LIMIT 1
  ) d ON true
  WHERE c.district_id = %(district)s AND c.received_at >= %(since)s AND c.street_id IS NOT NULL
    AND c.stage NOT IN ('withdrawn', 'merged')
) held
GROUP BY GROUPING SETS ((street_id), ())
"""


def board(district: Area, *, at: dt.datetime) -> Board:
    """The board of a district, counted at most once a minute."""
    key = f"board:{district.pk}:{int(at.timestamp()) // KEPT_S}"
    cache = caches["process"]
    found = cache.get(key)
    if found is None:
        found = _counted(district, at=at)
        cache.set(key, found, KEPT_S)
    assert isinstance(found, Board)
    return found


def _counted(district: Area, *, at: dt.datetime) -> Board:
    since = at - dt.timedelta(days=DAYS)
    with scoping.unscoped("intake.board"), connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"district": district.pk, "since": since, "at": at})
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    streets = list(Area.objects.filter(district_id=district.pk, kind="street", is_active=True).order_by("code"))
    if not counts.get(None, (0,) * 5)[:3] or not sum(counts.get(None, (0, 0, 0))[:3]) or not streets:
        return Board(district.name, at, since.date(), ())
    nothing = (0, 0, 0, 0, None)
    table = with_totals([list(counts.get(street.pk, nothing)[:3]) for street in streets])
    gone = hidden(table)
    names = [*(street.name for street in streets), district.name]
    medians = [counts.get(key, nothing)[3:] for key in (*(street.pk for street in streets), None)]
    rows = tuple(
        _row(name, table[index], index, gone, medians[index], is_total=index == len(streets))
        for index, name in enumerate(names)
    )
    return Board(district.name, at, since.date(), rows)


def _row(
    name: str, values: list[int], index: int, gone: frozenset[Cell], median: Sequence[float | None], *, is_total: bool
) -> Row:
    in_time, late, running, received = (
        None if (index, column) in gone else value for column, value in enumerate(values)
    )
    answered, hours = int(median[0] or 0), median[1]
    shown = float(hours) if answered >= SMALL and hours is not None else None
    return Row(name, in_time, late, running, received, median_hours=shown, is_total=is_total)
