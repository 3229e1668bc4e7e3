"""Turns `Refused` and `Forbidden` into answers people can read, and writes the audit row after the rollback."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fengqiao.kernel.errors import Forbidden, Refused

log = logging.getLogger("fengqiao.access")


class AnswersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return render(request, "shell/refused.html", {"refused": error}, status=error.status)
        if isinstance(error, Forbidden):
            log.warning("forbidden %s to %s", error.verb, getattr(request, "actor", None))
            return render(request, "shell/forbidden.html", {"forbidden": error}, status=error.status)
        return None
