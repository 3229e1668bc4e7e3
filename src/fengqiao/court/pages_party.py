"""Pages of a party: read the agreement, sign it, apply to the court together, say what was done. For a phone first."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.court import actions, forms, queries
from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentBy
from fengqiao.kernel import files, limits, numbers, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.mediation import access
from fengqiao.mediation import actions as mediation_actions
from fengqiao.mediation import queries as mediation
from fengqiao.shell.pages import Request, page

OPENED = "agreement_parties"
IDLE_S, TRIES, PAUSE_S = 60 * 60, 5, 15 * 60
View = Callable[..., HttpResponseBase]


@dataclasses.dataclass(frozen=True)
class Seen:
    """The matter as its party has it before them."""

    dispute: Any
    party: Any
    agreement: Any

    @property
    def number(self) -> str:
        return str(self.dispute.number)


def _actor(request: Request, number: str) -> Actor | None:
    """The party: signed in as themselves, or by number and their own code within the last hour."""
    held = request.session.get(OPENED, {}).get(number)
    now = int(request.now.timestamp())
    if held is not None and held[1] >= now - IDLE_S:
        request.session[OPENED] = request.session[OPENED] | {number: [held[0], now]}
        return disputes.actor_of_party(held[0])
    own = access.opened(request.session, now=request.now).get(number)
    return own or (request.actor if request.actor.role == "resident" else None)


def party_page(*methods: str) -> Callable[[View], View]:
    """A page for a party of the matter; everybody else is asked for the code, whether the matter exists or not."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            written = numbers.normalise(number)
            actor = _actor(request, written) if written else None
            if actor is not None:
                with scoping.scoped(actor):
                    seen = _seen(written, actor)
                    if seen is not None:
                        request.actor = actor
                        return view(request, seen, *args, **kwargs)
            if not written:
                raise Http404
            return redirect("court:door", written)

        return page(None, methods=methods, own_transactions=True)(answer)

    return decorate


def _seen(number: str, actor: Actor) -> Seen | None:
    dispute = disputes.by_number(number, actor)
    party = disputes.party_of(dispute, actor) if dispute is not None else None
    return Seen(dispute, party, mediation.agreement_of(number, actor)) if party is not None else None


@page(None, own_transactions=True)
def door(request: Request, number: str) -> HttpResponse:
    """Number and code. A wrong code and an absent number get one and the same answer; five tries, then a pause."""
    written = numbers.normalise(number)
    if not written:
        raise Http404
    form = forms.Open(request.POST or None)
    context: dict[str, Any] = {"form": form, "number": written}
    if request.method != "POST" or not form.is_valid():
        return render(request, "court/door.html", context, status=422 if request.method == "POST" else 200)
    if not limits.hit(f"party-code:{written}", TRIES, PAUSE_S, request.now):
        return render(request, "court/door.html", context | {"is_paused": True}, status=429)
    with scoping.unscoped("court.door"):
        party = disputes.party_by_code(written, form.cleaned_data["code"])
    if party is None:
        form.add_error("code", _("Number and code do not belong together. Please look at the message once more."))
        return render(request, "court/door.html", context, status=404)
    limits.clear(f"party-code:{written}")
    held = request.session.get(OPENED, {})
    request.session[OPENED] = held | {written: [party.pk, int(request.now.timestamp())]}
    request.session.cycle_key()
    return redirect("court:party", written)


@party_page("GET")
def party(request: Request, seen: Seen) -> HttpResponse:
    return _page(request, seen)


def _page(request: Request, seen: Seen, *, status: int = 200, **bound: Any) -> HttpResponse:
    agreement, at = seen.agreement, request.now
    if agreement is None:
        return render(request, "court/party_none.html", {"seen": seen})
    lines = mediation.agreement_lines(agreement, today=at.date())
    signed = {one.party_id for one in agreement.signatures.filter(party__isnull=False)}
    in_effect = agreement.is_in_effect
    _found, points = queries.guard(seen.dispute, today=at.date()) if in_effect else (None, [])
    confirmation = queries.of_matter(seen.number, request.actor)
    has_joined = confirmation is not None and confirmation.joined.filter(party=seen.party).exists()
    context = {
        "seen": seen,
        "number": seen.number,
        "agreement": agreement,
        "lines": lines,
        "term_rows": list(agreement.terms.select_related("debtor", "creditor")),
        "has_signed": seen.party.pk in signed,
        "sign": mediation.signing_form(agreement),
        "points": points,
        "is_open_way": all(one.is_met for one in points),
        "last_on": queries.last_day(seen.number) if in_effect else None,
        "confirmation": confirmation,
        "has_joined": has_joined,
        "own_served": confirmation.served.filter(party=seen.party).first() if confirmation is not None else None,
        "mine": [one for one in lines if not one.standing.is_done and one.duty.term.debtor_id == seen.party.pk],
        "theirs": [one for one in lines if one.is_waiting and one.duty.term.debtor_id != seen.party.pk],
        "done": forms.Done(initial={"done_on": at.date()}),
        "may_sign_off": agreement.status == "effective" and all(one.standing.is_done for one in lines),
        "has_signed_off": agreement.sign_offs.filter(party=seen.party, gone_at__isnull=True).exists(),
        "is_overdue": any(one.standing.is_over and one.duty.term.debtor_id != seen.party.pk for one in lines),
        "papers": list(mediation.papers_of(seen.number, request.actor)),
        **bound,
    }
    return render(request, "court/party.html", context, status=status)


@party_page("POST")
def deed(request: Request, seen: Seen, key: str) -> HttpResponse:
    """Everything a party does with an agreement."""
    if seen.agreement is None or key not in DEEDS:
        raise Http404
    answer = DEEDS[key](request, seen, _edge(request, seen))
    if isinstance(answer, HttpResponse):
        return answer
    messages.success(request, answer)
    return redirect("court:party", seen.number)


def _edge(request: Request, seen: Seen) -> dict[str, Any]:
    return {"number": seen.number, "actor": request.actor, "at": request.now}


def _by(request: Request) -> ConsentBy:
    return ConsentBy.CODE if request.actor.party_id is not None else ConsentBy.SIGN_IN


def _code(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    mediation_actions.send_code(party_id=seen.party.pk, **edge)
    return _("A code is on its way to your telephone. It is good for ten minutes.")


def _sign(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    form = mediation.signing_form(seen.agreement, request.POST)
    if not form.is_valid():
        return _page(request, seen, status=422, sign=form)
    data = form.cleaned_data
    signed = mediation_actions.sign_by_hand(
        party_id=seen.party.pk, text_sha256=data["text_sha256"], code=data["code"], stroke=data["stroke"], **edge
    )
    if isinstance(signed, mediation_actions.WrongCode):
        form.add_error("code", _("This code does not fit. Tries left: %(n)s") % {"n": signed.tries_left})
        return _page(request, seen, status=422, sign=form)
    return _("Signed. When everybody has, the organisation seals it and you get the file.")


def _join(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    made = actions.join(party_id=seen.party.pk, by=_by(request), **edge)
    if made.status == "joining":
        return _("You have applied. The other side gets a message; both must apply.")
    return _("Both have applied. The application is with the court.")


def _withdraw(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    actions.withdraw(**edge)
    return _("The application is taken back. The agreement stays as it is.")


def _duty_id(request: Request) -> int:
    raw = request.POST.get("duty", "")
    if not raw.isdigit():
        raise Http404
    return int(raw)


def _done(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    form = forms.Done(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, seen, status=422, done=form)
    data = form.cleaned_data
    proof = files.store(data["proof"], actor=request.actor, at=request.now) if data["proof"] else None
    mediation_actions.say_done(
        duty_id=_duty_id(request), done_on=data["done_on"], words=data["words"], proof=proof,
        amount_fen=int(data["amount"] * 100) if data["amount"] else None, **edge,
    )  # fmt: skip
    return _("Said. The other side looks, and decides whether it counts.")


def _answer(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    is_accepted = request.POST.get("answer") == "yes"
    mediation_actions.answer_done(duty_id=_duty_id(request), is_accepted=is_accepted, **edge)
    return _("Accepted.") if is_accepted else _("Written down: it has not reached you.")


def _sign_off(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    mediation_actions.sign_off(party_id=seen.party.pk, **edge)
    return _("You have signed that everything was performed.")


def _reopen(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    mediation_actions.reopen(duty_id=_duty_id(request), **edge)
    return _("It is open again. The mediator sees it.")


def _enforce(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    actions.prepare_enforcement(**edge)
    return _("The application for enforcement is prepared. You find it below.")


def _object(request: Request, seen: Seen, edge: dict[str, Any]) -> Any:
    actions.object_to(party_id=seen.party.pk, **edge)
    return _("Your objection is with the court.")


DEEDS: dict[str, Callable[[Request, Seen, dict[str, Any]], Any]] = {
    "code": _code,
    "sign": _sign,
    "join": _join,
    "withdraw": _withdraw,
    "done": _done,
    "answer": _answer,
    "sign_off": _sign_off,
    "reopen": _reopen,
    "enforce": _enforce,
    "object": _object,
}


@party_page("GET")
def paper(request: Request, seen: Seen, pk: int) -> FileResponse:
    """The file of an issued paper, for the party."""
    found = mediation.papers_of(seen.number, request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return files.file_response(mediation.file_of(found), download=True)
