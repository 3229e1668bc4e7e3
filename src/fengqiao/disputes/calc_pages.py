"""费用与风险测算: a page for each calculator, open to everybody, without script, ready to print."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from fengqiao.disputes.calc_forms import CalculatorForm, form_of
from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.answers import COURT_DECIDES, Result
from fengqiao.disputes.calculators.asking import Calculator, Variant
from fengqiao.disputes.calculators.catalogue import GROUPS, ORDER, PUBLIC
from fengqiao.kernel.errors import Refused
from fengqiao.shell.pages import Request, page
from fengqiao.shell.pages_rules import frame_of

MALFORMED = 422


@page(None, methods=("GET",))
def index(request: Request) -> HttpResponse:
    groups = [(label, [one for one in ORDER if one.group == code and one.is_public]) for code, label in GROUPS.items()]
    shown = {"groups": [pair for pair in groups if pair[1]], "frame": frame_of(request)}
    return render(request, "disputes/calc/index.html", shown)


@page(None, methods=("GET",))
def calculator(request: Request, name: str) -> HttpResponse:
    """The form, and above it the answer once it was sent. `?about=` chooses the variant; inputs stay in the address."""
    found = PUBLIC.get(name)
    if found is None:
        raise Http404
    variant = _variant(found, request.GET.get("about", ""))
    sent = "go" in request.GET or not variant.fields
    form = form_of(found, variant)(request.GET if sent else None)
    result, refused = _answer(found, form, request) if sent else (None, None)
    shown = {
        "calculator": found,
        "variant": variant,
        "form": form,
        "result": result,
        "refused": refused,
        "filled": form.filled() if result else [],
        "court_decides": COURT_DECIDES,
        "frame": frame_of(request),
    }
    return render(request, "disputes/calc/calculator.html", shown, status=MALFORMED if form.errors else 200)


def _variant(found: Calculator, code: str) -> Variant:
    return next((one for one in found.variants if one.code == code), found.variants[0])


def _answer(found: Calculator, form: CalculatorForm, request: Request) -> tuple[Result | None, Refused | None]:
    if not form.is_valid() or form.given is None:
        return None, None
    try:
        return found.run(form.given, sources.installed(request.now.date())), None
    except Refused as refused:
        return None, refused
