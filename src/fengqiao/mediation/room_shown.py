"""How the room reads: lines of the talk, who is here, what lies on the table; one guest's view of it."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentTo, Side
from fengqiao.kernel import deadlines
from fengqiao.kernel.errors import Text
from fengqiao.mediation import room_acts, room_queries
from fengqiao.mediation.models import Question
from fengqiao.mediation.room_models import BlindRound, RoomLine, RoomOffer
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import QUESTIONS, Answer, CardKind, Channel, Hand, LineKind, OfferState, RoundState
from fengqiao.shell.clocks import Instant

TURN_S = 12 * 3600


@dataclasses.dataclass(frozen=True)
class ShownLine:
    line: RoomLine
    name: str
    role: Text
    is_own: bool
    question: Question | None
    acked: tuple[str, ...]
    waits_for: tuple[str, ...]
    may_ack: bool

    @property
    def initial(self) -> str:
        return self.name[:1]

    @property
    def hand(self) -> Text:
        return Hand(self.line.hand).label if self.line.hand != Hand.SELF else ""

    @property
    def kind(self) -> str:
        return str(self.line.kind)


def lines(guest: Guest, channel: str, *, after: int = 0) -> list[ShownLine]:
    """Lines of one talk as this guest reads them."""
    rows = room_queries.lines(guest, channel, after=after)
    questions = room_queries.questions_of(rows)
    asked = any(row.kind == LineKind.AGREE for row in rows)
    parties = list(disputes.parties(guest.room.mediation.dispute)) if asked else []
    return [_line(guest, row, questions, parties) for row in rows]


def _line(guest: Guest, row: RoomLine, questions: dict[int, Question], parties: list[Any]) -> ShownLine:
    party = row.party
    own = row.party_id == guest.party_id and row.hand == Hand.SELF and row.kind in {LineKind.SAY, LineKind.FILE}
    acked = {ack.party_id for ack in row.acks.all()}
    is_asked = row.kind == LineKind.AGREE
    return ShownLine(
        line=row,
        name=_("I") if own else room_queries.shown_name(guest, row.name, party),
        role="" if own else _("mediator") if party is None else Side(party.side).label,
        is_own=own,
        question=questions.get(row.ref or 0),
        acked=tuple(_named(guest, one) for one in parties if is_asked and one.pk in acked),
        waits_for=tuple(_named(guest, one) for one in parties if is_asked and one.pk not in acked),
        may_ack=is_asked and guest.party_id is not None and guest.party_id not in acked and guest.room.ended_at is None,
    )


def _named(guest: Guest, party: Any) -> str:
    return room_queries.shown_name(guest, party.name, party)


def as_json(guest: Guest, channel: str, *, after: int) -> list[dict[str, Any]]:
    """New lines for the page that is open: number and markup."""
    number = room_acts.number_of(guest)
    return [
        {"n": one.line.n, "key": str(one.line.client_id) if one.is_own else "",
         "html": render_to_string("mediation/room/line.html", {"one": one, "number": number})}
        for one in lines(guest, channel, after=after)
    ]  # fmt: skip


# -- who is here ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class ShownGuest:
    pk: int
    name: str
    side: Text
    is_own: bool
    is_checked: bool
    is_warned: bool
    is_online: bool
    records: bool
    hand: Text
    seen_at: dt.datetime | None

    @property
    def is_ready(self) -> bool:
        return self.is_checked and self.is_warned and self.is_online


def guests(guest: Guest) -> list[ShownGuest]:
    room, found = guest.room, []
    entries = room_queries.entries(room)
    for party in disputes.parties(room.mediation.dispute):
        entry = entries.get(party.pk)
        hand = entry.hand if entry is not None else Hand.SELF
        found.append(
            ShownGuest(
                party.pk,
                _named(guest, party),
                Side(party.side).label,
                party.pk == guest.party_id,
                entry is not None and entry.checked_at is not None,
                entry is not None and entry.warned_at is not None,
                disputes.has_consented(party, ConsentTo.ONLINE, step=room.step),
                disputes.has_consented(party, ConsentTo.RECORDING, step=room.step),
                Hand(hand).label if hand != Hand.SELF else "",
                entry.seen_at if entry is not None else None,
            )
        )
    return found


@dataclasses.dataclass(frozen=True)
class Talk:
    """One link among the talks. `last`: its newest line, so that the page counts what came after."""

    channel: str
    name: Text
    url: str
    is_private: bool
    is_current: bool
    last: int


def talks(guest: Guest, current: str) -> list[Talk]:
    number, last = room_acts.number_of(guest), room_queries.last_numbers(guest)
    found = [
        Talk("joint", _("Together"), reverse("mediation:room", args=[number]), False, current == "joint", last["joint"])
    ]
    if not guest.is_lead:
        url = reverse("mediation:room_alone", args=[number])
        return [*found, Talk(guest.side, _("Alone"), url, True, current == guest.side, last[guest.side])]
    present = {party.side for party in disputes.parties(guest.room.mediation.dispute)}
    for channel in (one for one in Channel if one in present):
        url = reverse("mediation:room_side", args=[number, channel.value])
        name = _("Alone · %(side)s") % {"side": Side(channel).label}
        found.append(Talk(channel, name, url, True, current == channel, last[channel]))
    return found


# -- what lies on the table -------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class ShownOffer:
    offer: RoomOffer
    state: OfferState
    by: str
    marks: tuple[tuple[str, str, Text], ...]
    clock: Instant | None
    may_answer: bool
    is_own: bool
    said_own_words: bool


ANSWER_ICONS = {Answer.YES: "check", Answer.NO: "x", Answer.TALK: "message-2", "": "hourglass-low"}


def offers(guest: Guest, at: dt.datetime) -> list[ShownOffer]:
    parties = list(disputes.parties(guest.room.mediation.dispute))
    told = {one.about for one in room_queries.understandings(guest) if one.is_enough and not guest.is_lead}
    return [_offer(guest, one, parties, told, at) for one in room_queries.offers(guest)]


def _offer(guest: Guest, one: RoomOffer, parties: list[Any], told: set[str], at: dt.datetime) -> ShownOffer:
    state = room_queries.state_of(one, at)
    given = {answer.party_id: answer.answer for answer in one.given.all()}
    is_open = state == OfferState.OPEN and guest.room.ended_at is None
    return ShownOffer(
        one,
        state,
        _("proposal of the mediator") if one.party is None else _named(guest, one.party),
        tuple(
            (ANSWER_ICONS[given.get(party.pk, "")], _named(guest, party),
             Answer(given[party.pk]).label if party.pk in given else _("waits"))
            for party in parties
        ),
        Instant(one.valid_until, at) if state == OfferState.OPEN else None,
        is_open and not guest.is_lead and given.get(guest.party_id or 0) != Answer.YES,
        is_open and one.party_id == guest.party_id,
        f"offer {one.pk}" in told,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ShownRound:
    """What may be seen of a round: that a side has sealed, never what."""

    round: BlindRound
    sealed: tuple[tuple[str, bool, dt.datetime | None], ...]
    clock: Instant | None
    may_seal: bool
    label: Text


def rounds(guest: Guest, at: dt.datetime) -> list[ShownRound]:
    found = []
    for one in room_queries.blind_rounds(guest):
        done = {envelope.side: envelope.sealed_at for envelope in one.envelopes.all()}
        is_open = one.state == RoundState.OPEN and one.closes_at > at and guest.room.ended_at is None
        is_least = guest.side == one.demanding
        sides = [(str(Side(side).label), side in done, done.get(side)) for side in (Side.APPLICANT, Side.RESPONDENT)]
        found.append(
            ShownRound(
                one,
                tuple(sides) if is_open else (),
                Instant(one.closes_at, at) if is_open else None,
                is_open and guest.side in {Side.APPLICANT, Side.RESPONDENT} and guest.side not in done,
                _("The least you take, in yuan") if is_least else _("The most you give, in yuan"),
            )
        )
    return found


def consents(guest: Guest, here: list[ShownGuest]) -> list[tuple[Text, str]]:
    """The list of what was asked and who agreed, as it stands on the page."""
    found: list[tuple[Text, str]] = []
    for name, chosen in ((_("Online form"), "is_online"), (_("Recording"), "records")):
        yes = [one.name for one in here if getattr(one, chosen)]
        no = [one.name for one in here if not getattr(one, chosen)]
        told = _("%(who)s agreed") % {"who": "、".join(yes)} if yes else ""
        open_ = _("%(who)s did not") % {"who": "、".join(no)} if no else ""
        found.append((name, "；".join(part for part in (told, open_) if part)))
    return found


def panels(guest: Guest, channel: str, at: dt.datetime) -> dict[str, Any]:
    """Everything beside the talk, for one guest at one moment."""
    room, here = guest.room, guests(guest)
    own = next((one for one in here if one.is_own), None)
    dispute = room.mediation.dispute
    limit = next((one for one in deadlines.for_subjects([f"{dispute.number}/d"])[f"{dispute.number}/d"]
                  if one.kind == "mediation" and one.is_open), None)  # fmt: skip
    cards = room_queries.cards(guest)
    return {
        "guest": guest,
        "room": room,
        "number": dispute.number,
        "title": dispute.name or _("Mediation room"),
        "limit": limit,
        "guests": here,
        "own": own,
        "is_ready": guest.is_lead or (own is not None and own.is_ready),
        "talks": talks(guest, channel),
        "issues": [card for card in cards if card.kind == CardKind.ISSUE],
        "interests": [card for card in cards if card.kind == CardKind.INTEREST],
        "offers": offers(guest, at),
        "rounds": rounds(guest, at),
        "consents": consents(guest, here),
        "record": room_queries.record(room),
        "recording": room_queries.live_recording(room),
        "may_record": guest.is_lead and room_queries.may_record(room),
        "waiting": room_queries.waiting_question(room),
        "is_paused": room.paused_at is not None and (room.paused_until is None or at < room.paused_until),
        "alerts": room_queries.alerts(room) if guest.is_lead else [],
        "hints": room_queries.hints(room, at=at) if guest.is_lead else [],
        "channel": channel,
        "live": f"{settings.LIVE_URL}/live/room/{dispute.number}",
        "ice": json.dumps(ice_servers(guest, at)),
    }


def draft_of_record(guest: Guest) -> str:
    """A first text of the record: when, who, what was confirmed. No offer and no private word."""
    room = guest.room
    here = guests(guest)
    said = [
        _("Meeting %(n)d, opened %(at)s.") % {"n": room.n, "at": f"{room.opened_at:%Y-%m-%d %H:%M}"},
        _("Present: %(who)s.") % {"who": "、".join(f"{one.name}（{one.side}）" for one in here if one.is_ready)},
        _("Identity checked; everybody was warned of sham mediation and agreed to this form."),
    ]
    if not room.recordings.exists():
        said.append(_("Nothing was recorded."))
    for row in room_queries.lines(guest, Channel.JOINT):
        if row.kind == LineKind.AGREE:
            said.append(_("Agreed on: %(what)s") % {"what": row.text})
    return "\n".join(said)


def own_words(text: str) -> list[tuple[Text, str]]:
    told: dict[str, str] = json.loads(text)
    return [(question, told.get(key, "")) for key, question in QUESTIONS]


def ice_servers(guest: Guest, at: dt.datetime) -> list[dict[str, Any]]:
    """Where browsers find each other beyond one network: none by default. With a shared secret, credentials that
    lapse after half a day (the way of coturn's `use-auth-secret`)."""
    urls = settings.ROOM_ICE_SERVERS
    if not urls:
        return []
    if not settings.ROOM_TURN_SECRET:
        return [{"urls": urls}]
    name = f"{int(at.timestamp()) + TURN_S}:{guest.key}"
    digest = hmac.new(settings.ROOM_TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
    return [{"urls": urls, "username": name, "credential": base64.b64encode(digest).decode()}]
