"""Forms of the person concerned: one question a page, and nothing they wrote is ever thrown away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from fengqiao.intake.rules import Behalf
from fengqiao.kernel import files, numbers
from fengqiao.people import queries as people
from fengqiao.shell.forms import Choice, Form, PhoneField, Picks

LONGEST = 20_000
CODE_DIGITS = 6


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files at once. Result: a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ManyFiles(attrs={"accept": files.ACCEPT}))
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in sent]


def _area(rows: int, **more: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **more})


class Phone(PhoneField):
    """A number somebody can really be called on."""

    def clean(self, value: Any) -> str:
        return people.checked_phone(super().clean(value))


class What(Form):
    text = forms.CharField(
        label=_("What happened?"),
        max_length=LONGEST,
        help_text=_("No typing? Press the microphone on your keyboard and speak."),
        widget=_area(6, autocomplete="off", enterkeyhint="done"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = _("Please write or speak one sentence; it is enough")


class Where(Form):
    """`place` is a community picked from the list; own words are enough."""

    place = forms.CharField(label=_("Community or village"), required=False, widget=forms.Select)
    where = forms.CharField(
        label=_("Where exactly?"),
        required=False,
        max_length=200,
        help_text=_("For example: Yinxing estate, building 3, entrance 2. What you know is enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, places: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        select = self.fields["place"].widget
        assert isinstance(select, forms.Select)
        select.choices = [("", _("I do not know")), *places]
        select.attrs["class"] = "form-select"
        self._known = {str(value) for _group, some in places for value, _name in some}

    def clean_place(self) -> int | None:
        value = str(self.cleaned_data.get("place") or "")
        return int(value) if value in self._known else None


class Photos(Form):
    photos = FilesField(label=_("Photos, recordings or a video"))


class Who(Form):
    """A name and a phone, or neither: what is missing is asked for once, and “not by name” is always open."""

    who = Choice(
        label=_("Shall we know who you are?"),
        choices=[("named", _("Yes, so that you can answer me")), ("anonymous", _("No, I want to stay unnamed"))],
    )
    name = forms.CharField(
        label=_("How may we address you?"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = Phone(
        label=_("Your phone"), required=False, max_length=40, help_text=_("Needed if you want an answer by name.")
    )
    behalf = Choice(
        label=_("Whose matter is it?"),
        choices=[
            (Behalf.SELF, _("My own")),
            (Behalf.OTHER, _("Somebody else's, I speak for them")),
            (Behalf.GROUP, _("Several of us together")),
        ],
    )
    group_size = forms.IntegerField(
        label=_("How many are you?"),
        help_text=_("Only when you are several."),
        required=False,
        min_value=2,
        max_value=100_000,
        widget=forms.NumberInput,
    )
    secrecy = forms.BooleanField(label=_("Please do not tell the other side who I am"), required=False)

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        """`known`: signed in, so name and phone are not asked again."""
        super().__init__(*args, **kwargs)
        self._known = known
        if known:
            del self.fields["name"], self.fields["phone"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        wants_phone = found.get("who") == "named" and not self._known
        if wants_phone and not found.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("We need a phone number to answer you; or choose to stay unnamed above"))
        if found.get("behalf") == Behalf.GROUP and not found.get("group_size") and "group_size" not in self.errors:
            self.add_error("group_size", _("Please say how many you are; a rough figure will do"))
        return found

    def said(self) -> dict[str, Any]:
        """The answers to keep."""
        return dict(self.cleaned_data)

    def said_so_far(self) -> dict[str, Any]:
        """What was typed although something is still wrong with it: kept for the next look at the page."""
        typed = {name: str(self.data.get(name, "")) for name in ("name", "phone", "behalf") if name in self.fields}
        return {f"typed_{name}": value for name, value in typed.items()}


class Cover(Form):
    cover = Choice(label=_("Shall we cover them?"), choices=[("yes", _("Yes, cover them")), ("no", _("No, keep them"))])


class Reach(Form):
    """The one question beside the help numbers."""

    phone = Phone(label=_("Which number shall we call?"), max_length=40)


class ContactMe(Form):
    phone = Phone(label=_("Which number shall we call?"), max_length=40)
    text = forms.CharField(
        label=_("What should we know?"), required=False, max_length=LONGEST, widget=_area(3, autocomplete="off")
    )


class Resume(Form):
    code = forms.CharField(
        label=_("The eight letters and digits from your paper"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class Open(Form):
    """Number and code, typed as people type them."""

    number = forms.CharField(
        label=_("Number"),
        max_length=40,
        help_text=_("For example 01226-0004827-5, on your receipt or in our message."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Receipt code"),
        max_length=20,
        help_text=_("Six digits, beside the number."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        number = numbers.normalise(self.cleaned_data["number"])
        digits = sum(sign.isdigit() for sign in self.cleaned_data["number"])
        if not number:
            raise ValidationError(
                _("The number has 13 digits; there are %(n)d now"), code="length", params={"n": digits}
            )
        return number

    def clean_code(self) -> str:
        digits = "".join(sign for sign in self.cleaned_data["code"] if sign.isdigit())
        if len(digits) != CODE_DIGITS:
            raise ValidationError(
                _("The code has 6 digits; there are %(n)d now"), code="length", params={"n": len(digits)}
            )
        return digits


class Add(Form):
    text = forms.CharField(label=_("What do you want to add?"), required=False, max_length=LONGEST, widget=_area(4))
    photos = FilesField(label=_("Photos, recordings or a video"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not str(found.get("text", "")).strip() and not found.get("photos"):
            self.add_error("text", _("Please write a sentence or add a photo"))
        return found


REASONS = [
    ("still", _("It is still the same")),
    ("partly", _("Only part of it is done")),
    ("nobody", _("Nobody came")),
    ("other", _("Something else")),
]


class Decide(Form):
    """Three equal answers, none chosen beforehand."""

    decision = Choice(
        label=_("Is it done? You decide"),
        choices=[
            ("accept", _("It is done, I accept")),
            ("object", _("Not done, please go on")),
            ("later", _("I cannot tell yet, ask me later")),
        ],
    )
    reasons = Picks(
        label=_("What is not done?"),
        help_text=_("Only if you send it back: choose, or say it below."),
        choices=REASONS,
        required=False,
    )
    text = forms.CharField(label=_("Anything to add?"), required=False, max_length=LONGEST, widget=_area(3))
    photos = FilesField(label=_("Photos"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("decision") == "object" and not found.get("reasons") and not found.get("text", "").strip():
            self.add_error("reasons", _("Please tell us what is not done, so that they can go on"))
        return found

    def words(self) -> str:
        """Reasons and own words as one text."""
        names = dict(REASONS)
        picked = [str(names[reason]) for reason in self.cleaned_data["reasons"] if reason != "other"]
        return "\n".join(part for part in ("；".join(picked), self.cleaned_data["text"].strip()) if part) or str(
            names["other"]
        )


SCORES = [
    ("5", _("5: very good")),
    ("4", _("4: good")),
    ("3", _("3: so-so")),
    ("2", _("2: not good")),
    ("1", _("1: bad")),
]


class Rate(Form):
    score = Choice(label=_("How do you rate it?"), choices=SCORES)
    text = forms.CharField(label=_("Anything to add?"), required=False, max_length=LONGEST, widget=_area(3))


class Withdraw(Form):
    text = forms.CharField(label=_("Would you tell us why?"), required=False, max_length=LONGEST, widget=_area(3))


class Again(Form):
    text = forms.CharField(label=_("What is not done?"), max_length=LONGEST, widget=_area(3))


class Paper(Form):
    """The signed acceptance form, typed in by somebody who did not do the work."""

    number = forms.CharField(label=_("Number"), max_length=40)
    decision = Choice(
        label=_("What is ticked on the form?"),
        choices=[("accept", _("It is done, I accept")), ("object", _("Not done, please go on"))],
    )
    text = forms.CharField(label=_("What is written on it"), required=False, max_length=LONGEST, widget=_area(3))
    photos = FilesField(label=_("Photo of the signed form"))

    clean_number = Open.clean_number

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("decision") == "object" and not found.get("text", "").strip():
            self.add_error("text", _("Please copy what is written about what is not done"))
        return found
