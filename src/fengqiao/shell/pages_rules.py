"""规则: every number from law and policy with its source, open to everybody."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.errors import Text
from fengqiao.kernel.models import Rule
from fengqiao.shell import said
from fengqiao.shell.pages import Request, page

TOPICS: dict[str, Text] = {
    "intake": _("Front desk and promises"),
    "calendar": _("Work calendar"),
    "mediation": _("Mediation"),
    "court": _("Court procedure"),
    "trial": _("Trial limits"),
    "limitation": _("Limitation of claims"),
    "petition": _("Petitions"),
    "violence": _("Domestic violence"),
    "consumer": _("Consumers"),
    "prepaid": _("Prepaid cards"),
    "injury": _("Work injuries"),
    "fee": _("Court fees"),
    "rate": _("Interest rates"),
    "loan": _("Private loans"),
    "delay": _("Late payment of judgments"),
    "property_fee": _("Property-service fees"),
    "labour": _("Employment"),
    "support": _("Child support"),
    "personal": _("Personal injury"),
    "traffic": _("Traffic accidents"),
    "income": _("Published figures"),
    "supply": _("Water, power, gas, heat"),
    "vote": _("Votes"),
    "number": _("Numbers and codes"),
    "penalty": _("Administrative penalties"),
    "privacy": _("Personal information"),
    "security": _("Network security"),
    "access": _("Emergency access"),
    "public_board": _("Public figures"),
}
OTHER = _("Other rules")
NOUNS = {
    "minutes": "minute",
    "hours": "hour",
    "procedural_hours": "hour",
    "working_hours": "working_hour",
    "working_days": "working_day",
    "days": "day",
    "months": "month",
    "years": "year",
}
FILTERS: dict[str, tuple[Text, Q]] = {
    "": (_("All"), Q()),
    "law": (_("Law"), Q(kind=Rule.Kind.LAW)),
    "policy": (_("Policy of this district"), Q(kind=Rule.Kind.POLICY)),
    "unverified": (_("To be verified"), Q(is_verified=False)),
}


@dataclasses.dataclass(frozen=True)
class Row:
    rule: Rule
    value: str


@dataclasses.dataclass(frozen=True)
class Topic:
    name: Text
    rows: list[Row]


@dataclasses.dataclass(frozen=True)
class Filter:
    code: str
    label: Text
    count: int
    is_current: bool


@page(None, methods=("GET",))
def rules(request: Request) -> HttpResponse:
    """The versions that hold today; `?when=all` with the past and the coming ones, `?kind=`, `?q=` narrow."""
    today = request.now.date()
    show_all = request.GET.get("when") == "all"
    found = _narrowed(request.GET.get("q", "")[:80], None if show_all else today)
    kind = request.GET.get("kind", "")
    kind = kind if kind in FILTERS else ""
    filters = [
        Filter(code, label, found.filter(condition).count(), code == kind)
        for code, (label, condition) in FILTERS.items()
    ]
    shown = {
        "topics": _by_topic(found.filter(FILTERS[kind][1])),
        "filters": filters,
        "show_all": show_all,
        "search_rules": request.GET.get("q", ""),
        "frame": frame_of(request),
    }
    return render(request, "shell/rules.html", shown)


def frame_of(request: Request) -> str:
    """Staff see it among their work, everybody else as a public page."""
    return "shell/resident.html" if request.actor.role in {"", "resident"} else "shell/staff.html"


def _narrowed(text: str, today: dt.date | None) -> QuerySet[Rule]:
    found = Rule.objects.all()
    if today is not None:
        found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), valid_from__lte=today)
    for word in text.split():
        found = found.filter(
            Q(note_zh__icontains=word) | Q(note_en__icontains=word) | Q(instrument__icontains=word) | Q(value=word)
        )
    return found


def _by_topic(found: QuerySet[Rule]) -> list[Topic]:
    rows: dict[str, list[Row]] = {}
    for rule in found:
        rows.setdefault(rule.key.partition(".")[0], []).append(Row(rule, _said(rule)))
    order = list(TOPICS)
    keys = sorted(rows, key=lambda key: order.index(key) if key in TOPICS else len(order))
    return [Topic(TOPICS.get(key, OTHER), rows[key]) for key in keys]


def _said(rule: Rule) -> str:
    """ "2个工作日", "17:30", "5"."""
    if rule.unit in NOUNS and rule.value == "0":
        return gettext("at once")
    if rule.unit in NOUNS and rule.value.isdigit():
        return said.count(int(rule.value), NOUNS[rule.unit], language=get_language() or "zh-hans")
    if rule.unit == "percent":
        return f"{rule.value}%"
    if rule.unit == "fen":
        return said.money(int(rule.value), language=get_language() or "zh-hans")
    if " · " in rule.value:
        return rule.value.split(" · ")[0 if said.is_chinese(get_language() or "zh-hans") else 1]
    return rule.value
