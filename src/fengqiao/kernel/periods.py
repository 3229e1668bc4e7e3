"""How a rule becomes a moment, and how much of it is left. Pure: no database, no clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from fengqiao.kernel.calendar import Due, WorkCalendar, WorkingHours, add_months, next_full_hour
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.rulebook import RuleValue

Pause = tuple[dt.datetime, dt.datetime]
BY_THE_MINUTE = frozenset({"minutes", "hours", "procedural_hours"})
"""Units that run through nights and holidays; people are told at once."""
_DAY_END = dt.time(23, 59, 59)


@dataclasses.dataclass(frozen=True)
class Times:
    """What a rule comes to. `plain_due_at` is the end before it was moved off a rest day or to a full hour."""

    due_at: dt.datetime
    plain_due_at: dt.datetime
    warn_at: dt.datetime
    is_provisional: bool


@dataclasses.dataclass(frozen=True)
class Ground:
    """What all counting stands on: the calendar, the owner's hours, the closing time by rule."""

    calendar: WorkCalendar
    hours: WorkingHours
    closing: dt.time


def reckon(rule: RuleValue, *, began_at: dt.datetime, pauses: Sequence[Pause], ground: Ground) -> Times:
    """When a period ends and when its owner should be warned. The same facts always give the same moments.

    Basis: CPL 85; CPI 125; Civil Code 200-203 (days and hours). A pause gives back exactly the time it took:
    whole working days, calendar days, or minutes, in the unit of the rule.
    """
    due, plain, is_provisional = _ENDS[rule.unit](rule, began_at.astimezone(CHINA), pauses, ground)
    warn = _warning(rule, began_at, due, ground)
    return Times(due, plain, warn, is_provisional)


End = tuple[dt.datetime, dt.datetime, bool]


def _by_the_minute(rule: RuleValue, began_at: dt.datetime, pauses: Sequence[Pause], ground: Ground) -> End:
    length = dt.timedelta(minutes=float(rule.number) * (1 if rule.unit == "minutes" else 60))
    length += sum((until - since for since, until in pauses), dt.timedelta())
    start = next_full_hour(began_at) if rule.unit == "procedural_hours" else began_at
    return start + length, began_at + length, False


def _working_hours(rule: RuleValue, began_at: dt.datetime, pauses: Sequence[Pause], ground: Ground) -> End:
    calendar, hours = ground.calendar, ground.hours
    left, start = dt.timedelta(hours=float(rule.number)), began_at
    for since, until in pauses:
        left -= calendar.working_time_between(start, since, hours)
        start = until
    due = calendar.add_working_time(start, left, hours)
    return due, due, calendar.is_provisional(began_at.date(), due.date())


def _working_days(rule: RuleValue, began_at: dt.datetime, pauses: Sequence[Pause], ground: Ground) -> End:
    """The day of receipt never counts; a working day is used up when it closes while the clock runs."""
    calendar, closing = ground.calendar, ground.closing
    midnight = dt.datetime.combine(began_at.date() + dt.timedelta(days=1), dt.time(), tzinfo=CHINA)
    used = calendar.closings(midnight, closing)
    for since, until in pauses:
        used += calendar.closings(max(until, midnight), closing) - calendar.closings(max(since, midnight), closing)
    day = calendar.nth_closing(used + rule.whole)
    due = _at(day, rule, closing)
    return due, due, calendar.is_provisional(began_at.date(), day)


def _days(rule: RuleValue, began_at: dt.datetime, pauses: Sequence[Pause], ground: Ground) -> End:
    calendar, start = ground.calendar, began_at.date()
    given_back = sum((until.astimezone(CHINA).date() - since.astimezone(CHINA).date()).days for since, until in pauses)
    if rule.unit == "days":
        given_back += rule.whole
    else:
        start = add_months(start, rule.whole * (12 if rule.unit == "years" else 1))
    end: Due = calendar.add_days(start, given_back, shift=rule.moves)
    return _at(end.day, rule, ground.closing), _at(end.plain_day, rule, ground.closing), end.is_provisional


def _at(day: dt.date, rule: RuleValue, closing: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, closing if rule.ends == "closing" else _DAY_END, tzinfo=CHINA)


_ENDS = {
    "minutes": _by_the_minute,
    "hours": _by_the_minute,
    "procedural_hours": _by_the_minute,
    "working_hours": _working_hours,
    "working_days": _working_days,
    "days": _days,
    "months": _days,
    "years": _days,
}


def _warning(rule: RuleValue, began_at: dt.datetime, due: dt.datetime, ground: Ground) -> dt.datetime:
    """One working day before the end or at its last quarter, whichever is earlier, and in the owner's hours."""
    quarter = due - (due - began_at) / 4
    if rule.unit in BY_THE_MINUTE:
        return quarter
    calendar, hours = ground.calendar, ground.hours
    day_before = calendar.last_working_day(due.astimezone(CHINA).date() - dt.timedelta(days=1))
    morning = calendar.next_open(dt.datetime.combine(day_before, dt.time(), tzinfo=CHINA), hours)
    warn = min(morning, quarter) if morning > began_at else quarter
    at_work = calendar.next_open(warn, hours)
    return at_work if at_work < due else warn


# -- what is left --------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """The columns of a deadline that say how it stands."""

    unit: str
    state: str
    due_at: dt.datetime
    warn_at: dt.datetime
    paused_at: dt.datetime | None
    met_at: dt.datetime | None
    is_provisional: bool


@dataclasses.dataclass(frozen=True)
class Remaining:
    """What a clock shows: `amount` of `unit` left, or past the end when `state` is "over".

    `state`: calm, soon, today, over, met, paused, cancelled. `is_late`: kept after its end.
    `unit`: working_days, days, hours or minutes; the unit of the rule, minutes within the last hour.
    """

    state: str
    unit: str
    amount: int
    due_at: dt.datetime
    is_provisional: bool
    is_late: bool = False


def remaining(deadline: Clock, at: dt.datetime, *, calendar: WorkCalendar) -> Remaining:
    """How a clock stands at a moment, counted in the unit of its rule."""
    seen = deadline.paused_at if deadline.state == "paused" and deadline.paused_at else at
    ended = deadline.met_at or seen
    is_late = deadline.state in {"met", "missed"} and ended > deadline.due_at
    unit, amount = _amount(deadline, ended, calendar)
    state = _state(deadline, seen)
    if state == "calm" and unit == "working_days" and amount <= 1:
        state = "soon"
    return Remaining(state, unit, amount, deadline.due_at, deadline.is_provisional, is_late)


def _state(deadline: Clock, at: dt.datetime) -> str:
    if deadline.state in {"paused", "cancelled"}:
        return deadline.state
    if deadline.met_at is not None:
        return "met"
    if at > deadline.due_at:
        return "over"
    if at.astimezone(CHINA).date() == deadline.due_at.astimezone(CHINA).date():
        return "today"
    return "soon" if at >= deadline.warn_at else "calm"


def _amount(deadline: Clock, at: dt.datetime, calendar: WorkCalendar) -> tuple[str, int]:
    today, last = at.astimezone(CHINA).date(), deadline.due_at.astimezone(CHINA).date()
    if deadline.unit == "working_days":
        return "working_days", abs(calendar.working_days_between(today, last))
    if deadline.unit in {"days", "months", "years"}:
        return "days", abs((last - today).days)
    minutes = abs((deadline.due_at - at).total_seconds()) // 60
    return ("minutes", int(minutes)) if deadline.unit == "minutes" or minutes < 60 else ("hours", int(minutes // 60))
