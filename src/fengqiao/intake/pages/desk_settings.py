"""What administrators keep: categories, dispatch rules, corrections for the next training."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.intake import rules, settings_forms
from fengqiao.intake.actions import configuring
from fengqiao.intake.models import Category, Correction, DispatchRule
from fengqiao.intake.pages.desk_common import go
from fengqiao.people import queries as people
from fengqiao.shell.pages import Request, page


@page(rules.CONFIGURE, methods=("GET",))
def categories(request: Request) -> HttpResponse:
    rows = Category.objects.order_by("code").select_related("parent")
    return render(request, "intake/desk/categories.html", {"categories": rows})


@page(rules.CONFIGURE)
def category(request: Request, pk: int | None = None) -> HttpResponse:
    found = _one(Category, pk)
    initial = (
        {name: getattr(found, name) for name in ("code", "name_zh", "name_en", "parent", "clock_class", "is_active")}
        | {"keywords": " ".join(found.keywords)}
        if found
        else {}
    )
    form = settings_forms.CategoryForm(request.POST or None, initial=initial)
    if found:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        configuring.save_category(
            **{name: data[name] for name in ("code", "name_zh", "name_en", "clock_class", "is_active")},
            keywords=data["keywords"].replace("、", " ").replace("，", " ").split(),
            parent_id=data["parent"].pk if data["parent"] else None,
            actor=request.actor,
            at=request.now,
            pk=pk,
        )
        return go(request, reverse("intake:categories"), _("Saved. New contacts are read with it from now on."))
    context = {
        "form": form,
        "title": found.name if found else _("New category"),
        "back": reverse("intake:categories"),
    }
    return render(request, "intake/desk/setting.html", context, status=422 if form.is_bound else 200)


@page(rules.CONFIGURE, methods=("GET",))
def dispatch_rules(request: Request) -> HttpResponse:
    rows = DispatchRule.objects.select_related("category", "area", "target").order_by("order", "pk")
    shown = [{"rule": rule, "level": settings_forms.LEVEL_NAMES.get(rule.level, "")} for rule in rows]
    return render(request, "intake/desk/dispatch_rules.html", {"rules": shown})


@page(rules.CONFIGURE)
def dispatch_rule(request: Request, pk: int | None = None) -> HttpResponse:
    found = _one(DispatchRule, pk)
    names = ("category", "area", "urgency", "target", "level", "order", "is_active")
    initial = {name: getattr(found, name) for name in names} if found else {}
    areas = people.areas_visible_to(request.actor)
    form = settings_forms.RuleForm(request.POST or None, initial=initial, areas=areas)
    if request.method == "POST" and form.is_valid():
        configuring.save_rule(**form.cleaned_data, actor=request.actor, at=request.now, pk=pk)
        return go(request, reverse("intake:dispatch_rules"), _("Saved. It holds from the next contact on."))
    title = _("Dispatch rule") if found else _("New dispatch rule")
    context = {"form": form, "title": title, "back": reverse("intake:dispatch_rules")}
    return render(request, "intake/desk/setting.html", context, status=422 if form.is_bound else 200)


def _one(model: Any, pk: int | None) -> Any:
    if pk is None:
        return None
    found = model.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page(rules.CONFIGURE, methods=("GET",))
def corrections(request: Request) -> HttpResponse:
    """What clerks chose otherwise than suggested, as CSV for the next training: texts, no persons."""
    answer = StreamingHttpResponse(iter(list(_correction_rows())), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="corrections.csv"'
    return answer  # type: ignore[return-value]


def _correction_rows() -> Iterator[str]:
    yield "\ufeff" + _csv_row(["title", "text", "field", "suggested", "chosen"])
    rows = Correction.objects.select_related("contact").filter(field="category").order_by("pk")
    codes = {str(pk): code for pk, code in Category.objects.values_list("pk", "code")}
    for one in rows.iterator(chunk_size=500):
        guess, chosen = codes.get(one.suggested, one.suggested), codes.get(one.chosen, one.chosen)
        yield _csv_row([one.contact.title, one.contact.text, one.field, guess, chosen])


def _csv_row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in "=+-@\t" else cell for cell in cells])
    return out.getvalue()
