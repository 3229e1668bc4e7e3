"""How a clock reads: a deadline in the unit of its rule, a bare instant in passing hours and days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Protocol

from fengqiao.kernel import deadlines, periods
from fengqiao.kernel.models import Deadline
from fengqiao.shell import said

ICONS = {
    "calm": "clock",
    "soon": "clock",
    "today": "alarm",
    "over": "clock-exclamation",
    "met": "clock-check",
    "paused": "player-pause",
}
"""Icon of every state; the states are all there are."""


class Reading(Protocol):
    """What a badge shows: one of the states of `ICONS`, and the words."""

    @property
    def state(self) -> str: ...

    def text(self, language: str) -> str: ...


@dataclasses.dataclass(frozen=True)
class Instant:
    """Time left until a bare instant, in hours and days as they pass."""

    due_at: dt.datetime
    now: dt.datetime

    @property
    def state(self) -> str:
        if self.due_at <= self.now:
            return "over"
        days = (said.day_of(self.due_at) - said.day_of(self.now)).days
        return "today" if days == 0 else "soon" if days == 1 else "calm"

    def text(self, language: str) -> str:
        left = (self.due_at - self.now).total_seconds()
        if left > 2 * 24 * 3600:
            days = (said.day_of(self.due_at) - said.day_of(self.now)).days
            words = said.count(days, "day", language=language)
        else:
            words = said.span(left, language=language)
        if said.is_chinese(language):
            return f"剩{words}" if left > 0 else f"已超{words}"
        return f"{words} left" if left > 0 else f"{words} late"


NOUNS = {"working_days": "working_day", "days": "day"}


@dataclasses.dataclass(frozen=True)
class Counted:
    """A deadline, counted in the unit of its rule; on its last day, and when less than a day late, in hours."""

    left: periods.Remaining
    now: dt.datetime

    @property
    def state(self) -> str:
        return self.left.state

    def text(self, language: str) -> str:
        chinese = said.is_chinese(language)
        if self.state == "paused":
            return "暂停" if chinese else "paused"
        if self.state == "met":
            return ("超时办结" if chinese else "done late") if self.left.is_late else ("按时" if chinese else "in time")
        words = self._amount(language)
        if self.state == "over":
            return f"已超{words}" if chinese else f"{words} late"
        return f"剩{words}" if chinese else f"{words} left"

    def _amount(self, language: str) -> str:
        noun = NOUNS.get(self.left.unit, "")
        if noun and self.left.amount and self.state != "today":
            return said.count(self.left.amount, noun, language=language)
        return said.span((self.left.due_at - self.now).total_seconds(), language=language)


def reading(thing: Any, now: dt.datetime) -> Reading | None:
    """What a badge shows for a deadline, a remaining time, a bare instant or anything that reads itself.

    None for a cancelled deadline: there is no clock any more.
    """
    if isinstance(thing, Deadline):
        thing = deadlines.remaining(thing, now)
    if isinstance(thing, periods.Remaining):
        return None if thing.state == "cancelled" else Counted(thing, now)
    if isinstance(thing, dt.datetime):
        return Instant(thing, now)
    ready: Reading = thing
    return ready
