"""The figures of a period: three rates with their bases, what was left out and who appealed. No person, no rank."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.intake import figures, forms_desk, queries, rules
from fengqiao.intake.actions import counting
from fengqiao.intake.models import Rating
from fengqiao.intake.pages.desk_common import go
from fengqiao.kernel.clock import CHINA
from fengqiao.shell.pages import Request, page

PERIODS = (30, 90, 365)


@page(rules.READ, methods=("GET",))
def show(request: Request) -> HttpResponse:
    days = next((n for n in PERIODS if str(n) == request.GET.get("days")), 90)
    until = dt.datetime.combine(request.now.date() + dt.timedelta(days=1), dt.time(), tzinfo=CHINA)
    since = until - dt.timedelta(days=days)
    rows = figures.table(request.actor, since=since, until=until, whole=_("everything"))
    weeks = figures.weekly(request.actor, since=since, until=until)
    context = {
        "days": days,
        "periods": PERIODS,
        "since": since,
        "until": until - dt.timedelta(seconds=1),
        "whole": rows[0],
        "rows": rows[1:],
        "weeks": weeks,
        "chart": _chart(weeks),
        "exclusions": [_exclusion(rating, request) for rating in figures.exclusions(request.actor)],
        "may_decide": request.actor.may(rules.RATE),
    }
    return render(request, "intake/desk/figures.html", context)


def _chart(weeks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "x": [f"{week['week'].month}/{week['week'].day}" for week in weeks],
        "series": [
            {"name": _("received"), "y": [week["received"] for week in weeks], "kind": "main"},
            {"name": _("of these accepted by the person"), "y": [week["accepted"] for week in weeks], "kind": "second"},
        ],
        "min": 0,
        "whole": True,
    }


def _exclusion(rating: Any, request: Request) -> dict[str, Any]:
    may = request.actor.may(rules.RATE)
    return {
        "rating": rating,
        "may_appeal": may and not rating.appeal,
        "may_decide": may
        and bool(rating.appeal)
        and not rating.appeal_outcome
        and rating.excluded_by != request.actor.id,
    }


@page(rules.RATE)
def exclude(request: Request, rating_id: int) -> HttpResponse:
    return _with_reason(
        request, rating_id, counting.exclude_rating, "reason", _("Leave this rating out of the figures")
    )


@page(rules.RATE)
def appeal(request: Request, rating_id: int) -> HttpResponse:
    return _with_reason(request, rating_id, counting.appeal_exclusion, "text", _("Appeal: this rating should count"))


def _with_reason(request: Request, rating_id: int, verb: Any, name: str, title: str) -> HttpResponse:
    get_object_or_404(Rating, pk=rating_id, contact__in=queries.visible_to(request.actor))
    form = forms_desk.Reason(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verb(rating_id=rating_id, actor=request.actor, at=request.now, **{name: form.cleaned_data["reason"]})
        return go(request, reverse("intake:figures"), _("Written down."))
    status = 422 if form.is_bound else 200
    return render(request, "intake/desk/reason.html", {"form": form, "title": title}, status=status)


@page(rules.RATE, methods=("POST",))
def decide(request: Request, rating_id: int) -> HttpResponse:
    uphold = request.POST.get("uphold") == "yes"
    counting.decide_appeal(rating_id=rating_id, uphold=uphold, actor=request.actor, at=request.now)
    return go(request, reverse("intake:figures"), _("Decided, and written down with your name."))
