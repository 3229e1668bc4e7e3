"""What a calculator answers: values, the steps in words, and for every number the rule it came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from fengqiao.disputes.calculators.words import Part, Words, day, money, plain, say
from fengqiao.kernel.rulebook import RuleValue

YES_NO = {True: Words("是", "yes"), False: Words("否", "no")}
NOTHING = Words("没有", "none")
COURT_DECIDES = Words(
    "这是按所列条文和您填写的情况算出的参考，不是法律意见。由法院决定。",
    "Worked out from the articles named and what you filled in. Not legal advice: the court decides.",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One of a few answers: a code for machines, words for people."""

    code: str
    words: Words


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """One result. `kind`: money (fen), date, months (two decimals), percent, count, flag, words, and lists of these."""

    name: str
    kind: str
    value: Any
    label: Words

    @property
    def plain(self) -> Any:
        """As JSON: money as yuan with two decimals, days as ISO, percent with two decimals."""
        if isinstance(self.value, (list, tuple)):
            return [_PLAIN[self.kind](one) for one in self.value]
        return None if self.value is None else _PLAIN[self.kind](self.value)

    @property
    def shown(self) -> Words:
        """As people read it."""
        if self.value is None:
            return NOTHING
        if isinstance(self.value, (list, tuple)):
            parts = [_SHOWN[self.kind](one) for one in self.value]
            return Words("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
        return _SHOWN[self.kind](self.value)


def _two(value: Fraction) -> str:
    return f"{float(value):.2f}"


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _same(text: Any) -> Words:
    return text if isinstance(text, Words) else Words(str(text), str(text))


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "money": _yuan,
    "date": lambda value: value.isoformat(),
    "moment": lambda value: value.isoformat(timespec="minutes"),
    "months": _two,
    "percent": _two,
    "count": int,
    "flag": bool,
    "words": lambda value: value.en if isinstance(value, Words) else value,
    "code": str,
    "choice": lambda value: value.code,
    "heads": lambda value: {name: _yuan(fen) for name, (_words, fen) in value.items()},
}
_SHOWN: dict[str, Callable[[Any], Words]] = {
    "money": money,
    "date": day,
    "moment": lambda value: Words(
        f"{day(value.date()).zh}{value.hour}:{value.minute:02d}",
        f"{day(value.date()).en}, {value.hour}:{value.minute:02d}",
    ),
    "months": lambda value: _same(plain(value)),
    "percent": lambda value: _same(f"{plain(value)}%"),
    "count": lambda value: _same(f"{value:,}"),
    "flag": lambda value: YES_NO[bool(value)],
    "words": _same,
    "code": _same,
    "choice": lambda value: value.words,
    "heads": lambda value: Words(
        "、".join(f"{words.zh}{money(fen).zh}" for words, fen in value.values()),
        ", ".join(f"{words.en} {money(fen).en}" for words, fen in value.values()),
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step of the way in words, and the rules whose numbers it used."""

    words: Words
    rules: tuple[RuleValue, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """Values with the answer first, the steps, and what should be kept in mind."""

    values: tuple[Value, ...]
    steps: tuple[Step, ...]
    notes: tuple[Words, ...]

    def __getitem__(self, name: str) -> Any:
        return {value.name: value.value for value in self.values}[name]

    @property
    def plain(self) -> dict[str, Any]:
        return {value.name: value.plain for value in self.values}

    @property
    def rules(self) -> list[RuleValue]:
        """Every rule used, once, in the order of the steps."""
        used = (rule for step in self.steps for rule in step.rules)
        return list({(rule.key, rule.valid_from, rule.jurisdiction): rule for rule in used}.values())

    @property
    def unverified(self) -> list[RuleValue]:
        return [rule for rule in self.rules if not rule.is_verified]


class Answer:
    """A result in the making: the calculator says values and steps as it goes."""

    __slots__ = ("_notes", "_steps", "_values")

    def __init__(self) -> None:
        self._values: list[Value] = []
        self._steps: list[Step] = []
        self._notes: list[Words] = []

    def value(self, name: str, kind: str, value: Any, zh: str, en: str, *, lead: bool = False) -> None:
        """`lead`: the answer people came for, shown large and first."""
        self._values.insert(0 if lead else len(self._values), Value(name, kind, value, Words(zh, en)))

    def step(self, zh: str, en: str, *rules: RuleValue, **parts: Part) -> None:
        self._steps.append(Step(say(zh, en, **parts), rules))

    def note(self, zh: str, en: str, **parts: Part) -> None:
        self._notes.append(say(zh, en, **parts))

    def result(self) -> Result:
        return Result(tuple(self._values), tuple(self._steps), tuple(self._notes))


def described(rule: RuleValue) -> dict[str, Any]:
    """A rule as JSON: key, value, article, version."""
    return {
        "key": rule.key,
        "value": rule.value,
        "unit": rule.unit,
        "instrument": rule.instrument,
        "article": rule.article,
        "jurisdiction": rule.jurisdiction,
        "kind": rule.kind,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "is_verified": rule.is_verified,
    }


def as_json(result: Result) -> dict[str, Any]:
    """The whole answer as JSON: result (name → plain value), labels, steps in both languages, articles, notes."""
    return {
        "result": result.plain,
        "values": [
            {
                "name": value.name,
                "kind": value.kind,
                "value": value.plain,
                **({"fen": value.value} if value.kind == "money" else {}),
                "label_zh": value.label.zh,
                "label_en": value.label.en,
                "shown_zh": value.shown.zh,
                "shown_en": value.shown.en,
            }
            for value in result.values
        ],
        "steps": [
            {"zh": step.words.zh, "en": step.words.en, "rules": [rule.key for rule in step.rules]}
            for step in result.steps
        ],
        "articles": [described(rule) for rule in result.rules],
        "notes": [{"zh": note.zh, "en": note.en} for note in (*result.notes, COURT_DECIDES)],
    }
