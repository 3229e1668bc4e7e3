"""Listeners of the court: who hears when a confirmation moves."""

from __future__ import annotations

from typing import Any

from fengqiao.court import events
from fengqiao.court.models import Confirmation
from fengqiao.kernel import clock, live, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import system
from fengqiao.mediation import actions as mediation


@log.listen(events.ConfirmationJoined)
def ask_the_other_side(event_id: int, facts: dict[str, Any]) -> None:
    """One side has joined: the others hear that both apply together, and until when."""
    with scoping.scoped(system("court.ask_the_other_side")):
        made = Confirmation.objects.select_related("dispute").get(pk=facts["confirmation_id"])
        if made.status == "joining":
            joined = set(made.joined.values_list("party_id", flat=True))
            mediation.tell_parties(
                made.dispute, "mediation.join_confirmation", day=made.last_on, without=joined, at=clock.now(),
                actor=system("court.ask_the_other_side"),
            )  # fmt: skip


@log.listen(events.ConfirmationServed)
def tell_of_the_ruling(event_id: int, facts: dict[str, Any]) -> None:
    with scoping.scoped(system("court.tell_of_the_ruling")):
        made = Confirmation.objects.select_related("dispute").get(pk=facts["confirmation_id"])
        row = made.served.get(party_id=facts["party_id"])
        mediation.tell_parties(
            made.dispute, "mediation.ruling_served", day=row.objection_until, only={row.party_id}, at=clock.now(),
            actor=system("court.tell_of_the_ruling"),
        )  # fmt: skip


@log.listen(events.ConfirmationApplied)
def tell_the_queue(event_id: int, facts: dict[str, Any]) -> None:
    """A new application is news for the court's desk: that, never what."""
    live.tell(f"unit:{facts['court_id']}", kind="court")
