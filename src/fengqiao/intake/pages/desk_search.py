"""One search for the staff: number, phone, last four digits, words, places."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from fengqiao.intake import rules, search, shown
from fengqiao.shell.pages import Request, page


@page(rules.READ, methods=("GET",))
def find(request: Request) -> HttpResponse:
    """A number in scope opens at once; everything else is a list."""
    typed = request.GET.get("q", "")
    found = search.search(request.actor, typed)
    if found.by == "number" and len(found.contacts) == 1:
        return redirect("intake:detail", found.contacts[0].number)
    context = {
        "typed": typed.strip(),
        "search_text": typed.strip(),
        "found": found,
        "lines": shown.lines(found.contacts, request.actor, at=request.now),
    }
    return render(request, "intake/desk/search.html", context)
