"""Papers of the person concerned: receipt and acceptance form as PDF, and the page that opens from their QR code."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fengqiao.intake import papers, told
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import matter_page
from fengqiao.kernel import documents
from fengqiao.shell import said
from fengqiao.shell.pages import Request


def language() -> str:
    return get_language() or "zh-hans"


def follow_url(number: str) -> str:
    """What the QR code of a paper opens: the matter's page, which asks for the code."""
    return settings.SITE_URL.rstrip("/") + reverse("intake:story", args=[number])


def qr(url: str) -> SafeString:
    """The code as a picture that fits its place: a view box instead of a fixed size."""
    drawn = re.sub(
        r'width="(\d+)" height="(\d+)"', r'viewBox="0 0 \1 \2" aria-hidden="true"', documents.qr_svg(url), count=1
    )
    return mark_safe(drawn)  # noqa: S308 (made by segno from our own address)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


@matter_page("GET")
def receipt_pdf(request: Request, contact: Contact, size: str = "") -> HttpResponse:
    """The receipt as PDF; "large": A4 in 22-point type."""
    shown = told.story(contact, at=request.now)
    content = papers.receipt(
        number=contact.number,
        code=code_of(contact),
        url=follow_url(contact.number),
        received=_("received %(when)s")
        % {"when": said.moment(contact.received_at, now=request.now, language=language())},
        promise=told.promise_words(contact, now=request.now, language=language()),
        organisation=shown.status.has_it,
        language=language(),
        large=size == "large",
    )
    return pdf_response(content, f"receipt-{contact.number}")


@matter_page("GET")
def acceptance_pdf(request: Request, contact: Contact) -> HttpResponse:
    """The acceptance form on one sheet of A4, for those who sign on paper. Its QR opens the same page."""
    shown = told.story(contact, at=request.now)
    promise = shown.status.by
    content = papers.acceptance(
        number=contact.number,
        title=contact.title,
        organisation=shown.status.has_it,
        done=shown.done_words,
        done_on=said.day(contact.done_at, today=request.now, language=language()) if contact.done_at else "",
        until=said.day(promise, today=request.now, language=language()) if promise else "",
        url=follow_url(contact.number),
        language=language(),
    )
    return pdf_response(content, f"acceptance-{contact.number}")
