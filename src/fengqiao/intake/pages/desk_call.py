"""The hotline desk: the caller's former matters while the phone is typed, the guess while the words are typed."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.intake import actions, forms_desk, papers, plain, rules, search, shown, told, turn, understood
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.pages.desk_common import contact_of, raw_first
from fengqiao.intake.rules import Channel, Urgency, short_title
from fengqiao.people import queries as people
from fengqiao.shell import said
from fengqiao.shell.pages import Request, page

RAW_FIELDS = ("phone", "name", "text", "title", "place", "place_name", "location_text", "behalf", "respondent")


@raw_first(RAW_FIELDS)
@page(rules.REGISTER)
def call(request: Request) -> HttpResponse:
    """The form, and its one deed. The words are kept first, whatever the form says about the rest."""
    form = forms_desk.Call(request.POST or None, initial={"client_id": uuid.uuid4(), "channel": _channel(request)})
    if request.method != "POST":
        return render(request, "intake/desk/call.html", {"form": form})
    if not form.is_valid():
        return render(request, "intake/desk/call.html", {"form": form} | _former(request), status=422)
    receipt = actions.receive(
        draft=_draft(form.cleaned_data),
        channel=_channel_of(form, request),
        actor=request.actor,
        at=request.now,
        raw=getattr(request, "raw", None),
    )
    request.session["receipt"] = receipt.contact.number
    return redirect("intake:call_receipt", receipt.contact.number)


def _channel(request: Request) -> Channel:
    return forms_desk.DEFAULT_CHANNEL.get(request.actor.role, Channel.WINDOW)


def _channel_of(form: forms_desk.Call, request: Request) -> Channel:
    chosen = form.cleaned_data.get("channel")
    return Channel(chosen) if chosen else _channel(request)


def _draft(data: dict[str, Any]) -> actions.Draft:
    return actions.Draft(
        text=data["text"],
        title=data["title"],
        name=data["name"],
        phone=data["phone"],
        is_anonymous=data["is_anonymous"],
        wants_secrecy=data["wants_secrecy"],
        behalf=data["behalf"] or rules.Behalf.SELF,
        group_size=data["group_size"],
        place_id=forms_desk.whole(data["place"]) or turn.place_named(data["place_name"]),
        location_text=data["location_text"] or data["place_name"],
        respondent=data["respondent"],
        urgency=data["urgency"] or Urgency.ORDINARY,
        client_id=data["client_id"],
    )


@page(rules.REGISTER, methods=("POST",))
def caller(request: Request) -> HttpResponse:
    """Former matters of the typed phone, within the clerk's scope. Posted, so that no number stands in a log."""
    return render(request, "intake/desk/parts/caller.html", _former(request))


def _former(request: Request) -> dict[str, Any]:
    typed = request.POST.get("phone", "")
    found = search.former_of(request.actor, typed)
    return {"former": shown.lines(found, request.actor, at=request.now), "asked": len(typed.strip()) >= 7}


@page(rules.REGISTER, methods=("POST",))
def guess(request: Request) -> HttpResponse:
    """What the machine reads so far: category, place, urgency, each with its reason. Nothing is stored."""
    text = request.POST.get("text", "").strip()[:4000]
    if len(text) < 6:
        return render(request, "intake/desk/parts/guess.html", {"chips": []})
    reading = understood.read(short_title(text), text, at=request.now)
    category = Category.objects.filter(pk=reading.category_id or 0).first()
    chips = [
        _chip(reading, "category", shown.category_name(category), reading.category_is_sure) if category else None,
        _chip(reading, "place", reading.place.name, reading.sure_place is not None) if reading.place else None,
        _chip(reading, "urgency", str(reading.urgency.label)) if reading.urgency != Urgency.ORDINARY else None,
    ]
    return render(
        request,
        "intake/desk/parts/guess.html",
        {"chips": [chip for chip in chips if chip], "is_crisis": reading.is_crisis, "title": short_title(text)},
    )


def _chip(reading: understood.Reading, field: str, label: str, is_sure: bool = True) -> shown.Chip:
    return shown.Chip(label, is_sure, tuple(shown.reasons({"reasons": reading.why(field)})))


@page(rules.REGISTER, methods=("GET",))
def places(request: Request) -> HttpResponse:
    """Places for what was typed: a list to pick from. Works for every form that has a place."""
    typed = request.GET.get("place_name", "")
    found = people.find_areas(request.actor, typed, most=8) if typed.strip() else []
    return render(request, "intake/desk/parts/places.html", {"places": found, "typed": typed})


@page(rules.REGISTER, methods=("GET",))
def receipt(request: Request, number: str) -> HttpResponse:
    """What to read out: number, code, promise. The code is shown to whoever has just registered it, once."""
    contact = contact_of(request, number)
    is_fresh = request.session.pop("receipt", "") == number
    context = {
        "contact": contact,
        "code": code_of(contact) if is_fresh else "",
        "status": plain.status(contact),
        "note": told.promise_note(contact, language=get_language() or "zh-hans"),
        "next_url": "intake:round" if request.actor.role in rules.FIELD else "intake:call",
        "next_deed": _("Back to my round") if request.actor.role in rules.FIELD else _("Next call"),
    }
    if is_fresh:
        request.session["receipt_print"] = number
    return render(request, "intake/desk/receipt.html", context)


@page(rules.REGISTER, methods=("GET",))
def receipt_pdf(request: Request, number: str) -> HttpResponse:
    """The receipt on paper, for the session that registered it."""
    contact = contact_of(request, number)
    if request.session.get("receipt_print") != number:
        raise Http404
    language = get_language() or "zh-hans"
    body = papers.receipt(
        number=contact.number,
        code=code_of(contact),
        url=f"{settings.SITE_URL}/follow/{contact.number}/",
        received=said_moment(contact, request, language),
        promise=said_promise(contact, request, language),
        organisation=(contact.unit or contact.desk).name,
        language=language,
        large="large" in request.GET,
    )
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{contact.number}.pdf"'
    return answer


def said_moment(contact: Contact, request: Request, language: str) -> str:
    return said.moment(contact.received_at, now=request.now, language=language)


def said_promise(contact: Contact, request: Request, language: str) -> str:
    by = plain.promised_at(contact)
    return said.promise(by, now=request.now, language=language) if by else _("as soon as we can")
