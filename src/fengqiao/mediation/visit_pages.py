"""Home visits: what waits for a day, my days with their stops, the sheet to take along."""

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

from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import actions, queries_visits, rules
from fengqiao.mediation.models import Visit
from fengqiao.mediation.rules_register import MOST_STOPS, VisitResult
from fengqiao.people import access
from fengqiao.people import actions as people
from fengqiao.shell.forms import Choice, Form
from fengqiao.shell.pages import Request, page

MOST_SHOWN, DAYS_BACK = 50, 14


class Plan(Form):
    stops = forms.MultipleChoiceField(
        label=_("Stops of the day"), widget=forms.CheckboxSelectMultiple,
        help_text=_("The order follows the way: always on to the nearest one."),
    )  # fmt: skip
    on = forms.DateField(label=_("Day"))
    begins = forms.TimeField(label=_("Setting out at"), initial=dt.time(9, 0))

    def __init__(self, *args: Any, waiting: list[Visit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stops"].choices = [(str(one.uid), _name(one)) for one in waiting]  # type: ignore[attr-defined]
        self.fields["stops"].fq_kind = "choice"  # type: ignore[attr-defined]
        self.fields["on"].widget.input_type = "date"
        self.fields["begins"].widget.input_type = "time"

    def clean_stops(self) -> list[str]:
        found: list[str] = self.cleaned_data["stops"]
        if len(found) > MOST_STOPS:
            raise forms.ValidationError(_("A day holds %(most)s stops at most.") % {"most": MOST_STOPS})
        return found


class Result(Form):
    result = Choice(label=_("How it went"), choices=[(one, one.label) for one in VisitResult if one])
    report = forms.CharField(
        label=_("What was done, in a sentence"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Papers signed, what was explained, what comes next. No offers."),
    )  # fmt: skip


def _name(visit: Visit) -> str:
    """A stop in the list of those who wait: the place and what it is about, no name."""
    place = visit.place.name if visit.place is not None else ""
    return " · ".join(one for one in (place, visit.purpose or visit.dispute.name or visit.dispute.number) if one)


@page(rules.VISITS)
def visits(request: Request) -> HttpResponse:
    """Who waits for a visit in my matters, and my own days."""
    waiting = list(queries_visits.open_requests(request.actor).select_related("place", "dispute")[:MOST_SHOWN])
    form = Plan(request.POST or None, waiting=waiting, initial={"on": request.now.date() + dt.timedelta(days=1)})
    if form.is_valid():
        data = form.cleaned_data
        trip = actions.plan_trip(
            uids=[uuid.UUID(one) for one in data["stops"]], actor=request.actor, at=request.now,
            starts_at=dt.datetime.combine(data["on"], data["begins"], tzinfo=CHINA),
        )  # fmt: skip
        messages.success(request, said("Planned. Each person hears day and time now."))
        return redirect("mediation:trip", trip.uid)
    since = request.now.date() - dt.timedelta(days=DAYS_BACK)
    context = {"waiting": waiting, "form": form, "trips": list(queries_visits.trips_of(request.actor, since=since))}
    return render(request, "mediation/visits.html", context, status=422 if form.is_bound else 200)


def _stop(visit: Visit, *, full: bool) -> dict[str, Any]:
    person = visit.party.person
    is_safe = visit.party.safe_contact
    return {
        "visit": visit,
        "name": visit.party.name if full or person is None else access.masked(person).name,
        "phone": "" if person is None or is_safe else (person.phone if full else access.masked(person).phone),
        "address": visit.address,
        "ends_at": visit.starts_at + dt.timedelta(minutes=visit.minutes) if visit.starts_at else None,
    }


@page(rules.VISITS)
def trip(request: Request, uid: uuid.UUID) -> HttpResponse:
    """One day of my own: the stops in order; confirm for a person on the telephone, call off, or say how it went."""
    found = queries_visits.trip_of(uid, request.actor)
    if found is None:
        raise Http404
    stops = queries_visits.stops_of(found)
    chosen = next((one for one in stops if str(one.uid) == request.POST.get("stop")), None)
    form = Result(request.POST if "result" in request.POST or "report" in request.POST else None)
    edge: dict[str, Any] = {"actor": request.actor, "at": request.now}
    if chosen is not None:
        deed = request.POST.get("deed", "")
        if deed == "confirm":
            actions.confirm_visit(uid=chosen.uid, **edge)
        elif deed == "cancel":
            actions.cancel_visit(uid=chosen.uid, **edge)
        elif form.is_valid():
            data = form.cleaned_data
            actions.finish_visit(
                uid=chosen.uid, result=VisitResult(data["result"]), report=data["report"], **edge
            )  # fmt: skip
        if not form.errors:
            messages.success(request, said("Kept."))
            return redirect("mediation:trip", uid)
    context = {
        "trip": found,
        "stops": [
            _stop(one, full=False) | {"form": form if chosen is not None and one == chosen else Result()}
            for one in stops
        ],
        "has_come": request.now.astimezone(CHINA).date() >= found.on,
    }
    return render(request, "mediation/trip.html", context, status=422 if form.is_bound and form.errors else 200)


@page(rules.VISITS, methods=("GET",))
def sheet(request: Request, uid: uuid.UUID) -> HttpResponse:
    """The sheet of the day on paper: where, when, whom, and room to write. It names people in full, so opening it
    leaves a line in the record of readings."""
    found = queries_visits.trip_of(uid, request.actor)
    if found is None:
        raise Http404
    people.note_reading(
        what="visit.sheet", subject=str(found.uid), purpose="home_visit", actor=request.actor, at=request.now,
        address=str(request.META.get("REMOTE_ADDR", "")),
    )  # fmt: skip
    stops = [_stop(one, full=True) for one in queries_visits.stops_of(found)]
    return render(request, "mediation/trip_sheet.html", {"trip": found, "stops": stops})
