"""What all pages of the person concerned share: which matters this browser has opened, and who acts on them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from fengqiao.intake import actions, queries
from fengqiao.intake.actions.common import Files
from fengqiao.intake.forms_resident import LONGEST
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.rules import Channel
from fengqiao.kernel import files, numbers, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import access as mediation
from fengqiao.people import access
from fengqiao.shell.pages import Request, page

OPENED, UNSENT = "matters", "unsent"
IDLE_S = 60 * 60
"""A matter opened by number and code locks itself again after an hour without a page of it."""
MOST_OPEN = 20

View = Callable[..., HttpResponseBase]


def address(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def teller(request: Request) -> Actor:
    """Who tells us something on the public pages: the signed-in resident, else nobody in particular."""
    return request.actor if request.actor.role == "resident" else PUBLIC


def open_matter(request: Request, contact: Contact) -> None:
    """Remember that this browser knows number and code."""
    held = opened(request) | {contact.number: [contact.pk, int(request.now.timestamp())]}
    newest = sorted(held.items(), key=lambda item: item[1][1])[-MOST_OPEN:]
    request.session[OPENED] = dict(newest)
    request.session.cycle_key()


def close_matters(request: Request) -> None:
    request.session.pop(OPENED, None)
    mediation.close(request.session)


def opened(request: Request) -> dict[str, list[int]]:
    """Number → [id, last use] of the matters this browser may read."""
    return _held(request.session, request.now)


def _held(session: Any, now: dt.datetime) -> dict[str, list[int]]:
    since = int(now.timestamp()) - IDLE_S
    held: dict[str, list[int]] = session.get(OPENED, {})
    return {number: entry for number, entry in held.items() if entry[1] >= since}


def by_session(session: Any, number: str, now: dt.datetime) -> Actor | None:
    """The person of a matter this browser opened by number and code, for pages of contexts below and for streams."""
    held = _held(session, now).get(number)
    return person_of_matter(number, held[0]) if held is not None else None


def person_of_matter(number: str, matter_id: int) -> Actor:
    """Somebody who showed number and code: sees and decides this one matter, nothing else."""
    return access.opened_by_code(number, matter_id)


def actor_on(request: Request, number: str) -> Actor | None:
    """The person of this matter, by code or by their own sign-in. None for everybody else."""
    held = opened(request).get(number)
    if held is not None:
        request.session[OPENED] = opened(request) | {number: [held[0], int(request.now.timestamp())]}
        return person_of_matter(number, held[0])
    if request.actor.role == "resident" and request.actor.person_id is not None:
        with scoping.scoped(request.actor):
            if queries.visible_to(request.actor).filter(number=number).exists():
                return request.actor
    return None


def matter_page(*methods: str) -> Callable[[View], View]:
    """A page of one matter for its person. Everybody else is asked for number and code, whether it exists or not.

    What is posted is kept raw and committed before the view begins; the view then runs in its own transaction.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            written = numbers.normalise(number)
            if not written:
                raise Http404
            actor = actor_on(request, written)
            if actor is None:
                keep_unsent(request, written)
                return redirect(f"{reverse('intake:follow')}?number={written}&locked={int(request.method == 'POST')}")
            request.actor, raw = actor, None
            if request.method == "POST":
                raw = keep_posted(request, channel=Channel.WEB, about=written)
            with transaction.atomic():
                scoping.apply(actor)
                found = queries.visible_to(actor).select_related("place", "unit", "desk", "person")
                contact = found.filter(number=written).first()
                if contact is None:
                    raise Http404
                if raw is not None:
                    Raw.objects.filter(pk=raw.pk).update(contact_number=written)
                return view(request, contact, *args, **kwargs)

        return page(None, methods=methods or ("GET",), own_transactions=True)(answer)

    return decorate


def keep_unsent(request: Request, number: str) -> None:
    """The matter locked itself while somebody was writing: their words wait for the code."""
    text = request.POST.get("text", "").strip() if request.method == "POST" else ""
    if text:
        request.session[UNSENT] = {number: text[:LONGEST]}


def unsent(request: Request, number: str, *, take: bool = False) -> str:
    """Words that were waiting for the code of this matter."""
    waiting: dict[str, str] = request.session.get(UNSENT, {})
    if take:
        request.session.pop(UNSENT, None)
    return waiting.get(number, "")


def keep_posted(request: Request, *, channel: Channel, about: str = "") -> Raw | None:
    """Commit what somebody typed before anything looks at it. None when there was nothing to keep."""
    said = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    if not any(value.strip() for values in said.values() for value in values):
        return None
    said |= {"files": [upload.name or "" for uploads in request.FILES.lists() for upload in uploads[1]]}
    body = {"page": request.path, "about": about, "said": said}
    return actions.keep_raw(channel=channel, body=body, actor=teller(request), at=request.now)


def stored(request: Request, uploads: list[Any], *, actor: Actor) -> tuple[Files, list[str]]:
    """Keep uploads one by one: a bad one is named and does not take the others with it."""
    kept, problems = [], []
    for upload in uploads:
        try:
            with transaction.atomic():
                kept.append((files.store(upload, actor=actor, at=request.now), str(upload.name or "")[:120]))
        except Refused as error:
            problems.append(f"{upload.name}：{error.message} {error.next_step}".strip())
    return tuple(kept), problems
