"""Reading what a client sends: moments, numbers, lists. A value that cannot be read is named in the error."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping

from fengqiao.intake.open311.answers import Wrong
from fengqiao.kernel.clock import CHINA

_FRACTION = re.compile(r"\.(\d{1,9})(?=Z|[+-]\d\d|$)")
EARLIEST, LATEST = 1900, 2200


def text(sent: Mapping[str, str], name: str, *, most: int = 200) -> str:
    found = sent.get(name, "").strip()
    if len(found) > most or "\x00" in found:
        raise Wrong(400, f"{name} is too long or holds signs no text has")
    return found


def moment(sent: Mapping[str, str], name: str) -> dt.datetime | None:
    """ISO 8601; fractions of a second and a missing zone (ours is meant) are accepted."""
    written = sent.get(name, "").strip()
    if not written:
        return None
    plain = _FRACTION.sub(lambda part: f".{part[1][:6]:0<6}", written.replace(" ", "+") if "T" in written else written)
    try:
        found = dt.datetime.fromisoformat(plain)
        if not EARLIEST <= found.year <= LATEST:
            raise ValueError
    except ValueError as error:
        raise Wrong(400, f"{name} is no date and time of ISO 8601: {written[:40]}") from error
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def number(sent: Mapping[str, str], name: str, low: float, high: float) -> float | None:
    written = sent.get(name, "").strip()
    if not written:
        return None
    try:
        found = float(written)
    except ValueError:
        found = math.nan
    if not low <= found <= high:
        raise Wrong(400, f"{name} must be a number from {low:g} to {high:g}")
    return found


def whole(sent: Mapping[str, str], name: str, default: int, high: int) -> int:
    found = number(sent, name, 1, high)
    return default if found is None else int(found)


def several(sent: Mapping[str, str], name: str) -> list[str]:
    """Values separated by commas."""
    return [part.strip() for part in text(sent, name, most=4000).split(",") if part.strip()]
