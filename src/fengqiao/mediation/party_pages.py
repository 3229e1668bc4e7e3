"""A party's own pages, for a phone and without script: where it stands, and one page for each deed."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import files, scoping
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import access, party_acts, party_shown, queries_weigh, shown
from fengqiao.mediation.party_shown import Own
from fengqiao.shell.pages import Request, page

View = Callable[..., HttpResponseBase]
DOOR = "/follow/"
"""Where number and code are asked for; the page belongs to the context above."""


def party_page(*methods: str) -> Callable[[View], View]:
    """A page of one matter for its party. Everybody else is asked for number and code, whether it exists or not."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = access.party(request.session, number, request.actor, now=request.now)
            if actor is None:
                return redirect(f"{DOOR}?number={number}")
            request.actor = actor
            with transaction.atomic():
                scoping.apply(actor)
                matter = party_shown.own(number, actor, request.now)
                if matter is None:
                    return redirect(f"{DOOR}?number={number}")
                return view(request, matter, *args, **kwargs)

        return page(None, methods=methods or ("GET",), own_transactions=True)(answer)

    return decorate


@party_page("GET")
def story(request: Request, matter: Own) -> HttpResponse:
    """Where it stands, whose move, who mediates, what can be done."""
    found = party_acts.offered(matter)
    turn = party_acts.turn(matter, found)
    dispute, actor = matter.dispute, matter.actor
    context = {
        "matter": matter,
        "dispute": dispute,
        "standing": party_shown.standing(matter),
        "steps": shown.steps(matter.stage),
        "turn": turn,
        "deeds": [deed for deed in found if deed is not turn],
        "mediator": party_shown.mediator_of(matter),
        "parties": disputes.shown_parties(dispute, actor),
        "claims": list(dispute.claims.filter(withdrawn_at__isnull=True).select_related("party")),
        "names": matter.names(),
        "files": list(disputes.proofs(dispute, actor)),
        "sheet": disputes.fact_sheet(dispute, actor),
        "consents": party_acts.live_consents(matter),
        "lines": party_shown.history(matter),
        "visit": party_acts.open_visit(matter),
        "has_mediation": matter.mediation is not None,
        "may_weigh": matter.live is not None and matter.party.side in queries_weigh.SIDES,
        "standing_range": queries_weigh.proposal(matter.live) if matter.live is not None else None,
    }
    return render(request, "mediation/party/story.html", context)


@party_page("GET", "POST")
def deed(request: Request, matter: Own, key: str) -> HttpResponse:
    """One deed on a page of its own. A refusal is shown at the form; nothing typed is lost."""
    chosen = party_acts.BY_KEY.get(key)
    if chosen is None or not chosen.when(matter):
        raise Http404
    is_sent = request.method == "POST"
    form = chosen.form(request.POST if is_sent else None, request.FILES if is_sent else None, matter=matter)
    status = 422 if is_sent else 200
    if is_sent and form.is_valid():
        try:
            chosen.do(matter, dict(form.cleaned_data), actor=request.actor, at=request.now)
        except Refused as error:
            form.add_error(None, f"{error.message} {error.next_step}".strip())
            status = 409
        else:
            messages.success(request, str(chosen.said))
            return redirect("mediation:party", matter.number)
    context = {
        "matter": matter,
        "deed": chosen,
        "form": form,
        "candidates": shown.candidates(matter.live) if key == "choose" and matter.live is not None else [],
        "sheet": matter.waiting_sheet() if key == "sign_facts" else None,
    }
    return render(request, "mediation/party/deed.html", context, status=status)


@party_page("GET")
def file(request: Request, matter: Own, uid: uuid.UUID) -> HttpResponseBase:
    """A file of the matter this party may see: its own, and what the other side brought forward."""
    found = disputes.proofs(matter.dispute, matter.actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return files.file_response(found.file, download="save" in request.GET)
