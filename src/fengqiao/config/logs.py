"""Log lines without personal data: long digit runs are masked, and what PostgreSQL quotes of a row is cut."""

from __future__ import annotations

import logging
import re

_DIGITS = re.compile(r"(?<!\d)\d[\d\- ]{5,}\d[\dXx]?")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d)?")
_QUOTED_ROW = re.compile(r"^(DETAIL|详细):.*$", re.MULTILINE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def discreet(text: str) -> str:
    """Masks phone and identity numbers, e-mail addresses and the row a constraint error quotes. Dates stay."""
    text = _QUOTED_ROW.sub(r"\1: (left out)", text)
    text = _ADDRESS.sub("(e-mail)", text)
    return _DIGITS.sub(lambda found: found[0] if _CLOCK.match(found[0]) else "(number)", text)


class Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))
