"""Journey 12, as far as intake carries it: one minute before midnight. [A1 A2 D7 E3]"""

from __future__ import annotations

import pytest

from fengqiao.intake import actions, queries
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.rules import Channel, Urgency
from fengqiao.intake.understood import SEALED_MARK
from fengqiao.kernel.actor import PUBLIC
from tests.cast import Cast
from tests.journeys.walk import at, clock_of, standing

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
