"""Who stands at the door of a mediation room: a signed-in mediator or party, or a party that showed number and code.

The pages and the live process ask here, so that a stream opens to nobody whom the page would not let in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, MutableMapping
from typing import Any

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import limits, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.mediation import party_shown, room_queries, room_rules
from fengqiao.people import access
from fengqiao.people.rules import WALLS, Role

Session = MutableMapping[str, Any]
Opener = Callable[[Session, str, dt.datetime], Actor | None]

PARTIES = "parties"
"""In the session: number → [party, last use] of the matters this browser opened with a party's own code."""
IDLE_S, MOST_OPEN, TOUCH_S = 60 * 60, 20, 300
TRIES, TRIES_S = 5, 15 * 60

_openers: list[Opener] = []


def register_opener(opener: Opener) -> None:
    """A context above knows another way a browser opened a matter (the code of the contact it came from)."""
    _openers.append(opener)


def actor_of_party(party_id: int) -> Actor:
    """Whoever showed the number and a party's own code: this one matter, as this party."""
    return Actor(id=f"party:{party_id}", role="resident", party_id=party_id, compartments=WALLS[Role.RESIDENT])


def open_by_code(session: Session, number: str, code: str, *, now: dt.datetime) -> bool | None:
    """Try a party's own code. Result: whether it fits; None when there were too many tries."""
    if not limits.hit(f"party:{number}", TRIES, TRIES_S, now):
        return None
    with scoping.unscoped("room.door"):
        party = disputes.party_by_code(number, code)
    if party is None:
        return False
    limits.clear(f"party:{number}")
    held = _held(session, now) | {number: [party.pk, int(now.timestamp())]}
    session[PARTIES] = dict(sorted(held.items(), key=lambda item: item[1][1])[-MOST_OPEN:])
    return True


def _held(session: Session, now: dt.datetime) -> dict[str, list[int]]:
    since = int(now.timestamp()) - IDLE_S
    held: dict[str, list[int]] = session.get(PARTIES, {})
    return {number: entry for number, entry in held.items() if entry[1] >= since}


def by_code(session: Session, number: str, *, now: dt.datetime, touch: bool = False) -> Actor | None:
    """The party whose code this browser showed for this matter within the hour."""
    held = _held(session, now)
    entry = held.get(number)
    if entry is not None:
        if touch and now.timestamp() - entry[1] > TOUCH_S:
            session[PARTIES] = held | {number: [entry[0], int(now.timestamp())]}
        return actor_of_party(entry[0])
    return next((found for opener in _openers if (found := opener(session, number, now)) is not None), None)


def guest(session: Session, number: str, signed_in: Actor | None, *, now: dt.datetime) -> Actor | None:
    """The actor a room page goes on with: a duty or a person that is signed in, else the code this browser showed."""
    if signed_in is not None and signed_in.is_authenticated and signed_in.may(room_rules.SIT):
        if signed_in.role != "resident":
            return signed_in
        with scoping.scoped(signed_in):
            if disputes.by_number(number, signed_in) is not None:
                return signed_in
    if signed_in is not None and signed_in.is_authenticated and signed_in.role != "resident":
        return None
    return by_code(session, number, now=now, touch=True)


def topics(session: Session, number: str, *, now: dt.datetime) -> frozenset[str] | None:
    """What a browser's stream may hear of the room of this matter; None where its page would not open either."""
    actor = guest(session, number, access.of_session(session, now=now), now=now)
    if actor is None:
        return None
    with scoping.scoped(actor):
        found = room_queries.newest(number, actor)
        return room_queries.topics(found) if found is not None else None


# -- a party's own pages ----------------------------------------------------------------------------------------------


def party(session: Session, number: str, signed_in: Actor, *, now: dt.datetime) -> Actor | None:
    """The actor a party's page goes on with: their own sign-in, else the code this browser showed. None for others."""
    if signed_in.role == "resident" and signed_in.person_id is not None:
        with scoping.scoped(signed_in):
            if disputes.by_number(number, signed_in) is not None:
                return signed_in
    if signed_in.is_authenticated and signed_in.role != "resident":
        return None
    return by_code(session, number, now=now, touch=True)


def opened(session: Session, *, now: dt.datetime) -> dict[str, Actor]:
    """Number → party of the matters this browser opened with a party's own code."""
    return {number: actor_of_party(entry[0]) for number, entry in _held(session, now).items()}


def close(session: Session) -> None:
    """Lock them all again: for phones that are lent out."""
    session.pop(PARTIES, None)


@dataclasses.dataclass(frozen=True)
class MineLine:
    """One dispute of mine, as a line. `is_me`: the next move is mine."""

    number: str
    name: str
    headline: Text
    who: Text
    is_me: bool
    by: dt.datetime | None


MOST_SHOWN = 20


def line_of(number: str, actor: Actor, *, now: dt.datetime) -> MineLine | None:
    """The dispute of this number as its party sees it in a list; None where the actor is no party of it."""
    matter = party_shown.own(number, actor, now)
    if matter is None:
        return None
    found = party_shown.standing(matter)
    return MineLine(number, matter.dispute.name or number, found.headline, found.who, found.is_me, found.by)


def mine(session: Session, signed_in: Actor, *, now: dt.datetime) -> list[MineLine]:
    """The disputes this reader is a party of: opened by code in this browser, or their own by sign-in."""
    held = opened(session, now=now)
    if signed_in.role == "resident" and signed_in.person_id is not None:
        with scoping.scoped(signed_in):
            rows = disputes.visible_to(signed_in).order_by("-opened_at", "-pk")[:MOST_SHOWN]
            held |= dict.fromkeys((row.number for row in rows), signed_in)
    found = []
    for number, actor in held.items():
        with scoping.scoped(actor):
            line = line_of(number, actor, now=now)
        found += [line] if line is not None else []
    return found
