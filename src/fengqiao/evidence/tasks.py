"""What evidence does by itself: seal, show, have it witnessed; once a day have it anchored."""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate.contrib.django import app as jobs

from fengqiao.evidence import actions, anchors
from fengqiao.evidence.models import Log
from fengqiao.kernel import clock, heartbeat
from fengqiao.kernel.actor import system

log = logging.getLogger(__name__)


@jobs.periodic(cron="* * * * * */20")
@jobs.task(name="evidence.seal", queue="evidence", queueing_lock="evidence.seal", priority=100)
def seal(timestamp: int) -> None:
    """Every twenty seconds, before all other jobs: places for what was recorded, files for what has its place."""
    turn()


def turn() -> None:
    """One turn of the sequencer, as the job and the command do it."""
    at = clock.now()
    while actions.seal(at=at).is_full:
        pass
    for one in Log.objects.order_by("pk"):
        try:
            made = actions.publish(one, at=at)
        except actions.Contradiction:
            log.exception("the evidence log stands still")
            continue
        newest = made or one.checkpoints.order_by("-size").first()
        if newest is not None and newest.at >= at - actions.ASK_AGAIN:
            actions.ask_witnesses(newest, at=at)
    heartbeat.beat("evidence", at=clock.now())


@jobs.periodic(cron="17 * * * *")
@jobs.task(name="evidence.erase", queue="default", queueing_lock="evidence.erase")
def erase(timestamp: int) -> None:
    """Every hour: what two persons granted and no hold keeps."""
    actions.carry_out(actor=system("evidence.erase"), at=clock.now())


@jobs.periodic(cron="5 0 * * *")
@jobs.task(name="evidence.anchor", queue="default", queueing_lock="evidence.anchor")
def anchor_daily(timestamp: int) -> None:
    """Every night: the newest checkpoints to the outside authorities."""
    actions.anchor([anchors.named(word) for word in settings.EVIDENCE_ANCHORS], at=clock.now())
