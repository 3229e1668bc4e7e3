"""Answers when something cannot be done: pages, fragments for htmx, JSON for the API. Both languages, no details.

*Absent* and *not yours* are one page: same text, same status, no form (a form's token would differ), nothing counted.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from fengqiao.kernel.errors import Forbidden, Refused

READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters nobody mistakes for another on the telephone."""


def number_to_quote() -> str:
    """ "7K4-2DM"."""
    letters = "".join(secrets.choice(READABLE) for _position in range(6))
    return f"{letters[:3]}-{letters[3:]}"


def wants_json(request: HttpRequest) -> bool:
    if request.path.startswith("/api/"):
        return True
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def _answer(
    request: HttpRequest, kind: str, *, status: int, code: str, message: Any, context: dict[str, Any] | None = None
) -> HttpResponse:
    said = {"code": code, "message": message, "is_error": True, "kind": kind, **(context or {})}
    if wants_json(request):
        facts = {"code": code, "message": str(message)}
        facts |= {name: str(said.get(name, "")) for name in ("law", "next_step")}
        return JsonResponse(facts, status=status)
    if wants_fragment(request):
        return HttpResponse(render_to_string(f"shell/answers/{kind}_part.html", said), status=status)
    return HttpResponse(
        render_to_string(f"shell/answers/{kind}.html", said | {"frame": _frame(request)}, request), status=status
    )


def _frame(request: HttpRequest) -> str:
    """Staff stay in their frame; everybody else gets the resident's."""
    role = getattr(getattr(request, "actor", None), "role", "")
    return "shell/resident.html" if role in {"", "resident"} else "shell/staff.html"


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    heading, fact = _parted(str(error.message))
    return _answer(
        request,
        "refused",
        status=error.status,
        code=error.code,
        message=error.message,
        context={"law": error.law, "next_step": error.next_step, "heading": heading, "fact": fact},
    )


def _parted(message: str) -> tuple[str, str]:
    """What cannot be done, and the fact behind it: the first sentence is the heading, the rest stands below."""
    for stop in ("。", ". "):
        first, found, rest = message.partition(stop)
        if found and rest.strip():
            return first, rest.strip()
    return message.removesuffix("。"), ""


def forbidden(request: HttpRequest, error: Forbidden) -> HttpResponse:
    message = error.message or _("This step belongs to somebody else.")
    return _answer(
        request, "forbidden", status=error.status, code=error.code, message=message, context={"law": error.law}
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = _("There is no such page, or it is not in your hands")
    return _answer(request, "not_found", status=404, code="not_found", message=message)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own refusals (PermissionDenied) read like ours."""
    return forbidden(request, Forbidden("django"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = _("This request cannot be read")
    return _answer(request, "bad_request", status=400, code="bad_request", message=message)


def not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    """An address of a button, opened by hand or out of the history."""
    message = _("This address belongs to a button and cannot be opened by itself")
    response = _answer(request, "not_allowed", status=405, code="not_allowed", message=message)
    response["Allow"] = ", ".join(methods)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open for too long")
    return _answer(request, "stale", status=403, code="stale_page", message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault. Touches neither database nor session, since these may be what failed."""
    quote = getattr(request, "quote", "") or number_to_quote()
    message = _("Something went wrong on our side. It was not done.")
    said: dict[str, Any] = {"message": message, "quote": quote, "is_error": True, "kind": "server_error"}
    said |= {"frame": "shell/plain.html", "type_size": "", "next_size": "l"}
    if wants_json(request):
        return JsonResponse({"code": "server_error", "message": message, "quote": quote}, status=500)
    name = "server_error_part" if wants_fragment(request) else "server_error"
    return HttpResponse(render_to_string(f"shell/answers/{name}.html", said), status=500)
