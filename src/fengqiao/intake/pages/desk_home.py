"""The start page of every duty: what is mine, what is due, what is late, what waits for somebody else."""

from __future__ import annotations

import dataclasses
from itertools import islice

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import health, menus, queries, rules, shown, turn
from fengqiao.intake.models import RANK, Alert, Contact
from fengqiao.kernel.errors import Text
from fengqiao.people import queries as people
from fengqiao.shell import menu
from fengqiao.shell.pages import Request, page


@dataclasses.dataclass(frozen=True)
class Part:
    """One block of today: a pile with its first rows."""

    key: str
    title: Text
    empty: Text


PARTS = (
    Part("mine", _("My turn"), _("Nothing waits for you. What comes in appears here by itself.")),
    Part("over", _("Overdue"), _("Nothing is overdue.")),
    Part("today", _("Due today"), _("Nothing is due today.")),
    Part("others", _("Waiting for somebody else"), _("Nobody else owes a move.")),
)
ROWS = 5


@page(None, methods=("GET",))
def home(request: Request) -> HttpResponse:
    """Today's work. Whoever handles no contacts sees honestly what is theirs instead."""
    if not request.actor.is_authenticated or not request.actor.organisation_id:
        return redirect("shell:start")
    if not request.actor.may(rules.READ):
        return render(request, "intake/desk/home_other.html", _other(request))
    counted = turn.counts(request.actor, at=request.now)
    found, alerts = _first_rows(request, counted), _alerts(request)
    lines = iter(shown.lines([contact for rows in (*found, alerts) for contact in rows], request.actor, at=request.now))
    parts = [
        {"part": part, "count": counted[part.key], "lines": list(islice(lines, len(rows)))}
        for part, rows in zip(PARTS, found, strict=True)
    ]
    context = {
        "parts": parts,
        "lead": menus.LEADS.get(request.actor.role, ""),
        "may_register": request.actor.may(rules.REGISTER),
        "register_url": "intake:round_note" if request.actor.role in rules.FIELD else "intake:call",
        "register_deed": _("Note something") if request.actor.role in rules.FIELD else _("Take a call"),
        "alerts": list(lines),
        **(_in_vain(request) if request.actor.role in rules.LOOKS_LAST else {}),
    }
    return render(request, "intake/desk/home.html", context)


def _first_rows(request: Request, counted: dict[str, turn.Counted]) -> list[list[Contact]]:
    """The first rows of every pile; a matter stands where it comes first, never twice on one page."""
    seen: set[int] = set()
    found = []
    for part in PARTS:
        n = counted[part.key].n
        rows = turn.first(request.actor, part.key, at=request.now, most=ROWS, but=seen) if n else []
        seen.update(contact.pk for contact in rows)
        found.append(rows)
    return found


def _other(request: Request) -> dict[str, object]:
    """Today of a duty without contacts: what does not run, who looked at what; then the way to its pages."""
    actor, midnight = request.actor, request.now.replace(hour=0, minute=0, second=0, microsecond=0)
    context: dict[str, object] = {"items": [item for item in menu.shown(request) if item.url != request.path]}
    if actor.may(health.OPERATE):
        context["unwell"] = [sign for sign in health.signs(at=request.now) if not sign.is_well]
    if actor.may("people.readings"):
        today = people.readings_visible_to(actor).filter(at__gte=midnight)
        context["readings"] = today.count()
        context["refused"] = today.exclude(outcome="seen").count()
    return context


def _in_vain(request: Request) -> dict[str, object]:
    """The duty supervisor's sign: urgent matters for which nobody is called any more."""
    sign = health.untaken(request.actor, at=request.now)
    found = [] if sign.is_well else queries.called_in_vain(request.actor, at=request.now).order_by(*turn.ORDER)[:ROWS]
    return {"sign": sign, "in_vain": found}


def _alerts(request: Request) -> list[Contact]:
    """Urgent matters nobody has taken yet: first on the page, whatever else waits."""
    untaken = Alert.objects.filter(contact=OuterRef("pk"), taken_at__isnull=True)
    taken = Alert.objects.filter(contact=OuterRef("pk"), taken_at__isnull=False)
    found = queries.open_for(request.actor).filter(queue_key__lt=2 * RANK)
    found = found.filter(Exists(untaken), ~Exists(taken)).order_by(*turn.ORDER)
    return list(found[:3])
