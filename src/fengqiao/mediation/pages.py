"""Pages around mediation: my turn, the matter, its deeds, questions to the judge, the public register."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentTo
from fengqiao.kernel import deadlines, files
from fengqiao.kernel.errors import Forbidden, Text
from fengqiao.mediation import actions, acts, forms, queries, queries_register, rules, rules_register, shown
from fengqiao.shell.pages import Request, page

MOST = 100
VIEWS = {
    "history": gettext_lazy("History"),
    "parties": gettext_lazy("Parties"),
    "files": gettext_lazy("Files"),
    "clocks": gettext_lazy("Time limits"),
    "mediator": gettext_lazy("Mediator"),
    "secret": gettext_lazy("Mediation record"),
}


def _go(request: Request, url: str, said: Text = "") -> HttpResponse:
    if said:
        messages.success(request, str(said))
    if request.htmx:
        answer: HttpResponse = HttpResponseClientRedirect(url)
        return answer
    return redirect(url)


def _matter(request: Request, number: str) -> shown.Matter:
    found = shown.matter_of(number, request.actor, request.now)
    if found is None:
        raise Http404
    return found


# -- my turn ----------------------------------------------------------------------------------------------------------


@page(rules.READ, methods=("GET",))
def turn(request: Request) -> HttpResponse:
    """What waits for this reader first, the nearest limit on top; then the rest of what they carry."""
    actor = request.actor
    rows = _rows(request)
    subjects = [f"{row.dispute.number}/d" for row in rows]
    nearest = {key: deadlines.nearest(found) for key, found in deadlines.for_subjects(subjects).items()}
    titles = shown.titles({row.dispute_id for row in rows})
    lines = []
    for row in rows:
        matter = shown.Matter(row.dispute, row, actor, request.now)
        clock = nearest.get(f"{row.dispute.number}/d")
        lines.append(
            {
                "row": row,
                "title": titles[row.dispute_id],
                "stage": matter.stage.label,
                "deed": shown.whose_move(row.dispute, row, matter.stage)[1],
                "clock": shown.clock_of(clock, request.now) if clock is not None else None,
                "is_mine": matter.is_asked or shown.is_mine(row.dispute, actor),
            }
        )
    return render(
        request,
        "mediation/turn.html",
        {
            "mine": [line for line in lines if line["is_mine"]],
            "others": [line for line in lines if not line["is_mine"]],
            "questions": list(queries.questions_to(actor)[:20]) if actor.may(rules.GUIDE) else [],
            "is_full": len(rows) == MOST,
        },
    )


def _rows(request: Request) -> list[Any]:
    actor = request.actor
    if actor.role == "mediator":
        return list(queries.in_hand_of(actor)[:MOST])
    if actor.role == "organisation_manager":
        return list(queries.inbox_of(actor)[:MOST])
    return queries.around(actor, most=MOST)


# -- one matter -------------------------------------------------------------------------------------------------------


@page(rules.READ, methods=("GET",))
def detail(request: Request, number: str) -> HttpResponse:
    """One matter for the staff. Every part asks what this reader may see; the court sees no account and no talks."""
    matter = _matter(request, number)
    view = request.GET.get("see", "history")
    if view not in VIEWS:
        raise Http404
    dispute, actor = matter.dispute, request.actor
    mover, deed = shown.whose_move(dispute, matter.live, matter.stage)
    found = acts.offered(matter)
    primary = acts.primary(matter, found)
    context = {
        "matter": matter,
        "dispute": dispute,
        "mediation": matter.mediation,
        "title": shown.title_of(matter),
        "stage": matter.stage,
        "view": view,
        "steps": shown.steps(matter.stage),
        "mover": mover,
        "deed": deed,
        "is_mine": matter.is_asked or shown.is_mine(dispute, actor),
        "clocks": shown.clocks(number, at=request.now, actor=actor),
        "primary": primary,
        "others": [act for act in found if act is not primary],
        "tabs": [{"key": key, "name": name, "is_current": key == view} for key, name in VIEWS.items()],
        "parties": disputes.shown_parties(dispute, actor),
        "account": dispute.account if actor.holds("case") and hasattr(dispute, "account") else None,
        "claims": list(dispute.claims.filter(withdrawn_at__isnull=True)) if actor.holds("case") else [],
        "interrupts": list(disputes.live_interrupts(dispute)) if actor.holds("safety") else [],
        "sheet": disputes.fact_sheet(dispute, actor),
        "suit": queries.prepared_suit(number, actor) if matter.stage == "failed" else None,
        "linked": list(disputes.linked(dispute, actor)[:10]),
        "team": queries_register.team_of(dispute),
        **_seen(matter, view),
    }
    return render(request, "mediation/detail.html", context)


def _seen(matter: shown.Matter, view: str) -> dict[str, Any]:
    """What the chosen part shows."""
    if view == "history":
        return {"lines": shown.history(matter.dispute, matter.actor)}
    if view == "files":
        return {"files": list(disputes.proofs(matter.dispute, matter.actor))}
    if view == "parties":
        return {"consents": _consents(matter)}
    if view == "mediator" and matter.mediation is not None:
        return {
            "candidates": shown.candidates(matter.mediation),
            "assignments": list(matter.mediation.assignments.select_related("body__organisation", "mediator__user")),
            "disclosures": list(matter.mediation.disclosures.select_related("mediator__user")),
            "hand_overs": list(matter.mediation.hand_overs.select_related("to_user")),
        }
    if view == "secret":
        return _secret(matter)
    return {}


def _secret(matter: shown.Matter) -> dict[str, Any]:
    """Notes and questions. Refuses: `mediation.secret` for whoever sees the matter but has no part in the talks.

    Basis: 在线调解规则 18; 特邀调解规定 22.
    """
    mediation = matter.mediation
    if mediation is None:
        return {"notes": [], "questions": []}
    questions = list(queries.questions(mediation, matter.actor))
    if not queries.may_see_secret(mediation, matter.actor) and not questions:
        raise Forbidden(
            rules.READ,
            _("What was said to settle stays with the mediator and the parties."),
            code="mediation.secret",
            law=_("Online Mediation art. 18"),
        )
    return {"notes": list(queries.notes(mediation, matter.actor)), "questions": questions}


def _consents(matter: shown.Matter) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for party in disputes.parties(matter.dispute):
        rows = party.consents.filter(withdrawn_at__isnull=True).order_by("given_at")
        if not matter.actor.may(rules.VISITS):
            rows = rows.exclude(to=ConsentTo.HOME_VISIT_MARK)
        found[party.pk] = list(rows)
    return found


@page(rules.READ)
def act(request: Request, number: str, key: str) -> HttpResponse:
    """One deed with its form; a refusal is shown at the form, nothing is lost."""
    matter, chosen = _matter(request, number), acts.BY_KEY.get(key)
    if chosen is None or not chosen.when(matter):
        raise Http404
    is_sent = request.method == "POST"
    form = chosen.form(request.POST if is_sent else None, request.FILES if is_sent else None, matter=matter)
    if is_sent and form.is_valid():
        chosen.do(matter, dict(form.cleaned_data), actor=request.actor, at=request.now)
        after = reverse("mediation:matter", args=[number])
        if shown.matter_of(number, request.actor, request.now) is None:
            after = reverse("mediation:turn")
        return _go(request, after, chosen.said)
    status = 422 if form.is_bound and form.errors else 200
    template = "mediation/parts/act_form.html" if request.htmx else "mediation/act.html"
    context = {"matter": matter, "act": chosen, "form": form, "title": shown.title_of(matter)}
    if key in {"choose", "assign"} and matter.live is not None:
        context["candidates"] = shown.candidates(matter.live)
    if key == "sue":
        context["suit"] = queries.prepared_suit(number, request.actor)
    return render(request, template, context, status=status)


@page(rules.READ, methods=("GET",))
def proof(request: Request, number: str, uid: uuid.UUID) -> HttpResponse:
    """A file of the matter, only through the matter and only for those whose side it is on."""
    found = disputes.proofs(_matter(request, number).dispute, request.actor).filter(uid=uid).first()
    if found is None:
        raise Http404
    return cast(HttpResponse, files.file_response(found.file, download="save" in request.GET))


@page(rules.GUIDE)
def question(request: Request, pk: int) -> HttpResponse:
    """The judge on call answers a general question. The page shows the question and nothing of the matter's talks."""
    found = queries.questions_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    form = forms.AnswerQuestion(request.POST or None)
    if form.is_valid():
        actions.answer_question(question_id=pk, actor=request.actor, at=request.now, **form.cleaned_data)
        return _go(request, reverse("mediation:turn"), _("Answered. You cannot decide this matter any more."))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "mediation/question.html", {"question": found, "form": form}, status=status)


# -- the public register ----------------------------------------------------------------------------------------------


@page(None, methods=("GET",))
def register(request: Request) -> HttpResponse:
    """Every organisation with what the law wants published: what it does, what it is good at, whether it charges."""
    chosen = request.GET.get("field", "")
    bodies = list(queries.published_bodies())
    if chosen in rules.Field.values:
        bodies = [body for body in bodies if chosen in body.fields]
    known = {code for body in queries.published_bodies() for code in body.fields}
    return render(
        request,
        "mediation/register.html",
        {
            "bodies": [
                {
                    "body": body,
                    "fields": shown.field_names(body.fields),
                    "is_lapsed": queries.licence_lapsed(body, on=request.now.date()),
                }
                for body in bodies
            ],
            "fields": [(one.value, one.label) for one in rules.Field if one.value in known],
            "chosen": chosen,
        },
    )


@page(None, methods=("GET",))
def body(request: Request, pk: int) -> HttpResponse:
    """One organisation or branded room with its mediators and, for a room, the kinds of matters it settled."""
    found = queries.published_bodies().filter(pk=pk).first()
    if found is None:
        raise Http404
    mediators = list(queries.published_mediators(found, on=request.now.date()))
    return render(
        request,
        "mediation/body.html",
        {
            "body": found,
            "fields": shown.field_names(found.fields),
            "profile": shown.spoken(found, "profile"),
            "strengths": shown.spoken(found, "strengths"),
            "mediators": [
                {
                    "one": one,
                    "fields": shown.field_names(one.fields),
                    "hours": shown.spoken(one, "hours"),
                    "profile": shown.spoken(one, "profile"),
                }
                for one in mediators
            ],
            "where": found.organisation.address or getattr(found.organisation.place, "full_name", ""),
            "settled": queries.settled_by(found),
            "hours": shown.spoken(found, "hours"),
            "languages": queries_register.language_names(found.languages),
            "is_lapsed": queries.licence_lapsed(found, on=request.now.date()),
            "lines": queries_register.lines(found, most=20),
            "keeps": request.actor.may(rules_register.KEEP) and actions.keeps(found, request.actor),
        },
    )
