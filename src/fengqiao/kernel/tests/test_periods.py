"""Pauses give back exactly what they took; what is left is told in the unit of the rule."""

import dataclasses
import datetime as dt

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from fengqiao.kernel.periods import Remaining, reckon, remaining
from fengqiao.kernel.tests import brute_force
from fengqiao.kernel.tests.ground import announced, at, ground, rule

KEYS = [
    "intake.response.default",
    "intake.progress",
    "intake.completion.ordinary",
    "intake.completion.utility",
    "intake.take_up.urgent",
    "court.confirmation.apply",
    "violence.protection_order.decide",
]
CHINA = at("2026-01-01").tzinfo
moments = st.datetimes(at("2006-01-01").replace(tzinfo=None), at("2026-09-01").replace(tzinfo=None)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=CHINA)
)
waits = st.lists(st.tuples(st.integers(0, 60 * 24 * 3), st.integers(0, 60 * 24 * 12)), max_size=4)
CLOSING = dt.time(17, 30)


def run(key: str, began: dt.datetime, steps: list[tuple[int, int]]):
    """Pause after so many minutes of running, for so many minutes, as long as the clock still runs."""
    pauses: list[tuple[dt.datetime, dt.datetime]] = []
    moment = began
    for running, waiting in steps:
        since = moment + dt.timedelta(minutes=running)
        if since > reckon(rule(key), began_at=began, pauses=pauses, ground=ground()).due_at:
            break
        moment = since + dt.timedelta(minutes=waiting)
        pauses.append((since, moment))
    return pauses, reckon(rule(key), began_at=began, pauses=pauses, ground=ground())


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(KEYS), moments, st.integers(0, 60 * 24 * 4))
def test_pausing_and_resuming_at_once_changes_nothing(key: str, began: dt.datetime, minutes: int) -> None:
    plain = reckon(rule(key), began_at=began, pauses=(), ground=ground())
    moment = began + dt.timedelta(minutes=minutes)
    assert reckon(rule(key), began_at=began, pauses=[(moment, moment)], ground=ground()) == plain


@settings(max_examples=600, deadline=None)
@given(moments, waits)
def test_as_many_working_days_close_while_the_clock_runs_as_the_rule_grants(began, steps) -> None:
    pauses, times = run("intake.progress", began, steps)
    closings = 0
    day = began.date() + dt.timedelta(days=1)
    while day <= times.due_at.date():
        closing = dt.datetime.combine(day, CLOSING, tzinfo=CHINA)
        waited = any(since < closing <= until for since, until in pauses)
        closings += brute_force.is_working_day(day) and not waited
        day += dt.timedelta(days=1)
    assert closings == rule("intake.progress").whole
    assert brute_force.is_working_day(times.due_at.date())


@settings(max_examples=600, deadline=None)
@given(moments, waits)
def test_hours_run_exactly_as_long_as_the_rule_grants(began, steps) -> None:
    pauses, times = run("intake.completion.utility", began, steps)
    waited = sum((until - since for since, until in pauses), dt.timedelta())
    assert times.due_at - began - waited == dt.timedelta(hours=24)


@settings(max_examples=600, deadline=None)
@given(moments, waits)
def test_calendar_days_are_given_back_whole(began, steps) -> None:
    pauses, times = run("intake.completion.ordinary", began, steps)
    waited = sum((until.date() - since.date()).days for since, until in pauses)
    plain = began.date() + dt.timedelta(days=7 + waited)
    assert times.plain_due_at.date() == plain
    assert times.due_at.date() == brute_force.move_off_rest_days(plain)


@settings(max_examples=300, deadline=None)
@given(moments, waits)
def test_working_hours_run_exactly_as_long_as_the_rule_grants(began, steps) -> None:
    eight = dataclasses.replace(rule("intake.response.emergency"), unit="working_hours", value="8")
    pauses: list[tuple[dt.datetime, dt.datetime]] = []
    moment = began
    for running, waiting in steps:
        since = moment + dt.timedelta(minutes=running)
        if since > reckon(eight, began_at=began, pauses=pauses, ground=ground()).due_at:
            break
        moment = since + dt.timedelta(minutes=waiting)
        pauses.append((since, moment))
    due = reckon(eight, began_at=began, pauses=pauses, ground=ground()).due_at
    calendar, hours = announced(), ground().hours
    ran = calendar.working_time_between(began, due, hours)
    ran -= sum((calendar.working_time_between(a, b, hours) for a, b in pauses), dt.timedelta())
    assert ran == dt.timedelta(hours=8)


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(KEYS), moments)
def test_a_warning_comes_after_the_beginning_and_before_the_end(key: str, began: dt.datetime) -> None:
    times = reckon(rule(key), began_at=began, pauses=(), ground=ground())
    assert began <= times.warn_at < times.due_at


# -- what is left ----------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Clock:
    unit: str
    due_at: dt.datetime
    warn_at: dt.datetime
    is_provisional: bool
    state: str = "running"
    paused_at: dt.datetime | None = None
    met_at: dt.datetime | None = None


def clock(key: str = "intake.response.default", began: str = "2026-04-30 16:50", **change) -> Clock:
    times = reckon(rule(key), began_at=at(began), pauses=(), ground=ground())
    return Clock(rule(key).unit, times.due_at, times.warn_at, times.is_provisional, **change)


def left(one: Clock, moment: str) -> tuple[str, str, int]:
    answer = remaining(one, at(moment), calendar=announced())
    assert isinstance(answer, Remaining)
    return answer.state, answer.unit, answer.amount


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-04-30 17:00", ("calm", "working_days", 2)),
        ("2026-05-03 12:00", ("calm", "working_days", 2)),
        ("2026-05-06 07:00", ("soon", "working_days", 1)),
        ("2026-05-07 17:30", ("today", "working_days", 0)),
        ("2026-05-07 17:31", ("over", "working_days", 0)),
        ("2026-05-11 09:00", ("over", "working_days", 3)),
    ],
)
def test_a_working_day_promise_counts_working_days(moment, shown) -> None:
    assert left(clock(), moment) == shown


@pytest.mark.parametrize(
    ("key", "moment", "shown"),
    [
        ("intake.take_up.urgent", "2026-04-30 16:58", ("today", "minutes", 22)),
        ("intake.take_up.urgent", "2026-04-30 17:21", ("over", "minutes", 1)),
        ("intake.completion.utility", "2026-04-30 20:00", ("calm", "hours", 20)),
        ("intake.completion.utility", "2026-05-01 16:08", ("today", "minutes", 42)),
        ("intake.completion.ordinary", "2026-04-30 20:00", ("calm", "days", 7)),
        ("intake.completion.ordinary", "2026-05-06 09:00", ("soon", "days", 1)),
    ],
)
def test_other_clocks_count_in_their_own_unit(key, moment, shown) -> None:
    assert left(clock(key), moment) == shown


def test_a_paused_clock_shows_what_it_had_left() -> None:
    waiting = clock(state="paused", paused_at=at("2026-05-06 11:00"))
    assert left(waiting, "2026-07-01 09:00") == ("paused", "working_days", 1)


def test_a_kept_clock_is_met_and_a_late_one_says_so() -> None:
    kept = remaining(clock(state="met", met_at=at("2026-05-06 10:15")), at("2026-06-01 09:00"), calendar=announced())
    late = remaining(clock(state="missed", met_at=at("2026-05-08 10:15")), at("2026-06-01 09:00"), calendar=announced())
    assert (kept.state, kept.is_late) == ("met", False)
    assert (late.state, late.is_late) == ("met", True)
