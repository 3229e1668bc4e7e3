"""Forms of the court and of the parties before it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.court.rules import Excluded, Mode, Rejected
from fengqiao.kernel import files
from fengqiao.shell.forms import Choice, Form, Picks

CLOCKS = {
    "confirm_accept": _("Decide on acceptance"),
    "confirm_decide": _("Limit for the ruling"),
    "confirm_target": _("Aim for the ruling"),
}


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


class Accept(Form):
    judge = forms.TypedChoiceField(label=_("Judge who confirms"), coerce=int)

    def __init__(self, *args: Any, judges: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["judge"].choices = judges  # type: ignore[attr-defined]


class AskPapers(Form):
    until = _date(_("Papers by"))


class Refuse(Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=Excluded.choices)


class Hear(Form):
    present = Picks(label=_("Who was there"), choices=[])
    mode = forms.ChoiceField(label=_("How"), choices=Mode.choices)

    def __init__(self, *args: Any, parties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].choices = parties  # type: ignore[attr-defined]

    def clean_present(self) -> list[int]:
        return [int(one) for one in self.cleaned_data["present"]]


class Decide(Form):
    result = Choice(label=_("Ruling"), choices=[("valid", _("valid")), ("rejected", _("rejected"))])
    ground = forms.ChoiceField(label=_("Ground of a rejection"), choices=[("", "—"), *Rejected.choices], required=False)


class Open(Form):
    code = forms.CharField(
        label=_("Your six-digit code"),
        max_length=6,
        min_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


class Done(Form):
    done_on = _date(_("Day it was done"))
    amount = forms.DecimalField(
        label=_("Amount in yuan"), required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01"),
        help_text=_("Leave it empty when everything was paid"),
    )  # fmt: skip
    words = forms.CharField(label=_("Anything to add"), required=False, max_length=500)
    proof = forms.FileField(
        label=_("Photo or receipt"), required=False, widget=forms.FileInput(attrs={"accept": files.ACCEPT})
    )
