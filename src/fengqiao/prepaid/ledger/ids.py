"""Ids of transfers: UUID version 7, whose first 48 bits are the time. Made here, because PostgreSQL 15 cannot."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid

_VERSION, _VARIANT = 0x7 << 76, 0x2 << 62


def uuid7(at: dt.datetime | None = None) -> uuid.UUID:
    """A new id of now, or of an instant. A terminal keeps it before it sends, and sends it again when in doubt."""
    milliseconds = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    chance = int.from_bytes(os.urandom(10), "big")
    high, low = chance >> 68, chance & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=milliseconds << 80 | _VERSION | high << 64 | _VARIANT | low)


def instant(identifier: uuid.UUID) -> dt.datetime:
    """When the id was made, by the clock of whoever made it."""
    return dt.datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=dt.UTC)
