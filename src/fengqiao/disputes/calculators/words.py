"""Sentences in both languages side by side: what a calculation says is one thing, printed, sent and shown alike.

They live in code and not in a catalogue, because the API and the command return both languages at once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction

from django.utils.translation import get_language

from fengqiao.shell import said


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and English; as a string it speaks the language of the reader."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if said.is_chinese(get_language() or "zh-hans") else self.en


Part = Words | str | int


def say(zh: str, en: str, **parts: Part) -> Words:
    """Fill both sentences with the same parts, each in its language."""
    return Words(
        zh.format(**{name: part.zh if isinstance(part, Words) else part for name, part in parts.items()}),
        en.format(**{name: part.en if isinstance(part, Words) else part for name, part in parts.items()}),
    )


def money(fen: int) -> Words:
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    amount = f"{whole // 100:,}.{whole % 100:02d}"
    return Words(f"{sign}{amount}元", f"{sign}¥{amount}")


def day(value: dt.date) -> Words:
    return Words(
        f"{value.year}年{value.month}月{value.day}日",
        f"{value.day} {said.MONTHS_EN[value.month - 1]} {value.year}",
    )


def plain(value: Fraction, *, least: int = 0) -> str:
    """A number with as many decimals as it has, at most eight: "0.0175", "13.4"; `least` decimals at least."""
    text = f"{float(value):.8f}".rstrip("0") if value.denominator != 1 else str(value.numerator)
    whole, _dot, decimals = text.partition(".")
    decimals = decimals.ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else whole


def percent(share: Fraction) -> str:
    """ "2.5%" of 1/40."""
    return f"{plain(share * 100)}%"
