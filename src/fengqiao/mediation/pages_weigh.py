"""Weighing on pages: the mediator's of a matter with both sides and the band, and each party's with its own alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import actions, forms_weigh, queries_weigh, shown
from fengqiao.mediation import rules_weigh as weigh
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.party_pages import party_page
from fengqiao.mediation.party_shown import Own
from fengqiao.mediation.rules_weigh import Like
from fengqiao.shell.pages import Request, page

MALFORMED, NOT_NOW = 422, 409


@page(weigh.PROPOSE)
def both_sides(request: Request, number: str) -> HttpResponse:
    """The mediator's own: both alternatives, the band, like matters, and the range put to the parties."""
    matter = shown.matter_of(number, request.actor, request.now)
    if matter is None or matter.live is None or not matter.is_mediator:
        raise Http404
    here = _Here(request, matter.live, number, by_mediator=True)
    if request.method == "POST" and here.done():
        return redirect("mediation:weigh", number)
    sides, band = queries_weigh.both(matter.live, request.actor, on=request.now.date())
    inside = weigh.careful(band) if band is not None else None
    initial = {"least": inside[0] // 100, "most": inside[1] // 100} if inside else {}
    context = here.context() | {
        "dispute": matter.dispute,
        "title": shown.title_of(matter),
        "sides": sides,
        "band": band,
        "inside": inside,
        "proposed": here.forms.get("propose") or forms_weigh.Proposed(initial=initial),
    }
    return render(request, "mediation/weigh.html", context, status=here.status)


@party_page("GET", "POST")
def own_side(request: Request, matter: Own) -> HttpResponseBase:
    """A party's own: what the court would mean for its side. The other side's reckoning is nowhere on it."""
    live = matter.live
    if live is None or not queries_weigh.side_of(live, request.actor):
        raise Http404
    here = _Here(request, live, matter.number, by_mediator=False)
    if request.method == "POST" and here.done():
        return redirect("mediation:party_weigh", matter.number)
    sides, _band = queries_weigh.both(live, request.actor, on=request.now.date())
    context = here.context() | {"matter": matter, "sides": sides}
    return render(request, "mediation/party/weigh.html", context, status=here.status)


class _Here:
    """One request to either page: which form was sent, and what came of it."""

    def __init__(self, request: Request, mediation: Mediation, number: str, *, by_mediator: bool) -> None:
        self.request, self.mediation, self.number, self.by_mediator = request, mediation, number, by_mediator
        self.forms: dict[str, Any] = {}
        self.status = 200
        asked = request.POST if request.method == "POST" else request.GET
        names = [name for name, _title in disputes.award_calculators()]
        self.calculator = asked.get("with", "") if asked.get("with", "") in names else ""
        self.about = asked.get("about", "")

    def done(self) -> bool:
        """Do what was sent; False when the page shall show again what was wrong with it."""
        deed = {
            "sum": self._sum, "calculator": self._calculated, "drop": self._drop, "propose": self._propose,
            "take_back": self._take_back,
        }.get(self.request.POST.get("do", ""))  # fmt: skip
        if deed is None or (deed in (self._propose, self._take_back) and not self.by_mediator):
            raise Http404
        return deed()

    def _try(self, form: Any, verb: Any, said: str, **more: Any) -> bool:
        edge = {"number": self.number, "actor": self.request.actor, "at": self.request.now}
        if form is not None and not form.is_valid():
            self.status = MALFORMED
            return False
        try:
            verb(**edge, **{name: one() if callable(one) else one for name, one in more.items()})
        except Refused as error:
            if form is None:
                raise
            form.add_error(None, f"{error.message} {error.next_step}".strip())
            self.status = NOT_NOW
            return False
        messages.success(self.request, said)
        return True

    def _sum(self) -> bool:
        form = self.forms["sum"] = forms_weigh.Named(self.request.POST, by_mediator=self.by_mediator)
        return self._try(form, lambda **edge: actions.reckon(**edge, **form.said()), _("Kept."))

    def _calculated(self) -> bool:
        if not self.calculator:
            raise Http404
        form = self.forms["calculator"] = disputes.award_form(self.calculator, self.about, self.request.POST)
        side = self.request.POST.get("side", "") if self.by_mediator else ""
        return self._try(
            form, actions.reckon, _("Kept."), side=side, calculator=self.calculator, given=lambda: form.given
        )

    def _drop(self) -> bool:
        key = self.request.POST.get("reckoning", "")
        if not key.isdecimal() or len(key) > 15:
            raise Http404
        return self._try(None, actions.drop_reckoning, _("Removed."), reckoning_id=int(key))

    def _propose(self) -> bool:
        form = self.forms["propose"] = forms_weigh.Proposed(self.request.POST)
        return self._try(
            form, lambda **edge: actions.propose_range(**edge, **form.said()), _("Both sides can read it now.")
        )

    def _take_back(self) -> bool:
        return self._try(None, actions.take_back_range, _("Taken back."))

    def context(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "calculators": disputes.award_calculators(),
            "chosen": self.calculator,
            "about": self.about,
            "variants": disputes.award_variants(self.calculator) if self.calculator else [],
            "asked": self._asked(),
            "named": self.forms.get("sum") or forms_weigh.Named(by_mediator=self.by_mediator),
            "side_choices": [(one.value, one.label) for one in queries_weigh.SIDES] if self.by_mediator else [],
            "standing": queries_weigh.proposal(self.mediation),
            **self._similar(),
        }

    def _asked(self) -> Any:
        if not self.calculator:
            return None
        return self.forms.get("calculator") or disputes.award_form(self.calculator, self.about)

    def _similar(self) -> dict[str, Any]:
        """Like matters, only when somebody asked to see them."""
        if "similar" not in self.request.GET:
            return {"similar": None, "too_few": None, "alike": None}
        alike = forms_weigh.Alike(self.request.GET)
        likes = [Like(one) for one in alike.cleaned_data["like"]] if alike.is_valid() else []
        found, refused = None, None
        try:
            found = queries_weigh.similar(self.mediation, self.request.actor, likes=likes, on=self.request.now.date())
        except Refused as error:
            refused = error
        return {"similar": found, "too_few": refused, "alike": alike}
