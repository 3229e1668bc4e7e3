"""The front desk: piles, rows by urgency and clock, one selected row with its chips and one deed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.intake import actions, acts, forms_desk, menus, queries, rules, shown, turn
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.desk_common import contact_of, go
from fengqiao.intake.rules import EntryKind, Stage
from fengqiao.shell import listing, views_saved
from fengqiao.shell.pages import Request, page

EMPTY = {
    "mine": gettext_lazy("Nothing waits for you"),
    "unsent": gettext_lazy("Everything has been sent on"),
    "today": gettext_lazy("Nothing is due today"),
    "over": gettext_lazy("Nothing is overdue"),
    "others": gettext_lazy("Nobody else owes a move"),
    "paused": gettext_lazy("No clock stands still"),
}


@page(rules.READ, methods=("GET",))
def queue(request: Request) -> HttpResponse:
    """The whole queue; as a table with columns of one's choice, a file or a print when the address says so."""
    pile = request.GET.get("pile") or "mine"
    rows = turn.rows(request.actor, pile, at=request.now)
    if request.GET.get("format"):
        request.actor.require(rules.EXPORT)
        return listing.answer(request, turn.QUEUE, queries.with_names(rows))
    if "columns" in request.GET:
        table, named = "intake/desk/queue_table.html", {"queue_name": menus.name_of_queue(request.actor.role)}
        return listing.answer(request, turn.QUEUE, queries.with_names(rows), template=table, context=named)
    found = listing.page_of(turn.QUEUE, request.GET, rows)
    found.path, found.saved = request.path, views_saved.of(request.actor.user_id, request.path)
    lines = shown.lines(found.rows, request.actor, at=request.now)
    chosen = _chosen(request, lines)
    piles = _piles(request, pile)
    context = {
        "pile": pile,
        "queue_name": menus.name_of_queue(request.actor.role),
        "piles": piles,
        "page": found,
        "lines": lines,
        "empty_title": _("Nothing fits these filters") if found.is_filtered else EMPTY.get(pile, EMPTY["mine"]),
        "others_wait": "" if found.is_filtered or pile != "mine" else _others_wait(piles),
        "may_register": request.actor.may(rules.REGISTER),
        "may_export": request.actor.may(rules.EXPORT),
        "narrowed_to": _narrowed_to(found),
        **_done(request),
        **_chosen_context(request, chosen),
    }
    return render(request, "intake/desk/queue.html", context)


def _piles(request: Request, chosen: str) -> list[dict[str, Any]]:
    counted = turn.counts(request.actor, at=request.now)
    return [
        {"key": key, "name": name, "n": str(counted[key]), "is_current": key == chosen}
        for key, name in turn.PILES.items()
    ]


def _others_wait(piles: list[dict[str, Any]]) -> str:
    """What an empty desk may look at next, "" when nothing waits for others either."""
    n = next(str(one["n"]) for one in piles if one["key"] == "others")
    return "" if n == "0" else _("Waiting for somebody else: %(n)s") % {"n": n}


def _narrowed_to(found: listing.Page[Contact]) -> list[dict[str, str]]:
    """Place and unit of the address as tags that can be taken off; they come from links, not from the form."""
    ids = {one.key: one.value for one in found.filters if one.key in {"place", "unit"} and one.value}
    named = {key: turn.name_of(key, value) for key, value in ids.items()}
    return [{"key": key, "name": name, "value": ids[key]} for key, name in named.items() if name]


def _done(request: Request) -> dict[str, Any]:
    """What was just sent on, with the way to take it back."""
    number = request.GET.get("done", "")
    sent = turn.find_by_number(request.actor, number) if number else None
    return {"done": sent, "may_undo_done": sent is not None and may_undo(sent, request)}


def _chosen(request: Request, lines: list[shown.Line]) -> shown.Line | None:
    """The row of the address, else the first."""
    number = request.GET.get("row", "")
    asked = next((line for line in lines if line.contact.number == number), None)
    if asked is None and number:
        found = turn.find_by_number(request.actor, number)
        asked = shown.lines([found], request.actor, at=request.now)[0] if found else None
    return asked or next(iter(lines), None)


@page(rules.READ, methods=("GET",))
def aside(request: Request, number: str) -> HttpResponse:
    """The selected row beside the list."""
    return render(request, "intake/desk/parts/aside.html", _chosen_context(request, _line(request, number)))


def _line(request: Request, number: str) -> shown.Line:
    return shown.lines([contact_of(request, number)], request.actor, at=request.now)[0]


def _chosen_context(request: Request, line: shown.Line | None) -> dict[str, Any]:
    if line is None:
        return {"chosen": None}
    contact = line.contact
    offered = acts.offered(contact, request.actor)
    primary = acts.primary(contact, offered)
    may_dispatch = acts.may_dispatch(contact, request.actor)
    leads = may_dispatch and contact.stage == Stage.RECEIVED
    return {
        "chosen": line,
        "contact": contact,
        "guesses": shown.guesses(contact) if leads else [],
        "may_dispatch": leads,
        "primary": None if leads else primary,
        "others": [act for act in offered if act is not primary][:4],
        "similar": list(queries.similar(contact, request.actor)),
        "dispatch_url": reverse("intake:dispatch", args=[contact.number]),
        **(_dispatch_choices(contact) if leads else {}),
    }


def _dispatch_choices(contact: Contact) -> dict[str, Any]:
    """What stands behind “other”: all categories, and the units of the district."""
    return {"all_categories": turn.category_choices(), "all_units": turn.handling_units(contact)}


@page(rules.DISPATCH)
def dispatch(request: Request, number: str) -> HttpResponse:
    """Send it as chosen. Answers with what is still missing instead of guessing."""
    contact = contact_of(request, number)
    if request.method == "GET":
        return render(request, "intake/desk/dispatch.html", _dispatch_context(request, contact))
    form = forms_desk.Dispatch(request.POST)
    missing = form.missing()
    if missing:
        return render(
            request,
            "intake/desk/parts/missing.html" if request.htmx else "intake/desk/dispatch.html",
            {**_dispatch_context(request, contact), "missing": missing},
            status=422,
        )
    chosen = form.chosen()
    actions.dispatch(
        number=number,
        unit_id=chosen["unit"],
        category_id=chosen["category"],
        place_id=chosen["place"] or None,
        urgency=chosen["urgency"],
        with_ids=tuple(unit.pk for unit in form.cleaned_data["helpers"]),
        actor=request.actor,
        at=request.now,
    )
    return go(request, f"{_back(request)}{'&' if '?' in _back(request) else '?'}done={number}")


def _dispatch_context(request: Request, contact: Contact) -> dict[str, Any]:
    return {
        **_chosen_context(request, shown.lines([contact], request.actor, at=request.now)[0]),
        **_dispatch_choices(contact),
        "guesses": shown.guesses(contact),
        "may_dispatch": True,
        "primary": None,
        "contact": contact,
        "back": _back(request),
    }


def _back(request: Request) -> str:
    """The queue as the clerk had it, never an address from outside."""
    asked = request.POST.get("back") or request.GET.get("back") or ""
    desk = reverse("intake:desk")
    return asked if asked.startswith(f"{desk}?") or asked == desk else desk


@page(rules.HANDLE, methods=("POST",))
def undo(request: Request, number: str) -> HttpResponse:
    """Take back one's own last deed within ten minutes."""
    contact_of(request, number)
    actions.undo(number=number, actor=request.actor, at=request.now)
    return go(request, reverse("intake:detail", args=[number]), _("Taken back. The history keeps both lines."))


def may_undo(contact: Contact, request: Request) -> bool:
    """Whether the last line is the reader's own and of a kind that can be taken back. The verb judges the time."""
    last = contact.entries.exclude(kind__in=[EntryKind.NOTICE, EntryKind.CORRECTED]).first()
    kinds = {EntryKind.DISPATCHED, EntryKind.DONE, EntryKind.MERGED}
    return last is not None and last.kind in kinds and last.actor == request.actor.id and recent(last.at, request.now)


def recent(moment: Any, now: Any, minutes: int = 10) -> bool:
    return bool((now - moment).total_seconds() <= minutes * 60)
