"""The one place that asks what time it is. Everything below the edge receives `at` as an argument."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

CHINA = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed_now", default=None)


def now() -> dt.datetime:
    """The present instant, aware, in China time."""
    return _fixed.get() or dt.datetime.now(tz=CHINA)


@contextmanager
def standing_at(instant: dt.datetime) -> Iterator[None]:
    """Let the clock stand still: for tests, plays and the making of the demonstration district."""
    assert instant.tzinfo is not None, "naive instant"
    token = _fixed.set(instant.astimezone(CHINA))
    try:
        yield
    finally:
        _fixed.reset(token)
