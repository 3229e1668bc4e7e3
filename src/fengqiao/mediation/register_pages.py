"""Keeping the register: a manager's entry and mediators, a mediator's own page; branded rooms with their matters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from fengqiao.mediation import actions, queries, queries_register, rules, rules_register, shown
from fengqiao.mediation.models import Body, Mediator
from fengqiao.mediation.rules import BodyKind, FeePolicy, Field, InterestKind, Team
from fengqiao.shell.forms import Choice, Form, Picks
from fengqiao.shell.pages import Request, page

LANGUAGES = [
    ("zh-hans", _("Mandarin")),
    ("hokkien", _("Hokkien")),
    ("hakka", _("Hakka")),
    ("en", _("English")),
    ("sign", _("sign language")),
]


def _long(label: Any, most: int = 2000, rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": rows}))


class Entry(Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=BodyKind.choices)
    fields_ = Picks(label=_("Fields"), choices=Field.choices)
    languages = Picks(label=_("Languages"), choices=LANGUAGES)
    places = forms.TypedMultipleChoiceField(
        label=_("Serves only these places"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None picked: the whole of its own place."),
    )  # fmt: skip
    hours_zh = forms.CharField(label=_("Hours, in Chinese"), required=False, max_length=80)
    hours_en = forms.CharField(label=_("Hours, in English"), required=False, max_length=80)
    fee_policy = Choice(label=_("Fee"), choices=FeePolicy.choices)
    tariff = _long(_("Tariff, if it charges"), 300, 2)
    licence = forms.CharField(label=_("Licence"), required=False, max_length=60)
    licence_until = forms.DateField(
        label=_("Licence valid until"), required=False,
        help_text=_("From the next day on no new matter is sent here; the register says why."),
    )  # fmt: skip
    strengths_zh = forms.CharField(label=_("Good at, in Chinese"), required=False, max_length=200)
    strengths_en = forms.CharField(label=_("Good at, in English"), required=False, max_length=200)
    profile_zh = _long(_("About, in Chinese"))
    profile_en = _long(_("About, in English"))
    room_story = _long(_("Story of the room"))
    is_published = forms.BooleanField(label=_("Stands in the public register"), required=False)
    is_open = forms.BooleanField(label=_("Takes new matters"), required=False)

    def __init__(self, *args: Any, places: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["places"].choices = places  # type: ignore[attr-defined]
        self.fields["places"].fq_kind = "pick"  # type: ignore[attr-defined]
        self.fields["licence_until"].widget.input_type = "date"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "kind" in data and "fee_policy" in data:
            problems = rules_register.entry_problems(
                kind=data["kind"], fee_policy=data["fee_policy"], tariff=data.get("tariff", ""),
                licence=data.get("licence", ""), fields=data.get("fields_", []),
            )  # fmt: skip
            for one in problems:
                self.add_error("fields_" if one.field == "fields" else one.field, f"{one.message} {one.law}")
        return data

    def new(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | {"fields": data.pop("fields_")}


class OwnPage(Form):
    languages = Picks(label=_("Languages"), choices=LANGUAGES)
    hours_zh = forms.CharField(label=_("Hours, in Chinese"), required=False, max_length=80)
    hours_en = forms.CharField(label=_("Hours, in English"), required=False, max_length=80)
    evenings = forms.BooleanField(label=_("Has time in the evening"), required=False)
    profile_zh = _long(_("About, in Chinese"), 400)
    profile_en = _long(_("About, in English"), 400)
    away_until = forms.DateField(
        label=_("Away until"), required=False, help_text=_("Nothing new is sent before the day after.")
    )
    is_published = forms.BooleanField(label=_("Stands in the public register"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["away_until"].widget.input_type = "date"

    def new(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | ({"fields": data.pop("fields_")} if "fields_" in data else {})


class ManagedPage(OwnPage):
    fields_ = Picks(label=_("Fields"), choices=Field.choices)
    capacity = forms.IntegerField(
        label=_("Matters at a time"), min_value=0, max_value=200, help_text=_("0: without limit.")
    )
    certificate = forms.CharField(
        label=_("Certificate"), required=False, max_length=40,
        help_text=_("Without one the person is in training and gets no matter."),
    )  # fmt: skip
    team = forms.ChoiceField(label=_("Team"), required=False, choices=[("", _("none")), *Team.choices])
    is_resident = forms.BooleanField(label=_("Resident mediator of a room"), required=False)
    field_order = ("fields_", "languages", "capacity", "certificate", "team", "hours_zh", "hours_en", "evenings")


class Join(Form):
    who = forms.TypedChoiceField(label=_("Who"), coerce=int)
    certificate = forms.CharField(label=_("Certificate"), required=False, max_length=40)
    capacity = forms.IntegerField(label=_("Matters at a time"), min_value=0, max_value=200, initial=12)

    def __init__(self, *args: Any, free: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = free  # type: ignore[attr-defined]


class Leave(Form):
    on = forms.DateField(label=_("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.input_type = "date"


class Tie(Form):
    kind = Choice(label=_("What tie"), choices=InterestKind.choices)
    name = forms.CharField(label=_("To whom: person or firm"), max_length=120)
    credit_code = forms.CharField(label=_("Credit code of a firm"), required=False, max_length=18)


def _status(*found: Any) -> int:
    return 422 if any(one.is_bound and one.errors for one in found) else 200


def _initial(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _kept(request: Request, pk: int) -> Body:
    """The entry, for whoever keeps it; everybody else finds nothing."""
    found = Body.objects.select_related("organisation__place", "inviting_court").filter(pk=pk).first()
    if found is None or not actions.keeps(found, request.actor):
        raise Http404
    return found


@page(rules_register.KEEP, methods=("GET",))
def entries(request: Request) -> HttpResponse:
    """The entries this actor keeps; a manager goes straight to their own."""
    found = queries_register.entries_of(request.actor, on=request.now.date())
    if len(found) == 1:
        return redirect("mediation:entry", found[0].body.pk)
    return render(request, "mediation/entries.html", {"lines": found})


@page(rules_register.KEEP)
def entry(request: Request, pk: int) -> HttpResponse:
    """What is published of one organisation, its mediators, and the dated lines."""
    body = _kept(request, pk)
    names = tuple(name for name in Entry.base_fields if name != "fields_")
    initial = _initial(body, names) | {"fields_": body.fields}
    form = Entry(request.POST or None, initial=initial, places=queries_register.places_for(body))
    if form.is_valid():
        actions.keep_entry(body_id=pk, new=form.new(), actor=request.actor, at=request.now)
        messages.success(request, said("Kept. The public page shows it with today's date."))
        return redirect("mediation:entry", pk)
    context = {
        "body": body,
        "form": form,
        "mediators": queries_register.mediators_of(body, on=request.now.date()),
        "lines": queries_register.lines(body),
        "is_lapsed": queries.licence_lapsed(body, on=request.now.date()),
        "may_join": bool(queries_register.free_mediators(body, on=request.now.date())),
    }
    return render(request, "mediation/entry.html", context, status=_status(form))


@page(rules_register.KEEP)
def join(request: Request, pk: int) -> HttpResponse:
    """A mediator joins the organisation."""
    body = _kept(request, pk)
    free = queries_register.free_mediators(body, on=request.now.date())
    form = Join(request.POST or None, free=free)
    if form.is_valid():
        data = form.cleaned_data
        actions.join(
            body_id=pk, user_id=data["who"], certificate=data["certificate"], capacity=data["capacity"],
            actor=request.actor, at=request.now,
        )  # fmt: skip
        messages.success(request, said("Joined. The public page shows it with today's date."))
        return redirect("mediation:entry", pk)
    return render(request, "mediation/join.html", {"body": body, "form": form, "free": free}, status=_status(form))


@page(rules_register.KEEP)
def person(request: Request, pk: int) -> HttpResponse:
    """A manager keeps one of their mediators: fields, capacity, absence, leaving."""
    found = Mediator.objects.select_related("user", "body__organisation").filter(pk=pk).first()
    if found is None or not actions.keeps(found.body, request.actor):
        raise Http404
    leaving = "leave" in request.POST
    initial = _managed_initial(found)
    form = ManagedPage(None if leaving else request.POST or None, initial=initial)
    leave = Leave(request.POST if leaving else None, initial={"on": request.now.date()})
    if not leaving and form.is_valid():
        actions.keep_page(mediator_id=pk, new=form.new(), actor=request.actor, at=request.now)
        messages.success(request, said("Kept."))
        return redirect("mediation:entry", found.body_id)
    if leaving and leave.is_valid():
        actions.let_go(mediator_id=pk, on=leave.cleaned_data["on"], actor=request.actor, at=request.now)
        messages.success(request, said("Their last day is kept. The public page shows it."))
        return redirect("mediation:entry", found.body_id)
    context = {"one": found, "body": found.body, "form": form, "leave": leave}
    return render(request, "mediation/person.html", context, status=_status(form, leave))


def _managed_initial(found: Mediator) -> dict[str, Any]:
    names = tuple(name for name in ManagedPage.base_fields if name not in {"fields_", "away_until"})
    return _initial(found, names) | {"fields_": found.fields, "away_until": _still_away(found)}


def _still_away(found: Mediator) -> dt.date | None:
    return found.user.away_until


@page(rules.HOLD)
def own_page(request: Request) -> HttpResponse:
    """A mediator keeps their own page and declares ties."""
    found = Mediator.objects.select_related("user", "body__organisation")
    one = found.filter(user_id=request.actor.user_id or 0).first()
    if one is None:
        return render(request, "mediation/own_page.html", {"one": None})
    ties = "tie" in request.POST
    names = tuple(name for name in OwnPage.base_fields if name != "away_until")
    form = OwnPage(
        None if ties else request.POST or None, initial=_initial(one, names) | {"away_until": _still_away(one)}
    )
    tie = Tie(request.POST if ties else None)
    edge: dict[str, Any] = {"actor": request.actor, "at": request.now}
    if ended := request.POST.get("end", ""):
        actions.end_tie(interest_id=int(ended) if ended.isdigit() else 0, **edge)
        return redirect("mediation:own_page")
    if not ties and form.is_valid():
        actions.keep_page(mediator_id=one.pk, new=form.new(), **edge)
        messages.success(request, said("Kept. The public page shows it with today's date."))
        return redirect("mediation:own_page")
    if ties and tie.is_valid():
        actions.declare_tie(**tie.cleaned_data, **edge)
        messages.success(request, said("Declared. No matter with this name is offered to you."))
        return redirect("mediation:own_page")
    context = {
        "one": one,
        "form": form,
        "tie": tie,
        "ties": list(one.interests.filter(ended_at=None)),
        "fields": shown.field_names(one.fields),
    }
    return render(request, "mediation/own_page.html", context, status=_status(form, tie))


# -- branded rooms ----------------------------------------------------------------------------------------------------


@page(None, methods=("GET",))
def rooms(request: Request) -> HttpResponse:
    """The rooms with a name of their own."""
    return render(request, "mediation/rooms.html", {"lines": queries_register.rooms()})


@page(None, methods=("GET",))
def branded(request: Request, pk: int) -> HttpResponse:
    """One room: its story, who sits there when, what it is asked for, how much it settled."""
    body = queries.published_bodies().filter(pk=pk, kind=BodyKind.ROOM).first()
    if body is None:
        raise Http404
    people = [
        {"one": one, "hours": shown.spoken(one, "hours"), "fields": shown.field_names(one.fields),
         "profile": shown.spoken(one, "profile")}
        for one in queries.published_mediators(body, on=request.now.date())
    ]  # fmt: skip
    context = {
        "body": body,
        "people": people,
        "hours": shown.spoken(body, "hours"),
        "fields": shown.field_names(body.fields),
        "figures": queries_register.figures_of([body])[body.pk],
        "topics": queries.settled_by(body),
        "lines": queries_register.lines(body, most=5),
        "works_here": request.actor.organisation_id == body.organisation_id and request.actor.may(rules.ACCEPT),
        "where": body.organisation.address or getattr(body.organisation.place, "full_name", ""),
    }
    return render(request, "mediation/branded.html", context)


@page(rules.ACCEPT, methods=("GET",))
def room_matters(request: Request, pk: int) -> HttpResponse:
    """The matters of a room, for those who work there. Each opens their own; of a colleague's they see that it is."""
    body = Body.objects.select_related("organisation").filter(pk=pk, kind=BodyKind.ROOM).first()
    if body is None or request.actor.organisation_id != body.organisation_id:
        raise Http404
    lines = queries_register.matters_of(body, request.actor)
    return render(request, "mediation/room_matters.html", {"body": body, "lines": lines})
