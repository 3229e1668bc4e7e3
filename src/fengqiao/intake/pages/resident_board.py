"""公示: open to everybody, counts only."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from fengqiao.intake import board as boards
from fengqiao.intake import spots
from fengqiao.shell.pages import Request, page


@page(None, methods=("GET",))
def board(request: Request) -> HttpResponse:
    """The promises of one district; the first one unless another was asked for."""
    districts = spots.districts()
    asked = request.GET.get("place", "")
    district = next((one for one in districts if one.code == asked), districts[0] if districts else None)
    shown = (
        boards.Board("", request.now, request.now.date(), ())
        if district is None
        else boards.board(district, at=request.now)
    )
    return render(request, "intake/resident/board.html", {"board": shown, "districts": districts, "district": district})
