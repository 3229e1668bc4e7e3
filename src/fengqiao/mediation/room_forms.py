"""What is filled in inside the room. Forms judge the shape of an answer; the verb says whether it may be done."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentBy, InterruptKind, Side
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import shown
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import QUESTIONS, CardKind, CheckedBy, Hand
from fengqiao.shell.forms import Choice, Form

BY_HAND = [(one, one.label) for one in Hand if one != Hand.SELF]
OUTSIDE = [(one, one.label) for one in (ConsentBy.ORAL, ConsentBy.PHONE)]


def words(label: Any, *, rows: int = 3, most: int = 2000, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


def yuan(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DecimalField:
    """A sum in yuan with at most two decimals; `fen` turns it into whole fen."""
    return forms.DecimalField(
        label=label, required=required, help_text=help_text, min_value=0, max_digits=13, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


def fen(value: Any) -> int | None:
    return None if value is None else int(value * 100)


class RoomForm(Form):
    """A form of one guest at one moment. Fields named `party` and `judge` offer what the matter holds."""

    def __init__(self, *args: Any, guest: Guest, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guest, self.now = guest, now
        for name in ("party", "judge"):
            if name in self.fields:
                self.fields[name].choices = getattr(self, f"_{name}")()  # type: ignore[attr-defined]
        if not guest.is_lead:
            for name in ("party", "hand"):
                self.fields.pop(name, None)

    def _party(self) -> list[tuple[Any, str]]:
        found = disputes.parties(self.guest.room.mediation.dispute)
        named = [(party.pk, f"{party.name}（{party.get_side_display()}）") for party in found]
        return named if self.fields["party"].required else [("", str(_("nobody: a proposal of your own"))), *named]

    def _judge(self) -> list[tuple[int, str]]:
        mediation = self.guest.room.mediation
        court = mediation.court_id or mediation.dispute.court_id
        return shown.judges(mediation.dispute.number, court_id=court, on=self.now.astimezone(CHINA).date())


class Nothing(RoomForm):
    """A deed that asks for nothing."""


class ComeIn(RoomForm):
    warned = forms.BooleanField(
        label=_("I have read it: nobody invents a dispute here to harm others. Whoever does may be fined or punished.")
    )
    online = forms.BooleanField(
        label=_("I agree to talk in this form in this meeting. I can take it back at any time.")
    )


class Check(RoomForm):
    party = Choice(label=_("Who"))
    how = Choice(label=_("How"), choices=CheckedBy.choices)
    hand = forms.ChoiceField(
        label=_("Takes part"), choices=Hand.choices, initial=Hand.SELF,
        help_text=_("Whoever only reads text messages or comes to the counter takes part by your hand."),
    )  # fmt: skip


class Warn(RoomForm):
    party = Choice(label=_("Who"))
    by = Choice(label=_("How the party agreed"), choices=OUTSIDE)


class Pause(RoomForm):
    minutes = Choice(
        label=_("For how long"),
        choices=[("15", _("15 minutes")), ("60", _("an hour")), ("1440", _("until tomorrow, this hour")),
                 ("", _("until somebody goes on"))],
        required=False,
    )  # fmt: skip


class Offer(RoomForm):
    party = forms.ChoiceField(label=_("Whose offer"), required=False)
    hand = forms.ChoiceField(label=_("How it reached you"), choices=[("", "—"), *BY_HAND], required=False)
    terms = words(_("What is offered, in a sentence: who does what by when"))
    yuan = yuan(_("Sum, in yuan"), required=False)
    hours = Choice(
        label=_("Stands for"),
        choices=[("2", _("two hours")), ("24", _("a day")), ("72", _("three days")), ("168", _("a week"))],
    )


class Round(RoomForm):
    about = forms.CharField(label=_("What the number means"), max_length=200)
    demanding = Choice(
        label=_("Who names the least it takes"),
        choices=[(Side.APPLICANT, _("the applicant")), (Side.RESPONDENT, _("the respondent"))],
    )
    distance = yuan(
        _("Numbers also meet when they lie this far apart, in yuan"), required=False,
        help_text=_("Both sides read this before they fill anything in. Empty: they must cross."),
    )  # fmt: skip
    hours = Choice(label=_("Open for"), choices=[("1", _("an hour")), ("24", _("a day")), ("72", _("three days"))])


class Seal(RoomForm):
    yuan = yuan(_("Your number, in yuan"))


class Card(RoomForm):
    kind = Choice(label=_("Kind"), choices=CardKind.choices)
    text = forms.CharField(label=_("In a few words"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.guest.is_lead:
            self.fields["text"].help_text = _("An interest stays between you and the mediator until you show it.")


class Agree(RoomForm):
    text = words(_("What both agreed on, in a sentence"))


class AskJudge(RoomForm):
    judge = Choice(label=_("Judge on call"))
    text = words(_("Question of law, in general: no sums, no offers"))


class Record(RoomForm):
    text = words(_("Record of proceedings"), rows=14, most=20000)


class Confirm(RoomForm):
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It goes along with the record unchanged."),
    )  # fmt: skip


class Understand(RoomForm):
    is_free = Choice(
        label=_("Do you do this of your own free will?"),
        choices=[("yes", _("Yes")), ("no", _("No, or I am not sure"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {key: words(question, rows=2, most=1000) for key, question in QUESTIONS}
        for field in asked.values():
            field.widget.attrs["class"] = "form-control"
        self.fields = {**asked, **self.fields}


class Stop(RoomForm):
    kind = Choice(label=_("What it is about"), choices=InterruptKind.choices)


class Written(RoomForm):
    """Words of a party that is not at a screen."""

    party = Choice(label=_("Whose words"))
    hand = Choice(label=_("How they reached you"), choices=BY_HAND)
    text = words(_("What was said"))
