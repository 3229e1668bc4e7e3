"""The calendar counts like the almanac of the State Council, day by day."""

import csv
import datetime as dt

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings
from tests.shared import shared

from fengqiao.kernel.calendar import OFFICE_HOURS, ROUND_THE_CLOCK, WorkCalendar, WorkingHours
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.tests import brute_force
from fengqiao.kernel.tests.ground import announced, at, day

days = st.dates(dt.date(2004, 1, 1), dt.date(2027, 12, 31))
NIGHT_SHIFT = WorkingHours.parse({"mon": [["20:00", "24:00"]], "holiday": [["09:00", "10:00"]], "make_up": []})


def test_every_day_of_twenty_years_agrees_with_the_announcements() -> None:
    file = shared("data/reference/cn_holidays_2007_2026.csv")
    off = {dt.date.fromisoformat(row["date"]): row["is_off_day"] == "1" for row in csv.DictReader(file.open())}
    one = dt.date(2007, 1, 1)
    while one.year < 2027:
        assert announced().is_working_day(one) == (not off.get(one, one.weekday() >= 5)), one
        one += dt.timedelta(days=1)


def test_2026_has_248_working_days() -> None:
    assert announced().working_days_between(day("2025-12-31"), day("2026-12-31")) == 248


@settings(max_examples=4000, deadline=None)
@given(days, st.integers(1, 60))
@example(day("2026-02-13"), 2)
@example(day("2024-02-28"), 1)
@example(day("2025-12-31"), 1)
def test_adding_working_days_agrees_with_walking(start: dt.date, n: int) -> None:
    due = announced().add_working_days(start, n)
    assert due.day == brute_force.add_working_days(start, n)
    assert announced().is_working_day(due.day)
    assert announced().working_days_between(start, due.day) == n
    assert due.is_provisional == (due.day.year > 2026)


@settings(max_examples=3000, deadline=None)
@given(days, st.integers(-200, 200))
def test_counting_between_agrees_with_walking(start: dt.date, n: int) -> None:
    end = start + dt.timedelta(days=n)
    assert announced().working_days_between(start, end) == brute_force.working_days_between(start, end)


@settings(max_examples=3000, deadline=None)
@given(days, st.integers(1, 400), st.booleans())
def test_days_move_off_rest_days_only_when_asked(start: dt.date, n: int, shift: bool) -> None:
    due = announced().add_days(start, n, shift=shift)
    assert due.plain_day == start + dt.timedelta(days=n)
    assert due.day == (brute_force.move_off_rest_days(due.plain_day) if shift else due.plain_day)


@settings(max_examples=1000, deadline=None)
@given(days, st.integers(0, 40))
@example(day("2024-02-29"), 12)
@example(day("2025-08-31"), 6)
def test_months_end_on_the_corresponding_day(start: dt.date, n: int) -> None:
    assert announced().add_months(start, n, shift=False).day == brute_force.add_months(start, n)


def test_whole_columns_are_counted_like_single_days() -> None:
    column = np.arange("2005-01-01", "2026-12-01", dtype="datetime64[D]")
    many = announced().add_working_days_many(column, 2)
    assert many.tolist() == [announced().add_working_days(one, 2).day for one in column.tolist()]


class EatsMakeUpDays(WorkCalendar):
    """A planted fault: make-up Saturdays are taken for rest days."""

    def __init__(self) -> None:
        super().__init__(holidays=announced().holidays, make_up=frozenset(), official=announced().official)


class CountsTheFirstDay(WorkCalendar):
    """A planted fault: the day of receipt counts when it is a working day."""

    def __init__(self) -> None:
        super().__init__(holidays=announced().holidays, make_up=announced().make_up, official=announced().official)

    def add_working_days(self, day, n):
        return super().add_working_days(day - dt.timedelta(days=1), n)


@pytest.mark.parametrize("fault", [EatsMakeUpDays, CountsTheFirstDay])
def test_the_property_finds_a_planted_fault(fault) -> None:
    broken = fault()

    @settings(max_examples=10_000, deadline=None, database=None)
    @given(days, st.integers(1, 60))
    def agrees(start: dt.date, n: int) -> None:
        assert broken.add_working_days(start, n).day == brute_force.add_working_days(start, n)

    with pytest.raises(AssertionError):
        agrees()


# -- working hours ---------------------------------------------------------------------------------------------------

moments = st.datetimes(at("2025-01-01").replace(tzinfo=None), at("2026-12-01").replace(tzinfo=None)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=at("2026-01-01").tzinfo)
)
SPANS = [(510, 720), (810, 1050)]


@settings(max_examples=120, deadline=None)
@given(moments, st.integers(0, 60 * 24 * 9))
def test_open_time_agrees_with_a_stopwatch(start: dt.datetime, minutes: int) -> None:
    end = start + dt.timedelta(minutes=minutes)
    between = announced().working_time_between(start, end, OFFICE_HOURS)
    assert between == dt.timedelta(minutes=brute_force.working_minutes(start, end, SPANS))


@settings(max_examples=500, deadline=None)
@given(moments, st.integers(1, 3000))
def test_adding_open_time_and_measuring_it_agree(start: dt.datetime, minutes: int) -> None:
    length = dt.timedelta(minutes=minutes)
    end = announced().add_working_time(start, length, OFFICE_HOURS)
    assert announced().working_time_between(start, end, OFFICE_HOURS) == length


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 09:00", "2026-11-24 09:00"),
        ("2026-11-24 12:30", "2026-11-24 13:30"),
        ("2026-11-24 00:00", "2026-11-24 08:30"),
        ("2026-11-27 17:30", "2026-11-30 08:30"),
        ("2026-09-30 18:00", "2026-10-08 08:30"),
        ("2026-10-09 23:59", "2026-10-10 08:30"),
    ],
)
def test_nobody_is_reminded_at_lunch_at_night_or_on_a_holiday(moment: str, opens: str) -> None:
    assert announced().next_open(at(moment), OFFICE_HOURS) == at(opens)


def test_the_hotline_is_always_open() -> None:
    assert announced().next_open(at("2026-10-01 03:00"), ROUND_THE_CLOCK) == at("2026-10-01 03:00")


def test_own_hours_for_holidays_and_make_up_days_are_kept() -> None:
    assert announced().next_open(at("2026-10-01 00:00"), NIGHT_SHIFT) == at("2026-10-01 09:00")
    assert announced().spans_on(day("2026-10-10"), NIGHT_SHIFT) == ()


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": []},
        {"mon": [["08:30", "25:00"]]},
        {"mon": [["12:00", "08:30"]]},
        {"mon": [["8:00", "12:00"], ["11:00", "13:00"]]},
    ],
)
def test_malformed_hours_are_named(hours) -> None:
    with pytest.raises(ValueError, match=r"day|time|overlap"):
        WorkingHours.parse(hours)


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(Refused):
        announced().next_open(at("2026-01-05 09:00"), WorkingHours.parse({"mon": []}))


def test_days_outside_the_calendar_are_refused() -> None:
    for ask in (
        lambda: announced().is_working_day(dt.date(1989, 12, 31)),
        lambda: announced().add_working_days(dt.date(2099, 12, 31), 9),
    ):
        with pytest.raises(Refused):
            ask()
