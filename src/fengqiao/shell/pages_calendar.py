"""放假安排: the special days of each year, open to everybody; the administrator corrects and announces them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fengqiao.kernel import calendar, reference
from fengqiao.kernel.errors import Text
from fengqiao.kernel.models import CalendarYear, Holiday
from fengqiao.kernel.reference import Day
from fengqiao.shell.forms import Form
from fengqiao.shell.pages import Request, page
from fengqiao.shell.pages_rules import frame_of

NAMES: dict[str, Text] = {
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Spring Festival": gettext_lazy("Spring Festival"),
    "Tomb-sweeping Day": gettext_lazy("Tomb-sweeping Day"),
    "Labour Day": gettext_lazy("Labour Day"),
    "Dragon Boat Festival": gettext_lazy("Dragon Boat Festival"),
    "Mid-autumn Festival": gettext_lazy("Mid-autumn Festival"),
    "National Day": gettext_lazy("National Day"),
    "Anti-Fascist 70th Day": gettext_lazy("70 years of victory over fascism"),
}
"""Names as the package brings them; a name typed by hand is shown as it is."""
WORDS = {
    "放假": Holiday.Kind.HOLIDAY,
    "off": Holiday.Kind.HOLIDAY,
    "上班": Holiday.Kind.MAKE_UP,
    "worked": Holiday.Kind.MAKE_UP,
}
EARLIEST, LATEST = 2004, 2098


class DayForm(Form):
    """One day, corrected by hand."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput())
    kind = forms.ChoiceField(
        label=gettext_lazy("That day is"),
        choices=[
            ("holiday", gettext_lazy("off")),
            ("make_up", gettext_lazy("worked, to make up for a holiday")),
            ("ordinary", gettext_lazy("ordinary, as its weekday says")),
        ],
    )
    name = forms.CharField(label=gettext_lazy("Reason or holiday"), max_length=60, required=False)

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if not EARLIEST <= day.year <= LATEST:
            raise ValidationError(_("The calendar reaches from 2004 to 2098"), code="range")
        return day


class AnnounceForm(Form):
    """The list of a year as the State Council announces it, a line for each day or stretch of days."""

    days = forms.CharField(
        label=gettext_lazy("Days off and make-up days"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
        help_text=gettext_lazy("A line each: first day, last day, off or worked, holiday; as in 2027-02-05 2027-02-11"),
    )

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean_days(self) -> list[Day]:
        lines = [line.split() for line in self.cleaned_data["days"].splitlines() if line.strip()]
        return [day for number, words in enumerate(lines, 1) for day in _parsed(words, number, self.year)]


def _parsed(words: list[str], number: int, year: int) -> list[Day]:
    wrong = ValidationError(_("Line %(n)s cannot be read") % {"n": number}, code="line")
    try:
        dates = [dt.date.fromisoformat(word) for word in words if word[:1].isdigit()]
    except ValueError as error:
        raise wrong from error
    rest = [word for word in words if not word[:1].isdigit()]
    if len(dates) not in {1, 2} or len(rest) != 2 or rest[0] not in WORDS or dates[0] > dates[-1]:
        raise wrong
    if dates[0].year not in {year - 1, year} or dates[-1].year != dates[0].year:
        raise ValidationError(_("Line %(n)s lies in another year") % {"n": number}, code="year")
    kind = WORDS[rest[0]]
    length = (dates[-1] - dates[0]).days + 1
    return [Day(dates[0] + dt.timedelta(days=step), kind.value, rest[1]) for step in range(length)]


@dataclasses.dataclass(frozen=True)
class Stretch:
    """Days of one holiday that follow each other."""

    kind: str
    name: Text
    first: dt.date
    last: dt.date
    is_edited: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def _stretches(year: int) -> list[Stretch]:
    found: list[Stretch] = []
    for row in Holiday.objects.filter(day__year=year):
        name = NAMES.get(row.name, row.name)
        before = found[-1] if found else None
        same = before and (before.kind, before.name, before.is_edited) == (row.kind, name, row.is_edited)
        if before and same and (row.day - before.last).days == 1:
            found[-1] = dataclasses.replace(before, last=row.day)
        else:
            found.append(Stretch(row.kind, name, row.day, row.day, row.is_edited))
    return found


@page(None, methods=("GET",))
def year(request: Request, year: int | None = None) -> HttpResponse:
    return _shown(request, year or request.now.year)


def _shown(request: Request, year: int, **forms_given: Form) -> HttpResponse:
    if not EARLIEST <= year <= LATEST:
        raise Http404
    known = CalendarYear.objects.filter(year=year).first()
    is_official = known is not None and known.status == CalendarYear.Status.OFFICIAL
    today = calendar.current()
    stretches = _stretches(year)
    shown = {
        "year": year,
        "is_official": is_official,
        "note": "" if is_official else calendar.note(dt.date(year, 1, 1)),
        "stretches": stretches,
        "is_edited": any(one.is_edited for one in stretches),
        "working_days": today.working_days_between(dt.date(year - 1, 12, 31), dt.date(year, 12, 31)),
        "earlier": year - 1 if year > EARLIEST else None,
        "later": year + 1 if year < LATEST else None,
        "may_edit": request.actor.may(reference.EDIT),
        "day_form": DayForm(),
        "announce_form": AnnounceForm(year=year),
        "frame": frame_of(request),
        **forms_given,
    }
    status = 422 if any(form.errors for form in forms_given.values()) else 200
    return render(request, "shell/calendar.html", shown, status=status)


@page(reference.EDIT, methods=("POST",))
def set_day(request: Request, year: int) -> HttpResponse:
    form = DayForm(request.POST)
    if not form.is_valid():
        return _shown(request, year, day_form=form)
    wanted = form.cleaned_data
    moved = reference.set_day(
        day=wanted["day"],
        kind=wanted["kind"],
        name=wanted["name"],
        actor=request.actor,
        at=request.now,
    )
    return _done(request, wanted["day"].year, moved)


@page(reference.EDIT, methods=("POST",))
def announce(request: Request, year: int) -> HttpResponse:
    form = AnnounceForm(request.POST, year=year)
    if not form.is_valid():
        return _shown(request, year, announce_form=form)
    moved = reference.make_year_official(year=year, days=form.cleaned_data["days"], actor=request.actor, at=request.now)
    return _done(request, year, moved)


def _done(request: Request, year: int, moved: int) -> HttpResponse:
    text = ngettext(
        "Saved. %(n)d promised date moved with it.", "Saved. %(n)d promised dates moved with it.", moved
    ) % {"n": moved}
    messages.success(request, text)
    return redirect(reverse("shell:calendar_of", args=[year]))
