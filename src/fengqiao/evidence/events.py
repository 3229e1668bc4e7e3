"""What evidence tells the world, and seals of itself."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class IncidentSettled(Fact):
    kind: ClassVar[str] = "evidence.incident_settled"
    incident: int
