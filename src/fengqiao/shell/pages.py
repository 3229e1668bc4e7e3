"""`@page`: one decorator that says who may open a page, opens the transaction and lays the scope net."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.shell import errors

View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """What pages receive: Django's request with the actor and the present instant (set by people.middleware)."""

    actor: Actor
    now: Any
    duties: list[Any]
    htmx: Any


def page(
    verb: str | None, *, methods: tuple[str, ...] = ("GET", "POST"), own_transactions: bool = False
) -> Callable[[View], View]:
    """Open the page to actors who hold `verb`; `None` opens it to everybody.

    A stranger is sent to sign in; a signed-in actor without the verb meets the same 404 as for an absent page.
    The whole view runs in one transaction under the actor's row-level scope. `own_transactions`: the view opens its
    own (`scoping.scoped`), because something it does first must stay even when the rest fails.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in (*methods, "HEAD", "OPTIONS"):
                return errors.not_allowed(request, methods)
            if verb is not None and not request.actor.may(verb):
                if request.actor.is_authenticated:
                    raise Http404
                return redirect_to_login(request.get_full_path())
            if own_transactions:
                return view(request, *args, **kwargs)
            with scoping.scoped(request.actor):
                return view(request, *args, **kwargs)

        answer.verb = verb  # type: ignore[attr-defined]
        answer.methods = methods  # type: ignore[attr-defined]
        return answer

    return decorate
