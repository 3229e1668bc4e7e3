"""What every verb of the room does: lock the room, find out who acts, add a line, tell the streams."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Max
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import events as log
from fengqiao.kernel import live, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, room_queries, room_rules
from fengqiao.mediation.models import Question
from fengqiao.mediation.room_models import Room, RoomLine
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import Channel, Hand, LineKind


def inside(number: str, actor: Actor) -> Guest:
    """The live room of a dispute, locked, and the actor's part in it. Absent and not yours look the same.

    Refuses: `room.ended` where the sitting is over.
    """
    rows = Room.objects.select_for_update(of=("self",)).select_related("mediation__dispute", "mediation__mediator")
    room = rows.filter(dispute__number=number).order_by("-pk").first()
    found = room_queries.guest(room, actor) if room is not None else None
    if found is None:
        raise Http404
    if found.room.ended_at is not None:
        raise Refused("room.ended", _("This meeting has ended; the mediator will contact each of you."))
    return found


def lead(number: str, actor: Actor) -> Guest:
    """As `inside`, for the mediator alone."""
    found = inside(number, actor)
    if not found.is_lead:
        raise Forbidden(room_rules.LEAD, code="room.mediator_only")
    return found


def require_running(found: Guest, at: dt.datetime) -> None:
    """Refuses: going on while the room is paused."""
    room = found.room
    if room.paused_at is not None and (room.paused_until is None or at < room.paused_until):
        raise Refused(
            "room.paused",
            _("The talk is paused. Nobody has to decide anything now."),
            next_step=_("The mediator, or the hour that was set, opens it again."),
        )


def require_ready(found: Guest, party: Any) -> None:
    """Refuses: a party that was not checked, not warned, or has not agreed to this form of talk.

    Basis: 在线调解规则 4, 17.
    """
    entry = room_queries.entries(found.room).get(party.pk)
    if entry is None or entry.checked_at is None or entry.warned_at is None:
        raise Refused(
            "identity.unchecked",
            _("First the mediator checks who is here, and everybody reads the warning about sham mediation."),
            law=_("Online Mediation art. 17"),
            next_step=_("Read the warning; the mediator does the rest."),
        )
    if not room_queries.is_ready(found.room, party, entry):
        raise Refused(
            "room.not_online",
            _("This party has not agreed to talk in this form."),
            law=_("Online Mediation art. 4"),
            next_step=_("Agree, or ask the mediator for a meeting in person."),
        )


def require_no_judge(found: Guest) -> None:
    """Refuses: offers while the judge on call is still asked. Basis: 审理与指导分离 (policy); 在线调解规则 18."""
    if room_queries.waiting_question(found.room) is not None:
        raise Refused(
            "judge.present",
            _("The judge on call leaves before anybody offers anything."),
            law=_("Online Mediation art. 18"),
            next_step=_("Wait for the answer, or let the judge go."),
        )


def speaker(found: Guest, party_id: int | None, hand: Hand) -> Any:
    """Whose words these are: one's own, or a party's by the mediator's hand. Refuses: speaking for another party."""
    if party_id is None or party_id == found.party_id:
        if found.is_lead and hand != Hand.SELF:
            raise Refused("hand.nobody", _("Say for which party you write this down."))
        return found.party
    if not found.is_lead or hand == Hand.SELF:
        raise Forbidden(room_rules.SIT, code="room.not_your_words")
    party = disputes.parties(found.room.mediation.dispute).filter(pk=party_id).first()
    if party is None:
        raise Http404
    return party


def add(
    found: Guest,
    kind: LineKind,
    *,
    at: dt.datetime,
    channel: str = Channel.JOINT,
    client_id: uuid.UUID | None = None,
    party: Any = None,
    name: str = "",
    **more: Any,
) -> RoomLine:
    """One more line of a channel, told to whoever hears it. The room is locked, so numbers have no gap."""
    room = found.room
    last = RoomLine.objects.filter(room=room, channel=channel).aggregate(n=Max("n"))["n"] or 0
    made = RoomLine.objects.create(
        room=room,
        dispute_id=room.dispute_id,
        channel=channel,
        n=last + 1,
        client_id=client_id or uuid.uuid4(),
        kind=kind,
        at=at,
        actor=found.actor.id,
        party=party,
        name=name,
        **more,
    )
    live.tell(room_queries.topic(room, channel), kind="line", mark=made.n)
    return made


def tell_state(room: Room) -> None:
    """Something beside the talk changed for everybody: pages load those parts anew."""
    live.tell(room_queries.topic(room, Channel.JOINT), kind="state")


def keep_event(found: Guest, deed: str, *, at: dt.datetime) -> None:
    """The open history says that something was done in the room, never what."""
    number = found.room.mediation.dispute.number
    log.record(
        events.RoomChanged(number=number, mediation_id=found.room.mediation_id, room=found.room.n, deed=deed),
        actor=found.actor.id,
        at=at,
    )


def waiting_questions(found: Guest) -> list[Question]:
    one = room_queries.waiting_question(found.room)
    return [one] if one is not None else []


def judge_answered(question: Question, *, actor: Actor, at: dt.datetime) -> None:
    """The answer of the judge on call appears in the room; the judge, who has no place there, goes."""
    with scoping.unscoped("room.judge_answered"):
        rows = Room.objects.select_for_update(of=("self",)).select_related("mediation__dispute")
        room = rows.filter(mediation_id=question.mediation_id, ended_at__isnull=True).first()
        if room is not None:
            add(Guest(room, actor, None), LineKind.ANSWERED, at=at, name=question.judge.name, ref=question.pk)
            tell_state(room)
