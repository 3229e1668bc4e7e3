"""Small tables kept in memory, read again when they change: in this process or in any other.

Who changes such a table calls `changed`; everybody else compares one short row, at most every few seconds.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from django.conf import settings

from fengqiao.kernel.models import ReferenceVersion

T = TypeVar("T")
_all: dict[str, Cached[object]] = {}


class Cached(Generic[T]):
    """One table in memory. `get` is quick; its answer must be treated as frozen."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self.name, self._load = name, load
        self._value: T | None = None
        self._token = ""
        self._checked_s = -1e9
        _all[name] = self  # type: ignore[assignment]

    def get(self) -> T:
        moment_s = time.monotonic()
        if self._value is not None and moment_s - self._checked_s < settings.REFERENCE_CHECK_SECONDS:
            return self._value
        token = ReferenceVersion.objects.filter(pk=self.name).values_list("token", flat=True).first() or ""
        if self._value is None or token != self._token:
            self._value, self._token = self._load(), token
        self._checked_s = moment_s
        return self._value

    def look_again(self) -> None:
        self._checked_s = -1e9


def changed(name: str) -> None:
    """Tell every process that the table is new. The token is random, so a rolled-back change leaves no trace."""
    ReferenceVersion.objects.update_or_create(name=name, defaults={"token": uuid.uuid4().hex})
    if name in _all:
        _all[name].look_again()
