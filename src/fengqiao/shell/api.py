"""`@operation`: the API's twin of `@page`. Who calls, may they, was it asked before, one transaction, one answer.

A caller is a connected system (bearer key), a person with number and code (basic), or the session of a member, which
then needs the token against forged requests. Errors are `{code, message, law, next_step}`; absent and unseen look the
same; nothing that was refused leaves a trace except the raw text.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.errors import ValidationError as Malformed
from ninja.utils import check_csrf

from fengqiao.kernel import limits, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.shell import idempotency, middleware

Caller = Callable[[HttpRequest, str], Actor | None]
Keep = Callable[[HttpRequest, Actor], None]
Run = Callable[..., HttpResponse]
V = TypeVar("V", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MINUTE_S = 60

_callers: dict[str, Caller] = {}


class TooMany(Exception):
    """More requests than the window allows; `wait_s` until it ends at the latest."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class NotSignedIn(Exception):
    """No caller, or credentials that open nothing (any more)."""


def know_caller(scheme: str, caller: Caller) -> None:
    """A context says who somebody is by an `Authorization` header of this scheme."""
    _callers[scheme] = caller


def caller_of(scheme: str, request: HttpRequest, credentials: str) -> Actor | None:
    """Who credentials of a scheme belong to; for interfaces that carry them elsewhere than in the header."""
    known = _callers.get(scheme)
    return known(request, credentials.strip()) if known else None


def operation(
    *verbs: str, keep: Keep | None = None, denied: Callable[[Actor], Forbidden] | None = None
) -> Callable[[V], V]:
    """Open an operation to actors who hold one of `verbs`; without any, to everybody.

    `keep` commits what was sent before anything looks at it. `denied` words the refusal for whoever holds no verb.
    Put it below `@router.post(...)`.
    """

    def decorate(view: V) -> V:
        view.verbs = verbs  # type: ignore[attr-defined]
        view.verb = verbs[0] if verbs else None  # type: ignore[attr-defined]

        def wrap(run: Run) -> Run:
            @functools.wraps(run)
            def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
                edge = _Edge(request, verbs, keep, denied)
                return edge.answer(functools.partial(run, request, *args, **kwargs))

            return answer

        return decorate_view(wrap)(view)

    return decorate


class _Edge:
    """One request on its way in and out."""

    def __init__(
        self,
        request: HttpRequest,
        verbs: tuple[str, ...],
        keep: Keep | None,
        denied: Callable[[Actor], Forbidden] | None,
    ) -> None:
        self.request, self.verbs, self.keep, self.denied = request, verbs, keep, denied
        self.at: dt.datetime = request.now  # type: ignore[attr-defined]

    def answer(self, run: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            response = self.admitted(run)
        except Exception as error:  # every kind we know has its answer, the others go on
            found = said(self.request, error)
            if found is None:
                raise
            response = found
        remember(self.request, response)
        return response

    def admitted(self, run: Callable[[], HttpResponse]) -> HttpResponse:
        readable(self.request)
        actor = self.caller()
        self.request.actor = actor  # type: ignore[attr-defined]
        not_too_often(self.request, actor, self.at)
        self.may(actor)
        return self.done(actor, run)

    def caller(self) -> Actor:
        header = self.request.headers.get("Authorization", "")
        if header:
            scheme, _space, credentials = header.partition(" ")
            actor = caller_of(scheme.lower(), self.request, credentials)
            if actor is None:
                raise NotSignedIn
            return actor
        session: Actor = getattr(self.request, "actor", PUBLIC)
        if not self.verbs and self.request.method in SAFE:
            return session
        if not session.is_authenticated:
            raise NotSignedIn
        if self.request.method not in SAFE and check_csrf(self.request) is not None:
            raise Forbidden("csrf", _("This page was open for too long"), code="stale_page")
        return session

    def may(self, actor: Actor) -> None:
        if not self.verbs or any(actor.may(verb) for verb in self.verbs):
            return
        if self.denied is not None:
            raise self.denied(actor)
        if actor.is_system:
            raise Forbidden(self.verbs[0], _("This key was not given the right to do that."), code="key.scope")
        raise Forbidden(self.verbs[0])

    def done(self, actor: Actor, run: Callable[[], HttpResponse]) -> HttpResponse:
        key = self.request.headers.get("Idempotency-Key")
        asked = None
        if key is not None and self.request.method not in SAFE:
            asked = idempotency.asked(self.request, caller=actor.id, key=key)
            before = idempotency.earlier(asked)
            if before is not None:
                return before
        if self.keep is not None:
            self.keep(self.request, actor)
        with scoping.scoped(actor):
            if asked is None:
                return _rolled_back_if_refused(run)
            before = idempotency.claim(asked, at=self.at)
            if before is not None:
                return before
            response = _rolled_back_if_refused(run)
            idempotency.finish(asked, response)
            return response


def readable(request: HttpRequest) -> None:
    """Read the whole request once. Raises what `said` answers: too large or broken."""
    if (request.content_type or "").startswith(("multipart/", "application/x-www-form-urlencoded")):
        len(request.FILES)
    else:
        len(request.body)


def not_too_often(request: HttpRequest, actor: Actor, at: dt.datetime) -> None:
    who = actor.id if actor != PUBLIC else f"public:{address(request)}"
    if not limits.hit(f"api:{who}", settings.API_PER_MINUTE, MINUTE_S, at):
        raise TooMany(MINUTE_S)


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _rolled_back_if_refused(run: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        response = run()
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


# ---------------------------------------------------------------- answers


def said(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The answer for an error we know, None for one that is our own fault."""
    for kinds, words in _SAYERS:
        if isinstance(error, kinds):
            return words(request, error)
    return None


def problem(code: str, message: str, *, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "law": "", "next_step": "", **more}, status=status)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    status = 422 if error.code in MALFORMED_CODES else error.status
    response = problem(
        error.code, str(error.message), status=status, law=str(error.law), next_step=str(error.next_step)
    )
    if error.code == "idempotency.in_progress":
        response.headers["Retry-After"] = "2"
    return response


MALFORMED_CODES = {"idempotency.key"}


def _forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    message = str(error.message) or _("This step belongs to somebody else.")
    response = problem(error.code, message, status=403, law=str(error.law))
    response.forbidden = error  # type: ignore[attr-defined]
    return response


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Write a forbidden attempt down, after the rollback, so that it survives."""
    error = getattr(response, "forbidden", None)
    if error is not None:
        for hook in middleware.on_forbidden:
            hook(request, error)


def _absent(request: HttpRequest, error: Any) -> HttpResponse:
    return problem("not_found", _("There is no such thing, or it is not in your hands"), status=404)


def _not_signed_in(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem("not_signed_in", _("Please send a key that works, or number and code."), status=401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="fengqiao"'
    return response


def _too_many(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem("too_many", _("That was too often. Please wait a little."), status=429)
    response.headers["Retry-After"] = str(error.wait_s)
    return response


def _too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem("too_big", _("That is more than fits into one request."), status=413)


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return problem("unreadable", _("This request cannot be read"), status=400)


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    fields = [_field(one) for one in error.errors]
    return problem("malformed", _("Some fields are missing or wrong."), status=422, fields=fields)


def _field(one: dict[str, Any]) -> dict[str, str]:
    names = [str(part) for part in one["loc"]]
    if len(names) > 2 and names[0] == "body":
        del names[1]  # the name our function gives the body, of no meaning outside
    return {"field": ".".join(names), "code": str(one["type"]), "message": str(one["msg"])}


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    fields = [{"field": "", "code": str(one.code or "invalid"), "message": _words(one)} for one in error.error_list]
    return problem("malformed", _("Some fields are missing or wrong."), status=422, fields=fields)


def _words(error: ValidationError) -> str:
    return str(error.messages[0]) if error.messages else ""


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    status = int(error.status_code)
    return _unreadable(request, error) if status == 400 else problem("refused", str(error), status=status)


_SAYERS: tuple[tuple[Any, Callable[[HttpRequest, Any], HttpResponse]], ...] = (
    (Refused, _refused),
    (Forbidden, _forbidden),
    (Http404, _absent),
    (NotSignedIn, _not_signed_in),
    (TooMany, _too_many),
    (Malformed, _malformed),
    (ValidationError, _invalid),
    ((RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent), _too_big),
    ((SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError, UnicodeError), _unreadable),
    (HttpError, _http),
)


class Api(NinjaAPI):
    """NinjaAPI with our answers, and a document that names caller, verbs and errors of every operation."""

    def set_default_exception_handlers(self) -> None:
        for kinds, words in _SAYERS:
            for kind in kinds if isinstance(kinds, tuple) else (kinds,):
                self.add_exception_handler(kind, words)

    def _get_urls(self) -> list[Any]:
        found: list[Any] = super()._get_urls()
        for pattern in found:
            if isinstance(pattern.callback, functools.partial):  # the document and the root: public
                pattern.callback.verb = None  # type: ignore[attr-defined]
        return found

    def get_openapi_schema(self, **more: Any) -> Any:
        from fengqiao.shell.api_document import completed

        return completed(super().get_openapi_schema(**more), self)
