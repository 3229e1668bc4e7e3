"""One contact for the staff: stage, whose move, clocks, history, person masked, files, the deeds allowed now."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.intake import actions, acts, queries, rules, shown, turn
from fengqiao.intake.models import Attachment, Contact
from fengqiao.intake.pages.desk_common import contact_of, go
from fengqiao.intake.pages.desk_queue import may_undo
from fengqiao.kernel import files
from fengqiao.kernel.actor import Actor
from fengqiao.shell.pages import Request, page

VIEWS = {
    "history": gettext_lazy("History"),
    "files": gettext_lazy("Files"),
    "clocks": gettext_lazy("Time limits"),
    "related": gettext_lazy("Related"),
    "seen": gettext_lazy("Who looked"),
}


@page(rules.READ, methods=("GET",))
def detail(request: Request, number: str) -> HttpResponse:
    contact = contact_of(request, number)
    view = request.GET.get("see", "history")
    if view not in VIEWS:
        raise Http404
    offered = acts.offered(contact, request.actor)
    primary = acts.primary(contact, offered)
    may_dispatch = acts.may_dispatch(contact, request.actor)
    if may_dispatch and contact.stage == rules.Stage.RECEIVED:
        primary = None
    mover, deed = shown.whose_move(contact)
    all_clocks = shown.clocks(number, at=request.now)
    context = {
        "contact": contact,
        "view": view,
        "steps": shown.steps(contact),
        "mover": mover,
        "deed": deed,
        "is_mine": shown.is_mine(contact, request.actor),
        "open_clocks": sorted((one for one in all_clocks if one.state != "met"), key=lambda one: one.due_at),
        "clocks": all_clocks,
        "who": shown.who(contact),
        "sealed": contact.sealed_text if request.actor.may(rules.READ_SEALED) else "",
        "has_sealed": bool(contact.sealed_text),
        "primary": primary,
        "others": [act for act in offered if act is not primary],
        "may_dispatch": may_dispatch,
        "may_reorder": acts.may(request.actor, rules.REORDER, contact),
        "undo": may_undo(contact, request),
        "alerts": _alerts(contact, request.actor),
        "ratings": list(contact.ratings.filter(answered_at__isnull=False)),
        "may_exclude": acts.may(request.actor, rules.RATE, contact)
        and contact.unit_id != request.actor.organisation_id,
        "tabs": _tabs(contact, view, request.actor),
        **_seen(contact, view, request.actor),
    }
    return render(request, "intake/desk/detail.html", context)


def _tabs(contact: Contact, view: str, actor: Actor) -> list[dict[str, Any]]:
    counted = {
        "files": contact.attachments.count(),
        "related": turn.count_of_related(contact),
        "seen": turn.readings(contact).count(),
    }
    return [{"key": key, "name": name, "n": counted.get(key), "is_current": key == view} for key, name in VIEWS.items()]


def _seen(contact: Contact, view: str, actor: Actor) -> dict[str, Any]:
    """What the chosen tab shows."""
    if view == "history":
        return {"events": shown.history(list(queries.history(contact, internal=True)[:200]))}
    if view == "files":
        return {"files": list(queries.files(contact, internal=True))}
    if view == "related":
        visible = queries.visible_to(actor).select_related("unit", "desk", "category", "place")
        return {
            "parent": visible.filter(pk=contact.parent_id).first() if contact.parent_id else None,
            "children": list(visible.filter(parent=contact).order_by("received_at")[:200]),
            "merged": list(visible.filter(merged_into=contact)[:50]),
            "similar": list(queries.similar(contact, actor)),
            "supporters": contact.supporters.count(),
        }
    if view == "seen":
        return {"readings": list(turn.readings(contact)[:100])}
    return {}


def _alerts(contact: Contact, actor: Actor) -> list[dict[str, Any]]:
    """The ladder of an urgent contact, first rung first; the last untaken one may be acknowledged."""
    rungs = list(contact.alerts.select_related("organisation", "taken_by").order_by("level"))
    is_open = bool(rungs) and not any(rung.taken_at for rung in rungs)
    may = acts.may(actor, rules.HANDLE, contact) or any(r.organisation_id == actor.organisation_id for r in rungs)
    return [
        {"rung": rung, "may_take": is_open and may and rung is rungs[-1] and actor.user_id is not None}
        for rung in rungs
    ]


@page(rules.HANDLE, methods=("POST",))
def acknowledge(request: Request, number: str) -> HttpResponse:
    """A named person says "I have it" to an urgent matter; the ladder stops there."""
    contact_of(request, number)
    actions.acknowledge(number=number, actor=request.actor, at=request.now)
    return go(request, reverse("intake:detail", args=[number]), _("You have it now. Nobody further up is called."))


@page(rules.READ)
def act(request: Request, number: str, key: str) -> HttpResponse:
    """One deed with its form; a refusal is shown at the form, nothing is lost."""
    contact, chosen = contact_of(request, number), acts.BY_KEY.get(key)
    if chosen is None or not request.actor.may(chosen.verb):
        raise Http404
    is_sent = request.method == "POST"
    form = chosen.form(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        chosen.do(
            number=number,
            actor=request.actor,
            at=request.now,
            **acts.arguments(form.cleaned_data, actor=request.actor, at=request.now),
        )
        return go(request, reverse("intake:detail", args=[number]), chosen.said)
    status = 422 if form.is_bound and form.errors else 200
    template = "intake/desk/parts/act_form.html" if request.htmx else "intake/desk/act.html"
    return render(request, template, {"contact": contact, "act": chosen, "form": form}, status=status)


@page(rules.READ, methods=("GET",))
def file(request: Request, number: str, uid: uuid.UUID) -> HttpResponse:
    """A file of a contact: only through the contact, never by where it lies."""
    attachment = _attachment(request, number, uid)
    return cast(HttpResponse, files.file_response(attachment.file, download="save" in request.GET))


@page(rules.READ, methods=("GET",))
def thumbnail(request: Request, number: str, uid: uuid.UUID) -> HttpResponse:
    return files.thumbnail_response(_attachment(request, number, uid).file)


def _attachment(request: Request, number: str, uid: uuid.UUID) -> Attachment:
    found = contact_of(request, number).attachments.select_related("file").filter(uid=uid).first()
    if found is None:
        raise Http404
    return found
