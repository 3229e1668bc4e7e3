"""The matter number: one from receipt to the end.

`01226-0004827-3`: place (3 digits), year (2), sequence (7, one for the whole installation), check digit (Verhoeff).
Why: docs/decisions/0010-matter-numbers.md.
"""

from __future__ import annotations

import datetime as dt
import unicodedata

from django.db import connection
from stdnum import verhoeff

_DIGITS = 13


def issue(place_code: str, on: dt.date) -> str:
    """The next number. A rollback leaves a gap, which is fine: nobody ever waits for another writer."""
    return issue_many(place_code, on, 1)[0]


def issue_many(place_code: str, on: dt.date, n: int) -> list[str]:
    """The next `n` numbers, in order, by one statement."""
    assert len(place_code) == 3 and place_code.isascii() and place_code.isdigit(), place_code
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('matter_number') FROM generate_series(1, %s)", [n])
        sequence = [int(row[0]) for row in cursor.fetchall()]
    return [compose(place_code, on.year, value) for value in sequence]


def compose(place_code: str, year: int, sequence: int) -> str:
    """The written form of its parts."""
    body = f"{place_code}{year % 100:02d}{sequence:07d}"
    return _written(body + verhoeff.calc_check_digit(body))


def normalise(text: str) -> str:
    """The written form of what somebody typed: full-width digits, spaces, missing or odd hyphens are forgiven.

    Result: "" when it cannot be a number (not thirteen digits). The check digit is not looked at.
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(sign for sign in plain if not (sign.isspace() or unicodedata.category(sign) in {"Pd", "Cf"}))
    digits = digits.replace("\N{MINUS SIGN}", "").replace("\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}", "")
    return _written(digits) if len(digits) == _DIGITS and digits.isascii() and digits.isdigit() else ""


def is_valid(text: str) -> bool:
    """Whether the text is a number whose check digit fits. Every wrong digit and every swap of neighbours is found."""
    number = normalise(text)
    return bool(number) and bool(verhoeff.is_valid(number.replace("-", "")))


def _written(digits: str) -> str:
    return f"{digits[:5]}-{digits[5:12]}-{digits[12:]}"
