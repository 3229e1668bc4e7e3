"""码上办 posters for the staff, and the signed paper form typed in by somebody who did not do the work."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.intake import actions, papers, queries, rules, spots
from fengqiao.intake import forms_resident as forms
from fengqiao.intake.actions import posters as orders
from fengqiao.intake.models import PosterRun
from fengqiao.intake.pages.resident_common import stored
from fengqiao.intake.pages.resident_papers import pdf_response
from fengqiao.kernel import files
from fengqiao.shell.pages import Request, page

AT_ONCE = 20
"""More posters than this are set in the background."""
MOST_LISTED = 500


@page(rules.POSTERS)
def posters(request: Request) -> HttpResponse:
    """Choose places; up to twenty come at once, more are set in the background."""
    own = spots.for_posters(request.actor)
    shown, asked = _filtered(own, request)
    if request.method == "POST":
        ids = {int(value) for value in request.POST.getlist("place") if value.isdigit()}
        chosen = list((shown if request.POST.get("all") else spots.in_order(own, pks=ids))[:MOST_LISTED])
        if chosen:
            return _ordered(request, chosen)
        messages.warning(request, _("Please choose at least one place."))
    streets = spots.narrowed(spots.in_order(own), street="", kind="street")
    runs = PosterRun.objects.filter(ordered_by_id=request.actor.user_id).order_by("-ordered_at")[:5]
    context = {"places": shown[:MOST_LISTED], "streets": streets, "asked": asked, "runs": runs}
    return render(request, "intake/resident/posters.html", context)


def _filtered(own: Any, request: Request) -> tuple[Any, dict[str, str]]:
    said = request.POST or request.GET
    asked = {"street": said.get("street", ""), "kind": said.get("kind", "community")}
    return spots.narrowed(spots.in_order(own), street=asked["street"], kind=asked["kind"]), asked


def _ordered(request: Request, chosen: list[Any]) -> HttpResponse:
    if len(chosen) <= AT_ONCE:
        return pdf_response(papers.posters(places=[_poster(one) for one in chosen], language=_language()), "posters")
    run = orders.order(place_ids=[one.pk for one in chosen], language=_language(), actor=request.actor, at=request.now)
    return redirect("intake:poster_run", run.uid)


def _language() -> str:
    return get_language() or "zh-hans"


def _poster(place: Any) -> dict[str, str]:
    return {"place": place.full_name, "url": orders.url_of(place)}


@page(rules.POSTERS, methods=("GET",))
def poster(request: Request, code: str) -> HttpResponse:
    """The poster of one place, to look at or to print."""
    place = get_object_or_404(spots.for_posters(request.actor), code=code)
    return pdf_response(papers.posters(places=[_poster(place)], language=_language()), f"poster-{place.code}")


@page(rules.POSTERS, methods=("GET",))
def run(request: Request, uid: str) -> HttpResponse:
    """How far a stack is; the page asks again by itself, or at a press."""
    found = get_object_or_404(PosterRun, uid=uid, ordered_by_id=request.actor.user_id)
    return render(request, "intake/resident/poster_run.html", {"run": found, "whole": len(found.place_ids)})


@page(rules.POSTERS, methods=("GET",))
def run_file(request: Request, uid: str) -> HttpResponseBase:
    found = get_object_or_404(PosterRun, uid=uid, ordered_by_id=request.actor.user_id)
    if found.file is None:
        raise Http404
    return files.file_response(found.file, download=True)


@page(rules.RATE)
def paper(request: Request) -> HttpResponse:
    """Type in a signed acceptance form. Refused to whoever did the work."""
    form = forms.Paper(request.POST or None, request.FILES or None, initial={"number": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        if not queries.visible_to(request.actor).filter(number=number).exists():
            form.add_error("number", _("No matter with this number is in your hands"))
        else:
            return _entered(request, form)
    return render(request, "intake/resident/paper.html", {"form": form}, status=422 if form.errors else 200)


def _entered(request: Request, form: forms.Paper) -> HttpResponse:
    number, text = form.cleaned_data["number"], form.cleaned_data["text"]
    kept, problems = stored(request, form.cleaned_data["photos"], actor=request.actor)
    for problem in problems:
        messages.warning(request, problem)
    who = {"number": number, "actor": request.actor, "at": request.now, "paper": True}
    if form.cleaned_data["decision"] == "accept":
        actions.accept(text=text, files=kept, **who)
        messages.success(request, _("Entered: accepted on paper."))
    else:
        actions.object_to(text=text, files=kept, **who)
        messages.success(request, _("Entered: not done, it went back."))
    return redirect("intake:paper_form")
