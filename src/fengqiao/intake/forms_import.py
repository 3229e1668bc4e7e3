"""The forms of an import: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.intake.rules import Channel
from fengqiao.intake.tables import COLUMNS
from fengqiao.shell.forms import Form

FIELD_NAMES = {
    "text": _("Text of the message"),
    "title": _("Title"),
    "received_at": _("When it came in"),
    "key": _("Number in the other system"),
    "name": _("Name of the person"),
    "phone": _("Telephone"),
    "reporter": _("Account of the sender"),
    "location": _("Where it is"),
    "respondent": _("Against whom"),
}
assert FIELD_NAMES.keys() == COLUMNS.keys()


class SendIn(Form):
    file = forms.FileField(
        label=_("File of messages"),
        help_text=_("CSV or XLSX with one message a row and names over the columns, up to 30 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    mapping = forms.ChoiceField(label=_("What the columns mean"), required=False)

    def __init__(self, *args: Any, mappings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("guess it from their names")), *((name, name) for name in mappings)]
        self.fields["mapping"].choices = choices  # type: ignore[attr-defined]


class Columns(Form):
    """One choice of a column for each of our fields; only the text is needed."""

    channel = forms.ChoiceField(label=_("How they reached us"), choices=Channel.choices)
    save_as = forms.CharField(
        label=_("Save the columns as"),
        max_length=60,
        required=False,
        help_text=_("The next file of this kind then needs no look."),
    )

    def __init__(self, *args: Any, header: Sequence[str], **kwargs: Any) -> None:
        choices = [("", _("not in the file")), *((name, name) for name in dict.fromkeys(header) if name)]
        columns: dict[str, forms.Field] = {
            f"column_{ours}": forms.ChoiceField(label=label, choices=choices, required=ours == "text")
            for ours, label in FIELD_NAMES.items()
        }
        self.base_fields = columns | self.base_fields  # type: ignore[misc]  # this form's own, read by `super`
        super().__init__(*args, **kwargs)

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[f"column_{ours}"] for ours in FIELD_NAMES]

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"]).strip()
        if name == "auto":
            raise forms.ValidationError(_("Please choose another name."))
        return name

    def columns(self) -> dict[str, str]:
        chosen = {ours: self.cleaned_data[f"column_{ours}"] for ours in FIELD_NAMES}
        return {ours: theirs for ours, theirs in chosen.items() if theirs}
