"""What calendar tests stand on: the announced calendar without a database, and short ways to write moments."""

from __future__ import annotations

import datetime as dt
import functools

import chinese_calendar

from fengqiao.kernel.calendar import OFFICE_HOURS, WorkCalendar, WorkingHours
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.periods import Ground
from fengqiao.kernel.reference import read_rules
from fengqiao.kernel.rulebook import Rulebook, RuleValue


@functools.cache
def announced() -> WorkCalendar:
    """2004-2026 as announced, later years by weekends."""
    constants = chinese_calendar.constants
    return WorkCalendar(
        holidays=frozenset(constants.holidays),
        make_up=frozenset(constants.workdays),
        official=frozenset(range(2004, 2027)),
    )


def ground(hours: WorkingHours = OFFICE_HOURS, calendar: WorkCalendar | None = None) -> Ground:
    return Ground(calendar or announced(), hours, dt.time(17, 30))


@functools.cache
def book() -> Rulebook:
    """The rules file, without a database."""
    names = RuleValue.__dataclass_fields__
    rows = [{name: row[name] for name in names if name in row} for row in read_rules()]
    return Rulebook(RuleValue(id=number, **row) for number, row in enumerate(rows, 1))


def rule(key: str, on: dt.date = dt.date(2026, 6, 1)) -> RuleValue:
    found = book().find(key, on=on, chain=["demo-local", "demo-province", "national"])
    assert found, key
    return found


def at(text: str) -> dt.datetime:
    """ "2026-04-30 16:50" in China."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
