"""Stages a mediation moves: called by the context above when it begins and ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from fengqiao.disputes.actions.common import locked, move, settle, write
from fengqiao.disputes.models import Dispute
from fengqiao.disputes.rules import Compartment, LineKind, Mover, Stage
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor


@transaction.atomic
def set_stage(
    *, number: str, stage: Stage, actor: Actor, at: dt.datetime, mover: Mover | None = None, **columns: Any
) -> Dispute:
    """The mediation began or ended, an agreement took effect, it was performed. The caller checked the actor.

    A matter that was stopped stays stopped: only a person lifts that.
    """
    with scoping.unscoped("disputes.set_stage"):
        dispute = locked(number)
        for column, value in columns.items():
            setattr(dispute, column, value)
        if dispute.stage not in {stage, Stage.INTERRUPTED}:
            move(dispute, stage, at=at)
        if mover is not None and dispute.stage != Stage.INTERRUPTED:
            dispute.mover = mover
        settle(dispute, at=at)
    return dispute


def add_line(
    *,
    number: str,
    kind: LineKind,
    actor: Actor,
    at: dt.datetime,
    compartment: Compartment = Compartment.OPEN,
    text: str = "",
    **facts: Any,
) -> None:
    """A line of history from a context above."""
    with scoping.unscoped("disputes.add_line"):
        dispute = Dispute.objects.get(number=number)
        write(dispute, kind, actor=actor, at=at, compartment=compartment, text=text, **facts)
