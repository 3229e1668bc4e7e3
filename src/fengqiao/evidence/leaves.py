"""What lies in the log: one canonical JSON line a leaf, without personal data.

The leaf holds two commitments (HMAC-SHA-256 and HMAC-SM3) to the record under a salt of its own. Record and salt stay
with us; without the salt the leaf says nothing. Reference: docs/reference/evidence.md.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from fengqiao.evidence.verifier import commitment

VERSION = 1
MISSING = "evidence.missing"
"""The kind of a leaf that says: numbers of this lane are gone, the events were removed before they were sealed."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """RFC 8785 for what we use: text, whole numbers, truth values, lists, objects with ASCII names."""
    return _ENCODER.encode(value)


def instant(at: dt.datetime) -> str:
    """In UTC, to the microsecond."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclasses.dataclass(frozen=True)
class Leaf:
    """`lane` and `n` count the events of a unit without a gap; see `sealing`."""

    kind: str
    at: str
    unit: str
    lane: int
    n: int
    commit: str
    sm3: str

    def entry(self) -> str:
        return canonical({"v": VERSION, **vars(self)})


def sealed_leaf(*, kind: str, at: str, unit: str, lane: int, n: int, record: str, salt: bytes) -> Leaf:
    return Leaf(kind, at, unit, lane, n, *commitment(salt, record.encode()))


def gap(*, at: str, unit: str, lane: int, first: int, last: int) -> str:
    """The entry that stands for numbers without events."""
    return canonical({"v": VERSION, "kind": MISSING, "at": at, "unit": unit, "lane": lane, "n": first, "to": last})
