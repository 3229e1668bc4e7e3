"""What every verb of mediation does: lock, check, keep the clocks and the dispute beside true."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.rules import STAGES, Stage

ACCEPT, CHOOSE, ASSIGN, CONTACT, LIMIT = "accept", "choose", "assign", "contact", "mediation"
"""Kinds of clock."""
ALL_KINDS = (ACCEPT, CHOOSE, ASSIGN, CONTACT, LIMIT)


def locked(number: str, actor: Actor) -> Mediation:
    """The live mediation of a dispute, locked. Absent, unseen and ended look the same."""
    rows = Mediation.objects.select_for_update(of=("self",)).select_related("dispute__place", "dispute__cause", "court")
    found = rows.filter(dispute__number=number).exclude(stage=Stage.ENDED).first()
    if found is None:
        raise Http404
    return found


def require(actor: Actor, verb: str, mediation: Mediation) -> None:
    """May this member of staff do this to this mediation?"""
    disputes.require(actor, verb, mediation.dispute)


def require_mediator(actor: Actor, verb: str, mediation: Mediation) -> None:
    """Only the mediator of this very matter. Refuses: Forbidden for colleagues, managers and everybody else."""
    if not actor.may(verb) or not dispute_queries.is_mediator(mediation.dispute, actor):
        raise Forbidden(verb, code="mediation.not_yours")


def subject(mediation: Mediation) -> str:
    return f"{mediation.dispute.number}/d"


def start_clock(
    mediation: Mediation, kind: str, rule_key: str, *, owner_id: int | None, mover: str, actor: Actor, at: dt.datetime
) -> Any:
    return deadlines.start(
        subject=subject(mediation),
        kind=kind,
        rule_key=rule_key,
        began_at=at,
        owner_id=owner_id,
        mover=mover,
        at=at,
        actor=actor,
        place=mediation.dispute,
    )


def stop_clocks(mediation: Mediation, *kinds: str, actor: Actor, at: dt.datetime) -> None:
    deadlines.cancel(subject=subject(mediation), at=at, actor=actor, kinds=kinds or ALL_KINDS)


def move(mediation: Mediation, stage: Stage) -> None:
    """Refuses: a move the table does not hold."""
    STAGES.check(Stage(mediation.stage), stage)
    mediation.stage = stage


def keep(mediation: Mediation) -> None:
    """Save with the earliest running limit of the matter. The verb's rule was checked before."""
    earliest = deadlines.earliest(subject(mediation))
    mediation.due_at = earliest.due_at if earliest else None
    with scoping.unscoped("mediation.keep"):
        mediation.save()
