"""Puts the clock and the actor on every request. Read anew each time: a change of scope works at the next request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fengqiao.kernel import clock
from fengqiao.people import access
from fengqiao.people.models import User


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()  # type: ignore[attr-defined]
        user = request.user if isinstance(request.user, User) or request.user.is_authenticated else None
        request.actor, request.duties = access.choose(  # type: ignore[attr-defined]
            user,
            chosen=request.session.get("duty") if user else None,
            on=request.now.date(),  # type: ignore[attr-defined]
        )
        return self.get_response(request)
