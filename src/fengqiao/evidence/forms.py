"""Forms of those who keep records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import numbers
from fengqiao.shell.forms import Form


class _About(Form):
    subject = forms.CharField(label=_("Number of the matter"), max_length=60)

    def clean_subject(self) -> str:
        """The written form where it is a matter number; other records have names of their own."""
        given = str(self.cleaned_data["subject"]).strip()
        return numbers.normalise(given) or given


class Hold(_About):
    reason = forms.CharField(label=_("Why it must be kept"), max_length=300)
    review_on = forms.DateField(label=_("Looked at again on"), widget=forms.DateInput(attrs={"type": "date"}))


class Package(_About):
    recipient = forms.CharField(label=_("Authority"), max_length=120)
    ground = forms.CharField(label=_("Its letter: number, date and legal ground"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="package_%s", **kwargs)
