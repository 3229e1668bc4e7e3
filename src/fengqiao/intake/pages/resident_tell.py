"""反映一件事: one question a page, every answer kept on the server at once."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.intake import actions, spots
from fengqiao.intake import forms_resident as forms
from fengqiao.intake.actions import filing as filings
from fengqiao.intake.models import Filing, Raw
from fengqiao.intake.pages.resident_common import address, keep_posted, open_matter, stored, teller
from fengqiao.intake.rules import Behalf, Channel
from fengqiao.intake.understanding import privacy
from fengqiao.kernel import limits, scoping
from fengqiao.kernel.errors import Refused
from fengqiao.shell.pages import Request, page

log = logging.getLogger("fengqiao.intake")

COOKIE = "fq_filing"
COOKIE_S = filings.KEPT_DAYS * 24 * 3600
STEPS = ("what", "where", "photos", "who", "check")
MOST_AN_HOUR = 300
MALFORMED = 422


def _filing(request: Request) -> Filing | None:
    return filings.find(request.COOKIES.get(COOKIE, ""), at=request.now)


def _remember(response: HttpResponse, key: str) -> HttpResponse:
    response.set_cookie(COOKIE, key, max_age=COOKIE_S, httponly=True, samesite="Lax", secure=settings.SECURE)
    return response


def _step(request: Request, name: str, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    position = STEPS.index(name)
    context = {"step": position + 1, "steps": len(STEPS), "back": _back(position), "then": _then(request), **more}
    return render(request, f"intake/resident/tell_{template}.html", context, status=status)


def _back(position: int) -> str:
    return reverse(f"intake:tell_{STEPS[position - 1]}") if position else reverse("intake:home")


def _then(request: Request) -> str:
    """Where a change made from the last page leads back to."""
    asked = request.POST.get("then") or request.GET.get("then") or ""
    return "check" if asked == "check" else ""


def _next(request: Request, step: str) -> HttpResponse:
    following = "check" if _then(request) else STEPS[STEPS.index(step) + 1]
    return redirect(f"intake:tell_{following}")


def _gone(request: Request) -> HttpResponse:
    """No filing any more: sent, a week old, or another browser."""
    return render(request, "intake/resident/tell_gone.html", {"form": forms.Resume()}, status=410)


@page(None, own_transactions=True)
def what(request: Request, code: str = "") -> HttpResponse:
    """The first question. The raw text is committed before anything else looks at it."""
    if request.method == "POST":
        return _save_what(request)
    place, filing = spots.by_code(code), _filing(request)
    said = filings.answers(filing) if filing else {}
    form = forms.What(initial={"text": said.get("text", "")})
    return _step(
        request, "what", "what", form=form, place=place, is_lost=bool(code) and place is None, has_draft=bool(said)
    )


def _save_what(request: Request) -> HttpResponse:
    place = spots.by_code(request.POST.get("place", ""))
    channel = Channel.QR if place else Channel.WEB
    if not limits.hit(f"tell:{address(request)}", MOST_AN_HOUR, 3600, request.now):
        raise Refused(
            "filing.too_many",
            _("Very many messages came from this connection within the hour."),
            next_step=_("Please call 12345 now, or try again in an hour. In danger call 110."),
        )
    raw = keep_posted(request, channel=channel)
    form = forms.What(request.POST)
    if not form.is_valid():
        return _step(request, "what", "what", status=MALFORMED, form=form, place=place)
    text, actor = form.cleaned_data["text"], teller(request)
    filing, key = _filing(request), ""
    said: dict[str, Any] = {"text": text, "cover": "", "sent_text": "", "language": get_language() or "zh-hans"}
    if place:
        said |= {"place_id": place.id, "place_name": place.name, "scanned": True}
    with scoping.scoped(actor):
        if filing is None:
            begun = filings.begin(channel=channel, said=said, at=request.now)
            filing, key = begun.filing, begun.key
        else:
            filing = filings.keep(filing=filing, said=said, at=request.now)
        if raw is not None:
            raws = [*filings.answers(filing).get("raws", []), raw.pk]
            filing = filings.keep(filing=filing, said={"raws": raws}, at=request.now)
    response = _next_after_what(request, filing, raw)
    return _remember(response, key) if key else response


def _next_after_what(request: Request, filing: Filing, raw: Raw | None) -> HttpResponse:
    """Danger is answered before anything else; otherwise personal data, then the next question."""
    said, actor = filings.answers(filing), teller(request)
    if filings.is_danger(said["text"], at=request.now):
        if not said.get("early"):
            receipt = filings.register_at_once(filing=filing, raw=raw, actor=actor, at=request.now)
            open_matter(request, receipt.contact)
        return redirect("intake:tell_help")
    if privacy.find(said["text"]):
        return redirect(reverse("intake:tell_cover") + ("?then=check" if _then(request) else ""))
    return _next(request, "what")


@page(None)
def help_now(request: Request) -> HttpResponse:
    """The numbers first, then one question: where we call. Nothing here is ever a condition for anything."""
    filing = _filing(request)
    if filing is None or not filings.answers(filing).get("early"):
        return redirect("intake:help")
    form = forms.Reach(request.POST or None, initial={"phone": filings.answers(filing).get("phone", "")})
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        filings.give_phone(filing=filing, phone=phone, actor=teller(request), at=request.now)
        return render(request, "intake/resident/tell_help.html", {"form": form, "phone": phone})
    status = MALFORMED if request.method == "POST" else 200
    return render(request, "intake/resident/tell_help.html", {"form": form}, status=status)


@page(None)
def cover(request: Request) -> HttpResponse:
    """Phone numbers and the like in the text: shown covered, and the person decides."""
    filing = _filing(request)
    if filing is None:
        return _gone(request)
    text = filings.answers(filing).get("text", "")
    found = privacy.find(text)
    form = forms.Cover(request.POST or None)
    if request.method == "POST" and form.is_valid():
        choice = form.cleaned_data["cover"]
        covered = privacy.mask(text, found) if choice == "yes" else ""
        filings.keep(filing=filing, said={"cover": choice, "sent_text": covered}, at=request.now)
        return _next(request, "what")
    kinds = sorted({str(_kind_words(one.kind)) for one in found})
    status = MALFORMED if request.method == "POST" else 200
    context = {"form": form, "covered": privacy.mask(text, found), "kinds": kinds, "then": _then(request)}
    return render(request, "intake/resident/tell_cover.html", context, status=status)


def _kind_words(kind: privacy.Kind) -> str:
    return {
        privacy.Kind.PHONE: _("a phone number"),
        privacy.Kind.IDENTITY: _("an identity number"),
        privacy.Kind.BANK_CARD: _("a bank card number"),
        privacy.Kind.PLATE: _("a number plate"),
        privacy.Kind.EMAIL: _("an e-mail address"),
        privacy.Kind.ADDRESS: _("a home address"),
        privacy.Kind.NAME: _("a name"),
    }[kind]


@page(None)
def where(request: Request) -> HttpResponse:
    filing = _filing(request)
    if filing is None:
        return _gone(request)
    said = filings.answers(filing)
    initial = {"place": said.get("place_id") or "", "where": said.get("where", "")}
    form = forms.Where(request.POST or None, places=spots.communities(), initial=initial)
    if request.method == "POST" and form.is_valid():
        picked = form.cleaned_data["place"]
        keep_scan = said.get("scanned") and request.POST.get("place") == "scanned"
        changes: dict[str, Any] = {"where": form.cleaned_data["where"], "seen_where": True}
        if not keep_scan:
            changes |= {"place_id": picked, "place_name": spots.name_of(picked), "scanned": False}
        filings.keep(filing=filing, said=changes, at=request.now)
        return _next(request, "where")
    status = MALFORMED if request.method == "POST" else 200
    return _step(request, "where", "where", status=status, form=form, said=said)


@page(None)
def photos(request: Request) -> HttpResponse:
    filing = _filing(request)
    if filing is None:
        return _gone(request)
    form = forms.Photos()
    problems: list[str] = []
    if request.method == "POST":
        kept, problems = stored(request, request.FILES.getlist("photos"), actor=teller(request))
        for file, name in kept:
            try:
                filings.attach(filing=filing, file=file, name=name)
            except Refused as error:
                problems.append(f"{name}：{error.message} {error.next_step}")
        if not problems:
            return _next(request, "photos")
    status = MALFORMED if problems else 200
    files = filing.files.select_related("file")
    return _step(request, "photos", "photos", status=status, form=form, files=files, problems=problems)


@page(None, methods=("POST",))
def remove_photo(request: Request, pk: int) -> HttpResponse:
    filing = _filing(request)
    if filing is None:
        return _gone(request)
    filings.detach(filing=filing, pk=pk)
    return redirect(reverse("intake:tell_photos") + ("?then=check" if _then(request) else ""))


@page(None)
def who(request: Request) -> HttpResponse:
    filing = _filing(request)
    if filing is None:
        return _gone(request)
    said, known = filings.answers(filing), teller(request).person_id is not None
    initial = {name: said.get(name) for name in ("who", "name", "phone", "behalf", "group_size", "secrecy")}
    initial["behalf"] = initial["behalf"] or Behalf.SELF
    form = forms.Who(request.POST or None, initial=initial, known=known)
    if request.method == "POST" and form.is_valid():
        filings.keep(filing=filing, said=form.said(), at=request.now)
        return _next(request, "who")
    if request.method == "POST":
        filings.keep(filing=filing, said=form.said_so_far(), at=request.now)
        return _step(request, "who", "who", status=MALFORMED, form=form, known=known)
    return _step(request, "who", "who", form=form, known=known)


@page(None, own_transactions=True)
def check(request: Request) -> HttpResponse:
    """The last page: everything once more, then it goes out."""
    filing = _filing(request)
    if filing is None:
        return _sent_before(request) or _gone(request)
    said = filings.answers(filing)
    if not said.get("who"):
        return redirect("intake:tell_who")
    if request.method == "POST":
        return _send(request, filing)
    shown = said | {"behalf_words": Behalf(said.get("behalf") or Behalf.SELF).label}
    return _step(request, "check", "check", said=shown, files=filing.files.select_related("file"))


def _send(request: Request, filing: Filing) -> HttpResponse:
    """Raw first, in a transaction of its own; whatever fails afterwards leaves it, and the filing, behind."""
    actor = teller(request)
    body = {"page": request.path, "filing": filing.pk, "said": filings.answers(filing)}
    raw = actions.keep_raw(channel=Channel(filing.channel), body=body, actor=actor, at=request.now)
    try:
        receipt = filings.send(filing=filing, raw=raw, actor=actor, at=request.now)
    except Exception as error:
        Raw.objects.filter(pk=raw.pk).update(error=type(error).__name__)
        raise
    open_matter(request, receipt.contact)
    return redirect("intake:receipt", receipt.contact.number)


def _sent_before(request: Request) -> HttpResponse | None:
    """Pressed twice, or gone back after sending: the receipt, not an error and not a second matter."""
    number = filings.sent_number(request.COOKIES.get(COOKIE, ""))
    return redirect("intake:receipt", number) if number else None


@page(None)
def resume(request: Request) -> HttpResponse:
    """Go on with the code from paper, on any phone."""
    form = forms.Resume(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not limits.hit(f"resume:{address(request)}", 20, 900, request.now):
            raise Refused("filing.resume", _("Too many tries. Please wait a quarter of an hour."))
        begun = filings.resume(code=form.cleaned_data["code"], at=request.now)
        if begun is not None:
            return _remember(redirect(_where_to_go_on(begun.filing)), begun.key)
        form.add_error("code", _("Nothing is kept under this code. It may have been sent, or be older than a week"))
    return render(request, "intake/resident/tell_resume.html", {"form": form}, status=MALFORMED if form.errors else 200)


def _where_to_go_on(filing: Filing) -> str:
    said = filings.answers(filing)
    if said.get("who"):
        return reverse("intake:tell_check")
    return reverse("intake:tell_photos" if said.get("seen_where") else "intake:tell_where")


@page(None, methods=("POST",))
def discard(request: Request) -> HttpResponse:
    """Throw away what was written so far, at the person's word."""
    filing = _filing(request)
    if filing is not None and not filings.answers(filing).get("early"):
        filings.discard(filing=filing)
    messages.success(request, _("What you had written is deleted."))
    response = redirect("intake:home")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
