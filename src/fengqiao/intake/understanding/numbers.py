"""Numbers as people write them: 12, １２, 十二, 一百多, 两."""

from __future__ import annotations

_DIGITS = {**{char: value for value, char in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2, "俩": 2, "幺": 1}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
CHARACTERS = "0-9０-９零〇一二两三四五六七八九十百千万"


def number(text: str) -> int | None:
    """The value of a number word, None when it is none. "二十几" and "30多" count their round part."""
    text = text.strip("几多余来数近约好")
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    return _spoken(text)


def _spoken(text: str) -> int | None:
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char.isdecimal():
            digit = digit * 10 + int(char)
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        elif char in _UNITS:
            section, digit = section + (digit or 1) * _UNITS[char], 0
        else:
            return None
    return total + section + digit
