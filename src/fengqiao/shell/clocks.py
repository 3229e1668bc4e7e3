"""What a clock badge needs to know, and the plain reading of a bare instant.

Deadlines bring their own reading (`kernel.deadlines.remaining`), counted in the unit of their
rule; the shell only shows it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Protocol

from fengqiao.kernel.periods import Remaining
from fengqiao.shell import said

ICONS = {
    "calm": "clock",
    "soon": "clock",
    "today": "alarm",
    "over": "clock-exclamation",
    "met": "clock-check",
    "paused": "player-pause",
    "cancelled": "clock-off",
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


NOUNS = {"working_days": "working_day", "days": "day", "hours": "hour", "minutes": "minute"}


@dataclasses.dataclass(frozen=True)
class Counted:
    """A deadline, counted in the unit of its rule and never converted."""

    left: Remaining

    @property
    def state(self) -> str:
        return self.left.state

    def text(self, language: str) -> str:
        zh = said.is_chinese(language)
        amount = said.count(self.left.amount, NOUNS[self.left.unit], language=language)
        if self.state == "met":
            in_time = ("按时", "in time") if not self.left.is_late else ("超期办到", "done late")
            return in_time[0 if zh else 1]
        if self.state == "cancelled":
            return "已取消" if zh else "cancelled"
        if self.left.amount == 0:
            words = {"over": ("已超期", "overdue"), "paused": ("暂停", "paused")}
            return words.get(self.state, ("今天到期", "due today"))[0 if zh else 1]
        if zh:
            return {"over": "已超", "paused": "暂停，剩"}.get(self.state, "剩") + amount
        return {"over": f"{amount} late", "paused": f"paused, {amount} left"}.get(self.state, f"{amount} left")
