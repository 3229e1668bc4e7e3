"""通知: one's own notices, newest first, and marking them as read. Nobody reads those of another."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.kernel.models import Notice
from fengqiao.kernel.notify import sending, templates
from fengqiao.shell.pages import Request, page

SIZE = 25


@dataclasses.dataclass(frozen=True)
class Shown:
    """A notice as one page shows it, in the reader's language whatever the language it was sent in."""

    pk: int
    title: str
    text: str
    subject: str
    at: dt.datetime
    is_unread: bool


@dataclasses.dataclass(frozen=True)
class Page:
    """A page by key: the next one starts below the last notice of this one."""

    notices: list[Shown]
    described: str
    next_url: str
    previous_url: str = ""


@page("notices.read", methods=("GET",))
def notices(request: Request) -> HttpResponse:
    """The list. `?before=<id>` shows older ones."""
    before = request.GET.get("before", "")
    shown = _page(request.actor.user_id, int(before) if before.isascii() and before.isdigit() else None)
    unread = sending.unread(request.actor.user_id) if request.actor.user_id else 0
    frame = "shell/resident.html" if request.actor.role == "resident" else "shell/staff.html"
    return render(request, "shell/notices.html", {"page": shown, "unread": unread, "frame": frame})


@page("notices.read", methods=("POST",))
def mark_read(request: Request) -> HttpResponse:
    """Mark one (`notice=<id>`) or all of one's own as read."""
    chosen = request.POST.get("notice", "")
    if request.actor.user_id is not None:
        ids = [int(chosen)] if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
        if ids or not chosen:
            sending.mark_read(user_id=request.actor.user_id, at=request.now, ids=ids)
    return redirect("shell:notices")


def _page(user_id: int | None, before: int | None) -> Page:
    mine = Notice.objects.filter(user_id=user_id, channel="app").order_by("-pk")
    if user_id is None:
        mine = mine.none()
    if before is not None:
        mine = mine.filter(pk__lt=min(before, 2**63 - 1))
    rows = list(mine[: SIZE + 1])
    next_url = f"{reverse('shell:notices')}?before={rows[SIZE - 1].pk}" if len(rows) > SIZE else ""
    shown = [_shown(row) for row in rows[:SIZE]]
    return Page(shown, _("Newest first, %(n)s here") % {"n": len(shown)}, next_url)


def _shown(row: Notice) -> Shown:
    words = templates.get(row.template).filled(get_language() or settings.LANGUAGE_CODE, row.context)
    unread = row.state == Notice.State.SENT
    return Shown(row.pk, words.title, words.text, row.subject, row.created_at, unread)


def unread_of(request: HttpRequest) -> Any:
    """For the bell: counted only on pages that show it, and once."""
    held: list[int] = []

    def count() -> int:
        if not held:
            user_id = getattr(getattr(request, "actor", None), "user_id", None)
            held.append(sending.unread(user_id) if user_id else 0)
        return held[0]

    return count
