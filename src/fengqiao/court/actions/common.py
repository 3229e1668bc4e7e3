"""What every verb of confirmation does."""

from __future__ import annotations

import datetime as dt

from django.http import Http404

from fengqiao.court import events
from fengqiao.court.models import Confirmation
from fengqiao.court.rules import LIVE, STATUSES, Status
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden

ACCEPT, DECIDE, TARGET = "confirm_accept", "confirm_decide", "confirm_target"
"""Kinds of clock."""


def locked(number: str, *, live: bool = True) -> Confirmation:
    """The confirmation of a matter, locked, under the actor's own scope. Absent and unseen look the same."""
    rows = Confirmation.objects.select_for_update(of=("self",)).select_related(
        "dispute__place", "dispute__cause", "court"
    )
    rows = rows.filter(dispute__number=number)
    found = (rows.filter(status__in=LIVE) if live else rows).order_by("-pk").first()
    if found is None:
        raise Http404
    return found


def require_court(actor: Actor, verb: str, confirmation: Confirmation) -> None:
    """Members of the court it lies with; for a judge, the one it was given to. Refuses: everybody else."""
    if not actor.may(verb) or actor.organisation_id != confirmation.court_id:
        raise Forbidden(verb)
    if actor.role == "judge" and confirmation.judge_id != actor.user_id:
        raise Forbidden(verb, code="confirmation.not_yours")


def subject(confirmation: Confirmation) -> str:
    return f"{confirmation.dispute.number}/d"


def start(confirmation: Confirmation, kind: str, rule_key: str, *, mover: str, actor: Actor, at: dt.datetime) -> None:
    deadlines.start(
        subject=subject(confirmation), kind=kind, rule_key=rule_key, began_at=at, owner_id=confirmation.court_id,
        mover=mover, at=at, actor=actor, place=confirmation.dispute,
    )  # fmt: skip


def move(confirmation: Confirmation, status: Status) -> None:
    STATUSES.check(Status(confirmation.status), status)
    confirmation.status = status


def keep(confirmation: Confirmation) -> None:
    """Save with the end of its own nearest clock. The verb's rule was checked before."""
    own = {ACCEPT, DECIDE}
    clocks = deadlines.for_subjects([subject(confirmation)])[subject(confirmation)]
    nearest = deadlines.nearest(one for one in clocks if one.kind in own)
    if not (confirmation.both_appeared and confirmation.status == Status.APPLIED):
        confirmation.due_at = nearest.due_at if nearest is not None else None
    with scoping.unscoped("court.keep"):
        confirmation.save()


def tell(confirmation: Confirmation, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    log.record(events.ConfirmationChanged(confirmation.dispute.number, confirmation.pk, deed), actor=actor.id, at=at)
