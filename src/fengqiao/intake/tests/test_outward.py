"""Webhooks: whom an event concerns hears of it once; nobody else, and nobody of internal notes."""

import json

import pytest
from tests.cast import Cast, cast

from fengqiao.intake import actions, events, outward, tasks
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Urgency
from fengqiao.intake.tests.api_ground import UNIT, by_key
from fengqiao.kernel import clock, scoping, webhooks
from fengqiao.kernel.models import Event, Webhook, WebhookDelivery
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(monkeypatch) -> Cast:
    monkeypatch.setattr(webhooks, "_target", lambda url: (url, "example.test"))
    return cast()


def hook(organisation, *kinds: str) -> Webhook:
    row, _secret = webhooks.subscribe(
        organisation_id=organisation.pk, url="https://example.test/h", kinds=kinds or outward.KINDS, at=clock.now()
    )
    return row


def told_to(row: Webhook) -> list[str]:
    ids = row.deliveries.order_by("event_id").values_list("event_id", flat=True)
    return [Event.objects.get(pk=pk).kind for pk in ids]


def run() -> None:
    """Every listener of ours, twice, as when a worker died after the first time."""
    for event in [*Event.objects.filter(kind__in=outward.KINDS)] * 2:
        with scoping.unscoped("tests"):
            outward.tell(event.pk, number=event.subject, at=clock.now())


def test_those_concerned_hear_of_it_once(district: Cast) -> None:
    handling, sending, other = hook(district.heating), hook(district.housing), hook(district.nanwan_office)
    system = by_key(district.housing, Role.OFFICER, UNIT)
    number = system.post("/contacts", {"text": "暖气不热", "place": district.gangyun.code}).json()["number"]
    now = clock.now()
    with scoping.unscoped("tests"):
        actions.dispatch(number=number, unit_id=district.heating.pk, actor=district.han, at=now)
        actions.take(number=number, actor=district.shi, at=now)
        actions.note(number=number, text="暗记内部暗记", actor=district.shi, at=now)
        actions.change_urgency(number=number, urgency=Urgency.URGENT, reason="x", actor=district.han, at=now)
    run()
    assert told_to(sending) == ["intake.received", "intake.dispatched", "intake.taken"]
    assert {"intake.urgency_changed", "intake.alert_told"} <= set(told_to(handling))
    assert told_to(other) == []
    assert WebhookDelivery.objects.count() == len(told_to(sending)) + len(told_to(handling))
    bodies = [webhooks.body_of(Event.objects.get(pk=one.event_id)) for one in WebhookDelivery.objects.all()]
    assert all("暗记" not in json.dumps(json.loads(body), ensure_ascii=False) for body in bodies)


def test_only_the_kinds_asked_for(district: Cast) -> None:
    row = hook(district.housing, "intake.received")
    by_key(district.housing, Role.OFFICER, UNIT).post("/contacts", {"text": "暖气不热"})
    with scoping.unscoped("tests"):
        event = Event.objects.get(kind="intake.received")
        tasks.tell_other_systems(event.pk, event.facts)
    assert told_to(row) == ["intake.received"]
    assert Contact.objects.get().source_id == district.housing.pk


def test_internal_notes_are_no_event_for_others() -> None:
    assert events.NoteWritten not in outward.TOLD
