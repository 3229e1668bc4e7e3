"""Pages of the shell itself: start, language, size of type, menu on phones, offline, policy reports."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt

from fengqiao.shell import menu
from fengqiao.shell.context import KEYS_COOKIE, SIZES, TYPE_COOKIE
from fengqiao.shell.pages import Request, page

YEAR_SECONDS = 365 * 24 * 3600
REPORT_OCTETS = 16 * 1024

policy_log = logging.getLogger("fengqiao.csp")


def _back(request: HttpRequest) -> str:
    """The page the reader came from, if it is ours."""
    where = request.headers.get("Referer", "")
    if where and url_has_allowed_host_and_scheme(where, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(where)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return "/"


def _remember(response: HttpResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.SECURE, httponly=True)
    else:
        response.delete_cookie(name, samesite="Lax")


@page(None, methods=("GET",))
def start(request: Request) -> HttpResponse:
    """The front door: staff to their work, everybody else to the residents' first page."""
    target = menu.home_of(request.actor)
    return redirect(target) if target != request.path else render(request, "shell/start.html")


@page(None, methods=("GET",))
def language(request: Request, code: str) -> HttpResponse:
    """Switch the language and stay on the page. A preference, so a plain link will do."""
    if not check_for_language(code) or code not in dict(settings.LANGUAGES):
        raise Http404
    response = redirect(_back(request))
    _remember(response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@page(None, methods=("GET",))
def type_size(request: Request, size: str) -> HttpResponse:
    """Kept also when it stays as it was: the residents' first page asks once."""
    if size not in {*SIZES, "normal"}:
        raise Http404
    response = redirect(_back(request))
    _remember(response, TYPE_COOKIE, size or "normal")
    return response


@page(None, methods=("GET",))
def keys(request: Request, state: str) -> HttpResponse:
    """Single-letter keys can be turned off (WCAG 2.1.4)."""
    if state not in {"on", "off"}:
        raise Http404
    response = redirect(_back(request))
    _remember(response, KEYS_COOKIE, "off" if state == "off" else "")
    return response


@page(None, methods=("GET",))
def more(request: Request) -> HttpResponse:
    """The whole menu as a page, for phones."""
    return render(request, "shell/more.html", {"is_more": True})


@page(None, methods=("GET",))
def offline(request: Request) -> HttpResponse:
    """What the browser shows when there is no connection; it is kept there beforehand."""
    return render(request, "shell/answers/offline.html", {"frame": "shell/plain.html", "is_error": True})


@csrf_exempt
@page(None, methods=("POST",))
def policy_report(request: Request) -> HttpResponse:
    """A browser tells us that a page broke the content-security policy. Kept: directive, what, page without query."""
    if len(request.body) > REPORT_OCTETS:
        return HttpResponse(status=413)
    for report in _reports(request.body):
        policy_log.warning("policy broken: %s", " ".join(report))
    return HttpResponse(status=204)


def _reports(body: bytes) -> list[tuple[str, str, str]]:
    """Both shapes browsers send. What cannot be read is dropped: anybody may post here."""
    try:
        sent: Any = json.loads(body)
    except ValueError:
        return []
    found = []
    for entry in sent[:10] if isinstance(sent, list) else [sent]:
        facts = entry.get("csp-report", entry.get("body", {})) if isinstance(entry, dict) else {}
        if isinstance(facts, dict) and facts:
            found.append(_read(facts))
    return found


def _read(facts: dict[str, Any]) -> tuple[str, str, str]:
    def first(*names: str) -> str:
        text = next((str(facts[name]) for name in names if facts.get(name)), "-")
        return "".join(letter for letter in text[:200] if letter.isprintable())

    where = urlsplit(first("document-uri", "documentURL")).path
    return (
        first("effective-directive", "effectiveDirective", "violated-directive"),
        first("blocked-uri", "blockedURL"),
        where,
    )
