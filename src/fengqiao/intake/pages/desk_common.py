"""Small things the desk pages share: the contact of an address, and where to go after a deed."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from fengqiao.intake import actions, rules, turn
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel.errors import Text
from fengqiao.shell.pages import Request


def contact_of(request: Request, number: str) -> Contact:
    """The contact of the address; outside the scope and absent are the same 404."""
    found = turn.find_by_number(request.actor, number)
    if found is None:
        raise Http404
    return found


def go(request: Request, url: str, said: Text = "") -> HttpResponse:
    """After a deed: to the next page, with one sentence on what was done."""
    if said:
        messages.success(request, str(said))
    if request.htmx:
        answer: HttpResponse = HttpResponseClientRedirect(url)
        return answer
    return redirect(url)


def raw_first(fields: tuple[str, ...], channel: Channel = Channel.WINDOW) -> Callable[..., Callable[..., HttpResponse]]:
    """Keep what was typed before the page's own transaction begins, so that no failure later can lose it.

    The kept row is at `request.raw`.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def keep_then_answer(request: Request, *args: object, **kwargs: object) -> HttpResponse:
            if request.method == "POST" and request.actor.may(rules.REGISTER):
                body = {name: request.POST.get(name, "") for name in fields}
                request.raw = actions.keep_raw(  # type: ignore[attr-defined]
                    channel=channel, body=body, actor=request.actor, at=request.now
                )
            return view(request, *args, **kwargs)

        return keep_then_answer

    return decorate
