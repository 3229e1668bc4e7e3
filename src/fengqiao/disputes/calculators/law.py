"""What a calculation stands on: the rules in the version of a day, the work calendar, the day it is made on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.calendar import WorkCalendar
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

NATIONAL = "national"


class Book(Protocol):
    """Where rules are looked up: `kernel.rulebook.Rulebook` or anything that finds as it does."""

    def find(self, key: str, *, on: dt.date, chain: Sequence[str]) -> RuleValue | None: ...


@dataclasses.dataclass(frozen=True)
class Law:
    """`chain`: jurisdictions, nearest first. `today`: the day of the calculation, for facts that carry no date."""

    book: Book
    chain: Sequence[str]
    calendar: WorkCalendar
    today: dt.date

    def rule(self, key: str, on: dt.date) -> RuleValue:
        """The version of the day of the fact. Refuses: a day for which no version is known."""
        found = self.book.find(key, on=on, chain=self.chain)
        if found is None:
            raise Refused(
                "calculator.no_rule",
                _("No rule is known for that day. Please ask a person at the counter."),
                next_step=_("Call 12368 or come to the counter."),
            )
        return found

    def find(self, key: str, on: dt.date) -> RuleValue | None:
        return self.book.find(key, on=on, chain=self.chain)

    def local(self, key: str, on: dt.date) -> RuleValue | None:
        """A rule of the district or province alone."""
        return self.book.find(key, on=on, chain=[one for one in self.chain if one != NATIONAL])


@functools.lru_cache(maxsize=1024)
def _fraction(text: str) -> Fraction:
    return Fraction(text)


def number(rule: RuleValue) -> Fraction:
    """The value of a rule: a count, a fraction as "1/3"."""
    return _fraction(rule.value)


def share(rule: RuleValue) -> Fraction:
    """A percentage as a share: "0.5" → 1/200. Units: the rule must be in percent."""
    assert rule.unit == "percent", rule.key
    return _fraction(rule.value) / 100


def fen(rule: RuleValue) -> int:
    assert rule.unit == "fen", rule.key
    return rule.whole


def half_up(amount: Fraction) -> int:
    """Half a fen or more is a whole one. Basis: convention of this project; no text says."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def to_fen(yuan: str | Decimal) -> int:
    amount = Decimal(yuan) * 100
    whole = int(amount)
    if whole != amount:
        raise ValueError("at most two decimals")
    return whole


# -- tariffs -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Band:
    """One step of a tariff. `flat_fen`: a fixed sum for the whole band; otherwise `rate` on what lies inside it."""

    over_fen: int
    upto_fen: int | None
    flat_fen: int | None
    rate: Fraction


@functools.lru_cache(maxsize=64)
def bands(text: str) -> tuple[Band, ...]:
    """ "≤10000: 50; ≤100000: 2.5%; >100000: 2%", in yuan."""
    found: list[Band] = []
    over = 0
    for part in text.split(";"):
        bound, _colon, price = (piece.strip() for piece in part.partition(":"))
        upto = to_fen(bound[1:]) if bound[0] == "≤" else None
        rate = _fraction(price[:-1]) / 100 if price.endswith("%") else Fraction(0)
        found.append(Band(over, upto, None if price.endswith("%") else to_fen(price), rate))
        over = upto or over
    return tuple(found)


@functools.lru_cache(maxsize=64)
def span(text: str) -> tuple[int, int]:
    """ "50–300" yuan → (5000, 30000) fen."""
    low, _dash, high = text.partition("–")
    return to_fen(low), to_fen(high)


@dataclasses.dataclass(frozen=True)
class Line:
    """One band of a tariff as it was used: on what, at which rate, how much."""

    part_fen: int
    rate: Fraction
    charge: Fraction


def charged(rule: RuleValue, amount_fen: int) -> tuple[Fraction, list[Line]]:
    """What a tariff takes of an amount, unrounded, and the bands it went through."""
    total, lines = Fraction(0), []
    for band in bands(rule.value):
        if band.over_fen and amount_fen <= band.over_fen:
            break
        part = (amount_fen if band.upto_fen is None else min(amount_fen, band.upto_fen)) - band.over_fen
        charge = Fraction(band.flat_fen) if band.flat_fen is not None else part * band.rate
        total += charge
        lines.append(Line(part, band.rate, charge))
    return total, lines
