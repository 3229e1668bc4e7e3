"""公示: how a place keeps its promises, in counts nobody can be found in. Suppression is pure; the figures are not.

A table of counts with row and column totals leaks small cells through subtraction. Cells under `SMALL` are hidden, and
then as many others as it takes until no hidden cell, whatever its size, can be worked out from what is shown.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import deque
from collections.abc import Sequence

from django.core.cache import cache
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
    while True:
        bare = next((cell for cell in sorted(gone) if not _is_safe(table, gone, cell)), None)
        if bare is None:
            return frozenset(gone)
        gone.add(_cover(table, gone, bare))


def _cover(table: Grid, gone: set[Cell], bare: Cell) -> Cell:
    """The cell whose loss costs least: the smallest one shown in the row or column, else anywhere."""
    shown = [(r, c) for r, row in enumerate(table) for c, _value in enumerate(row) if (r, c) not in gone]
    near = [cell for cell in shown if cell[0] == bare[0] or cell[1] == bare[1]]
    return min(near or shown, key=lambda cell: (table[cell[0]][cell[1]], cell))


def _is_safe(table: Grid, gone: set[Cell], cell: Cell) -> bool:
    """Whether another table agrees with everything shown and differs in this cell.

    Rows and columns are nodes, hidden cells are edges: a table that differs is a closed walk of +1 and −1 through
    hidden cells, where −1 needs a cell above 0. Totals carry the opposite sign.
    """
    row, column = ("r", cell[0]), ("c", cell[1])
    more, less = _arrows(table, cell)
    return (more and _path(table, gone - {cell}, column, row)) or (less and _path(table, gone - {cell}, row, column))


Node = tuple[str, int]


def _arrows(table: Grid, cell: Cell) -> tuple[bool, bool]:
    """Whether the edge may be walked from row to column, and back."""
    r, c = cell
    is_total = (r == len(table) - 1) != (c == len(table[0]) - 1)
    can_fall = table[r][c] >= 1
    return (can_fall, True) if is_total else (True, can_fall)


def _path(table: Grid, gone: set[Cell], start: Node, goal: Node) -> bool:
    """Breadth first through hidden cells."""
    seen, waiting = {start}, deque([start])
    while waiting:
        node = waiting.popleft()
        if node == goal:
            return True
        for cell in gone:
            towards, back = _arrows(table, cell)
            row, column = ("r", cell[0]), ("c", cell[1])
            following = column if node == row and towards else row if node == column and back else None
            if following is not None and following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


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
