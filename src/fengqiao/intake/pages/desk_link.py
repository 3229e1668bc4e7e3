"""Two matters side by side: merge, link, or leave apart. Splitting one, and one answer for many."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fengqiao.intake import actions, forms_desk, queries, rules, shown, turn
from fengqiao.intake.models import Contact
from fengqiao.intake.pages.desk_common import contact_of, go
from fengqiao.intake.rules import Stage
from fengqiao.kernel.errors import Refused
from fengqiao.shell.pages import Request, page


@page(rules.REORDER, methods=("GET",))
def compare(request: Request, number: str) -> HttpResponse:
    """Step one: what might be the same. Step two, with `with`: both texts in full, side by side."""
    contact = contact_of(request, number)
    other = _other(request, contact)
    context: dict[str, Any] = {"contact": contact, "other": other, "typed": request.GET.get("with", "")}
    if other is None:
        context["similar"] = list(queries.similar(contact, request.actor, most=10))
    else:
        context |= {
            "pair": [_column(contact), _column(other)],
            "same_person": contact.person_id is not None and contact.person_id == other.person_id,
            "earlier": min((contact, other), key=lambda one: (one.received_at, one.pk)),
        }
    return render(request, "intake/desk/compare.html", context)


def _other(request: Request, contact: Contact) -> Contact | None:
    from fengqiao.kernel import numbers

    typed = request.GET.get("with", "").strip()
    number = numbers.normalise(typed) or typed
    found = turn.find_by_number(request.actor, number) if number and number != contact.number else None
    if typed and found is None:
        raise Http404
    return found


def _column(contact: Contact) -> dict[str, Any]:
    return {
        "contact": contact,
        "who": shown.who(contact),
        "files": list(queries.files(contact, internal=True)[:6]),
    }


@page(rules.REORDER, methods=("POST",))
def merge(request: Request, number: str) -> HttpResponse:
    """The same person told it twice: this number from now on leads to the other."""
    into = contact_of(request, request.POST.get("with", ""))
    contact_of(request, number)
    actions.merge(number=number, into=into.number, actor=request.actor, at=request.now)
    said = _("Merged into %(number)s. Both numbers lead there.") % {"number": into.number}
    return go(request, reverse("intake:detail", args=[number]), said)


@page(rules.REORDER, methods=("POST",))
def link(request: Request, number: str) -> HttpResponse:
    """Different people, one trouble: below the other, each with its own answer."""
    parent = contact_of(request, request.POST.get("with", ""))
    contact_of(request, number)
    actions.link(number=number, parent=parent.number, actor=request.actor, at=request.now)
    said = _("Linked below %(number)s. Each person still gets an answer.") % {"number": parent.number}
    return go(request, f"{reverse('intake:detail', args=[parent.number])}?see=related", said)


@page(rules.REORDER)
def split(request: Request, number: str) -> HttpResponse:
    """One message, several matters: each further one gets its own number and clock."""
    contact = contact_of(request, number)
    form = forms_desk.Split(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.split(number=number, texts=form.texts(), actor=request.actor, at=request.now)
        said = _("Made: %(numbers)s. Their clocks run from the first receipt.") % {
            "numbers": "、".join(one.number for one in made)
        }
        return go(request, reverse("intake:detail", args=[number]), said)
    status = 422 if form.is_bound else 200
    template = "intake/desk/parts/split_form.html" if request.htmx else "intake/desk/split.html"
    return render(request, template, {"contact": contact, "form": form}, status=status)


@page(rules.HANDLE)
def bulk(request: Request, number: str) -> HttpResponse:
    """One text for the matters linked below this one; what cannot be answered is named, the rest goes out."""
    contact = contact_of(request, number)
    children = _answerable(request, contact)
    form = forms_desk.Bulk(request.POST or None, children=children)
    if request.method == "POST" and form.is_valid():
        done, refused = _answer_each(request, form.cleaned_data["numbers"], form.cleaned_data["text"], at=request.now)
        said = ngettext("%(n)d answer has gone out.", "%(n)d answers have gone out.", done) % {"n": done}
        return go(request, f"{reverse('intake:detail', args=[number])}?see=related", " ".join([said, *refused]))
    status = 422 if form.is_bound else 200
    template = "intake/desk/parts/bulk_form.html" if request.htmx else "intake/desk/bulk.html"
    return render(request, template, {"contact": contact, "form": form, "children": children}, status=status)


def _answerable(request: Request, contact: Contact) -> list[Contact]:
    stages = [stage for stage in Stage if stage in rules.ACTS["answer"][1]]
    found = queries.visible_to(request.actor).filter(parent=contact, stage__in=stages).order_by("received_at", "pk")
    return list(found[:200])


def _answer_each(request: Request, numbers: list[str], text: str, *, at: dt.datetime) -> tuple[int, list[str]]:
    done, refused = 0, []
    for number in numbers:
        try:
            actions.answer(number=number, text=text, actor=request.actor, at=at)
            done += 1
        except Refused as refusal:
            refused.append(f"{number}：{refusal.message}")
    return done, refused
