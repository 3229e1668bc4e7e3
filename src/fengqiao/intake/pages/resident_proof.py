"""Proofs for the person concerned: what of their matter is sealed, and the file that shows it anywhere."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from fengqiao.intake import sealed
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import matter_page
from fengqiao.shell.pages import Request


@matter_page("GET")
def proofs(request: Request, contact: Contact) -> HttpResponse:
    """What of the matter is sealed, each with its proof to download."""
    context = {"number": contact.number, "title": contact.title, "lines": sealed.lines(contact)}
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
