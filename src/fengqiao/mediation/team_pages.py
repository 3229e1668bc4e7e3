"""Teams and their matters; the templates of one's organisation with their versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.mediation import actions, queries_register, rules_register
from fengqiao.mediation.models_register import CaseTeam, Template
from fengqiao.mediation.rules import Field, Team
from fengqiao.mediation.rules_register import ROLE_OF_PART, TeamPart, TemplateKind
from fengqiao.people import queries as people
from fengqiao.shell.forms import Choice, Form
from fengqiao.shell.pages import Request, page

MOST_MATTERS = 50


class NewTeam(Form):
    name = forms.CharField(label=_("Name of the team"), max_length=60)
    team = Choice(label=_("For which disputes"), choices=Team.choices)
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput())


class Seat(Form):
    who = forms.ChoiceField(label=_("Who"))
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput())


class Give(Form):
    number = forms.CharField(label=_("Number of the matter"), max_length=20)


class NewTemplate(Form):
    kind = Choice(label=_("What it is for"), choices=TemplateKind.choices)
    title = forms.CharField(label=_("Title"), max_length=60)
    field = forms.ChoiceField(label=_("Field"), required=False, choices=[("", _("for every field")), *Field.choices])
    cause = forms.CharField(
        label=_("Only for this cause of action"), required=False, max_length=80,
        help_text=_("As it is called in the official list; empty for the whole field."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Write ○○ where a name, sum or day goes. Nobody's data belongs here."),
    )  # fmt: skip


class NewVersion(Form):
    text = forms.CharField(label=_("Words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    why = forms.CharField(label=_("Why it changes"), required=False, max_length=120)


def _status(*found: Any) -> int:
    return 422 if any(one.is_bound and one.errors for one in found) else 200


@page(rules_register.TEAM_MATTERS)
def teams(request: Request) -> HttpResponse:
    """The teams of the court with who sits there; empty parts are shown."""
    may_make = request.actor.may(rules_register.TEAMS)
    form = NewTeam(request.POST or None, initial={"starts_on": request.now.date()})
    if request.method == "POST" and not may_make:
        raise Http404
    if form.is_valid():
        made = actions.make_team(actor=request.actor, at=request.now, **form.cleaned_data)
        messages.success(request, said("Made. Now say who sits in it."))
        return redirect("mediation:team", made.pk)
    lines = [_line(one, request) for one in queries_register.teams_of(request.actor)]
    context = {"lines": lines, "form": form if may_make else None}
    return render(request, "mediation/teams.html", context, status=_status(form))


def _line(team: CaseTeam, request: Request) -> dict[str, Any]:
    seats = queries_register.live_seats(team, on=request.now.date())
    return {"team": team, "seats": seats, "missing": queries_register.missing_parts(seats)}


def _who(request: Request) -> list[tuple[str, str]]:
    """Mediators of any organisation, judges and assistants of the actor's own court."""
    found = []
    for part in TeamPart:
        for one in people.holders_of((ROLE_OF_PART[part],), on=request.now.date(), most=400):
            if part == TeamPart.MEDIATOR or one.organisation_id == request.actor.organisation_id:
                found.append((f"{one.user_id}:{part}", f"{part.label} · {one.user.name} · {one.organisation.name}"))
    return found


@page(rules_register.TEAM_MATTERS)
def team(request: Request, pk: int) -> HttpResponse:
    """One team: who sits in it since when, and the matters given to it that the reader may see."""
    found = queries_register.teams_of(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    keeps = request.actor.may(rules_register.TEAMS) and found.court_id == request.actor.organisation_id
    if request.method == "POST" and not keeps:
        raise Http404
    is_seat, is_give = "who" in request.POST, "number" in request.POST
    seat = Seat(request.POST if is_seat else None, initial={"starts_on": request.now.date()})
    seat.fields["who"].choices = _who(request) if keeps else []  # type: ignore[attr-defined]
    give = Give(request.POST if is_give else None)
    edge: dict[str, Any] = {"team_id": pk, "actor": request.actor, "at": request.now}
    if _deed(request, seat, give, edge):
        messages.success(request, said("Kept."))
        return redirect("mediation:team", pk)
    seen = disputes.visible_to(request.actor).values("pk")
    matters = found.matters.filter(ended_at=None, dispute__in=seen).select_related("dispute__cause")
    context = _line(found, request) | {
        "keeps": keeps,
        "seat": seat,
        "give": give,
        "matters": list(matters.order_by("-given_at")[:MOST_MATTERS]),
    }
    return render(request, "mediation/team.html", context, status=_status(seat, give))


def _deed(request: Request, seat: Seat, give: Give, edge: dict[str, Any]) -> bool:
    if seat.is_valid():
        user_id, part = seat.cleaned_data["who"].split(":")
        actions.seat_in_team(
            user_id=int(user_id), part=TeamPart(part), starts_on=seat.cleaned_data["starts_on"], **edge
        )
        return True
    if give.is_valid():
        actions.give_to_team(number=give.cleaned_data["number"], **edge)
        return True
    if (leaving := request.POST.get("leave", "")).isdigit():
        actions.leave_team(seat_id=int(leaving), on=request.now.date(), **edge)
        return True
    return False


# -- templates --------------------------------------------------------------------------------------------------------


@page(rules_register.TEMPLATES)
def templates(request: Request) -> HttpResponse:
    """The words one's organisation uses again, and a new one."""
    form = NewTemplate(request.POST or None)
    if form.is_valid():
        made = actions.write_template(actor=request.actor, at=request.now, **form.cleaned_data)
        messages.success(request, said("Kept. It is offered when an agreement of this kind is written."))
        return redirect("mediation:template", made.pk)
    context = {"rows": list(queries_register.templates_of(request.actor)), "form": form}
    return render(request, "mediation/templates.html", context, status=_status(form))


@page(rules_register.TEMPLATES)
def template(request: Request, pk: int) -> HttpResponse:
    """One template: its words, a new version, and every version before with who wrote it and why."""
    found: Template | None = queries_register.templates_of(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    if "end" in request.POST:
        actions.end_template(template_id=pk, actor=request.actor, at=request.now)
        messages.success(request, said("It is offered no more. Its versions stay."))
        return redirect("mediation:templates")
    live = queries_register.words_of(found)
    form = NewVersion(request.POST or None, initial={"text": live.text})
    if form.is_valid():
        actions.change_template(template_id=pk, actor=request.actor, at=request.now, **form.cleaned_data)
        messages.success(request, said("A new version is kept; the one before stays readable."))
        return redirect("mediation:template", pk)
    context = {"one": found, "live": live, "versions": list(found.versions.all()), "form": form}
    return render(request, "mediation/template.html", context, status=_status(form))
