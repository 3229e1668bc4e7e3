"""Structured offers and counter-offers: terms, perhaps a sum, how long it stands, and what everybody says to it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions.room.common import (
    add,
    inside,
    require_no_judge,
    require_ready,
    require_running,
    speaker,
    tell_state,
)
from fengqiao.mediation.room_models import OfferAnswer, RoomOffer
from fengqiao.mediation.room_rules import Answer, Hand, LineKind, OfferState


@transaction.atomic
def offer(
    *,
    number: str,
    terms: str,
    valid_until: dt.datetime,
    actor: Actor,
    at: dt.datetime,
    amount_fen: int | None = None,
    answers_id: int | None = None,
    party_id: int | None = None,
    hand: Hand = Hand.SELF,
) -> RoomOffer:
    """An offer of a party, or a proposal of the mediator that binds nobody. `answers_id` makes it a counter-offer.

    Units: fen. Refuses: while the judge on call is asked; while the room is paused; a validity in the past.
    """
    found = inside(number, actor)
    party = speaker(found, party_id, hand)
    require_running(found, at)
    require_no_judge(found)
    if party is not None:
        require_ready(found, party)
    if not terms.strip():
        raise Refused("offer.empty", _("Say in a sentence what is offered."))
    if valid_until <= at:
        raise Refused("offer.valid_past", _("The hour until which it stands lies in the past."))
    if amount_fen is not None and amount_fen < 0:
        raise Refused("offer.amount", _("A sum is not below zero."))
    answered = _open_offer(found, answers_id, at=at) if answers_id is not None else None
    rows = RoomOffer.objects.filter(mediation_id=found.room.mediation_id)
    made = RoomOffer.objects.create(
        mediation_id=found.room.mediation_id,
        dispute_id=found.room.dispute_id,
        room=found.room,
        n=(rows.aggregate(n=Max("n"))["n"] or 0) + 1,
        party=party,
        answers=answered,
        terms=terms.strip()[: room_rules.LONGEST],
        sum_in_fen="" if amount_fen is None else str(amount_fen),
        made_at=at,
        valid_until=valid_until,
        hand=hand,
        actor=actor.id,
    )
    if answered is not None:
        _settle(answered, OfferState.COUNTERED, at=at)
    if party is not None:
        OfferAnswer.objects.create(
            offer=made, dispute_id=made.dispute_id, party=party, answer=Answer.YES, hand=hand, at=at, actor=actor.id
        )
    add(found, LineKind.OFFERED, at=at, party=party, name=party.name if party else found.name, ref=made.n, hand=hand)
    tell_state(found.room)
    return made


def _open_offer(found: room_queries.Guest, pk: int, *, at: dt.datetime) -> RoomOffer:
    """Refuses: an offer that is settled or lapsed."""
    rows = RoomOffer.objects.select_for_update(of=("self",)).filter(mediation_id=found.room.mediation_id)
    one = rows.filter(pk=pk).first()
    if one is None:
        raise Http404
    if room_queries.state_of(one, at) != OfferState.OPEN:
        raise Refused(
            "offer.not_open",
            _("This offer does not stand any more."),
            next_step=_("Make a new one."),
        )
    return one


def _settle(one: RoomOffer, state: OfferState, *, at: dt.datetime) -> None:
    one.state, one.settled_at = state, at
    one.save(update_fields=["state", "settled_at"])


@transaction.atomic
def answer_offer(
    *,
    number: str,
    offer_id: int,
    answer: Answer,
    actor: Actor,
    at: dt.datetime,
    party_id: int | None = None,
    hand: Hand = Hand.SELF,
) -> RoomOffer:
    """A party accepts, declines or wants to talk more. Accepted by every party, it is the ground of an agreement; it
    is none yet, and binds nobody before it is signed.

    Refuses: an offer that does not stand; answering for another party.
    """
    found = inside(number, actor)
    party = speaker(found, party_id, hand)
    if party is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    require_running(found, at)
    require_ready(found, party)
    one = _open_offer(found, offer_id, at=at)
    OfferAnswer.objects.update_or_create(
        offer=one,
        party=party,
        defaults={"dispute_id": one.dispute_id, "answer": answer, "hand": hand, "at": at, "actor": actor.id},
    )
    wanted = set(disputes.parties(found.room.mediation.dispute).values_list("pk", flat=True))
    given = dict(OfferAnswer.objects.filter(offer=one).values_list("party", "answer"))
    if answer == Answer.NO:
        _settle(one, OfferState.DECLINED, at=at)
    elif wanted and all(given.get(pk) == Answer.YES for pk in wanted):
        _settle(one, OfferState.ACCEPTED, at=at)
    tell_state(found.room)
    return one


@transaction.atomic
def withdraw_offer(*, number: str, offer_id: int, actor: Actor, at: dt.datetime) -> RoomOffer:
    """Whoever made it takes it back while it is open."""
    found = inside(number, actor)
    one = _open_offer(found, offer_id, at=at)
    if one.party_id != found.party_id:
        raise Forbidden(room_rules.SIT, code="room.not_your_words")
    _settle(one, OfferState.WITHDRAWN, at=at)
    tell_state(found.room)
    return one
