"""What the staff fill in. Forms judge the shape of an answer; whether it may be done now is the verb's to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.actions import PartyKind
from fengqiao.intake import shown
from fengqiao.intake.actions.disputing import WAYS
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.rules import Behalf, Channel, Urgency
from fengqiao.people.models import Area, Organisation
from fengqiao.people.rules import Role
from fengqiao.shell.forms import Choice, Form, PhoneField, Picks

MOST_FILES = 9
URGENCIES = [(Urgency.ORDINARY, _("ordinary")), (Urgency.URGENT, _("urgent")), (Urgency.EMERGENCY, _("emergency"))]

DEFAULT_CHANNEL: dict[str, Channel] = {Role.OPERATOR: Channel.COURT_HOTLINE}
"""What a form of the desk comes in by unless it says otherwise; everybody else sits at a window."""


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files at once. Result: a list, perhaps empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFilesInput(attrs={"multiple": True}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(n)d files at a time"), params={"n": MOST_FILES})
        return [super(ManyFiles, self).clean(file, initial) for file in files]


def long_text(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class Nothing(Form):
    """An act that needs no words."""


class OfferMediation(Form):
    """The contact becomes a dispute under the same number; both sides are asked, and may sue at any time."""

    respondent = forms.CharField(label=_("Against whom"), max_length=120, help_text=_("Name of the person or firm."))
    respondent_kind = Choice(
        label=_("What they are"), choices=[(one, one.label) for one in PartyKind], initial=PartyKind.NATURAL
    )
    respondent_phone = PhoneField(label=_("Their telephone, if known"), required=False)
    kind = Choice(label=_("By whom"), choices=[(key, kind.label) for key, kind in WAYS.items()])
    is_online = forms.BooleanField(label=_("Online, if both agree to that too"), required=False)
    evenings = forms.BooleanField(label=_("The parties have time in the evening"), required=False)
    safe_contact = forms.BooleanField(
        label=_("Safe contact: the other side must not learn where they are"), required=False
    )


class Answer(Form):
    text = long_text(_("Answer to the person"), help_text=_("Who does what by when. The person reads exactly this."))
    added = ManyFiles(label=_("Photos or files"))


class Progress(Form):
    text = long_text(_("How far it is"), help_text=_("The person reads exactly this."))
    added = ManyFiles(label=_("Photos or files"))


class Done(Form):
    text = long_text(_("What was done"), help_text=_("The person then says whether it is done; only that closes it."))
    added = ManyFiles(label=_("Photos or files"))


class Ask(Form):
    text = long_text(_("What is missing"), help_text=_("Ask for one thing at a time. The clock waits for the person."))


class Note(Form):
    text = long_text(_("Internal note"), help_text=_("Only colleagues read this. It never leaves the house."))


class Supplement(Form):
    text = long_text(_("What the person adds"), help_text=_("In their own words."))
    added = ManyFiles(label=_("Photos or files"))


class Reason(Form):
    reason = long_text(_("Reason"))


class SendBack(Form):
    reason = long_text(_("Why it is not yours"), help_text=_("Name the unit that is in charge, if you know it."))


class Transfer(Form):
    to = forms.CharField(label=_("Body in charge"), max_length=120)
    reason = long_text(_("Reason"), help_text=_("The person reads exactly this."))


class UrgencyChange(Form):
    urgency = Choice(label=_("New urgency"), choices=URGENCIES)
    reason = long_text(_("Reason"), rows=2)


class Decision(Form):
    """The paper acceptance form, typed in."""

    verdict = Choice(
        label=_("What did the person tick?"), choices=[("accept", _("accepted")), ("object", _("not done"))]
    )
    score = forms.TypedChoiceField(
        label=_("Score on the form"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((str(n), str(n)) for n in range(5, 0, -1))],
    )
    text = long_text(_("What the person wrote"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("verdict") == "object" and not found.get("text", "").strip():
            self.add_error("text", _("Please write down what is not done"))
        return found


class RateByPhone(Form):
    is_resolved = Choice(
        label=_("Is it solved, in the person's words?"), choices=[("yes", _("solved")), ("no", _("not solved"))]
    )
    score = forms.TypedChoiceField(
        label=_("Score"), coerce=int, choices=[(str(n), str(n)) for n in range(5, 0, -1)], widget=forms.RadioSelect
    )
    text = long_text(_("In the person's words"), required=False, rows=2)


class Split(Form):
    """Up to three further matters out of one message."""

    first = long_text(_("The other matter"), rows=3)
    second = long_text(_("One more"), required=False, rows=3)
    third = long_text(_("And one more"), required=False, rows=3)

    def texts(self) -> tuple[str, ...]:
        found = (self.cleaned_data[name].strip() for name in ("first", "second", "third"))
        return tuple(text for text in found if text)


class Bulk(Form):
    """One text, given to each of several matters as its own answer."""

    numbers = Picks(label=_("Who gets this answer"))
    text = long_text(_("Answer to each person"), help_text=_("Each gets an answer of their own and decides alone."))

    def __init__(self, *args: Any, children: list[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["numbers"].choices = [(child.number, f"{child.number} {child.title}") for child in children]  # type: ignore[attr-defined]
        self.fields["numbers"].initial = [child.number for child in children]


class Dispatch(forms.Form):
    """The chips of one contact as posted. `missing` names what is still open, in the order of the page."""

    category = forms.CharField(required=False)
    category_other = forms.ModelChoiceField(Category.objects.filter(is_active=True), required=False)
    place = forms.CharField(required=False)
    place_name = forms.CharField(required=False, max_length=80)
    unit = forms.CharField(required=False)
    unit_other = forms.ModelChoiceField(Organisation.objects.filter(is_active=True), required=False)
    urgency = forms.ChoiceField(required=False, choices=Urgency.choices)
    helpers = forms.ModelMultipleChoiceField(Organisation.objects.filter(is_active=True), required=False)

    def chosen(self) -> dict[str, Any]:
        """Category, place and unit by id, None where nothing was chosen; `place` 0 is "cannot be said"."""
        data = self.cleaned_data if self.is_valid() else {}
        category, unit = data.get("category_other"), data.get("unit_other")
        return {
            "category": category.pk if category else whole(data.get("category")),
            "place": self._named_place(data.get("place_name", "")) or whole(data.get("place")),
            "unit": unit.pk if unit else whole(data.get("unit")),
            "urgency": data.get("urgency") or None,
        }

    def missing(self) -> list[Any]:
        chosen = self.chosen()
        return [shown.FIELD_NAMES[field] for field in shown.FIELDS if chosen[field] is None]

    def _named_place(self, name: str) -> int | None:
        found = list(Area.objects.filter(name=name.strip(), is_active=True)[:2]) if name.strip() else []
        return found[0].pk if len(found) == 1 else None


def whole(text: Any) -> int | None:
    """A posted id, or None for anything else."""
    return int(text) if str(text or "").isascii() and str(text or "").isdigit() else None


class Call(Form):
    """The hotline desk: everything may be missing but the words."""

    phone = PhoneField(label=_("Phone of the caller"), required=False)
    name = forms.CharField(label=_("Caller's name"), max_length=60, required=False)
    text = long_text(_("What the caller says"), help_text=_("In their own words; the title makes itself."), rows=6)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    place_name = forms.CharField(
        label=_("Place"),
        max_length=80,
        required=False,
        help_text=_("Community, estate or street; the first letters of the pinyin will do"),
    )
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    location_text = forms.CharField(label=_("Building, flat or landmark"), max_length=200, required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=URGENCIES, required=False, initial=Urgency.ORDINARY)
    channel = forms.ChoiceField(
        label=_("Came in by"),
        choices=[
            (Channel.COURT_HOTLINE, Channel.COURT_HOTLINE.label),
            (Channel.CITY_HOTLINE, Channel.CITY_HOTLINE.label),
            (Channel.WINDOW, Channel.WINDOW.label),
        ],
        required=False,
    )
    behalf = forms.ChoiceField(label=_("Speaks"), choices=Behalf.choices, required=False, initial=Behalf.SELF)
    group_size = forms.IntegerField(label=_("How many people"), required=False, min_value=2, max_value=100000)
    respondent = forms.CharField(label=_("About whom or what"), max_length=120, required=False)
    is_anonymous = forms.BooleanField(label=_("The caller does not give a name"), required=False)
    wants_secrecy = forms.BooleanField(label=_("Do not pass the name on to the handling unit"), required=False)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RoundEntry(Form):
    """What a grid worker notes on the round. No identity numbers, nothing about the mind: those need a connection."""

    text = long_text(_("Say it in a sentence"), help_text=_("Write the thing, do not judge people"), rows=3)
    location_text = forms.CharField(label=_("Building and door"), max_length=200, required=False)
    urgency = forms.ChoiceField(label=_("How urgent"), choices=URGENCIES, required=False, initial=Urgency.ORDINARY)
    wants_help = Choice(
        label=_("Does the person want us to go on?"),
        choices=[("yes", _("yes, go on")), ("no", _("not now")), ("nobody", _("nobody concerned was there"))],
        required=False,
    )
    name = forms.CharField(label=_("Caller's name"), max_length=60, required=False)
    phone = PhoneField(label=_("Phone"), required=False)
    photos = ManyFiles(
        label=_("Photos"),
        widget=ManyFilesInput(attrs={"multiple": True, "accept": "image/*", "capture": "environment"}),
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    noted_at = forms.CharField(required=False, widget=forms.HiddenInput)
