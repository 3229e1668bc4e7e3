"""The grid worker's round on the phone: my grid today, and notes that also work without a network."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.intake import actions, forms_desk, queries, rules, shown, turn
from fengqiao.intake.pages.desk_common import raw_first
from fengqiao.intake.rules import Channel, Stage, Urgency
from fengqiao.kernel import files
from fengqiao.shell.pages import Request, page

RAW_FIELDS = ("text", "location_text", "urgency", "wants_help", "name", "phone", "client_id", "noted_at")
OLDEST_NOTE = dt.timedelta(days=14)


@page(rules.REGISTER, methods=("GET",))
def home(request: Request) -> HttpResponse:
    """My grid today: what is mine first, then what others do here."""
    found = list(queries.open_for(request.actor).order_by(*turn.ORDER)[:40])
    lines = shown.lines(found, request.actor, at=request.now)
    today = request.now.replace(hour=0, minute=0, second=0, microsecond=0)
    noted = queries.visible_to(request.actor).filter(channel=Channel.GRID, received_at__gte=today)
    context = {
        "mine": [line for line in lines if line.is_mine or line.contact.stage == Stage.DONE][:12],
        "others": [line for line in lines if not line.is_mine and line.contact.stage != Stage.DONE][:12],
        "noted": list(noted.order_by("-received_at")[:10]),
        "place": turn.place_of(request.actor),
    }
    return render(request, "intake/desk/round.html", context)


@raw_first(RAW_FIELDS, Channel.GRID)
@page(rules.REGISTER)
def note(request: Request) -> HttpResponse:
    """One note with photos. The phone queues it when there is no network and sends it once; the id tells repeats."""
    form = forms_desk.RoundEntry(
        request.POST or None,
        request.FILES or None,
        initial={"client_id": uuid.uuid4(), "urgency": _asked_urgency(request)},
    )
    wants_json = "application/json" in request.headers.get("Accept", "")
    if request.method != "POST" or not form.is_valid():
        if wants_json and request.method == "POST":
            return JsonResponse({"errors": form.errors}, status=422)
        status = 422 if form.is_bound else 200
        return render(
            request, "intake/desk/note.html", {"form": form, "place": turn.place_of(request.actor)}, status=status
        )
    receipt = _register(request, form.cleaned_data)
    if wants_json:
        return JsonResponse({"number": receipt.contact.number, "repeat": receipt.is_repeat})
    request.session["receipt"] = receipt.contact.number
    return redirect("intake:call_receipt", receipt.contact.number)


def _register(request: Request, data: dict[str, Any]) -> actions.Receipt:
    uploads = [(files.store(photo, actor=request.actor, at=request.now), _("photo")) for photo in data["photos"]]
    place = turn.place_of(request.actor)
    wants_help = data["wants_help"] == "yes"
    draft = actions.Draft(
        text=data["text"],
        name=data["name"] if wants_help else "",
        phone=data["phone"] if wants_help else "",
        is_anonymous=not wants_help,
        behalf=rules.Behalf.OTHER,
        place_id=place.pk if place else None,
        location_text=data["location_text"],
        urgency=data["urgency"] or Urgency.ORDINARY,
        received_at=_noted_at(data["noted_at"], request.now),
        client_id=data["client_id"],
        files=tuple(uploads),
    )
    return actions.receive(
        draft=draft, channel=Channel.GRID, actor=request.actor, at=request.now, raw=getattr(request, "raw", None)
    )


def _noted_at(text: str, now: dt.datetime) -> dt.datetime | None:
    """When the phone says it was noted; the present when that cannot be."""
    try:
        noted = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return noted if noted.tzinfo and now - OLDEST_NOTE <= noted <= now else None


def _asked_urgency(request: Request) -> str:
    asked = request.GET.get("urgency", "")
    return asked if asked in Urgency.values else Urgency.ORDINARY


@page(None, methods=("GET",))
def worker(request: Request) -> HttpResponse:
    """The service worker: served from /round/ because it may only speak for addresses below its own."""
    body = (Path(__file__).parents[1] / "static" / "intake" / "round-worker.js").read_text(encoding="utf-8")
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = reverse("intake:round")
    return answer
