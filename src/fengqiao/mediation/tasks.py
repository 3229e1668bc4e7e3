"""Listeners: silence reassigns, a refusal or an interrupt ends what runs, whoever made it known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from procrastinate.contrib.django import app as jobs

from fengqiao.disputes.events import Interrupted, MediationRefused
from fengqiao.kernel import clock, deadlines, events
from fengqiao.kernel.actor import system
from fengqiao.mediation import actions
from fengqiao.mediation.actions import Ground, room
from fengqiao.mediation.actions.common import ACCEPT

DISPUTE_CLOCKS = "/d"


@events.listen(deadlines.Lapsed)
def ask_the_next_one(event_id: int, facts: dict[str, Any]) -> None:
    """Nobody answered in three working days. Runs twice without harm: then there is no waiting answer any more."""
    if facts["deadline_kind"] == ACCEPT and facts["number"].endswith(DISPUTE_CLOCKS):
        number = facts["number"].removesuffix(DISPUTE_CLOCKS)
        actions.lapse(number=number, actor=system("mediation.silence"), at=_now())


@events.listen(MediationRefused)
def end_after_a_refusal(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.REFUSED, actor=system("mediation.refused"), at=_now())


@events.listen(Interrupted)
def end_after_an_interrupt(event_id: int, facts: dict[str, Any]) -> None:
    actions.end_if_live(number=facts["number"], ground=Ground.OTHER, actor=system("mediation.interrupted"), at=_now())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="mediation.look_at_the_rooms", queue="clock", queueing_lock="mediation.look_at_the_rooms")
def look_at_the_rooms(timestamp: int) -> None:
    """Once a minute: rounds of sealed offers whose time is over end, recordings kept long enough are erased."""
    room.close_overdue(at=_now())
    room.erase_what_is_over(at=_now())


def _now() -> dt.datetime:
    return clock.now()
