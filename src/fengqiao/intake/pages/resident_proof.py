"""Proofs for the person concerned: what of their matter is sealed, and the file that shows it anywhere."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.evidence import actions as evidence
from fengqiao.evidence import queries
from fengqiao.intake import sealed
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import matter_page
from fengqiao.shell.pages import Request


@matter_page("GET")
def proofs(request: Request, contact: Contact) -> HttpResponse:
    """What of the matter is sealed, each with its proof to download."""
    context = {"number": contact.number, "title": contact.title, "lines": sealed.lines(contact)} | _erasure(contact)
    return render(request, "intake/resident/proofs.html", context)


@matter_page("GET")
def proof(request: Request, contact: Contact, event: int) -> HttpResponse:
    """One proof file. An event of another matter is not there."""
    content = sealed.proof(contact, event)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{contact.number}-{event}.tlog-proof"'
    response["Cache-Control"] = "private, no-store"
    return response


def _erasure(contact: Contact) -> dict[str, object]:
    """How far a wish to erase is, and the hold that stops it."""
    return {"erasure": queries.erasure_of(contact.number), "hold": evidence.running_hold(contact.number)}


@matter_page("GET")
def package(request: Request, contact: Contact) -> HttpResponse:
    """举证包: everything of one's own matter, for court, arbitration or consumer council."""
    who = {"recipient": str(_("the person concerned")), "ground": "own matter"}
    content = evidence.give(subject=contact.number, actor=request.actor, at=request.now, **who)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="evidence-{contact.number}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@matter_page("GET", "POST")
def erase(request: Request, contact: Contact) -> HttpResponse:
    """Ask to have the contents erased, on a page that says what stays and what is lost."""
    if request.method == "POST":
        evidence.ask_erasure(subject=contact.number, actor=request.actor, at=request.now)
        messages.success(request, _("We have your request. Two persons decide; you see here how far it is."))
        return redirect("intake:proofs", contact.number)
    context = {"number": contact.number, "title": contact.title} | _erasure(contact)
    return render(request, "intake/resident/erase.html", context)
