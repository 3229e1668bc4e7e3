"""A forbidden attempt leaves a row, written after the rollback so that it survives."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from fengqiao.kernel import clock
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Forbidden
from fengqiao.people import actions


def forbidden(request: HttpRequest, error: Forbidden) -> None:
    actor: Actor = getattr(request, "actor", PUBLIC)
    actions.note_reading(
        what="forbidden",
        subject=_number(request),
        purpose=error.verb,
        actor=actor,
        at=clock.now(),
        address=get_adapter().get_client_ip(request),
        outcome="refused",
    )


def _number(request: HttpRequest) -> str:
    match = request.resolver_match
    return str(match.kwargs.get("number", "")) if match else ""


def exported(request: HttpRequest, name: str, kind: str, rows: int) -> None:
    """A list that leaves the house is written down: which, as what, how many rows."""
    actor: Actor = getattr(request, "actor", PUBLIC)
    actions.note_reading(
        what=f"export.{kind}",
        subject=name,
        purpose=f"{rows} rows",
        actor=actor,
        at=clock.now(),
        address=get_adapter().get_client_ip(request),
    )
