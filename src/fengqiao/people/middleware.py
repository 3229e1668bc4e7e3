"""Puts the clock and the actor on every request. Read anew each time: a change of scope works at the next request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fengqiao.kernel import clock
from fengqiao.people import access, sign_in
from fengqiao.people.models import User

OPEN_ROUTES = (
    "account_", "mfa_", "usersessions_", "people:switch_duty", "people:me", "people:who_looked",
    "shell:start", "shell:language", "shell:type_size", "shell:keys", "shell:offline", "shell:policy_report",
)  # fmt: skip
"""Routes a user reaches before a required second factor is set up: setting it up, switching duty, leaving."""

BY_CODE_CLOSED = ("mfa_", "account_change_password", "account_reauthenticate")
"""Routes a session opened by a code to the phone never reaches: they manage an account with a password."""


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
            as_resident=bool(user and request.session.get(access.BY_CODE)),
        )
        return self.get_response(request)


class SecondFactorMiddleware:
    """Until a required second factor is set up, its page is all that a duty opens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if not isinstance(request.user, User):
            return None
        route = request.resolver_match.view_name if request.resolver_match else ""
        if request.session.get(access.BY_CODE) and route.startswith(BY_CODE_CLOSED):
            return redirect("people:me")
        if route.startswith(OPEN_ROUTES):
            return None
        if sign_in.needs_second_factor(request.actor, request.user):  # type: ignore[attr-defined]
            return redirect("mfa_index")
        return None
