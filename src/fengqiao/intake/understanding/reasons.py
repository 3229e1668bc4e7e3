"""Why something is suggested: a message code with parameters, put into words at the edge (`wording.say`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Span(NamedTuple):
    """Half-open stretch of characters in one part of the message."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is a key of `wording.SENTENCES`; `words` are quoted from the message, `spans` say where they stand."""

    code: str
    words: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion(Generic[T]):
    """What we would put into a field, and what we would put there if that is wrong.

    `is_sure` means: the clerk need only glance at it. `share` is a calibrated probability between 0 and 1.
    """

    value: T | None
    second: T | None = None
    is_sure: bool = False
    share: float = 0.0
    reasons: tuple[Reason, ...] = ()

    @property
    def choices(self) -> tuple[T, ...]:
        return tuple(one for one in (self.value, self.second) if one is not None)


def first_words(words: Sequence[str], limit: int = 5) -> tuple[str, ...]:
    """The first `limit` different words, in order."""
    return tuple(dict.fromkeys(words))[:limit]
