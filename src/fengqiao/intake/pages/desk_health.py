"""Health of the installation: a page for operators, and one word for the supervisor."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render

from fengqiao.intake import health
from fengqiao.shell.pages import Request, page


@page(health.OPERATE, methods=("GET",))
def show(request: Request) -> HttpResponse:
    signs = health.signs(at=request.now)
    context = {"signs": signs, "unwell": [sign for sign in signs if not sign.is_well]}
    return render(request, "intake/desk/health.html", context)


@page(None, methods=("GET",))
def plain(request: Request) -> HttpResponse:
    """`ok` while the database answers. Says nothing about contents, so anybody may ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    answer = HttpResponse("ok\n", content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer
