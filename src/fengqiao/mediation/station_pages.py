"""Judges' stations and legal workrooms: who sits where when, booking a talk, questions and answers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import limits, scoping
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import actions, queries, rules
from fengqiao.mediation.actions.stations import PROFESSION_OF_ROLE
from fengqiao.mediation.models import Booking, Slot, Station
from fengqiao.mediation.rules import Field, Profession
from fengqiao.people import actions as people_actions
from fengqiao.people import queries as people
from fengqiao.shell.forms import Choice, Form
from fengqiao.shell.pages import Request, page

MOST_SLOTS, MOST_SHOWN, MOST_ASKED_AN_HOUR = 20, 30, 10


class Ask(Form):
    field = forms.ChoiceField(label=_("Field"), required=False, choices=[("", _("not sure")), *Field.choices])
    text = forms.CharField(
        label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Without names and numbers. The answer is general and no ruling on your matter."),
    )  # fmt: skip


class Book(Form):
    time = Choice(label=_("When"))
    about = forms.CharField(label=_("What about, in a sentence"), required=False, max_length=300)
    number = forms.CharField(label=_("Number of a matter, if there is one"), required=False, max_length=20)

    def __init__(self, *args: Any, slot: Slot, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [(str(int(one.timestamp())), f"{one.astimezone(CHINA):%H:%M}") for one in free_times(slot, now)]
        self.fields["time"].choices = free  # type: ignore[attr-defined]


class Answer(Form):
    text = forms.CharField(label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    articles = forms.CharField(label=_("Articles"), required=False, max_length=200)
    publish = forms.BooleanField(label=_("Publish question and answer, without a name"), required=False)


class Hours(Form):
    who = Choice(label=_("Who"))
    on = forms.DateField(label=_("Day"), widget=forms.DateInput())
    begins = forms.TimeField(label=_("From"))
    ends = forms.TimeField(label=_("Until"))
    minutes = forms.IntegerField(label=_("Minutes a talk"), min_value=10, max_value=120, initial=20)


def free_times(slot: Slot, now: dt.datetime) -> list[dt.datetime]:
    with scoping.unscoped("mediation.free_times"):
        taken = set(slot.bookings.filter(cancelled_at=None).values_list("starts_at", flat=True))
    return [one for one in rules.times(slot.starts_at, slot.ends_at, slot.minutes) if one > now and one not in taken]


def _coming(station: Station, now: dt.datetime) -> list[Slot]:
    rows = station.slots.filter(cancelled_at=None, ends_at__gt=now).select_related("user", "station")
    return list(rows.order_by("starts_at", "pk")[:MOST_SLOTS])


def _station(pk: int) -> Station:
    found = Station.objects.select_related("organisation", "place").filter(pk=pk, is_active=True).first()
    if found is None:
        raise Http404
    return found


@page(None, methods=("GET",))
def stations(request: Request) -> HttpResponse:
    """Every station and workroom, with who sits there next."""
    rows = Station.objects.filter(is_active=True).select_related("place").order_by("kind", "pk")
    lines = [{"one": one, "coming": _coming(one, request.now)[:3]} for one in rows]
    return render(request, "mediation/stations.html", {"lines": lines})


@page(None)
def station(request: Request, pk: int) -> HttpResponse:
    """Hours, answers that were published, and a question without a name."""
    found = _station(pk)
    form = Ask(request.POST or None)
    if form.is_valid():
        address = str(request.META.get("REMOTE_ADDR", ""))
        if not limits.hit(f"inquiry:{address}", MOST_ASKED_AN_HOUR, 3600, request.now):
            raise Refused("inquiry.many", _("Very many questions came from this connection within the hour."))
        actions.inquire(station_id=pk, actor=request.actor, at=request.now, **form.cleaned_data)
        messages.success(request, said("Your question is with the people who sit there. General answers appear here."))
        return redirect("mediation:station", pk)
    answered = found.inquiries.filter(is_published=True).select_related("answered_by").order_by("-answered_at")
    context = {
        "station": found,
        "coming": [{"slot": one, "free": len(free_times(one, request.now))} for one in _coming(found, request.now)],
        "form": form,
        "roster": queries.roster(found, today=request.now.date()),
        "answered": list(answered[:MOST_SHOWN]),
        "may_book": request.actor.may(rules.BOOK),
        "may_roster": request.actor.may(rules.ROSTER),
    }
    return render(request, "mediation/station.html", context, status=422 if form.is_bound and form.errors else 200)


@page(rules.BOOK)
def book(request: Request, pk: int) -> HttpResponse:
    """A talk in somebody's hours."""
    slot = Slot.objects.select_related("station", "user").filter(pk=pk, cancelled_at=None).first()
    if slot is None:
        raise Http404
    form = Book(request.POST or None, slot=slot, now=request.now)
    if form.is_valid():
        data = form.cleaned_data
        made = actions.book(
            slot_id=pk, starts_at=dt.datetime.fromtimestamp(int(data["time"]), tz=CHINA), about=data["about"],
            number=data["number"].strip(), actor=request.actor, at=request.now,
        )  # fmt: skip
        messages.success(request, said("Booked. Please come five minutes early and bring what you have on paper."))
        return redirect("mediation:booking", made.uid)
    status = 422 if form.is_bound and form.errors else 200
    context = {"slot": slot, "form": form, "is_full": not free_times(slot, request.now)}
    return render(request, "mediation/book.html", context, status=status)


@page(rules.BOOK)
def booking(request: Request, uid: uuid.UUID) -> HttpResponse:
    """A booked talk: when, where, with whom; it can be taken back."""
    found = Booking.objects.select_related("slot__station", "slot__user").filter(uid=uid).first()
    own = found is not None and (
        (found.person_id is not None and found.person_id == request.actor.person_id)
        or (found.user_id is not None and found.user_id == request.actor.user_id)
    )
    if found is None or not own:
        raise Http404
    if request.method == "POST":
        actions.cancel_booking(uid=uid, actor=request.actor, at=request.now)
        messages.success(request, said("Taken back. The time is free for others."))
        return redirect("mediation:station", found.slot.station_id)
    return render(request, "mediation/booking.html", {"booking": found})


@page(rules.ANSWER, methods=("GET",))
def inquiries(request: Request) -> HttpResponse:
    """Questions that wait at my stations, oldest first, and the talks in my hours. Numbers in them are covered."""
    waiting = [
        {"one": one, "text": rules.masked(one.text)} for one in queries.inquiries_for(request.actor)[:MOST_SHOWN]
    ]
    own = Booking.objects.filter(slot__user_id=request.actor.user_id or 0, cancelled_at=None, starts_at__gt=request.now)
    rows = own.select_related("slot__station").order_by("starts_at")[:MOST_SHOWN]
    talks = [{"one": one, "about": rules.masked(one.about)} for one in rows]
    return render(request, "mediation/inquiries.html", {"waiting": waiting, "talks": talks})


@page(rules.ANSWER)
def inquiry(request: Request, pk: int) -> HttpResponse:
    """One question of my stations, answered in general; published only when the person of the law says so.

    What tells who asked is covered; showing it leaves a line in the record of readings.
    """
    found = queries.inquiries_for(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    is_shown = "show" in request.POST
    if is_shown:
        people_actions.note_reading(
            what="inquiry", subject=str(found.uid), purpose="answer", actor=request.actor, at=request.now,
            address=str(request.META.get("REMOTE_ADDR", "")),
        )  # fmt: skip
    form = Answer(None if is_shown else request.POST or None)
    if form.is_valid():
        actions.answer_inquiry(inquiry_id=pk, actor=request.actor, at=request.now, **form.cleaned_data)
        messages.success(request, said("Answered."))
        return redirect("mediation:inquiries")
    status = 422 if form.is_bound and form.errors else 200
    covered = rules.masked(found.text)
    context = {
        "inquiry": found,
        "form": form,
        "text": found.text if is_shown else covered,
        "may_show": not is_shown and covered != found.text,
    }
    return render(request, "mediation/inquiry.html", context, status=status)


@page(rules.ROSTER)
def hours(request: Request, pk: int) -> HttpResponse:
    """Who sits at a station, from when to when."""
    found = _station(pk)
    form = Hours(request.POST or None)
    form.fields["who"].choices = _who_may_sit(request)  # type: ignore[attr-defined]
    if form.is_valid():
        data = form.cleaned_data
        user_id, profession = data["who"].split(":")
        actions.keep_hours(
            station_id=pk, user_id=int(user_id), profession=Profession(profession), minutes=data["minutes"],
            starts_at=dt.datetime.combine(data["on"], data["begins"], tzinfo=CHINA),
            ends_at=dt.datetime.combine(data["on"], data["ends"], tzinfo=CHINA), actor=request.actor, at=request.now,
        )  # fmt: skip
        messages.success(request, said("Kept. The hours are public now."))
        return redirect("mediation:station", pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "mediation/hours.html", {"station": found, "form": form}, status=status)


def _who_may_sit(request: Request) -> list[tuple[str, str]]:
    """Members of the district's court, procuratorate, police, firms and notary office who hold such a duty."""
    held = people.holders_of(tuple(PROFESSION_OF_ROLE), on=request.now.date())
    return [
        (
            f"{one.user_id}:{PROFESSION_OF_ROLE[one.role]}",  # type: ignore[index]
            f"{one.user.name} · {PROFESSION_OF_ROLE[one.role].label} · {one.organisation.name}",  # type: ignore[index]
        )
        for one in held
    ]
