"""Forms of weighing: a sum a side names itself, a range the mediator proposes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.mediation.queries_weigh import SIDES
from fengqiao.mediation.rules_weigh import Like
from fengqiao.shell.forms import Choice, Form


def _yuan(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=14, decimal_places=2)


def fen(yuan: Decimal) -> int:
    return int(yuan * 100)


class Named(Form):
    """What a court may award, named without a calculator. `by_mediator`: it is written down for one of the sides."""

    side = Choice(label=_("For which side"), choices=[(one.value, one.label) for one in SIDES])
    least = _yuan(_("At least, in yuan"))
    most = _yuan(_("At most, in yuan"))
    note = forms.CharField(label=_("What it rests on, if you want to say"), required=False, max_length=200)

    def __init__(self, *args: Any, by_mediator: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_mediator:
            del self.fields["side"]

    def said(self) -> dict[str, Any]:
        """What the verb takes."""
        data = self.cleaned_data
        return {
            "side": data.get("side", ""), "low_fen": fen(data["least"]), "high_fen": fen(data["most"]),
            "note": data["note"],
        }  # fmt: skip


class Proposed(Form):
    """A range for both sides to read."""

    least = _yuan(_("At least, in yuan"))
    most = _yuan(_("At most, in yuan"))
    words = forms.CharField(
        label=_("A word to both sides, if you like"), required=False, max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"low_fen": fen(data["least"]), "high_fen": fen(data["most"]), "words": data["words"]}


class Alike(Form):
    """What closed matters shall have in common with this one."""

    like = forms.MultipleChoiceField(
        label=_("Only matters with"), required=False, choices=Like.choices, widget=forms.CheckboxSelectMultiple
    )
