"""Lines, files, the whiteboard, and the question to the judge on call."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions import layering
from fengqiao.mediation.actions.room import opening
from fengqiao.mediation.actions.room.common import (
    add,
    inside,
    lead,
    require_ready,
    require_running,
    speaker,
    tell_state,
    waiting_questions,
)
from fengqiao.mediation.models import Question
from fengqiao.mediation.room_models import LineAck, RoomCard, RoomLine
from fengqiao.mediation.room_rules import LONGEST, CardKind, CardState, Channel, Hand, LineKind


@transaction.atomic
def say(
    *,
    number: str,
    channel: Channel,
    text: str,
    client_id: uuid.UUID,
    actor: Actor,
    at: dt.datetime,
    file: StoredFile | None = None,
    party_id: int | None = None,
    hand: Hand = Hand.SELF,
    agreed: bool = False,
) -> RoomLine:
    """One line of a talk. Sent twice under one `client_id` it is one line. `agreed`: the mediator sums up what both
    confirm. `party_id` with `hand`: what a party said outside, written down by the mediator.

    Refuses: a talk that is not one's own; a party that was not checked (joint talk); a paused room.
    """
    found = inside(number, actor)
    if channel not in found.channels:
        raise Http404
    known = RoomLine.objects.filter(room=found.room, actor=actor.id, client_id=client_id).first()
    if known is not None:
        return known
    party = speaker(found, party_id, hand)
    said = text.strip()[:LONGEST]
    if not said and file is None:
        raise Refused("room.empty_line", _("Please write a sentence first."))
    _may_speak(found, party, channel, at=at)
    kind = LineKind.FILE if file is not None else LineKind.AGREE if agreed and found.is_lead else LineKind.SAY
    made = add(
        found, kind, at=at, channel=channel, client_id=client_id, party=party,
        name=party.name if party is not None else found.name, text=said, file=file, hand=hand,
    )  # fmt: skip
    if channel != Channel.JOINT and party is not None and room_rules.calls_for_help(said):
        opening.alert(found, party, by_person=False, at=at)
    return made


def _may_speak(found: room_queries.Guest, party: Any, channel: str, *, at: dt.datetime) -> None:
    """The joint talk waits for the check and for the end of a pause; the private one is always open."""
    if channel == Channel.JOINT:
        require_running(found, at)
        if party is not None:
            require_ready(found, party)
    elif party is not None and getattr(party, "side", "") != channel:
        raise Http404


@transaction.atomic
def acknowledge(*, number: str, line_uid: uuid.UUID, actor: Actor, at: dt.datetime) -> LineAck:
    """A party confirms what the mediator summed up."""
    found = inside(number, actor)
    line = RoomLine.objects.filter(room=found.room, uid=line_uid, kind=LineKind.AGREE, channel=Channel.JOINT).first()
    if line is None:
        raise Http404
    if found.party is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    require_ready(found, found.party)
    made, _is_new = LineAck.objects.get_or_create(
        line=line, party=found.party, defaults={"dispute_id": found.room.dispute_id, "at": at, "actor": actor.id}
    )
    tell_state(found.room)
    return made


@transaction.atomic
def put_card(
    *, number: str, kind: CardKind, text: str, actor: Actor, at: dt.datetime, channel: Channel = Channel.JOINT
) -> RoomCard:
    """A card for the whiteboard. Issues are for all; an interest may stay between a side and the mediator."""
    found = inside(number, actor)
    if channel not in found.channels or (kind == CardKind.ISSUE and channel != Channel.JOINT):
        raise Http404
    if not text.strip():
        raise Refused("room.empty_line", _("Please write a sentence first."))
    side = found.side or (channel if channel != Channel.JOINT else "")
    made = RoomCard.objects.create(
        mediation_id=found.room.mediation_id,
        dispute_id=found.room.dispute_id,
        kind=kind,
        channel=channel,
        side=side,
        text=text.strip()[:200],
        at=at,
        actor=actor.id,
    )
    if channel == Channel.JOINT:
        tell_state(found.room)
    return made


@transaction.atomic
def move_card(
    *, number: str, card_id: int, actor: Actor, at: dt.datetime, state: CardState | None = None, show: bool = False,
    remove: bool = False,
) -> RoomCard:  # fmt: skip
    """The mediator moves a card; whoever owns a private interest, or the mediator for them, shows it to all."""
    found = inside(number, actor)
    card = RoomCard.objects.filter(mediation_id=found.room.mediation_id, pk=card_id, gone_at__isnull=True).first()
    if card is None or card.channel not in found.channels:
        raise Http404
    if not found.is_lead and card.side != found.side:
        raise Forbidden(room_rules.LEAD, code="room.mediator_only")
    if state is not None:
        card.state = state
    if show:
        if found.is_lead:
            raise Forbidden(room_rules.SIT, _("Only the side itself shows its interest to the other."))
        card.channel = Channel.JOINT
    if remove:
        card.gone_at = at
    card.save(update_fields=["state", "channel", "gone_at"])
    if card.channel == Channel.JOINT:
        tell_state(found.room)
    return card


@transaction.atomic
def ask_judge(*, number: str, judge_id: int, text: str, actor: Actor, at: dt.datetime) -> Question:
    """The question to the judge on call, asked in the room: everybody here reads question and answer; the judge reads
    the question and nothing else of the room."""
    found = lead(number, actor)
    require_running(found, at)
    made = layering.ask_judge(number=number, judge_id=judge_id, text=text, actor=actor, at=at)
    add(found, LineKind.ASKED, at=at, name=found.name, ref=made.pk)
    tell_state(found.room)
    return made


@transaction.atomic
def release_judge(*, number: str, actor: Actor, at: dt.datetime) -> Question:
    """The judge on call goes without having answered, so that offers may begin. The bar on deciding stays."""
    found = lead(number, actor)
    waiting = waiting_questions(found)
    if not waiting:
        raise Refused("judge.absent", _("No judge is asked now."))
    question = waiting[0]
    question.taken_back_at = at
    question.save(update_fields=["taken_back_at"])
    tell_state(found.room)
    return question
