"""What every template knows: the actor, the present instant, the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": getattr(request, "actor", None),
        "duties": getattr(request, "duties", []),
        "now": getattr(request, "now", None),
        "demo": settings.DEMO,
    }
