"""What disputes tell the world. Ids and codes only, never a word of anybody's."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class DisputeOpened(Fact):
    kind: ClassVar[str] = "disputes.opened"
    number: str
    source: str
    demanded_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class PartyJoined(Fact):
    kind: ClassVar[str] = "disputes.party_joined"
    number: str
    party_id: int
    side: str


@dataclasses.dataclass(frozen=True)
class Consented(Fact):
    kind: ClassVar[str] = "disputes.consented"
    number: str
    party_id: int
    to: str


@dataclasses.dataclass(frozen=True)
class ConsentRevoked(Fact):
    kind: ClassVar[str] = "disputes.consent_revoked"
    number: str
    party_id: int
    to: str


@dataclasses.dataclass(frozen=True)
class MediationRefused(Fact):
    """A party said no to mediation, clearly."""

    kind: ClassVar[str] = "disputes.mediation_refused"
    number: str
    party_id: int


@dataclasses.dataclass(frozen=True)
class Interrupted(Fact):
    kind: ClassVar[str] = "disputes.interrupted"
    number: str
    interrupt_id: int


@dataclasses.dataclass(frozen=True)
class DutyDone(Fact):
    kind: ClassVar[str] = "disputes.duty_done"
    number: str
    interrupt_id: int


@dataclasses.dataclass(frozen=True)
class InterruptLifted(Fact):
    kind: ClassVar[str] = "disputes.interrupt_lifted"
    number: str
    interrupt_id: int


@dataclasses.dataclass(frozen=True)
class DocketingAsked(Fact):
    kind: ClassVar[str] = "disputes.docketing_asked"
    number: str
    court_id: int
    asked_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class Docketed(Fact):
    kind: ClassVar[str] = "disputes.docketed"
    number: str
    case_number: str
    docketed_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class FactsSigned(Fact):
    """Every party has signed the list of undisputed facts."""

    kind: ClassVar[str] = "disputes.facts_signed"
    number: str
    sheet_id: int


@dataclasses.dataclass(frozen=True)
class DisputeChanged(Fact):
    """A verb that needs no event of its own: `deed` names it."""

    kind: ClassVar[str] = "disputes.changed"
    number: str
    deed: str


@dataclasses.dataclass(frozen=True)
class DisputeEnded(Fact):
    kind: ClassVar[str] = "disputes.ended"
    number: str
    stage: str
    ended_at: dt.datetime
