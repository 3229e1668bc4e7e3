"""Erasing what a matter holds, and keeping it while the law or a pending case asks for that.

The keys of the sealed records are destroyed in the vault; each context wipes its own rows. Leaves, tree, signatures and
every other proof stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.evidence import rules, settled
from fengqiao.evidence.events import ErasureAsked, ErasureDone, ErasureGranted, HoldLifted, HoldPlaced
from fengqiao.evidence.models import Erasure, Hold, Leaf
from fengqiao.kernel import events, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused

PIPL_47 = _("Personal Information Protection Law, article 47")
LONGEST_HOLD = dt.timedelta(days=366)

Wipe = Callable[[str, dt.datetime], int]
_wipes: dict[str, Wipe] = {}


def add_wipe(context: str, wipe: Wipe) -> None:
    """A context says how it wipes its own rows of a matter: `wipe(subject, at)` → how many it wiped."""
    _wipes[context] = wipe


def running_hold(subject: str) -> Hold | None:
    return Hold.objects.filter(subject=subject, lifted_at=None).order_by("pk").first()


@transaction.atomic
def place_hold(*, subject: str, reason: str, review_on: dt.date | None, actor: Actor, at: dt.datetime) -> Hold:
    """Keep everything of a matter. Refuses: without a day within a year on which it is looked at again."""
    actor.require(rules.KEEP)
    if review_on is None or not at.date() < review_on <= at.date() + LONGEST_HOLD:
        raise Refused("hold.needs_review", _("A hold needs a day within a year on which it is looked at again."))
    hold = Hold.objects.create(subject=subject, reason=reason, review_on=review_on, placed_at=at, placed_by=actor.id)
    events.record(HoldPlaced(subject, hold.pk), actor=actor.id, at=at)
    return hold


@transaction.atomic
def lift_hold(*, pk: int, actor: Actor, at: dt.datetime) -> Hold:
    """Waiting erasures go on by themselves. Refuses: a hold that is not in force."""
    actor.require(rules.KEEP)
    hold = Hold.objects.select_for_update().filter(pk=pk, lifted_at=None).first()
    if hold is None:
        raise Refused("hold.not_in_force", _("This hold is not in force any more."))
    hold.lifted_at, hold.lifted_by = at, actor.id
    hold.save(update_fields=["lifted_at", "lifted_by"])
    events.record(HoldLifted(hold.subject, hold.pk), actor=actor.id, at=at)
    return hold


@transaction.atomic
def ask_erasure(*, subject: str, actor: Actor, at: dt.datetime, only: Sequence[int] = (), reason: str = "") -> Erasure:
    """The person concerned asks; the caller has checked that the matter is theirs. Twice is once."""
    waiting = Erasure.objects.filter(subject=subject, events=list(only), done_at=None).first()
    if waiting is not None:
        return waiting
    made = Erasure.objects.create(subject=subject, events=list(only), reason=reason, asked_at=at, asked_by=actor.id)
    events.record(ErasureAsked(subject, made.pk), actor=actor.id, at=at)
    return made


@transaction.atomic
def grant_erasure(*, pk: int, actor: Actor, at: dt.datetime) -> Erasure:
    """One of the two who must agree. Refuses: under a hold, with its reason; the same person twice; one granted."""
    actor.require(rules.GRANT)
    erasure = Erasure.objects.select_for_update().filter(pk=pk, granted_at=None).first()
    if erasure is None:
        raise Refused("erasure.not_open", _("This request is not open any more."))
    if (hold := running_hold(erasure.subject)) is not None:
        raise Refused(
            "erasure.legal_hold",
            _("It cannot be erased yet: %(reason)s") % {"reason": hold.reason},
            law=PIPL_47,
            next_step=_("When the hold is lifted the request goes on by itself."),
        )
    if erasure.first_by == actor.id:
        raise Refused("erasure.two_persons", _("A second person must agree."), law=_("Rule of this district"))
    if not erasure.first_by:
        erasure.first_by = actor.id
    else:
        erasure.second_by, erasure.granted_at = actor.id, at
        events.record(ErasureGranted(erasure.subject, erasure.pk), actor=actor.id, at=at)
    erasure.save()
    return erasure


def carry_out(*, actor: Actor, at: dt.datetime) -> int:
    """Everything that is granted and not held. Result: how many requests. A job runs this every hour."""
    done = 0
    with scoping.unscoped("evidence.erase"):
        for erasure in Erasure.objects.filter(granted_at__isnull=False, done_at=None).order_by("pk"):
            if running_hold(erasure.subject) is None:
                _carry_out(erasure, actor=actor, at=at)
                done += 1
    return done


@transaction.atomic
def _carry_out(erasure: Erasure, *, actor: Actor, at: dt.datetime) -> None:
    """Rows first, keys last: a key that is gone cannot be brought back by a rollback."""
    numbers = [leaf.number for leaf in _leaves(erasure) if leaf.number is not None]
    if not erasure.events:
        for wipe in _wipes.values():
            wipe(erasure.subject, at)
    erasure.done_at, erasure.records = at, len(numbers)
    erasure.save(update_fields=["done_at", "records"])
    events.record(ErasureDone(erasure.subject, erasure.pk, len(numbers)), actor=actor.id, at=at)
    settled.vault().destroy(numbers)


def _leaves(erasure: Erasure) -> QuerySet[Leaf]:
    found = Leaf.objects.filter(subject=erasure.subject)
    return found.filter(event_id__in=erasure.events) if erasure.events else found
