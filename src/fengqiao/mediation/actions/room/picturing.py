"""Pictures go from browser to browser; we pass on how to reach each other, and keep a recording where all agreed.

A recording lies in pieces of about a second, each sealed under the recording's own key outside the database. Without
everybody's consent to this sitting no byte is taken; a consent taken back stops it with the next piece.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import keys, live, rulebook, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import room_queries
from fengqiao.mediation.actions.room.common import add, inside, keep_event, lead, require_ready, tell_state
from fengqiao.mediation.room_models import RecordingPiece, Room, RoomRecording, RoomSignal
from fengqiao.mediation.room_queries import Guest
from fengqiao.mediation.room_rules import CHUNK_MOST, SIGNAL_LIFE, LineKind, SignalKind

BODY_MOST = 64_000
TRACK = re.compile(r"(?:lead|p\d+)-[va]\d?")


# -- reaching each other ----------------------------------------------------------------------------------------------


@transaction.atomic
def send_signal(*, number: str, to: str, kind: SignalKind, body: str, actor: Actor, at: dt.datetime) -> None:
    """Pass one message on to another browser in this room. `to` "" tells everybody that one joined or left."""
    found = inside(number, actor)
    if found.party is not None:
        require_ready(found, found.party)
    if len(body) > BODY_MOST:
        raise Refused("signal.too_long", _("This message is too long."))
    room = found.room
    RoomSignal.objects.filter(room=room, at__lt=at - SIGNAL_LIFE).delete()
    for guest_key in [to] if to else sorted(_keys(room) - {found.key}):
        if guest_key not in _keys(room):
            raise Http404
        RoomSignal.objects.create(
            room=room, dispute_id=room.dispute_id, sender=found.key, to=guest_key, kind=kind, body=body, at=at
        )
        live.tell(room_queries.topic(room, f"to-{guest_key}"), kind="signal")


def _keys(room: Room) -> set[str]:
    return {"lead"} | {f"p{pk}" for pk in room_queries.entries(room)}


@transaction.atomic
def take_signals(*, number: str, actor: Actor, at: dt.datetime) -> list[RoomSignal]:
    """What waits for this browser; handed out once."""
    found = inside(number, actor)
    rows = RoomSignal.objects.filter(room=found.room, to=found.key)
    waiting = list(rows.filter(at__gte=at - SIGNAL_LIFE).order_by("pk"))
    rows.delete()
    return waiting


# -- recording --------------------------------------------------------------------------------------------------------


@transaction.atomic
def start_recording(*, number: str, actor: Actor, at: dt.datetime) -> RoomRecording:
    """The mediator starts it. Refuses: `recording.no_consent` unless every party agreed to this sitting's recording.

    Basis: 在线调解规则 22.
    """
    found = lead(number, actor)
    if not room_queries.may_record(found.room):
        raise Refused(
            "recording.no_consent",
            _("Nothing is recorded unless every party agrees."),
            law=_("Online Mediation art. 22"),
        )
    running = room_queries.live_recording(found.room)
    if running is not None:
        return running
    days = rulebook.rule("mediation.room.recording", on=at.date()).whole
    made = RoomRecording.objects.create(
        room=found.room,
        dispute_id=found.room.dispute_id,
        started_at=at,
        keep_until=at.date() + dt.timedelta(days=days),
        actor=actor.id,
    )
    keys.make(made.uid)
    add(found, LineKind.RECORDING, at=at, name=found.name)
    keep_event(found, "recording_began", at=at)
    _tell_recording(found.room)
    return made


@transaction.atomic
def stop_recording(*, number: str, actor: Actor, at: dt.datetime) -> None:
    """Anybody in the room stops it, at once."""
    stop_live(inside(number, actor), at=at)


def stop_live(found: Guest, *, at: dt.datetime, said: bool = True) -> None:
    running = room_queries.live_recording(found.room)
    if running is None:
        return
    running.stopped_at = at
    running.save(update_fields=["stopped_at"])
    if said:
        add(found, LineKind.RECORDED, at=at, name=found.name)
    keep_event(found, "recording_stopped", at=at)
    _tell_recording(found.room)


def _tell_recording(room: Room) -> None:
    live.tell(room_queries.topic(room, "joint"), kind="recording")
    tell_state(room)


@transaction.atomic
def add_piece(
    *, number: str, uid: uuid.UUID, track: str, n: int, data: bytes, actor: Actor, at: dt.datetime
) -> RecordingPiece:
    """One second of one picture, from the mediator's browser. The same piece twice is one piece.

    Refuses: `recording.stopped`, also when a consent went meanwhile; `recording.piece` for a piece too big or empty.
    """
    found = lead(number, actor)
    running = room_queries.live_recording(found.room)
    if running is None or running.uid != uid or not room_queries.may_record(found.room):
        raise Refused("recording.stopped", _("Nothing is recorded now."))
    if not data or len(data) > CHUNK_MOST or not TRACK.fullmatch(track):
        raise Refused("recording.piece", _("This piece cannot be kept."))
    piece, is_new = RecordingPiece.objects.get_or_create(
        recording=running, track=track, n=n, defaults={"dispute_id": running.dispute_id, "size": len(data), "at": at}
    )
    if is_new:
        _write(_path(running, track, n), keys.seal(uid, data, purpose=f"{track} {n}"))
        tracks = sorted({*running.tracks, track})
        RoomRecording.objects.filter(pk=running.pk).update(size=F("size") + len(data), tracks=tracks)
    return piece


def _folder(recording: RoomRecording) -> Path:
    return Path(settings.MEDIA_ROOT) / "recordings" / recording.uid.hex


def _path(recording: RoomRecording, track: str, n: int) -> Path:
    return _folder(recording) / f"{track}-{n:06d}"


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def pieces(recording: RoomRecording, track: str) -> Iterator[bytes]:
    """The picture in the order it was taken. The caller has checked who asks. Raises keys.Destroyed."""
    for n in recording.pieces.filter(track=track).order_by("n").values_list("n", flat=True):
        yield keys.unseal(recording.uid, _path(recording, track, n).read_bytes(), purpose=f"{track} {n}")


@transaction.atomic
def erase_recording(*, number: str, uid: uuid.UUID, actor: Actor, at: dt.datetime) -> RoomRecording:
    """A party wants it gone, or the mediator sees no purpose any more. Basis: 个人信息保护法 15, 47."""
    found = room_queries.newest(number, actor)
    rows = RoomRecording.objects.select_for_update().filter(uid=uid, room__dispute__number=number)
    recording = rows.first() if found is not None else None
    if recording is None or found is None:
        raise Http404
    if recording.stopped_at is None:
        raise Refused("recording.runs", _("Stop it first."))
    _erase(recording, at=at)
    keep_event(found, "recording_erased", at=at)
    return recording


def _erase(recording: RoomRecording, *, at: dt.datetime) -> None:
    """The key first: with it every copy of the pieces is dead, wherever it lies."""
    recording.erased_at = recording.erased_at or at
    recording.save(update_fields=["erased_at"])
    recording.pieces.all().delete()
    transaction.on_commit(lambda: _remove(recording))


def _remove(recording: RoomRecording) -> None:
    keys.destroy(recording.uid)
    folder = _folder(recording)
    if folder.is_dir():
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()


def erase_what_is_over(*, at: dt.datetime) -> int:
    """For the clock: recordings whose time is over. Result: how many."""
    with scoping.unscoped("room.erase"), transaction.atomic():
        over = RoomRecording.objects.filter(erased_at__isnull=True, stopped_at__isnull=False, keep_until__lt=at.date())
        found = list(over[:200])
        for recording in found:
            _erase(recording, at=at)
        return len(found)
