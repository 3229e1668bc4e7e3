"""Pages of the court: the queue of confirmations and one of them, for the desk and for the judge."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.court import actions, forms, queries, rules
from fengqiao.disputes import queries as disputes
from fengqiao.kernel import deadlines
from fengqiao.mediation import queries as mediation
from fengqiao.shell.pages import Request, page

MOST = 100


@page(rules.READ, methods=("GET",))
def queue(request: Request) -> HttpResponse:
    """What lies with this court, both at the door first."""
    rows = list(queries.queue(request.actor)[:MOST])
    context = {"rows": rows, "figures": queries.figures(request.actor), "is_full": len(rows) == MOST}
    return render(request, "court/queue.html", context)


def _found(request: Request, number: str) -> Any:
    found = queries.of_matter(number, request.actor)
    if found is None:
        raise Http404
    return found


@page(rules.READ, methods=("GET",))
def detail(request: Request, number: str) -> HttpResponse:
    """One application: points, papers, clocks; for the judge also agreement and certificate, and nothing else."""
    return _detail(request, _found(request, number))


def _detail(request: Request, found: Any, *, status: int = 200, **bound: Any) -> HttpResponse:
    actor, at = request.actor, request.now
    number = found.dispute.number
    _agreement, points = queries.guard(found.dispute, today=found.opened_at.date())
    judge = actor.role == "judge"
    agreement = mediation.agreement_of(number, actor) if judge else None
    clocks = [one for one in deadlines.for_subjects([f"{number}/d"])[f"{number}/d"] if one.kind.startswith("confirm_")]
    present = forms.Hear(parties=[(one.pk, one.name) for one in disputes.parties(found.dispute)])
    context = {
        "confirmation": found,
        "number": number,
        "points": points,
        "lacking": [rules.Needed(one).label for one in found.lacking],
        "joined": list(found.joined.select_related("party")),
        "served": list(found.served.select_related("party")),
        "clocks": [(forms.CLOCKS[one.kind], one) for one in clocks if one.kind in forms.CLOCKS],
        "agreement": agreement,
        "lines": mediation.agreement_lines(agreement, today=at.date()) if agreement is not None else [],
        "term_rows": list(agreement.terms.select_related("debtor", "creditor")) if agreement is not None else [],
        "papers": list(mediation.papers_of(number, actor)),
        "accept": forms.Accept(judges=mediation.judges_for(number, court_id=found.court_id, on=at.date())),
        "ask": forms.AskPapers(),
        "refuse": forms.Refuse(),
        "hear": present,
        "decide": forms.Decide(),
        "is_desk": actor.may(rules.ACCEPT),
        "is_judge": judge,
        **bound,
    }
    return render(request, "court/detail.html", context, status=status)


@page(rules.READ, methods=("POST",))
def deed(request: Request, number: str, key: str) -> HttpResponse:
    """What desk and judge do with an application."""
    found = _found(request, number)
    parties = [(one.pk, one.name) for one in disputes.parties(found.dispute)]
    made: Any = {
        "accept": lambda: forms.Accept(
            request.POST, judges=mediation.judges_for(number, court_id=found.court_id, on=request.now.date())
        ),
        "ask": lambda: forms.AskPapers(request.POST),
        "refuse": lambda: forms.Refuse(request.POST),
        "hear": lambda: forms.Hear(request.POST, parties=parties),
        "decide": lambda: forms.Decide(request.POST),
    }
    if key not in made:
        raise Http404
    form = made[key]()
    if not form.is_valid():
        return _detail(request, found, status=422, **{key: form})
    messages.success(request, _do(key, number, form.cleaned_data, request))
    return redirect("court:detail", number)


def _do(key: str, number: str, data: dict[str, Any], request: Request) -> str:
    edge: dict[str, Any] = {"number": number, "actor": request.actor, "at": request.now}
    if key == "accept":
        made = actions.accept(judge_id=data["judge"], **edge)
        return _("Accepted as %(number)s.") % {"number": made.number}
    if key == "ask":
        until: dt.date = data["until"]
        actions.ask_papers(until=until, **edge)
        return _("The parties have a day for the missing papers.")
    if key == "refuse":
        actions.refuse(reason=actions.Excluded(data["reason"]), **edge)
        return _("Not accepted; the parties read the reason.")
    if key == "hear":
        actions.hear(present=data["present"], mode=actions.Mode(data["mode"]), **edge)
        return _("Both were heard.")
    is_valid = data["result"] == "valid"
    ground = actions.Rejected(data["ground"]) if data["ground"] and not is_valid else None
    actions.decide(is_valid=is_valid, ground=ground, **edge)
    return _("The ruling is issued and served.")
