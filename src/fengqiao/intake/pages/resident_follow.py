"""查我的事: number and code open one matter; the person adds, decides, rates or takes it back."""

from __future__ import annotations

import hmac
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.intake import actions, neighbours, queries, sealed, told
from fengqiao.intake import forms_resident as forms
from fengqiao.intake.actions import filing as filings
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import (
    IDLE_S,
    actor_on,
    address,
    close_matters,
    matter_page,
    open_matter,
    stored,
    unsent,
)
from fengqiao.intake.rules import About
from fengqiao.kernel import files, limits, numbers, scoping
from fengqiao.mediation import access as mediation
from fengqiao.shell.pages import Request, page

TRIES, PAUSE_S = 5, 15 * 60
MOST_FROM_ONE_ADDRESS = 60
MALFORMED, TOO_MANY = 422, 429


@page(None, own_transactions=True)
def follow(request: Request) -> HttpResponse:
    """The door. A wrong code and an absent number get one and the same answer; five tries, then a pause."""
    asked = numbers.normalise(request.GET.get("number", ""))
    if request.method != "POST":
        if asked and actor_on(request, asked) is not None:
            return redirect("intake:story", asked)
        if asked and mediation.by_code(request.session, asked, now=request.now) is not None:
            return redirect("mediation:party", asked)
        context = {"form": forms.Open(initial={"number": asked}), "is_locked": request.GET.get("locked") == "1"}
        return render(request, "intake/resident/follow.html", context)
    form = forms.Open(request.POST)
    if not form.is_valid():
        return _door(request, form, MALFORMED)
    number, code = form.cleaned_data["number"], form.cleaned_data["code"]
    if not _may_try(request, number):
        return _door(request, form, TOO_MANY, is_paused=True)
    contact = _by_code(number, code)
    if contact is None and mediation.open_by_code(request.session, number, code, now=request.now):
        limits.clear(_tries_key(number))
        request.session.cycle_key()
        return redirect("mediation:party", number)
    if contact is None:
        form.add_error(None, _("Number and code do not belong together. Please look at your receipt once more."))
        return _door(request, form, 404)
    limits.clear(_tries_key(number))
    open_matter(request, contact)
    return redirect("intake:add" if unsent(request, number) else "intake:story", number)


def _door(request: Request, form: forms.Open, status: int, *, is_paused: bool = False) -> HttpResponse:
    context = {"form": form, "is_paused": is_paused, "pause_minutes": PAUSE_S // 60}
    return render(request, "intake/resident/follow.html", context, status=status)


def _tries_key(number: str) -> str:
    return f"receipt-code:{number}"


def _may_try(request: Request, number: str) -> bool:
    within = [
        limits.hit(_tries_key(number), TRIES, PAUSE_S, request.now),
        limits.hit(f"receipt-code:{address(request)}", MOST_FROM_ONE_ADDRESS, PAUSE_S, request.now),
    ]
    return all(within)


def _by_code(number: str, code: str) -> Contact | None:
    """The contact, if the code fits. Absent numbers cost the same work."""
    with scoping.unscoped("intake.follow"):
        contact = Contact.objects.filter(number=number).first()
        right = code_of(contact or Contact(number=number))
    fits = hmac.compare_digest(right, code)
    return contact if fits else None


@page(None, methods=("POST",))
def leave(request: Request) -> HttpResponse:
    """Lock every opened matter again: for phones that are lent out."""
    close_matters(request)
    messages.success(request, _("Locked. Nobody can read your matters on this device without the code."))
    return redirect("intake:home")


@matter_page("GET")
def story(request: Request, contact: Contact) -> HttpResponse:
    return _story(request, contact)


def _story(request: Request, contact: Contact, *, status: int = 200, **bound: Any) -> HttpResponse:
    context = {
        "story": told.story(contact, at=request.now),
        "sealed": sealed.receipt(contact),
        "decide": forms.Decide(),
        "rate": forms.Rate(auto_id="rate_%s"),
        "again": forms.Again(auto_id="again_%s"),
        "idle_minutes": IDLE_S // 60,
        "dispute": mediation.line_of(contact.number, request.actor, now=request.now),
        **bound,
    }
    return render(request, "intake/resident/story.html", context, status=status)


@matter_page("GET", "POST")
def add(request: Request, contact: Contact) -> HttpResponse:
    """More words or photos; also the answer to a question of the office."""
    waiting = unsent(request, contact.number, take=True)
    form = forms.Add(request.POST or None, request.FILES or None, initial={"text": waiting})
    if request.method == "POST" and form.is_valid():
        kept, problems = stored(request, form.cleaned_data["photos"], actor=request.actor)
        text = form.cleaned_data["text"]
        if text or kept:
            actions.supplement(number=contact.number, text=text, actor=request.actor, at=request.now, files=kept)
        for problem in problems:
            messages.warning(request, problem)
        if text or kept:
            messages.success(request, _("Added. The office sees it now."))
            return _after_words(request, contact, form.cleaned_data["text"])
    status = MALFORMED if request.method == "POST" else 200
    context = {"form": form, "story": told.story(contact, at=request.now)}
    return render(request, "intake/resident/add.html", context, status=status)


@matter_page("POST")
def decide(request: Request, contact: Contact) -> HttpResponse:
    """The acceptance form."""
    form = forms.Decide(request.POST, request.FILES)
    if not form.is_valid():
        return _story(request, contact, status=MALFORMED, decide=form)
    kept, problems = stored(request, form.cleaned_data["photos"], actor=request.actor)
    for problem in problems:
        messages.warning(request, problem)
    who = {"number": contact.number, "actor": request.actor, "at": request.now}
    decision = form.cleaned_data["decision"]
    if decision == "object":
        text = form.words()
        actions.object_to(text=text, files=kept, **who)
        messages.success(request, _("It went back to be done. You need not tell us again; the number stays."))
    elif decision == "accept":
        actions.accept(text=form.cleaned_data["text"], **who)
        messages.success(request, _("You accepted it. The matter is closed. Thank you."))
    else:
        actions.postpone(text=form.cleaned_data["text"], **who)
        messages.success(request, _("We ask you again later. Nothing is decided until then."))
    return _after_words(request, contact, form.cleaned_data["text"])


@matter_page("POST")
def rate(request: Request, contact: Contact, about: str) -> HttpResponse:
    if about not in About.values:
        raise Http404
    form = forms.Rate(request.POST, auto_id="rate_%s")
    if not form.is_valid():
        return _story(request, contact, status=MALFORMED, rate=form)
    actions.rate(
        number=contact.number,
        about=About(about),
        score=int(form.cleaned_data["score"]),
        text=form.cleaned_data["text"],
        actor=request.actor,
        at=request.now,
    )
    messages.success(request, _("Thank you. Whoever handled the matter cannot change your rating."))
    return _after_words(request, contact, form.cleaned_data["text"])


@matter_page("GET", "POST")
def withdraw(request: Request, contact: Contact) -> HttpResponse:
    """Asks once more on a page of its own, because it ends the matter."""
    form = forms.Withdraw(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        actions.withdraw(number=contact.number, text=text, actor=request.actor, at=request.now)
        messages.success(request, _("You took the matter back. You can tell us anew at any time."))
        return _after_words(request, contact, form.cleaned_data["text"])
    return render(
        request, "intake/resident/withdraw.html", {"form": form, "story": told.story(contact, at=request.now)}
    )


@matter_page("POST")
def reopen(request: Request, contact: Contact) -> HttpResponse:
    form = forms.Again(request.POST, auto_id="again_%s")
    if not form.is_valid():
        return _story(request, contact, status=MALFORMED, again=form)
    text = form.cleaned_data["text"]
    actions.reopen(number=contact.number, text=text, actor=request.actor, at=request.now)
    messages.success(request, _("It is open again and goes on under the same number."))
    return _after_words(request, contact, form.cleaned_data["text"])


def _after_words(request: Request, contact: Contact, text: str) -> HttpResponse:
    """Back to the matter; words of danger lead to the help numbers first."""
    if filings.is_danger(text, at=request.now):
        return redirect("intake:story_help", contact.number)
    return redirect("intake:story", contact.number)


@matter_page("GET")
def story_help(request: Request, contact: Contact) -> HttpResponse:
    return render(request, "intake/resident/tell_help.html", {"number": contact.number, "phone": contact.person_id})


@matter_page("GET")
def receipt(request: Request, contact: Contact) -> HttpResponse:
    """Number, code, who has it, what is promised and what comes next."""
    return render(request, "intake/resident/receipt.html", _receipt(request, contact))


def _receipt(request: Request, contact: Contact) -> dict[str, Any]:
    from fengqiao.intake.pages.resident_papers import follow_url, qr

    shown = told.story(contact, at=request.now)
    return {
        "story": shown,
        "code": code_of(contact),
        "qr": qr(follow_url(contact.number)),
        "note": told.promise_note(contact, language=get_language() or "zh-hans"),
        "neighbours": neighbours.of(contact),
        "sealed": sealed.receipt(contact),
    }


@matter_page("POST")
def join(request: Request, contact: Contact) -> HttpResponse:
    """“我也一样”: hear the common answer too."""
    head = neighbours.to_join(contact)
    if head is None or contact.person is None:
        raise Http404
    actions.join(number=head.number, person=contact.person, actor=request.actor, at=request.now)
    messages.success(request, _("Done. When the others are answered, you hear it too. Your own number goes on."))
    return redirect("intake:story", contact.number)


@matter_page("GET")
def printed(request: Request, contact: Contact) -> HttpResponse:
    """The whole story for paper."""
    return render(request, "intake/resident/print.html", {"story": told.story(contact, at=request.now)})


@matter_page("GET")
def file(request: Request, contact: Contact, uid: str, size: str = "") -> HttpResponseBase:
    """A file of this matter: only those that are not internal."""
    found = get_object_or_404(queries.files(contact, internal=False), uid=uid)
    if size == "small" and found.file.kind in {"jpeg", "png", "webp"}:
        return files.thumbnail_response(found.file)
    return files.file_response(found.file, download="download" in request.GET)
