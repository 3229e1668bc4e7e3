"""The component page: every part and every state in one place, for those who write pages and for the browser tests.

Open in the demonstration and in debug only. People, firms and places are invented.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.shell import said
from fengqiao.shell.forms import Choice, Form, PhoneField, Picks
from fengqiao.shell.pages import Request, page


class Sample(Form):
    """One field of every kind."""

    title = forms.CharField(label=gettext_lazy("What is it about"), max_length=20)
    phone = PhoneField(label=gettext_lazy("Mobile number"), help_text=gettext_lazy("Only for calling back about this"))
    text = forms.CharField(label=gettext_lazy("What happened"), widget=forms.Textarea, required=False)
    day = forms.DateField(label=gettext_lazy("Since which day"), required=False)
    place = forms.ChoiceField(
        label=gettext_lazy("Where"),
        choices=[
            ("", gettext_lazy("Please choose")),
            ("home", gettext_lazy("At home")),
            ("out", gettext_lazy("Outside")),
        ],
    )
    result = Choice(
        label=gettext_lazy("Has it been repaired?"),
        choices=[
            ("yes", gettext_lazy("Repaired. I accept it")),
            ("no", gettext_lazy("Not repaired. Please go on")),
            ("later", gettext_lazy("Too early to tell. Ask me again in a few days")),
        ],
    )
    reasons = Picks(
        label=gettext_lazy("What is not done?"),
        choices=[("leaks", gettext_lazy("Still leaking")), ("wall", gettext_lazy("Wall not mended"))],
        required=False,
    )
    shared = forms.BooleanField(label=gettext_lazy("The office may call my neighbour"), required=False)
    photo = forms.FileField(label=gettext_lazy("Photo"), required=False)


WRONG = {"wrong-title": "诉求" * 13, "wrong-phone": "1381234567", "wrong-day": "2026-13-01", "wrong-place": "moon"}


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A reading that stands still."""

    state: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.zh if said.is_chinese(language) else self.en


def _clocks(now: dt.datetime) -> list[tuple[Any, Any]]:
    day = dt.timedelta(days=1)
    return [
        (now + 22 * day, now + 22 * day),
        (Fixed("soon", "剩1个工作日", "1 working day left"), now + day),
        (now.replace(hour=23, minute=50), now.replace(hour=23, minute=50)),
        (now - dt.timedelta(hours=3), now - dt.timedelta(hours=3)),
        (Fixed("paused", "暂停", "paused"), _("waiting for the expert")),
        (Fixed("met", "按时", "in time"), _("2 days early")),
    ]


@dataclasses.dataclass(frozen=True)
class Row:
    due: dt.datetime
    urgency: str
    title: str
    number: str
    channel: str
    received: dt.datetime
    chips: list[str]
    unsure: list[str]


def _rows(now: dt.datetime) -> list[Row]:
    hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    respirator = _("Power cut to press for fees; a respirator at home")
    cold = _("Radiators cold, ninety-year-old at home")
    wages = _("Four months of wages for fitting work unpaid")
    called, came = _("telephone"), _("court window")
    at_xinghua, at_yinxing = _("Xinghua building 2"), _("Yinxing building 5")
    return [
        Row(
            now - 3 * hour,
            "emergency",
            respirator,
            "01226-0000560-8",
            called,
            now - day,
            [_("property"), at_xinghua],
            [],
        ),
        Row(now.replace(hour=23), "", cold, "01226-0000571-3", called, now - 5 * day, [at_yinxing], [_("urgent?")]),
        Row(now + 6 * day, "urgent", wages, "01226-0000559-6", came, now - 5 * day, [_("wages")], [_("contract?")]),
    ]


def _open() -> None:
    if not (settings.DEBUG or settings.DEMO):
        raise Http404


@page(None, methods=("GET",))
def components(request: Request) -> HttpResponse:
    _open()
    wrong = Sample(WRONG, prefix="wrong")
    return render(
        request,
        "shell/design/components.html",
        {
            "clocks": _clocks(request.now),
            "rows": _rows(request.now),
            "wrong": wrong,
            "form": Sample(),
            "now": request.now,
        },
    )


@page(None, methods=("GET", "POST"))
def form(request: Request) -> HttpResponse:
    """A resident's form in all its states: empty, wrong, done."""
    _open()
    sample = Sample(request.POST or None, request.FILES or None)
    done = request.method == "POST" and sample.is_valid()
    return render(request, "shell/design/form.html", {"form": sample, "done": done})


@page(None, methods=("GET", "POST"))
def live(request: Request) -> HttpResponse:
    """Changes in place: done, refused, failed."""
    _open()
    template = "shell/design/changed.html" if request.htmx else "shell/design/live.html"
    return render(request, template, {"done": request.method == "POST"})


@page(None, methods=("GET", "POST"))
def answer(request: Request, kind: str) -> HttpResponse:
    """Each way of saying no, as it really happens."""
    _open()
    if kind == "refused":
        raise Refused(
            "design.refused",
            _("You cannot ask the court to confirm yet. Both sides must apply; the heating company has not agreed."),
            law=_("Civil Procedure Law art. 205: both parties apply together within thirty days."),
            next_step=_("Ask the heating company to apply together."),
        )
    if kind == "forbidden":
        raise Forbidden("design.forbidden")
    if kind == "broken":
        raise ZeroDivisionError("design")
    raise Http404
