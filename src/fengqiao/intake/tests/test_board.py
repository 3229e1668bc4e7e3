"""公示: nobody can be found in the counts, and no hidden count can be worked out."""

import itertools

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import MORNING, cast

from fengqiao.intake import board
from fengqiao.intake.tests.residents import told
from fengqiao.kernel.clock import standing_at

counts = st.integers(0, 12)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(tables)
def test_small_cells_are_hidden(cells):
    table = board.with_totals(cells)
    gone = board.hidden(table)
    assert {(r, c) for r, row in enumerate(table) for c, value in enumerate(row) if value < board.SMALL} <= gone


@given(tables)
def test_what_is_safe_stays_visible(cells):
    if all(value >= board.SMALL for row in cells for value in row):
        assert not board.hidden(board.with_totals(cells))


small_tables = st.tuples(st.integers(1, 2), st.integers(1, 3)).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 3), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


@settings(deadline=None, max_examples=60)
@given(small_tables)
def test_no_hidden_cell_can_be_derived(cells):
    """Against an independent search: every table of small counts that agrees with what is shown."""
    table = board.with_totals(cells)
    gone = board.hidden(table, small=2)
    width = len(cells[0])
    agreeing = [
        other
        for values in itertools.product(range(5), repeat=len(cells) * width)
        if _agrees(
            other := board.with_totals([values[i : i + width] for i in range(0, len(values), width)]), table, gone
        )
    ]
    for row, column in gone:
        assert len({other[row][column] for other in agreeing}) > 1, (table, gone, (row, column))


def _agrees(other, table, gone):
    return all((r, c) in gone or other[r][c] == value for r, row in enumerate(table) for c, value in enumerate(row))


def test_a_lone_small_cell_takes_others_with_it():
    table = board.with_totals([[20, 3, 9], [15, 8, 7], [30, 6, 11]])
    gone = board.hidden(table)
    assert (0, 1) in gone and len(gone) == 4 and (0, 3) not in gone


def test_one_small_cell_of_a_district_leaves_the_rest_to_read():
    """The shape of the demonstration district: one count of 2 once took every late and running count with it."""
    cells = [[132, 16, 14], [131, 14, 11], [106, 10, 8], [115, 11, 2], [107, 6, 5], [90, 9, 7]]
    gone = board.hidden(board.with_totals(cells))
    assert gone == {(3, 1), (3, 2), (4, 1), (4, 2)}


large = st.lists(st.lists(st.integers(5, 200), min_size=3, max_size=3), min_size=3, max_size=8)


@given(large, st.data())
def test_a_lone_small_cell_takes_no_more_than_three(cells, data):
    row, column = data.draw(st.integers(0, len(cells) - 1)), data.draw(st.integers(0, 2))
    cells[row][column] = data.draw(st.integers(0, board.SMALL - 1))
    gone = board.hidden(board.with_totals(cells))
    assert len(gone) == 4 and all(r < len(cells) and c < 3 for r, c in gone)


@pytest.mark.django_db
def test_the_board_shows_no_small_place(client):
    with standing_at(MORNING):
        district = cast()
        for _one in range(12):
            told(district)
        told(district, place_id=district.garden.pk)
        text = client.get(reverse("intake:board")).content.decode()
    assert "桥西街道" in text and "不公布" in text and "1件" not in text.replace("11件", "").replace("21件", "")


@pytest.mark.django_db
def test_an_empty_board_says_so(client):
    with standing_at(MORNING):
        cast()
        assert "还没有数字" in client.get(reverse("intake:board")).content.decode()
