"""When holidays change, the queues show the new limits."""

import pytest
from tests.cast import MORNING, cast

from fengqiao.intake import actions
from fengqiao.intake.rules import Channel
from fengqiao.kernel import calendar, reference, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.testing import run_jobs

ZENG = Actor(id="member:99", name="曾一凡", role="administrator", level="all")


@pytest.mark.django_db
def test_a_day_off_moves_the_limit_in_the_queue() -> None:
    people = cast()
    scoping.apply(people.wan)
    draft = actions.Draft(text="暖气不热", place_id=people.gangyun.pk, person_id=people.chen.pk)
    contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING).contact
    run_jobs()
    contact.refresh_from_db()
    was = contact.due_at
    reference.set_day(day=was.astimezone(CHINA).date(), kind="holiday", name="停电检修", actor=ZENG, at=MORNING)
    run_jobs()
    contact.refresh_from_db()
    moved = contact.due_at.astimezone(CHINA).date()
    assert moved == calendar.current().add_working_days(was.astimezone(CHINA).date(), 1).day
