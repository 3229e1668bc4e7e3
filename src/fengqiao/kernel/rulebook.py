"""The rule table 规则表: every number from law or policy, in the version that held on the day of the fact."""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.conf import settings
from django.db import models

from fengqiao.kernel.cached import Cached
from fengqiao.kernel.models import Rule

PERIODS = frozenset(
    {
        Rule.Unit.MINUTES,
        Rule.Unit.HOURS,
        Rule.Unit.PROCEDURAL_HOURS,
        Rule.Unit.WORKING_HOURS,
        Rule.Unit.WORKING_DAYS,
        Rule.Unit.DAYS,
        Rule.Unit.MONTHS,
        Rule.Unit.YEARS,
    }
)
"""Units that say how long. The others say how much, when in the day, or what."""


class MissingRule(LookupError):
    """No version of a rule holds on that day: a hole in the table, which somebody has to fill."""


@dataclasses.dataclass(frozen=True)
class RuleValue:
    """One version of one rule, as code sees it. `moves`: an end on a rest day moves to the next working day."""

    id: int
    key: str
    value: str
    unit: str
    moves: bool
    ends: str
    jurisdiction: str
    kind: str
    instrument: str
    article: str
    valid_from: dt.date
    valid_to: dt.date | None
    is_verified: bool

    @property
    def number(self) -> Decimal:
        return Decimal(self.value)

    @property
    def whole(self) -> int:
        number = Decimal(self.value)
        assert number == int(number), f"{self.key} is not a whole number: {self.value}"
        return int(number)

    @property
    def time(self) -> dt.time:
        return dt.time.fromisoformat(self.value)

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Rulebook:
    """All versions of all rules, sorted so that the version of a day is one bisection away."""

    def __init__(self, rules: Iterable[RuleValue]) -> None:
        self._versions: dict[tuple[str, str], list[RuleValue]] = {}
        self.by_id: dict[int, RuleValue] = {}
        for rule in sorted(rules, key=lambda rule: rule.valid_from):
            self._versions.setdefault((rule.key, rule.jurisdiction), []).append(rule)
            self.by_id[rule.id] = rule

    def find(self, key: str, *, on: dt.date, chain: Sequence[str]) -> RuleValue | None:
        """The version of that day in the nearest jurisdiction of the chain that has one."""
        for jurisdiction in chain:
            versions = self._versions.get((key, jurisdiction), [])
            place = bisect.bisect_right(versions, on, key=lambda rule: rule.valid_from)
            if place and versions[place - 1].holds_on(on):
                return versions[place - 1]
        return None


_FIELDS = [field.name for field in dataclasses.fields(RuleValue)]


def _load() -> Rulebook:
    return Rulebook(RuleValue(**row) for row in Rule.objects.values(*_FIELDS))


_cached = Cached("rules", _load)


def current() -> Rulebook:
    """All rules of this installation; frozen, for those who ask many questions at once."""
    return _cached.get()


def chain_of(jurisdiction: str | None = None) -> Sequence[str]:
    """Where to look, nearest first: the district, its province, the country."""
    chain: Sequence[str] = settings.RULE_JURISDICTIONS
    if jurisdiction is None:
        return chain
    return chain[chain.index(jurisdiction) :] if jurisdiction in chain else [jurisdiction, *chain[1:]]


def find(key: str, *, on: dt.date, jurisdiction: str | None = None) -> RuleValue | None:
    """The version of the day of the fact, or None."""
    return _cached.get().find(key, on=on, chain=chain_of(jurisdiction))


def rule(key: str, *, on: dt.date, jurisdiction: str | None = None) -> RuleValue:
    """The version of the day of the fact. Raises MissingRule when there is none."""
    found = find(key, on=on, jurisdiction=jurisdiction)
    if found is None:
        where = ", ".join(chain_of(jurisdiction))
        raise MissingRule(f"no version of rule {key!r} holds on {on} in {where}; see kernel/data/rules.csv")
    return found


def by_id(identifier: int) -> RuleValue:
    """The very version a deadline was started with."""
    return _cached.get().by_id[identifier]


def on_day(day: dt.date) -> list[Rule]:
    """Every rule in the version that holds on a day, with its sources, by key."""
    holds = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=day)
    return list(Rule.objects.filter(holds, valid_from__lte=day).order_by("key", "jurisdiction"))
