"""Turns `Refused` and `Forbidden` into answers people can read, and sets the headers every answer carries."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.shell import errors

log = logging.getLogger("fengqiao.answers")

on_forbidden: list[Callable[[HttpRequest, Forbidden], None]] = []
"""Called after the rollback of a forbidden act, so that the audit row they write survives. Filled by contexts above."""

HEADERS = {
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class LanguageMiddleware:
    """Chinese unless the reader chose English: the browser's own preference counts for machines only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if errors.wants_json(request):
            chosen = translation.get_language_from_request(request)
        code = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", code)
        return response


class AnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.quote = errors.number_to_quote()  # type: ignore[attr-defined]
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "Cache-Control" not in response.headers:
            # Pages hold personal things unless their view says otherwise; nothing may stay in a shared browser.
            response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Request-Id"] = request.quote  # type: ignore[attr-defined]
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """No text of ours holds a NUL, and PostgreSQL takes none: an address with one leads nowhere."""
        if "\x00" in request.path:
            return errors.not_found(request)
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            return errors.bad_request(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return errors.refused(request, error)
        if isinstance(error, Forbidden):
            self._remember(request, error)
            return errors.forbidden(request, error)
        if isinstance(error, (Http404, PermissionDenied, SuspiciousOperation)):
            return None
        log.error("request %s failed", getattr(request, "quote", ""), exc_info=error)
        return None

    def _remember(self, request: HttpRequest, error: Forbidden) -> None:
        log.warning("forbidden %s to %s", error.verb, getattr(getattr(request, "actor", None), "id", "nobody"))
        for hook in on_forbidden:
            hook(request, error)
