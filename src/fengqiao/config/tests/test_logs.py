import logging

import pytest

from fengqiao.config.logs import Discreet, discreet


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("call from 13800138000 failed", "call from (number) failed"),
        ("id 11010519491231002X unknown", "id (number) unknown"),
        ("tel 010-6888 1234", "tel (number)"),
        ("sent to li.na@example.org", "sent to (e-mail)"),
        ("2026-11-24 11:17:04,602 WARNING", "2026-11-24 11:17:04,602 WARNING"),
        ("event 48213 in 0.25 s", "event 48213 in 0.25 s"),
    ],
)
def test_numbers_of_people_are_masked_and_dates_stay(line, shown):
    assert discreet(line) == shown


def test_the_row_a_constraint_quotes_is_left_out():
    text = "duplicate key value\nDETAIL:  Key (name)=(林小雨) already exists.\nnext"
    assert discreet(text) == "duplicate key value\nDETAIL: (left out)\nnext"


def test_the_formatter_masks_arguments_and_traces():
    try:
        raise ValueError("13800138000")
    except ValueError:
        import sys

        record = logging.LogRecord("x", logging.ERROR, "f", 1, "for %s", ("13900139000",), sys.exc_info())
    text = Discreet("%(message)s").format(record)
    assert "13800138000" not in text and "13900139000" not in text and "ValueError" in text
