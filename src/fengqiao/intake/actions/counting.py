"""Leaving a rating out of the figures, and the appeal against that: always two different people."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import rules
from fengqiao.intake.actions.common import locked, require, words, write
from fengqiao.intake.models import Rating
from fengqiao.intake.rules import EntryKind
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused

UPHELD, REJECTED = "upheld", "rejected"


@transaction.atomic
def exclude_rating(*, rating_id: int, reason: str, actor: Actor, at: dt.datetime) -> Rating:
    """Leave a rating out of the rates, with a reason everybody can read. The rating itself stays.

    Refuses: no reason; the unit that did the work; twice.
    """
    rating = _locked(rating_id, actor)
    if rating.contact.unit_id == actor.organisation_id:
        raise Refused("rating.own_work", _("The unit that did the work cannot leave its own rating out."))
    if rating.excluded_reason:
        raise Refused("rating.excluded", _("This rating is left out already."))
    rating.excluded_reason, rating.excluded_by = words(reason, field="reason")[:120], actor.id
    rating.save(update_fields=["excluded_reason", "excluded_by"])
    write(rating.contact, EntryKind.NOTE, actor=actor, at=at, text=rating.excluded_reason, rating=rating.pk)
    return rating


@transaction.atomic
def appeal_exclusion(*, rating_id: int, text: str, actor: Actor, at: dt.datetime) -> Rating:
    """Say why the rating should count after all. Refuses: nothing was left out; a second appeal."""
    rating = _locked(rating_id, actor)
    if not rating.excluded_reason:
        raise Refused("rating.counts", _("This rating counts; there is nothing to appeal."))
    if rating.appeal:
        raise Refused("rating.appealed", _("There is an appeal already."))
    rating.appeal = words(text)
    rating.save(update_fields=["appeal"])
    write(rating.contact, EntryKind.NOTE, actor=actor, at=at, text=rating.appeal, rating=rating.pk)
    return rating


@transaction.atomic
def decide_appeal(*, rating_id: int, uphold: bool, actor: Actor, at: dt.datetime) -> Rating:
    """Decide whether the rating counts again.

    Refuses: whoever left it out; without an appeal; twice.
    """
    rating = _locked(rating_id, actor)
    if not rating.appeal:
        raise Refused("rating.no_appeal", _("Nobody has appealed."))
    if rating.appeal_outcome:
        raise Refused("rating.decided", _("The appeal has been decided."))
    if rating.excluded_by == actor.id:
        raise Refused("rating.second_person", _("Somebody else must decide this: you left the rating out."))
    rating.appeal_outcome = UPHELD if uphold else REJECTED
    rating.save(update_fields=["appeal_outcome"])
    write(rating.contact, EntryKind.NOTE, actor=actor, at=at, text=rating.appeal_outcome, rating=rating.pk)
    return rating


def _locked(rating_id: int, actor: Actor) -> Rating:
    rating = Rating.objects.select_related("contact").filter(pk=rating_id).first()
    if rating is None:
        raise Http404
    rating.contact = locked(rating.contact.number)
    require(actor, rules.RATE, rating.contact)
    return rating
