"""What intake tells the world. Ids and facts, never stories about people."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class ContactReceived(Fact):
    kind: ClassVar[str] = "intake.received"
    number: str
    channel: str
    urgency: str
    place_id: int | None
    received_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class ContactsImported(Fact):
    """One event for a batch; `urgent` are the numbers whose ladder must start."""

    kind: ClassVar[str] = "intake.imported"
    run: int
    count: int
    urgent: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class ImportStarted(Fact):
    """Somebody pressed start or go on."""

    kind: ClassVar[str] = "intake.import_started"
    run: int


@dataclasses.dataclass(frozen=True)
class ImportStopped(Fact):
    kind: ClassVar[str] = "intake.import_stopped"
    run: int


@dataclasses.dataclass(frozen=True)
class ContactDispatched(Fact):
    kind: ClassVar[str] = "intake.dispatched"
    number: str
    unit_id: int
    from_id: int
    by_rule: bool = False


@dataclasses.dataclass(frozen=True)
class ContactTaken(Fact):
    kind: ClassVar[str] = "intake.taken"
    number: str
    unit_id: int


@dataclasses.dataclass(frozen=True)
class ContactReturned(Fact):
    kind: ClassVar[str] = "intake.returned"
    number: str
    unit_id: int
    desk_id: int


@dataclasses.dataclass(frozen=True)
class ContactMoved(Fact):
    """Nobody took it in time, so it went on by itself."""

    kind: ClassVar[str] = "intake.moved"
    number: str
    from_id: int
    to_id: int
    level: int


@dataclasses.dataclass(frozen=True)
class ContactAnswered(Fact):
    kind: ClassVar[str] = "intake.answered"
    number: str
    is_first: bool


@dataclasses.dataclass(frozen=True)
class ProgressTold(Fact):
    kind: ClassVar[str] = "intake.progress_told"
    number: str


@dataclasses.dataclass(frozen=True)
class MoreAsked(Fact):
    kind: ClassVar[str] = "intake.more_asked"
    number: str


@dataclasses.dataclass(frozen=True)
class ContactSupplemented(Fact):
    kind: ClassVar[str] = "intake.supplemented"
    number: str
    files: int


@dataclasses.dataclass(frozen=True)
class ContactDone(Fact):
    """The office says it is done. Not solved until the person accepts."""

    kind: ClassVar[str] = "intake.done"
    number: str
    unit_id: int | None


@dataclasses.dataclass(frozen=True)
class ContactAccepted(Fact):
    kind: ClassVar[str] = "intake.accepted"
    number: str
    by: str


@dataclasses.dataclass(frozen=True)
class ContactObjected(Fact):
    kind: ClassVar[str] = "intake.objected"
    number: str
    times: int


@dataclasses.dataclass(frozen=True)
class ContactLapsed(Fact):
    """Closed without acceptance after the stated notices. Counted apart, never as solved."""

    kind: ClassVar[str] = "intake.lapsed"
    number: str
    notices: int


@dataclasses.dataclass(frozen=True)
class ContactReopened(Fact):
    kind: ClassVar[str] = "intake.reopened"
    number: str


@dataclasses.dataclass(frozen=True)
class ContactWithdrawn(Fact):
    kind: ClassVar[str] = "intake.withdrawn"
    number: str


@dataclasses.dataclass(frozen=True)
class ContactTransferred(Fact):
    kind: ClassVar[str] = "intake.transferred"
    number: str
    to: str


@dataclasses.dataclass(frozen=True)
class ContactMerged(Fact):
    kind: ClassVar[str] = "intake.merged"
    number: str
    into: str


@dataclasses.dataclass(frozen=True)
class ContactLinked(Fact):
    kind: ClassVar[str] = "intake.linked"
    number: str
    parent: str


@dataclasses.dataclass(frozen=True)
class ContactSplit(Fact):
    kind: ClassVar[str] = "intake.split"
    number: str
    parts: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class UrgencyChanged(Fact):
    kind: ClassVar[str] = "intake.urgency_changed"
    number: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class AlertTold(Fact):
    kind: ClassVar[str] = "intake.alert_told"
    number: str
    level: int
    organisation_id: int


@dataclasses.dataclass(frozen=True)
class AlertTaken(Fact):
    kind: ClassVar[str] = "intake.alert_taken"
    number: str
    level: int


@dataclasses.dataclass(frozen=True)
class ActUndone(Fact):
    kind: ClassVar[str] = "intake.undone"
    number: str
    undone: str


@dataclasses.dataclass(frozen=True)
class ContactRated(Fact):
    kind: ClassVar[str] = "intake.rated"
    number: str
    about: str


@dataclasses.dataclass(frozen=True)
class NoteWritten(Fact):
    kind: ClassVar[str] = "intake.note_written"
    number: str


@dataclasses.dataclass(frozen=True)
class SupporterJoined(Fact):
    kind: ClassVar[str] = "intake.supporter_joined"
    number: str


@dataclasses.dataclass(frozen=True)
class PostersOrdered(Fact):
    kind: ClassVar[str] = "intake.posters_ordered"
    run: int
    count: int
