"""Sealed offers of both sides: opened by nobody, compared once, destroyed with the round.

The numbers lie in envelopes under a key of the round's own, outside the database (`kernel.keys`). When both are sealed
the machine compares them; where they meet, the middle alone is kept; the envelopes go, and the key with them.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.actions import Side
from fengqiao.kernel import keys, rulebook, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions.room.common import (
    add,
    inside,
    lead,
    require_no_judge,
    require_ready,
    require_running,
    tell_state,
)
from fengqiao.mediation.room_models import BlindRound, Envelope, Room
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import SHORTEST_ROUND, LineKind, RoundState

SIDES = (Side.APPLICANT, Side.RESPONDENT)


@transaction.atomic
def open_round(
    *,
    number: str,
    about: str,
    closes_at: dt.datetime,
    actor: Actor,
    at: dt.datetime,
    distance_fen: int = 0,
    demanding: Side = Side.APPLICANT,
) -> BlindRound:
    """The mediator opens a round. `demanding`: the side that names the least it takes; the other the most it gives.

    Units: fen in `distance_fen`, how far apart two numbers may lie and still meet; both sides read it beforehand.
    Refuses: a fourth round (`offer.rounds_over`); while one runs; while the judge on call is asked.
    """
    found = lead(number, actor)
    require_running(found, at)
    require_no_judge(found)
    if not about.strip():
        raise Refused("offer.empty", _("Say in a sentence what is offered."))
    if distance_fen < 0 or demanding not in SIDES:
        raise Refused("offer.amount", _("A sum is not below zero."))
    if closes_at < at + SHORTEST_ROUND:
        raise Refused("offer.too_short", _("A round stays open for at least ten minutes."))
    rows = BlindRound.objects.filter(mediation_id=found.room.mediation_id)
    if rows.filter(state=RoundState.OPEN).exists():
        raise Refused("offer.round_open", _("A round is open already."))
    held = rows.count()
    if held >= rulebook.rule("mediation.room.rounds", on=at.date()).whole:
        raise Refused("offer.rounds_over", _("There were as many rounds as one mediation has."))
    made = BlindRound.objects.create(
        mediation_id=found.room.mediation_id,
        dispute_id=found.room.dispute_id,
        room=found.room,
        n=held + 1,
        about=about.strip()[:200],
        demanding=demanding,
        distance_fen=distance_fen,
        opened_at=at,
        closes_at=closes_at,
        actor=actor.id,
    )
    keys.make(made.uid)
    add(found, LineKind.ROUND, at=at, name=found.name, ref=made.n)
    tell_state(found.room)
    return made


def _purpose(one: BlindRound, side: str) -> str:
    return f"round {one.uid} {side}"


@transaction.atomic
def seal_number(*, number: str, round_id: int, amount_fen: int, actor: Actor, at: dt.datetime) -> BlindRound:
    """A side seals its number. With the second envelope the round is decided and everything in it destroyed.

    Units: fen. Refuses: `offer.closed` after the round; a second number of a side; a party that was not checked.
    """
    found = inside(number, actor)
    if found.party is None or found.side not in SIDES:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    require_running(found, at)
    require_ready(found, found.party)
    rows = BlindRound.objects.select_for_update().filter(mediation_id=found.room.mediation_id)
    one = rows.filter(pk=round_id).first()
    if one is None:
        raise Http404
    if one.state != RoundState.OPEN or one.closes_at <= at:
        raise Refused("offer.closed", _("This round is closed."))
    if amount_fen < 0:
        raise Refused("offer.amount", _("A sum is not below zero."))
    if one.envelopes.filter(side=found.side).exists():
        raise Refused("offer.sealed_already", _("Your number is sealed; nobody can open it, not even you."))
    sealed = keys.seal(one.uid, str(amount_fen).zfill(15).encode(), purpose=_purpose(one, found.side))
    Envelope.objects.create(
        round=one, dispute_id=one.dispute_id, side=found.side, sealed=sealed, sealed_at=at, actor=actor.id
    )
    if one.envelopes.count() == len(SIDES):
        _decide(found, one, at=at)
    tell_state(found.room)
    return one


def _decide(found: Guest, one: BlindRound, *, at: dt.datetime) -> None:
    numbers = {
        envelope.side: int(keys.unseal(one.uid, bytes(envelope.sealed), purpose=_purpose(one, envelope.side)))
        for envelope in one.envelopes.all()
    }
    demand_fen = numbers.pop(one.demanding)
    (offer_fen,) = numbers.values()
    met = room_rules.meet_fen(demand_fen=demand_fen, offer_fen=offer_fen, distance_fen=one.distance_fen)
    _close(one, RoundState.MISSED if met is None else RoundState.AGREED, met_fen=met, at=at)
    add(found, LineKind.ROUND, at=at, ref=one.n)


def _close(one: BlindRound, state: RoundState, *, at: dt.datetime, met_fen: int | None = None) -> None:
    """The round is over: envelopes gone now, the key with the commit (and once more by the job, should we die)."""
    one.state, one.closed_at, one.met_in_fen = state, at, "" if met_fen is None else str(met_fen)
    one.save(update_fields=["state", "closed_at", "met_in_fen"])
    one.envelopes.all().delete()
    transaction.on_commit(lambda: keys.destroy(one.uid))


def drop_open(room: Room, *, at: dt.datetime) -> None:
    """The sitting ends: an open round ends unanswered. Its numbers were seen by nobody and are gone."""
    for one in BlindRound.objects.select_for_update().filter(room=room, state=RoundState.OPEN):
        _close(one, RoundState.LAPSED, at=at)


def close_overdue(*, at: dt.datetime) -> int:
    """For the clock: rounds whose time is over, and keys a crash left behind. Result: rounds closed."""
    with scoping.unscoped("room.close_overdue"), transaction.atomic():
        overdue = room_queries.overdue_rounds(at)
        for one in overdue:
            _close(one, RoundState.LAPSED, at=at)
            tell_state(one.room)
        recent = at - dt.timedelta(days=2)
        for uid in BlindRound.objects.filter(closed_at__gte=recent).values_list("uid", flat=True):
            keys.destroy(uid)
        return len(overdue)


def open_envelope(*, number: str, round_id: int, actor: Actor) -> None:
    """Nobody opens an envelope: not the mediator, not the administrator, not the side that sealed it.

    Refuses: always. Basis: 在线调解规则 18; 特邀调解规定 22.
    """
    raise Forbidden(
        room_rules.SIT,
        _("Nobody ever opens a sealed number."),
        code="offer.sealed",
        law=_("Online Mediation art. 18"),
    )
