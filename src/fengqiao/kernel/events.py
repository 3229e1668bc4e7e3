"""Events: history, outbox and evidence in one row.

`record` appends the event and one job per listener in the caller's transaction, so a rollback removes both and
no relay is needed. A listener may run twice (a worker died in between): it keeps the event id in a unique column.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import scoping
from fengqiao.kernel.models import Event


@dataclasses.dataclass(frozen=True)
class Fact:
    """What a context tells the world. `kind` is "<context>.<past participle>"; fields are ids and facts."""

    kind: ClassVar[str]

    @property
    def subject(self) -> str:
        """What it is about: the matter number where there is one. Jobs of one subject run in order."""
        return str(getattr(self, "number", ""))


Listener = Callable[..., None]
L = TypeVar("L", bound=Listener)

_listeners: dict[str, list[Any]] = {}


def listen(*facts: type[Fact]) -> Callable[[L], L]:
    """Run the function as a job after each of these events: `f(event_id=…, facts={…})`, everything in scope."""

    def register(function: L) -> L:
        name = f"{function.__module__}.{function.__qualname__}"
        task = jobs.task(name=name, queue="events", retry=5)(_as_job(name, function))
        for fact in facts:
            _listeners.setdefault(fact.kind, []).append(task)
        return function

    return register


def _as_job(name: str, function: Listener) -> Listener:
    """A listener runs in one transaction that sees everything: the rule was checked when the event was recorded."""

    @functools.wraps(function)
    def run(**facts: Any) -> None:
        with scoping.unscoped(name):
            function(**facts)

    return run


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list | set | frozenset):
        return [_as_json(item) for item in value]
    return value


def record(fact: Fact, *, actor: str, at: dt.datetime, place_id: int | None = None) -> Event:
    """Append one event and its jobs. Must be called inside the transaction of the change."""
    return record_many([fact], actor=actor, at=at, place_id=place_id)[0]


def record_many(facts: Iterable[Fact], *, actor: str, at: dt.datetime, place_id: int | None = None) -> list[Event]:
    """Append several events at once: one statement for the rows, one for all their jobs."""
    assert actor, "an event without its actor"
    rows = [
        Event(
            kind=fact.kind,
            subject=fact.subject,
            actor=actor,
            at=at,
            place_id=place_id,
            facts={field.name: _as_json(getattr(fact, field.name)) for field in dataclasses.fields(fact)},
        )
        for fact in facts
    ]
    Event.objects.bulk_create(rows)
    _defer(rows)
    return rows


def _defer(rows: list[Event]) -> None:
    """One job per event and listener, each in line with the other jobs of its subject; one statement for all."""
    deferrers = [
        (task.configure(lock=row.subject or None), row) for row in rows for task in _listeners.get(row.kind, ())
    ]
    if deferrers:
        waiting = [deferrer.make_new_job(event_id=row.pk, facts=row.facts) for deferrer, row in deferrers]
        deferrers[0][0].job_manager.batch_defer_jobs(jobs=waiting)
