"""A sitting begins, parties come in, it pauses, it ends: by the clock, by agreement, or because somebody needs help."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo, InterruptKind
from fengqiao.kernel import live, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions.common import locked, require_mediator
from fengqiao.mediation.actions.room import picturing, sealing
from fengqiao.mediation.actions.room.common import add, inside, keep_event, lead, tell_state
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.room_models import Room, RoomAlert, RoomEntry
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import CheckedBy, Hand, LineKind
from fengqiao.mediation.rules import Stage

CONSENTS = (ConsentTo.ONLINE, ConsentTo.RECORDING)
"""What a party agrees to sitting by sitting."""


@transaction.atomic
def open_room(*, number: str, actor: Actor, at: dt.datetime) -> Room:
    """The mediator opens a sitting. Refuses: while one runs; a mediation that does not run; a matter that was stopped
    (`mediation.dv_block`); a party that has said no."""
    mediation = locked(number, actor)
    require_mediator(actor, room_rules.LEAD, mediation)
    disputes.require_ordinary(mediation.dispute, actor)
    disputes.require_willing(number)
    if mediation.stage != Stage.RUNNING:
        raise Refused("mediation.not_running", _("Only a running mediation has a room."))
    rooms = Room.objects.filter(mediation=mediation)
    if rooms.filter(ended_at__isnull=True).exists():
        raise Refused("room.open", _("This room is open already."))
    made = Room.objects.create(
        mediation=mediation,
        dispute_id=mediation.dispute_id,
        n=rooms.count() + 1,
        opened_at=at,
        actor=actor.id,
    )
    with scoping.unscoped("room.open"):
        RoomEntry.objects.bulk_create(
            RoomEntry(room=made, dispute_id=made.dispute_id, party=party)
            for party in dispute_queries.parties(mediation.dispute)
        )
    keep_event(Guest(made, actor, None), "opened", at=at)
    return made


def _entry(found: Guest, party_id: int) -> RoomEntry:
    entry = RoomEntry.objects.select_related("party").filter(room=found.room, party_id=party_id).first()
    if entry is None:
        raise Http404
    return entry


@transaction.atomic
def come_in(*, number: str, actor: Actor, at: dt.datetime, online: bool, warned: bool, by: ConsentBy) -> RoomEntry:
    """A party reads the warning and agrees to talk in this form, in this sitting. Neither is ever preselected.

    Basis: 在线调解规则 4, 17.
    """
    found = inside(number, actor)
    if found.party_id is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    entry = _entry(found, found.party_id)
    if warned and entry.warned_at is None:
        entry.warned_at = at
    entry.seen_at = at
    entry.save(update_fields=["warned_at", "seen_at"])
    if online:
        disputes.consent(
            number=number, party_id=found.party_id, to=(ConsentTo.ONLINE,), by=by, actor=actor, at=at,
            step=found.room.step,
        )  # fmt: skip
    tell_state(found.room)
    return entry


@transaction.atomic
def check_identity(
    *, number: str, party_id: int, how: CheckedBy, actor: Actor, at: dt.datetime, hand: Hand = Hand.SELF
) -> RoomEntry:
    """The mediator has seen who it is. `hand`: a party that takes part by the mediator's hand all the way.

    Basis: 在线调解规则 17.
    """
    found = lead(number, actor)
    entry = _entry(found, party_id)
    entry.checked_at, entry.checked_by, entry.checker = at, how, actor.id
    entry.hand = hand
    entry.save(update_fields=["checked_at", "checked_by", "checker", "hand"])
    tell_state(found.room)
    return entry


@transaction.atomic
def read_warning(*, number: str, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime) -> RoomEntry:
    """The mediator read the warning aloud to a party that is not at a screen, and wrote its consent down."""
    found = lead(number, actor)
    entry = _entry(found, party_id)
    entry.warned_at = entry.warned_at or at
    entry.save(update_fields=["warned_at"])
    disputes.consent(
        number=number, party_id=party_id, to=(ConsentTo.ONLINE,), by=by, actor=actor, at=at, step=found.room.step
    )
    tell_state(found.room)
    return entry


@transaction.atomic
def take_consent_back(*, number: str, to: ConsentTo, actor: Actor, at: dt.datetime) -> None:
    """A party takes its consent to this sitting's form, or to being recorded, back: one tap, at once in force."""
    found = inside(number, actor)
    if found.party_id is None or to not in CONSENTS:
        raise Http404
    disputes.revoke(number=number, party_id=found.party_id, to=to, actor=actor, at=at, step=found.room.step)
    if to == ConsentTo.RECORDING:
        picturing.stop_live(found, at=at)
    tell_state(found.room)


def require_identity(mediation: Mediation) -> None:
    """For whoever signs afterwards. Refuses: `identity.unchecked`. Basis: 在线调解规则 17."""
    if not room_queries.identity_checked(mediation):
        raise Refused(
            "identity.unchecked",
            _("Every party is checked and warned of sham mediation before anything is signed."),
            law=_("Online Mediation art. 17"),
        )


@transaction.atomic
def pause(*, number: str, actor: Actor, at: dt.datetime, until: dt.datetime | None = None) -> Room:
    """Anybody may pause to cool off; no reason is asked. With an hour it opens again by itself."""
    found = inside(number, actor)
    room = found.room
    if until is not None and until <= at:
        raise Refused("room.pause_past", _("The hour to go on lies in the past."))
    room.paused_at, room.paused_until = at, until
    room.save(update_fields=["paused_at", "paused_until"])
    add(found, LineKind.PAUSED, at=at, party=found.party, name=found.name)
    tell_state(room)
    return room


@transaction.atomic
def resume(*, number: str, actor: Actor, at: dt.datetime) -> Room:
    """The mediator goes on, or the one who paused."""
    found = inside(number, actor)
    room = found.room
    if room.paused_at is None:
        raise Refused("room.not_paused", _("The talk is not paused."))
    if not found.is_lead:
        last = found.room.lines.filter(kind=LineKind.PAUSED).order_by("-n").first()
        if last is None or last.party_id != found.party_id:
            raise Forbidden(room_rules.LEAD, code="room.mediator_only")
    room.paused_at = room.paused_until = None
    room.save(update_fields=["paused_at", "paused_until"])
    add(found, LineKind.RESUMED, at=at, party=found.party, name=found.name)
    tell_state(room)
    return room


@transaction.atomic
def end_room(*, number: str, actor: Actor, at: dt.datetime) -> Room:
    """The mediator ends the sitting, in the words used at every end. The mediation itself goes on."""
    found = lead(number, actor)
    finish(found, at=at)
    return found.room


def finish(found: Guest, *, at: dt.datetime) -> None:
    """One end for every cause: the same line, the same stream, the same page for everybody."""
    room = found.room
    picturing.stop_live(found, at=at, said=False)
    sealing.drop_open(room, at=at)
    room.ended_at, room.paused_at, room.paused_until = at, None, None
    room.save(update_fields=["ended_at", "paused_at", "paused_until"])
    add(found, LineKind.ENDED, at=at)
    tell_state(room)
    keep_event(found, "ended", at=at)


def ends_with_mediation(mediation: Mediation, *, actor: Actor, at: dt.datetime) -> None:
    """A sitting never outlives its mediation. Call with everything in scope; nothing tells why it ended."""
    room = Room.objects.select_for_update().filter(mediation=mediation, ended_at__isnull=True).first()
    if room is not None:
        room.mediation = mediation
        finish(Guest(room, actor, None), at=at)


# -- somebody needs help ----------------------------------------------------------------------------------------------


def alert(found: Guest, party: Any, *, by_person: bool, at: dt.datetime) -> RoomAlert:
    """Call the mediator, and nobody else. Basis: 反家庭暴力法 13, 14; 未成年人保护法 11."""
    with scoping.unscoped("room.alert"):
        waiting = RoomAlert.objects.filter(room=found.room, party=party, settled_at__isnull=True).first()
        if waiting is not None:
            return waiting
        made = RoomAlert.objects.create(
            room=found.room, dispute_id=found.room.dispute_id, party=party, by_person=by_person, raised_at=at
        )
    live.tell(room_queries.topic(found.room, "lead"), kind="alert")
    return made


@transaction.atomic
def signal_for_help(*, number: str, actor: Actor, at: dt.datetime) -> RoomAlert:
    """A party asks for help without a word, in its own private talk. Nothing else changes until a person acts."""
    found = inside(number, actor)
    if found.party is None:
        raise Forbidden(room_rules.SIT, code="room.parties_only")
    return alert(found, found.party, by_person=True, at=at)


@transaction.atomic
def settle_alert(*, number: str, alert_id: int, actor: Actor, at: dt.datetime) -> RoomAlert:
    """The mediator looked and found no danger. A person says so; the line with the words stays."""
    found = lead(number, actor)
    one = RoomAlert.objects.filter(room=found.room, pk=alert_id, settled_at__isnull=True).first()
    if one is None:
        raise Http404
    one.settled_at, one.settled_by = at, actor.id
    one.save(update_fields=["settled_at", "settled_by"])
    return one


@transaction.atomic
def end_for_help(*, number: str, kind: InterruptKind, actor: Actor, at: dt.datetime) -> None:
    """End now, in the usual words, and stop the ordinary way. For everybody else it ended like any other mediation.

    Basis: 人民调解法 25; 在线调解规则 25; 反家庭暴力法 13, 14.
    """
    from fengqiao.mediation.actions.running import interrupt

    found = lead(number, actor)
    RoomAlert.objects.filter(room=found.room, settled_at__isnull=True).update(settled_at=at, settled_by=actor.id)
    interrupt(number=number, kind=kind, actor=actor, at=at)
