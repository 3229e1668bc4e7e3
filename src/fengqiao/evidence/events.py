"""What evidence tells the world, and seals of itself."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class IncidentSettled(Fact):
    kind: ClassVar[str] = "evidence.incident_settled"
    incident: int


@dataclasses.dataclass(frozen=True)
class HoldPlaced(Fact):
    kind: ClassVar[str] = "evidence.hold_placed"
    number: str
    hold: int


@dataclasses.dataclass(frozen=True)
class HoldLifted(Fact):
    kind: ClassVar[str] = "evidence.hold_lifted"
    number: str
    hold: int


@dataclasses.dataclass(frozen=True)
class ErasureAsked(Fact):
    kind: ClassVar[str] = "evidence.erasure_asked"
    number: str
    erasure: int


@dataclasses.dataclass(frozen=True)
class ErasureGranted(Fact):
    kind: ClassVar[str] = "evidence.erasure_granted"
    number: str
    erasure: int


@dataclasses.dataclass(frozen=True)
class ErasureDone(Fact):
    kind: ClassVar[str] = "evidence.erasure_done"
    number: str
    erasure: int
    records: int


@dataclasses.dataclass(frozen=True)
class PackageGiven(Fact):
    kind: ClassVar[str] = "evidence.package_given"
    number: str
    package: int
