"""What every template knows: the actor, their duty, the present instant, the size of type."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fengqiao.shell import pages_notices

TYPE_COOKIE = "fq_type"
KEYS_COOKIE = "fq_keys"
SIZES = ("", "l", "xl")
"""Normal, large (130 %), larger (177 %)."""
ASKED = (("normal", _("Normal text")), ("l", _("Large text")), ("xl", _("Larger text")))


def type_size(request: HttpRequest) -> str:
    size = request.COOKIES.get(TYPE_COOKIE, "")
    return size if size in SIZES else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    actor, duties = getattr(request, "actor", None), getattr(request, "duties", [])
    duty = next((held for held in duties if actor and actor.id == f"member:{held.pk}"), None)
    size = type_size(request)
    return {
        "actor": actor,
        "duties": duties,
        "duty": duty,
        "other_duties": [held for held in duties if held is not duty],
        "place_name": _place(duty),
        "now": getattr(request, "now", None),
        "demo": settings.DEMO,
        "live_counts": f"{settings.LIVE_URL}/live/counts",
        "unread_notices": pages_notices.unread_of(request),
        "type_size": size,
        "next_size": SIZES[(SIZES.index(size) + 1) % len(SIZES)] or "normal",
        "sizes": ASKED,
        "asks_size": TYPE_COOKIE not in request.COOKIES,
        "keys_off": request.COOKIES.get(KEYS_COOKIE) == "off",
    }


def _place(duty: Any) -> str:
    """Where the duty is held, in short: its own place, else its organisation."""
    if duty is None:
        return ""
    return str(duty.area or duty.organisation)
