"""Questions about the mediation room: who is here, what this guest may read, what stands open."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import AgentKind, ConsentTo, PartyKind, Side
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import MEDIATION, Actor
from fengqiao.kernel.errors import Text
from fengqiao.mediation import room_rules
from fengqiao.mediation.models import Mediation, Question
from fengqiao.mediation.room_models import (
    BlindRound,
    Room,
    RoomAlert,
    RoomCard,
    RoomEntry,
    RoomLine,
    RoomOffer,
    RoomRecord,
    RoomRecording,
    Understanding,
)
from fengqiao.mediation.room_rules import Channel, LineKind, OfferState, RoundState, Weight
from fengqiao.mediation.rules import Stage
from fengqiao.people.rules import mask_name

MOST_LINES = 500


@dataclasses.dataclass(frozen=True)
class Guest:
    """Who somebody is in this room. `party` is None for the mediator; `key` names them towards other browsers."""

    room: Room
    actor: Actor
    party: Any

    @property
    def is_lead(self) -> bool:
        return self.party is None

    @property
    def party_id(self) -> int | None:
        return getattr(self.party, "pk", None)

    @property
    def side(self) -> str:
        return str(getattr(self.party, "side", ""))

    @property
    def name(self) -> str:
        return str(getattr(self.party, "name", "") or self.actor.name)

    @property
    def key(self) -> str:
        return "lead" if self.party is None else f"p{self.party_id}"

    @property
    def channels(self) -> tuple[str, ...]:
        """What this guest may read: the mediator every talk, a party the joint one and its own."""
        return tuple(Channel.values) if self.is_lead else (Channel.JOINT, self.side)


def rooms(number: str) -> QuerySet[Room]:
    """The sittings of a dispute, newest first; the net decides which are there."""
    found = Room.objects.filter(dispute__number=number)
    return found.select_related("mediation__mediator__user", "mediation__dispute__cause").order_by("-pk")


def guest(room: Room, actor: Actor) -> Guest | None:
    """The part of an actor in a room; None for everybody who is neither its mediator nor one of its parties."""
    if not actor.holds(MEDIATION):
        return None
    dispute = room.mediation.dispute
    if actor.user_id is not None and actor.role == "mediator":
        return Guest(room, actor, None) if disputes.is_mediator(dispute, actor) else None
    party = disputes.party_of(dispute, actor)
    return Guest(room, actor, party) if party is not None else None


def newest(number: str, actor: Actor) -> Guest | None:
    """The guest in the sitting that runs, else in the last one."""
    room = rooms(number).first()
    return guest(room, actor) if room is not None else None


def topic(room: Room, channel: str) -> str:
    return f"room:{room.uid}:{channel}"


def topics(found: Guest) -> frozenset[str]:
    """What this guest's stream hears: the joint talk, their own private one, what browsers tell them of pictures."""
    own = [*found.channels, f"to-{found.key}", *(["lead"] if found.is_lead else [])]
    return frozenset(topic(found.room, one) for one in own)


# -- the talk ---------------------------------------------------------------------------------------------------------


def lines(found: Guest, channel: str, *, after: int = 0) -> list[RoomLine]:
    """Lines of one channel this guest may read, oldest first; the newest `MOST_LINES` when there are more."""
    if channel not in found.channels:
        return []
    rows = RoomLine.objects.filter(room_id=found.room.pk, channel=channel, n__gt=after)
    newest_first = rows.select_related("file", "party").prefetch_related("acks").order_by("-n")[:MOST_LINES]
    return list(newest_first)[::-1]


def line_file(found: Guest, uid: uuid.UUID) -> RoomLine | None:
    rows = RoomLine.objects.filter(room__mediation_id=found.room.mediation_id, uid=uid, file__isnull=False)
    return rows.filter(channel__in=found.channels).select_related("file").first()


def files(found: Guest) -> list[RoomLine]:
    rows = RoomLine.objects.filter(room__mediation_id=found.room.mediation_id, kind=LineKind.FILE)
    return list(rows.filter(channel__in=found.channels).select_related("file", "party").order_by("-pk")[:100])


def questions_of(rows: Iterable[RoomLine]) -> dict[int, Question]:
    """Questions to the judge on call that lines point at."""
    wanted = {row.ref for row in rows if row.kind in {LineKind.ASKED, LineKind.ANSWERED} and row.ref}
    return Question.objects.select_related("judge").in_bulk(wanted) if wanted else {}


def cards(found: Guest) -> list[RoomCard]:
    rows = RoomCard.objects.filter(mediation_id=found.room.mediation_id, gone_at__isnull=True)
    return list(rows.filter(channel__in=found.channels))


def last_numbers(found: Guest) -> dict[str, int]:
    """The newest line of every channel the guest may read."""
    from django.db.models import Max

    rows = RoomLine.objects.filter(room_id=found.room.pk, channel__in=found.channels)
    return dict.fromkeys(found.channels, 0) | dict(rows.values_list("channel").annotate(n=Max("n")))


# -- entry ------------------------------------------------------------------------------------------------------------


def entries(room: Room) -> dict[int, RoomEntry]:
    return {entry.party_id: entry for entry in RoomEntry.objects.filter(room=room)}


def is_ready(room: Room, party: Any, entry: RoomEntry | None) -> bool:
    """Whether a party may speak: identity checked, warned of sham mediation, agreed to the online form."""
    if entry is None or entry.checked_at is None or entry.warned_at is None:
        return False
    return disputes.has_consented(party, ConsentTo.ONLINE, step=room.step)


def identity_checked(mediation: Mediation) -> bool:
    """Whether every party was checked and warned in some sitting of this mediation: for whoever signs afterwards.

    Basis: 在线调解规则 17.
    """
    with scoping.unscoped("room.identity_checked"):
        wanted = set(disputes.parties(mediation.dispute).values_list("pk", flat=True))
        done = RoomEntry.objects.filter(
            room__mediation=mediation, checked_at__isnull=False, warned_at__isnull=False, party__in=wanted
        )
        return bool(wanted) and set(done.values_list("party", flat=True)) == wanted


# -- offers -----------------------------------------------------------------------------------------------------------


def offers(found: Guest) -> list[RoomOffer]:
    rows = RoomOffer.objects.filter(mediation_id=found.room.mediation_id)
    return list(rows.select_related("party", "answers").prefetch_related("given__party"))


def state_of(offer: RoomOffer, at: dt.datetime) -> OfferState:
    """An offer whose time is over has lapsed, whether or not somebody has written it down yet."""
    state = OfferState(offer.state)
    return OfferState.LAPSED if state == OfferState.OPEN and offer.valid_until <= at else state


def blind_rounds(found: Guest) -> list[BlindRound]:
    rows = BlindRound.objects.filter(mediation_id=found.room.mediation_id)
    return list(rows.prefetch_related("envelopes"))


def overdue_rounds(at: dt.datetime) -> list[BlindRound]:
    return list(BlindRound.objects.filter(state=RoundState.OPEN, closes_at__lte=at)[:500])


def waiting_question(room: Room) -> Question | None:
    """A question the judge on call has neither answered nor been released from."""
    rows = Question.objects.filter(mediation_id=room.mediation_id, answered_at__isnull=True)
    return rows.filter(taken_back_at__isnull=True).select_related("judge").order_by("pk").first()


# -- record, comprehension, recording ---------------------------------------------------------------------------------


def record(room: Room) -> RoomRecord | None:
    rows = RoomRecord.objects.filter(room=room, replaced_at__isnull=True)
    return rows.prefetch_related("confirmations__party").first()


def understandings(found: Guest) -> list[Understanding]:
    rows = Understanding.objects.filter(mediation_id=found.room.mediation_id)
    rows = rows if found.is_lead else rows.filter(side=found.side)
    return list(rows.select_related("party"))


def all_understood(mediation: Mediation, about: str) -> bool:
    """Whether every party has said in its own words what this agreement means, freely: for whoever signs."""
    with scoping.unscoped("room.all_understood"):
        wanted = set(disputes.parties(mediation.dispute).values_list("pk", flat=True))
        newest_of: dict[int, bool] = {}
        for one in Understanding.objects.filter(mediation=mediation, about=about).order_by("pk"):
            newest_of[one.party_id] = one.is_enough
        return bool(wanted) and all(newest_of.get(pk, False) for pk in wanted)


def live_recording(room: Room) -> RoomRecording | None:
    return RoomRecording.objects.filter(room=room, stopped_at__isnull=True).first()


def recordings(found: Guest) -> list[RoomRecording]:
    return list(RoomRecording.objects.filter(room__mediation_id=found.room.mediation_id))


def may_record(room: Room) -> bool:
    """Whether every party agrees to be recorded in this very sitting. Basis: 在线调解规则 22."""
    return disputes.all_consent(room.mediation.dispute, ConsentTo.RECORDING, step=room.step)


# -- for the mediator alone -------------------------------------------------------------------------------------------


def alerts(room: Room) -> list[RoomAlert]:
    return list(RoomAlert.objects.filter(room=room, settled_at__isnull=True).select_related("party"))


@dataclasses.dataclass(frozen=True)
class Hint:
    side: Text
    text: Text


def hints(room: Room, *, at: dt.datetime) -> list[Hint]:
    """Where the talk may lack balance, for its mediator. Situations, no mark on anybody."""
    with scoping.unscoped("room.hints"):
        weights = _weights(room, at=at)
    by_side = {weight.side: weight for weight in weights}
    pairs = ((Side.APPLICANT, Side.RESPONDENT), (Side.RESPONDENT, Side.APPLICANT))
    return [
        Hint(Side(ours).label, text)
        for ours, theirs in pairs
        if ours in by_side and theirs in by_side
        for text in room_rules.imbalance(by_side[ours], by_side[theirs])
    ]


def _weights(room: Room, *, at: dt.datetime) -> list[Weight]:
    found: dict[str, list[Any]] = {}
    for party in disputes.parties(room.mediation.dispute).prefetch_related("agents"):
        found.setdefault(party.side, []).append(party)
    return [_weight(side, parties, at=at) for side, parties in found.items()]


def _weight(side: str, parties: Sequence[Any], *, at: dt.datetime) -> Weight:
    agents = [one.kind for party in parties for one in party.agents.all() if one.ended_at is None]
    return Weight(
        side=side,
        is_natural=all(party.kind == PartyKind.NATURAL for party in parties),
        has_lawyer=AgentKind.LAWYER in agents,
        has_agent=bool({AgentKind.AGENT, AgentKind.GUARDIAN} & set(agents)),
        has_minor=any(party.is_minor for party in parties),
        matters_in_a_year=max(disputes.matters_of_firm(party, since=at - dt.timedelta(days=365)) for party in parties),
        speaks_chinese=all(party.language.startswith("zh") for party in parties),
    )


def shown_name(found: Guest, line_name: str, party: Any) -> str:
    """Names in the room: whole for the mediator and for oneself, persons of the other side masked."""
    if party is None or found.is_lead or getattr(party, "pk", None) == found.party_id:
        return line_name
    return mask_name(line_name) if getattr(party, "kind", "") == PartyKind.NATURAL else line_name


def may_open(mediation: Mediation | None) -> bool:
    return mediation is not None and mediation.stage == Stage.RUNNING
