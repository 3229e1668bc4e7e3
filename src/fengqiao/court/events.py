"""What the court tells the world. Numbers, dates and codes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class ConfirmationFact(Fact):
    number: str
    confirmation_id: int


@dataclasses.dataclass(frozen=True)
class ConfirmationJoined(ConfirmationFact):
    kind: ClassVar[str] = "confirmation.joined"
    party_id: int


@dataclasses.dataclass(frozen=True)
class ConfirmationApplied(ConfirmationFact):
    """Every party has joined: the application is with the court."""

    kind: ClassVar[str] = "confirmation.applied"
    court_id: int
    both_appeared: bool


@dataclasses.dataclass(frozen=True)
class ConfirmationChanged(ConfirmationFact):
    kind: ClassVar[str] = "confirmation.changed"
    deed: str


@dataclasses.dataclass(frozen=True)
class ConfirmationAccepted(ConfirmationFact):
    kind: ClassVar[str] = "confirmation.accepted"
    case_number: str
    judge_id: int


@dataclasses.dataclass(frozen=True)
class ConfirmationDecided(ConfirmationFact):
    kind: ClassVar[str] = "confirmation.decided"
    case_number: str
    is_valid: bool
    ground: str
    decided_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class ConfirmationServed(ConfirmationFact):
    kind: ClassVar[str] = "confirmation.served"
    party_id: int
    objection_until: dt.date
