"""Every cell of the permission matrix, and that the table knows every route.

FENGQIAO_MATRIX=quick asks every 29th cell, for a first look while working; FENGQIAO_MATRIX=whole also tries every
shut door on every relation.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from fengqiao.kernel import clock
from fengqiao.kernel.actor import verbs
from tests import world
from tests.matrix.cells import Asker, Surprise, cells, operations, routes, unknown_names
from tests.matrix.table import EVERYBODY, NOBODY, OPERATIONS, SIGNED_IN, TABLE


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    known = {row.route for row in TABLE}
    assert [route.name for route in routes() if route.name not in known] == [], "add rows to tests/matrix/table.py"
    assert unknown_names(TABLE) == []
    assert [name for name, times in Counter((row.route, row.methods) for row in TABLE).items() if times > 1] == []


def test_the_table_says_what_the_page_says() -> None:
    pages = {route.name: route for route in routes()}
    for row in TABLE:
        page = pages[row.route]
        if page.has_verb and row.who != NOBODY and not row.systems_only:
            assert row.who == (page.verb or EVERYBODY), row.route
        assert row.who in {EVERYBODY, SIGNED_IN, NOBODY, *verbs()}, row.route


def test_every_operation_of_the_api_has_its_row_with_its_verbs() -> None:
    known = {row.route: row for row in OPERATIONS}
    assert known.keys() == operations().keys(), "add rows to OPERATIONS in tests/matrix/table.py"
    for name, operation in operations().items():
        assert known[name].who == (operation.verbs or EVERYBODY), name


PARTS = 8
"""The rows are dealt out, so that several processes can share them."""


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_every_cell_is_as_the_table_says(stage, part, record_property) -> None:
    asker, size = Asker(stage), os.environ.get("FENGQIAO_MATRIX")
    asked = list(cells((*TABLE, *OPERATIONS)[part::PARTS], stage, whole=size == "whole"))
    if size == "quick":
        asked = asked[::29]
    with clock.standing_at(world.AT):
        surprises = [found for cell in asked if (found := asker.surprise(cell))]
    record_property("cells", asker.asked)
    print(f"part {part}: {asker.asked} cells asked, {len(surprises)} unexpected")  # noqa: T201 (the figure of the report)
    assert not surprises, summary(surprises)


def summary(surprises: list[Surprise]) -> str:
    """One line for each route, method and kind of surprise, with the cells it happened in."""
    grouped: dict[str, list[str]] = {}
    for found in surprises:
        line = f"{found.cell.method} {found.cell.row.route}: expected {found.expected}, got {found.got}"
        grouped.setdefault(line, []).append(f"{found.cell.player.role}/{found.cell.relation or '-'}")
    return "\n".join(f"{line} — {len(where)}: {', '.join(where[:6])}" for line, where in grouped.items())
