"""Forms of the calculators, made from their inputs: one field for each thing asked, in both languages."""

from __future__ import annotations

import datetime as dt
import functools
import types
import typing
from typing import Any, Literal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as Malformed
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Moment, Number, Variant
from fengqiao.disputes.calculators.words import Words
from fengqiao.kernel.clock import CHINA
from fengqiao.shell.forms import Form

TYPED = {"inputmode": "decimal", "autocomplete": "off"}


class NumberField(forms.CharField):
    """A number or a fraction, as 0.7 or 1/3. Result: the text."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text and (set(text) - set("0123456789./") or not text.strip("./")):
            raise ValidationError(_("Only a number goes here"), code="invalid")
        return str(text)


class LinesField(forms.CharField):
    """Several things, one a line. Result: what the input takes, a list."""

    def __init__(self, *, of: Any, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}), **more)
        self.of = of

    def clean(self, value: Any) -> Any:
        lines = [line.replace("，", " ").replace(",", " ").split() for line in super().clean(value).splitlines()]
        words = [line for line in lines if line]
        if isinstance(self.of, type) and issubclass(self.of, Input):
            return [self.of.from_words(line) for line in words]
        return [one for line in words for one in line]


class PairField(LinesField):
    """Two days in one line."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found and len(found) != 2:
            raise ValidationError(_("Write two days with a space between"), code="invalid")
        return found or None


def _bare(kind: Any) -> Any:
    """The type without `| None`."""
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        return next(one for one in typing.get_args(kind) if one is not type(None))
    return kind


def _field(kind: Any, info: FieldInfo, *, required: bool) -> forms.Field:
    said: dict[str, Any] = typing.cast(dict[str, Any], info.json_schema_extra or {})
    more: dict[str, Any] = {
        "label": Words(said["zh"], info.title or ""),
        "help_text": Words(said["hint_zh"], said["hint_en"]) if said.get("hint_zh") else "",
        "required": required,
        "initial": _initial(info),
    }
    if "choices" in said:
        default = more["initial"]
        choices: list[tuple[str, Any]] = [(code, Words(*words)) for code, words in said["choices"].items()]
        if default is None:
            choices.insert(0, ("", Words("请选择", "Please choose")))
        return forms.ChoiceField(choices=choices, **more)
    return _by_kind(kind, info, more)


def _initial(info: FieldInfo) -> Any:
    """What stands in the field at first: a default that says something, not an empty one."""
    default = info.get_default()
    return None if default in (PydanticUndefined, None, 0, "", ()) else default


def _by_kind(kind: Any, info: FieldInfo, more: dict[str, Any]) -> forms.Field:
    if kind is bool:
        return forms.BooleanField(**(more | {"required": False}))
    if kind == Fen:
        widget = forms.TextInput(attrs=TYPED)
        return forms.DecimalField(min_value=0, max_digits=14, decimal_places=2, widget=widget, **more)
    if kind == Number:
        return NumberField(max_length=24, widget=forms.TextInput(attrs=TYPED), **more)
    if kind == Day:
        return forms.DateField(widget=forms.DateInput, **more)
    if kind == Moment:
        return forms.DateTimeField(widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)
    if typing.get_origin(kind) is tuple:
        of = typing.get_args(kind)
        return (PairField if of[-1] is not Ellipsis else LinesField)(of=of[0], max_length=3000, **more)
    if typing.get_origin(kind) is Literal:
        return forms.ChoiceField(choices=[(one, one) for one in typing.get_args(kind)], **more)
    if kind is str:
        return forms.CharField(max_length=60, **more)
    return forms.IntegerField(min_value=0, max_value=100_000, widget=forms.TextInput(attrs=TYPED), **more)


@functools.cache
def form_of(calculator: Calculator, variant: Variant) -> type[CalculatorForm]:
    kinds = typing.get_type_hints(calculator.input, include_extras=True)
    model = calculator.input.model_fields
    fields = {
        _alias(model[name], name): _field(_bare(kinds[name]), model[name], required=name in variant.fields)
        for name in variant.names
    }
    made: type[CalculatorForm] = type(
        "Asked", (CalculatorForm,), {**fields, "of_calculator": calculator, "of_variant": variant}
    )
    return made


class CalculatorForm(Form):
    """What one page asks. After `is_valid`, `given` holds the input."""

    of_calculator: Calculator
    of_variant: Variant
    given: Input | None = None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors:
            self._check(found)
        return found

    def _check(self, found: dict[str, Any]) -> None:
        try:
            self.given = self.of_calculator.input.model_validate({**self.of_variant.preset, **_outside(found)})
        except Malformed as error:
            for one in error.errors():
                name, *inside = one["loc"] or ("",)
                is_line = bool(inside) and isinstance(inside[0], int)
                words = (
                    _("Line %(n)d cannot be read") % {"n": int(inside[0]) + 1}
                    if is_line
                    else _("This does not fit here")
                )
                known = str(name) if name in self.fields else None
                if known is None or known not in self.errors:
                    self.add_error(known, ValidationError(words, code="invalid"))

    def filled(self) -> list[tuple[Any, Any]]:
        """Label and answer of each filled field, to print."""
        shown = []
        for name in self.fields:
            bound, value = self[name], self.cleaned_data.get(name)
            if value in (None, "", [], False):
                continue
            if isinstance(bound.field, forms.ChoiceField):
                value = dict(bound.field.choices).get(str(value), value)  # type: ignore[arg-type]
            elif isinstance(bound.field, LinesField):
                value = bound.value()
            shown.append((bound.label, Words("是", "yes") if value is True else value))
        return shown


def _outside(found: dict[str, Any]) -> dict[str, Any]:
    """The answers as JSON; what was left empty is left out."""
    return {
        name: value.astimezone(CHINA) if isinstance(value, dt.datetime) else value
        for name, value in found.items()
        if value is not None and value != "" and value != []
    }


def _alias(info: FieldInfo, name: str) -> str:
    return info.alias or name
