"""Journey 12, as far as intake carries it: one minute before midnight. [A1 A2 D7 E3]"""

from __future__ import annotations

import pytest
from django.db import connection

from fengqiao.config.worker import retry_stalled
from fengqiao.intake import actions, health, queries
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.rules import Channel, Urgency
from fengqiao.intake.understood import SEALED_MARK
from fengqiao.kernel import clock
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.models import Notice
from fengqiao.people.models import User
from tests.cast import Cast
from tests.journeys.walk import at, beside_the_browser, clock_of, standing

pytestmark = pytest.mark.django_db

NOISE = "楼上装修天天到半夜，物业不管。"
CRY = "再这样我就从阳台跳下去，一了百了"


def tell(ground: Cast, moment: str) -> Contact:
    with standing(moment) as now:
        raw = actions.keep_raw(channel=Channel.WEB, body={"text": NOISE + CRY}, actor=PUBLIC, at=now)
        draft = actions.Draft(text=NOISE + CRY, name="宋宁", place_id=ground.gangyun.pk)
        return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now, raw=raw).contact


def test_step_1_kept_raw_and_graded_an_emergency(ground: Cast) -> None:
    contact = tell(ground, "2026-10-07 23:59")
    assert Raw.objects.get(contact_number=contact.number)
    assert contact.urgency == Urgency.EMERGENCY
    assert contact.suggestions["urgency"]["crisis"]


def test_step_2_a_named_person_is_told_at_once_also_at_night(ground: Cast) -> None:
    contact = tell(ground, "2026-10-07 23:59")
    alert = contact.alerts.get(level=1)
    assert alert.told
    assert alert.take_by == at("2026-10-08 00:14")


def test_step_5_the_noise_goes_its_own_way_with_the_sentence_under_seal(ground: Cast) -> None:
    contact = tell(ground, "2026-10-07 23:59")
    assert "跳下去" not in contact.text
    assert SEALED_MARK in contact.text
    assert "跳下去" in contact.sealed_text
    assert "跳下去" not in contact.title
    with standing("2026-10-08 08:30") as moment:
        actions.dispatch(number=contact.number, unit_id=ground.gangyun_committee.pk, actor=ground.han, at=moment)
    shown = queries.visible_to(ground.fang).get(number=contact.number)
    assert "跳下去" not in shown.title + shown.text + str(shown.suggestions)


@pytest.mark.parametrize(
    ("received", "due"), [("2026-10-07 23:59", "2026-10-09 17:30"), ("2026-10-08 00:00", "2026-10-10 17:30")]
)
def test_step_5_the_last_minute_of_the_holiday_counts(ground: Cast, received: str, due: str) -> None:
    """Received on 7 October: due Friday the 9th; one minute later, Saturday the 10th, a working day."""
    with standing(received) as now:
        draft = actions.Draft(text="楼上装修天天到半夜，物业不管。", place_id=ground.gangyun.pk)
        contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact
    assert clock_of(contact, "response").due_at == at(due)


def alerted() -> list[str]:
    told = Notice.objects.filter(template="intake.alert", channel="app").values("user_id")
    return sorted(User.objects.filter(pk__in=told).values_list("name", flat=True))


def test_step_6_without_a_phone_number_somebody_is_called_all_the_same(ground: Cast, client) -> None:
    with standing("2026-10-07 23:59"):
        client.post("/tell/", {"text": NOISE + CRY, "place": ground.gangyun.code})
        client.post("/tell/where/", {"place": "scanned", "where": ""})
        client.post("/tell/who/", {"who": "anonymous", "behalf": "self"})
        client.post("/tell/check/")
    contact = Contact.objects.get()
    assert (contact.person, contact.urgency) == (None, Urgency.EMERGENCY)
    assert contact.alerts.get(level=1).told == alerted() == ["韩璐"]


def test_step_6_with_the_worker_killed_the_watchdog_says_so_and_the_alert_follows(ground: Cast) -> None:
    """The worker dies with the job in hand: a minute later the health page says so, the next worker takes it over."""
    with clock.standing_at(at("2026-10-07 23:59")):
        draft = actions.Draft(text=NOISE + CRY, name="宋宁", place_id=ground.gangyun.pk)
        contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=at("2026-10-07 23:59")).contact
    with connection.cursor() as cursor:
        dead = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - '61 s'::interval) RETURNING id"
        cursor.execute(dead)
        taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name LIKE '%%.after_receipt'"
        cursor.execute(taken, cursor.fetchone())
        assert cursor.rowcount == 1
        cursor.execute("SELECT now()")
        sign = next(one for one in health.signs(at=cursor.fetchone()[0]) if one.key == "worker")
    assert not sign.is_well
    assert not contact.alerts.exists()
    beside_the_browser(retry_stalled, 0)
    with connection.cursor() as cursor:  # now() stands still in a test's transaction, so "at once" lies ahead
        again = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND attempts = 1"
        cursor.execute(again)
        assert cursor.rowcount == 1
    with standing("2026-10-08 00:00"):
        pass
    assert contact.alerts.get(level=1).told == alerted() == ["韩璐"]
