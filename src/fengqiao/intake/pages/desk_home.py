"""The start page of every duty: what is mine, what is due, what is late, what waits for somebody else."""

from __future__ import annotations

import dataclasses
from itertools import islice

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import menus, queries, rules, shown, turn
from fengqiao.intake.models import RANK, Alert, Contact
from fengqiao.kernel.errors import Text
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
        return render(request, "intake/desk/home_other.html", {"items": menu.shown(request)})
    counted = turn.counts(request.actor, at=request.now)
    found = [
        turn.first(request.actor, part.key, at=request.now, most=ROWS) if counted[part.key].n else [] for part in PARTS
    ]
    alerts = _alerts(request)
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
    }
    return render(request, "intake/desk/home.html", context)


def _alerts(request: Request) -> list[Contact]:
    """Urgent matters nobody has taken yet: first on the page, whatever else waits."""
    untaken = Alert.objects.filter(contact=OuterRef("pk"), taken_at__isnull=True)
    taken = Alert.objects.filter(contact=OuterRef("pk"), taken_at__isnull=False)
    found = queries.open_for(request.actor).filter(queue_key__lt=2 * RANK)
    found = found.filter(Exists(untaken), ~Exists(taken)).order_by(*turn.ORDER)
    return list(found[:3])
