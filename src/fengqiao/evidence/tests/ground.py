"""Events to seal, and a log to look at."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.evidence import actions
from fengqiao.evidence.models import Log
from fengqiao.kernel import events
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.events import Fact

AT = dt.datetime(2026, 7, 12, 9, 0, tzinfo=CHINA)


@dataclasses.dataclass(frozen=True)
class Told(Fact):
    kind: ClassVar[str] = "tests.told"
    number: str
    amount: int = 1


def happen(count: int = 1, *, subject: str = "", place_id: int | None = None) -> list:
    facts = [Told(subject or f"m{at}", at) for at in range(count)]
    return events.record_many(facts, actor="job:tests", at=AT, place_id=place_id)


def turn(at: dt.datetime = AT) -> None:
    """What the job does: seal everything, show everything."""
    while actions.seal(at=at).is_full:
        pass
    for log in Log.objects.all():
        actions.publish(log, at=at)
