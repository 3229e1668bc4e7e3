"""The receipt of a dispute: proves when the request was made, from which limitation is interrupted.

Basis: 民法典 195; 诉讼时效规定 12.
"""

from __future__ import annotations

import datetime as dt
import re

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import documents
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation.party_pages import party_page
from fengqiao.mediation.party_shown import Own
from fengqiao.shell.pages import Request
from fengqiao.shell.said import is_chinese


def party_url(number: str) -> str:
    """What the QR code opens: the matter's page, which asks for the code."""
    return settings.SITE_URL.rstrip("/") + reverse("mediation:party", args=[number])


def instant(at: dt.datetime) -> str:
    """A moment to the second, in Beijing time, the same in both languages."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _sides(matter: Own) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"applicant": [], "respondent": [], "third": []}
    for one in disputes.shown_parties(matter.dispute, matter.actor):
        found[one.party.side].append(one.name)
    return found


def receipt_data(matter: Own) -> dict[str, str]:
    sides = _sides(matter)
    return {
        "language": "zh" if is_chinese(get_language() or "") else "en",
        "number": matter.number,
        "code": disputes.party_code(matter.party, matter.number),
        "demanded": instant(matter.dispute.demanded_at),
        "organisation": matter.dispute.desk.name,
        "applicants": "、".join(sides["applicant"]),
        "respondents": "、".join(sides["respondent"]),
        "about": matter.dispute.name or "—",
        "printed": instant(matter.now),
        "qr": documents.qr_svg(party_url(matter.number), border=0),
    }


def _qr(url: str) -> SafeString:
    drawn = re.sub(
        r'width="(\d+)" height="(\d+)"', r'viewBox="0 0 \1 \2" aria-hidden="true"', documents.qr_svg(url), count=1
    )
    return mark_safe(drawn)  # noqa: S308 (made by segno from our own address)


@party_page("GET")
def receipt(request: Request, matter: Own) -> HttpResponse:
    """Number, moment of the request and code; printable as it stands."""
    context = {"matter": matter, "data": receipt_data(matter), "drawn": _qr(party_url(matter.number))}
    return render(request, "mediation/party/receipt.html", context)


@party_page("GET")
def receipt_pdf(request: Request, matter: Own) -> HttpResponse:
    response = HttpResponse(
        documents.pdf("mediation/dispute_receipt", receipt_data(matter)), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="dispute-{matter.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
