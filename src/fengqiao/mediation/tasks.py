"""Listeners: silence reassigns, a refusal or an interrupt ends what runs, whoever made it known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fengqiao.disputes.actions import ConsentTo
from fengqiao.disputes.events import ConsentRevoked, Interrupted, MediationRefused
from fengqiao.kernel import clock, deadlines, events
from fengqiao.kernel.actor import system
from fengqiao.mediation import actions, telling
from fengqiao.mediation.actions import Ground
from fengqiao.mediation.actions.common import ACCEPT

DISPUTE_CLOCKS = "/d"
assert telling  # its listeners are found with the tasks


@events.listen(deadlines.Lapsed)
def ask_the_next_one(event_id: int, facts: dict[str, Any]) -> None:
    """Nobody answered in three working days. Runs twice without harm: then there is no waiting answer any more."""
    if facts["deadline_kind"] == ACCEPT and facts["number"].endswith(DISPUTE_CLOCKS):
        number = facts["number"].removesuffix(DISPUTE_CLOCKS)
        actions.lapse(number=number, actor=system("mediation.silence"), at=_now())


@events.listen(MediationRefused)
def end_after_a_refusal(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.REFUSED, actor=system("mediation.refused"), at=_now())


@events.listen(ConsentRevoked)
def end_without_consent(event_id: int, facts: dict[str, Any]) -> None:
    """Whoever wrote it down: without a party's consent nothing goes on."""
    if facts["to"] == ConsentTo.MEDIATION:
        actor = system("mediation.revoked")
        actions.end_if_live(number=facts["number"], ground=Ground.WITHDRAWN, actor=actor, at=_now())


@events.listen(Interrupted)
def end_after_an_interrupt(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.OTHER, actor=system("mediation.interrupted"), at=_now())


def _now() -> dt.datetime:
    return clock.now()
