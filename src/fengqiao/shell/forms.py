"""Base form: Tabler's classes, wiring for assistive technology, errors that say what is wrong and by how much."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinLengthValidator, MinValueValidator
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from fengqiao.shell.said import is_chinese

Text = str | Promise


@dataclasses.dataclass(frozen=True)
class Problem:
    """One line of the summary above a form."""

    text: str
    anchor: str


MESSAGES: dict[type, dict[str, Any]] = {
    forms.DateField: {"invalid": _("Write the day as year-month-day, for example 2026-11-24")},
    forms.DateTimeField: {"invalid": _("Write day and hour, for example 2026-11-24 9:30")},
    forms.TimeField: {"invalid": _("Write the hour as 9:30")},
    forms.IntegerField: {"invalid": _("Only whole numbers go here")},
    forms.DecimalField: {"invalid": _("Only a number goes here")},
    forms.EmailField: {"invalid": _("An e-mail address looks like name@example.cn")},
    forms.URLField: {"invalid": _("A web address looks like https://example.cn")},
    forms.FileField: {
        "invalid": _("The file did not arrive. Please choose it again"),
        "empty": _("The file is empty"),
        "missing": _("The file did not arrive. Please choose it again"),
    },
}
LIMITS: dict[type, Text] = {
    MaxLengthValidator: ngettext_lazy(
        "At most %(limit_value)d character; there are %(show_value)d now",
        "At most %(limit_value)d characters; there are %(show_value)d now",
        "limit_value",
    ),
    MinLengthValidator: ngettext_lazy(
        "At least %(limit_value)d character; there are %(show_value)d now",
        "At least %(limit_value)d characters; there are %(show_value)d now",
        "limit_value",
    ),
    MaxValueValidator: _("At most %(limit_value)s; it is %(show_value)s now"),
    MinValueValidator: _("At least %(limit_value)s; it is %(show_value)s now"),
}


class Form(forms.Form):
    """Every form of the product. `{% field form.name %}` renders a field, `{% error_summary form %}` the summary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _speak_plainly(field)
            _dress(field.widget)

    def __getitem__(self, name: str) -> BoundField:
        bound = super().__getitem__(name)
        if name in self.errors and "is-invalid" not in bound.field.widget.attrs.get("class", ""):
            _mark_wrong(bound.field.widget)
        return bound

    def problems(self) -> list[Problem]:
        """Errors in the order of the fields, each with the id of its input; those of the whole form first."""
        colon = "：" if is_chinese(get_language() or "") else ": "
        found = [Problem(str(error), "") for error in self.non_field_errors()]
        for name in self.fields:
            bound = self[name]
            asked = f"{bound.label}".rstrip("？?")
            found += [Problem(f"{asked}{colon}{error}", str(bound.auto_id)) for error in bound.errors]
        return found


def _speak_plainly(field: forms.Field) -> None:
    chooses = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.MultipleChoiceField))
    field.error_messages["required"] = _("Please choose one") if chooses else _("Please fill this in")
    if chooses:
        field.error_messages["invalid_choice"] = _("This choice is no longer offered. Please choose again")
    for kind, messages in MESSAGES.items():
        if isinstance(field, kind):
            field.error_messages.update(messages)
    for validator in field.validators:
        if type(validator) in LIMITS:
            validator.message = LIMITS[type(validator)]  # type: ignore[attr-defined]


CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.HiddenInput, ""),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


def _dress(widget: forms.Widget) -> None:
    name = next(name for kind, name in CLASSES if isinstance(widget, kind))
    if name and name not in widget.attrs.get("class", ""):
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} {name}".strip()
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = (
            4 if str(widget.attrs.get("rows")) == "10" else widget.attrs["rows"]
        )  # 10 is Django's own
        widget.attrs.pop("cols", None)
    if isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"


def _mark_wrong(widget: forms.Widget) -> None:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return  # the group says it, not each of its inputs
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} is-invalid".strip()


class Choice(forms.ChoiceField):
    """A few equal choices as large lines, none preselected."""

    widget = forms.RadioSelect
    fq_kind = "choice"


class Picks(forms.MultipleChoiceField):
    """Several may be picked, shown as pills."""

    widget = forms.CheckboxSelectMultiple
    fq_kind = "pick"


class PhoneField(forms.CharField):
    """A phone number: mobile, landline with area code, or a short service number. Result: digits only.

    Refuses: with the number of digits there should be and are.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        digits = "".join(letter for letter in text if letter.isdigit())
        if not text:
            return ""
        if set(text) - set("0123456789 -+()（）转#"):
            raise ValidationError(_("A phone number holds digits only"), code="letters")
        if digits.startswith("86") and len(digits) == 13:
            digits = digits[2:]
        if digits.startswith("1") and not digits.startswith("12") and len(digits) != 11:
            raise ValidationError(
                _("A mobile number has 11 digits; there are %(n)d now"), code="length", params={"n": len(digits)}
            )
        if not 5 <= len(digits) <= 16:
            raise ValidationError(
                _("A phone number has 5 to 16 digits; there are %(n)d now"), code="length", params={"n": len(digits)}
            )
        return digits
