"""首页、求助、我的事: where the person concerned begins."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.intake import actions, plain, queries
from fengqiao.intake import forms_resident as forms
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.resident_common import address, keep_posted, open_matter, opened, teller
from fengqiao.intake.rules import Channel, Mover, Urgency
from fengqiao.kernel import limits, scoping
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import access as mediation
from fengqiao.shell import menu
from fengqiao.shell.pages import Request, page

MOST_SHOWN = 50
MOST_CALLS_AN_HOUR = 20


@dataclasses.dataclass(frozen=True)
class Mine:
    """One of my matters, as a line."""

    contact: Contact
    status: plain.Status


def _mine(request: Request) -> list[Mine]:
    """What this reader may see: opened by code in this browser, or their own by sign-in; newest first."""
    found: dict[int, Contact] = {}
    ids = [entry[0] for entry in opened(request).values()]
    if ids:
        with scoping.unscoped("intake.mine"):
            found |= {row.pk: row for row in _rows(Contact.objects.filter(pk__in=ids))}
    if request.actor.role == "resident" and request.actor.person_id is not None:
        found |= {row.pk: row for row in _rows(queries.visible_to(request.actor))}
    newest = sorted(found.values(), key=lambda row: (row.received_at, row.pk), reverse=True)
    return [Mine(row, plain.status(row)) for row in newest]


def _rows(rows: Iterable[Contact]) -> list[Contact]:
    assert hasattr(rows, "select_related")
    return list(rows.select_related("unit", "desk", "place").order_by("-received_at", "-pk")[:MOST_SHOWN])


@page(None, methods=("GET",))
def home(request: Request) -> HttpResponse:
    """The residents' first page; staff go on to their work."""
    target = menu.home_of(request.actor)
    if request.actor.role not in {"", "resident"} and target != request.path:
        return redirect(target)
    waiting = [one for one in _mine(request) if one.contact.mover == Mover.PERSON]
    disputes = [one for one in mediation.mine(request.session, request.actor, now=request.now) if one.is_me]
    return render(request, "intake/resident/home.html", {"waiting": waiting, "disputes": disputes})


@page(None, methods=("GET",))
def mine(request: Request) -> HttpResponse:
    """我的事. Without anything opened and without sign-in: number and code."""
    found = _mine(request)
    disputes = mediation.mine(request.session, request.actor, now=request.now)
    if not found and not disputes and request.actor.role != "resident":
        return redirect("intake:follow")
    context = {"mine": found, "disputes": disputes, "is_signed_in": request.actor.role == "resident"}
    return render(request, "intake/resident/mine.html", context)


@page(None, own_transactions=True)
def help_page(request: Request) -> HttpResponse:
    """求助: the numbers, and “请人联系我”."""
    form = forms.ContactMe(request.POST or None)
    if request.method == "POST":
        raw = keep_posted(request, channel=Channel.WEB)
        if form.is_valid():
            _limit_calls(request)
            words = form.cleaned_data["text"].strip() or str(_("Please have somebody contact me."))
            draft = actions.Draft(
                title=str(_("Asks to be contacted")),
                text=words,
                phone=form.cleaned_data["phone"],
                urgency=Urgency.URGENT,
                person_id=teller(request).person_id,
            )
            receipt = actions.receive(draft=draft, channel=Channel.WEB, actor=teller(request), at=request.now, raw=raw)
            open_matter(request, receipt.contact)
            return redirect("intake:receipt", receipt.contact.number)
    return render(request, "intake/resident/help.html", {"form": form}, status=422 if form.errors else 200)


def _limit_calls(request: Request) -> None:
    if not limits.hit(f"contact-me:{address(request)}", MOST_CALLS_AN_HOUR, 3600, request.now):
        raise Refused(
            "help.too_many",
            _("Very many messages came from this connection within the hour."),
            next_step=_("Please call 12345 now, or try again in an hour. In danger call 110."),
        )
