"""How a calculator asks: fields with labels in both languages, money in yuan outside and fen inside, pages by variant."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from fengqiao.disputes.calculators.answers import Result
from fengqiao.disputes.calculators.law import Law, to_fen
from fengqiao.disputes.calculators.words import Words

MOST_YUAN = Decimal(10) ** 12
MOST_SIGNS = 24


def _fen(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError("an amount in yuan")
    try:
        amount = Decimal(str(value).replace(",", ""))
    except InvalidOperation as error:
        raise ValueError("an amount in yuan") from error
    if not amount.is_finite() or not 0 <= amount <= MOST_YUAN:
        raise ValueError("from 0 to 1,000,000,000,000 yuan")
    return to_fen(amount)


def _share(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    text = str(value).strip()
    if len(text) > MOST_SIGNS or set(text) - set("0123456789./"):  # no exponents: 1e999999999 would fill the memory
        raise ValueError("a number or a fraction, as 0.7 or 1/3")
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("a number or a fraction, as 0.7 or 1/3") from error
    if not 0 <= found <= 1_000_000 or found.denominator > 10**9:
        raise ValueError("out of range")
    return found


Fen = Annotated[
    int,
    BeforeValidator(_fen),
    WithJsonSchema({"type": "string", "format": "yuan", "pattern": r"^\d{1,13}(\.\d{1,2})?$", "examples": ["1234.50"]}),
]
"""Money: yuan with two decimals in JSON, integer fen in code."""
Number = Annotated[
    Fraction,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "format": "number", "examples": ["0.7", "1/3"]}),
]
"""A percentage, share or coefficient, exact."""
Day = Annotated[dt.date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2079, 12, 31))]


def _in_our_time(value: dt.datetime) -> dt.datetime:
    if not 1900 <= value.year <= 2079:
        raise ValueError("from 1900 to 2079")
    return value


Moment = Annotated[dt.datetime, AfterValidator(_in_our_time)]
Age = Annotated[int, Field(ge=0, le=150)]
Count = Annotated[int, Field(ge=0, le=100_000)]


def _outside(name: str) -> str:
    return name.removesuffix("_fen")


class Input(BaseModel):
    """What goes in. Names outside carry no unit: `claim` in yuan is `claim_fen` here."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_outside, arbitrary_types_allowed=True, str_max_length=200
    )

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """One line of a text field, as JSON: the words in the order of the fields."""
        return dict(zip((_outside(name) for name in cls.model_fields), words, strict=False))


def ask(
    zh: str,
    en: str,
    default: Any = None,
    *,
    hint: tuple[str, str] = ("", ""),
    choices: Mapping[str, tuple[str, str]] | None = None,
    **more: Any,
) -> Any:
    """A field with what it is called, in both languages; `choices` names the answers."""
    extra: dict[str, Any] = {"zh": zh, "hint_zh": hint[0], "hint_en": hint[1]}
    if choices:
        extra["choices"] = {code: list(words) for code, words in choices.items()}
    return Field(default, title=en, json_schema_extra=extra, **more)


@dataclasses.dataclass(frozen=True, eq=False)
class Variant:
    """One way to use a calculator: which fields its page shows, and what is already said.

    A field written with a question mark, as "?filed_on", may be left empty.
    """

    code: str
    label: Words
    fields: tuple[str, ...]
    preset: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [name.removeprefix("?") for name in self.fields]


@dataclasses.dataclass(frozen=True, eq=False)
class Calculator:
    """A calculator with its page: name in addresses and commands, words, input, function."""

    name: str
    title: Words
    lead: Words
    group: str
    icon: str
    input: type[Input]
    run: Callable[[Any, Law], Result]
    variants: tuple[Variant, ...]
    is_public: bool = True
    """Has a page and an operation; otherwise the command alone, as for numbers that say who somebody is."""

    def calculate(self, data: Mapping[str, Any], law: Law) -> Result:
        """From JSON to the answer. Raises pydantic's ValidationError on malformed input; refuses as the rule says."""
        return self.run(self.input.model_validate(data), law)
