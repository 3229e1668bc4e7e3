"""An independent counter: walks day by day and knows nothing of indexes. Slow, short, and easy to believe."""

from __future__ import annotations

import datetime as dt

import chinese_calendar

ONE = dt.timedelta(days=1)
HOLIDAYS = chinese_calendar.constants.holidays
MAKE_UP = chinese_calendar.constants.workdays


def is_working_day(day: dt.date) -> bool:
    if day in MAKE_UP:
        return True
    return day.weekday() < 5 and day not in HOLIDAYS


def add_working_days(day: dt.date, n: int) -> dt.date:
    while n:
        day += ONE
        n -= is_working_day(day)
    return day


def working_days_between(start: dt.date, end: dt.date) -> int:
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + ONE * step) for step in range(1, (end - start).days + 1))


def move_off_rest_days(day: dt.date) -> dt.date:
    while not is_working_day(day):
        day += ONE
    return day


def add_months(day: dt.date, months: int) -> dt.date:
    year, month = day.year, day.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError


def working_minutes(start: dt.datetime, end: dt.datetime, spans: list[tuple[int, int]]) -> int:
    """Open minutes from start to end, minute by minute; spans in minutes of a working day."""
    count, moment = 0, start
    while moment < end:
        of_day = moment.hour * 60 + moment.minute
        if is_working_day(moment.date()) and any(a <= of_day < b for a, b in spans):
            count += 1
        moment += dt.timedelta(minutes=1)
    return count
