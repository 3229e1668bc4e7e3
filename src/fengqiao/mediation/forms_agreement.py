"""Forms of the agreement: the mediator writes it, people sign it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.mediation import queries_agreement, rules_agreement
from fengqiao.mediation.actions import TermKind, Touches, Wish
from fengqiao.mediation.forms import long_text
from fengqiao.shell.forms import Form, Picks

MOST_TERMS = 8
MOST_INSTALMENTS = 120


class Draft(Form):
    facts = long_text(_("Main facts"), required=False)
    issues = long_text(_("What they disagree about"), required=False)
    responsibility = long_text(_("Responsibility of each party"), required=False)
    place = forms.CharField(label=_("Where it is to be done"), required=False, max_length=120)
    touches = Picks(label=_("Does it touch any of these?"), choices=Touches.choices, required=False)
    settles_all = forms.BooleanField(label=_("This settles everything between them"), required=False, initial=True)
    on_paper = forms.BooleanField(label=_("It will be signed on paper"), required=False)


class TermForm(Form):
    """One term. Left empty it is none. `count` instalments, a month apart, from `first` on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TermKind.choices, required=False)
    debtor = forms.TypedChoiceField(label=_("Who"), coerce=int, required=False, empty_value=None)
    creditor = forms.TypedChoiceField(label=_("Paid to whom"), coerce=int, required=False, empty_value=None)
    text = forms.CharField(label=_("What, in one sentence"), required=False, max_length=300)
    amount = forms.DecimalField(
        label=_("Amount in yuan"), required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    manner = forms.CharField(label=_("How"), required=False, max_length=120)
    first = forms.DateField(label=_("By when, or first instalment"), required=False)
    count = forms.IntegerField(
        label=_("Instalments, a month apart"), required=False, min_value=1, max_value=MOST_INSTALMENTS
    )

    def __init__(self, *args: Any, parties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("debtor", "creditor"):
            self.fields[name].choices = [("", "—"), *parties]  # type: ignore[attr-defined]
        self.fields["first"].widget.input_type = "date"

    @property
    def is_empty(self) -> bool:
        return not self.cleaned_data.get("text")

    def wish(self) -> Wish:
        data = self.cleaned_data
        first: dt.date | None = data.get("first")
        days = rules_agreement.monthly(first, data.get("count") or 1) if first is not None else ()
        return Wish(
            kind=data["kind"] or TermKind.ACT,
            debtor_id=data["debtor"] or 0,
            text=data["text"],
            creditor_id=data["creditor"] or None,
            amount_fen=int(data["amount"] * 100) if data.get("amount") else None,
            manner=data["manner"],
            days=days,
        )


def term_forms(agreement: Any, parties: list[tuple[int, str]], data: Any = None) -> list[TermForm]:
    """One form a term and two to spare."""
    wishes = queries_agreement.wishes(agreement) if agreement is not None else []
    initial: list[dict[str, Any]] = [
        {
            "kind": one.kind,
            "debtor": one.debtor_id,
            "creditor": one.creditor_id,
            "text": one.text,
            "amount": Decimal(one.amount_fen) / 100 if one.amount_fen else None,
            "manner": one.manner,
            "first": one.days[0] if one.days else None,
            "count": len(one.days) if len(one.days) > 1 else None,
        }
        for one in wishes
    ]
    initial += [{} for _n in range(max(2, min(3, MOST_TERMS - len(initial))))]
    count = MOST_TERMS if data is not None else min(len(initial), MOST_TERMS)
    initial += [{}] * (count - len(initial))
    return [
        TermForm(data, prefix=f"t{n}", parties=parties, initial=initial[n]) if data is not None
        else TermForm(prefix=f"t{n}", parties=parties, initial=initial[n])
        for n in range(count)
    ]  # fmt: skip


class Stroke(Form):
    stroke = forms.CharField(required=False, max_length=60_000, widget=forms.HiddenInput(attrs={"data-fq-stroke": ""}))
    text_sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput())


class ByHand(Stroke):
    code = forms.CharField(
        label=_("Code from the message"), max_length=6, min_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip
    understood = forms.BooleanField(label=_("I have read the agreement to its end and know what I promise"))


class OnPaper(Form):
    party = forms.TypedChoiceField(label=_("Who signed"), coerce=int)
    photo = forms.FileField(label=_("Photo of the signed paper"))
    has_fingerprint = forms.BooleanField(label=_("with a fingerprint"), required=False)

    def __init__(self, *args: Any, parties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = parties  # type: ignore[attr-defined]


class Check(Form):
    code = forms.CharField(label=_("Code on the paper"), max_length=24)


class CheckFile(Form):
    file = forms.FileField(label=_("The PDF file you were given"))
