"""Events are written with the change they tell of, or not at all, and can never be altered."""

import dataclasses
import datetime as dt
from typing import ClassVar

import pytest
from django.db import Error, transaction

from fengqiao.kernel import events
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import Event
from fengqiao.kernel.testing import run_jobs

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
heard: list[int] = []


@dataclasses.dataclass(frozen=True)
class KettleBoiled(events.Fact):
    kind: ClassVar[str] = "test.kettle_boiled"
    number: str
    on: dt.date


@events.listen(KettleBoiled)
def pour(event_id: int, facts: dict[str, object]) -> None:
    heard.append(event_id)


@pytest.mark.django_db
def test_an_event_reaches_its_listener_once() -> None:
    row = events.record(KettleBoiled(number="1", on=AT.date()), actor="member:1", at=AT)
    assert run_jobs() == 1
    assert heard[-1] == row.pk
    assert Event.objects.get().facts == {"number": "1", "on": "2026-04-30"}
    assert run_jobs() == 0


@pytest.mark.django_db
def test_a_rollback_removes_event_and_job() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(KettleBoiled(number="1", on=AT.date()), actor="member:1", at=AT)
        _ = 1 / 0
    assert not Event.objects.exists()
    assert run_jobs() == 0


@pytest.mark.django_db
def test_an_event_needs_its_actor() -> None:
    with pytest.raises(AssertionError):
        events.record(KettleBoiled(number="1", on=AT.date()), actor="", at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", [lambda: Event.objects.update(kind="x"), lambda: Event.objects.all().delete()])
def test_an_event_cannot_be_altered(spoil) -> None:
    events.record(KettleBoiled(number="1", on=AT.date()), actor="member:1", at=AT)
    with pytest.raises(Error), transaction.atomic():
        spoil()
