"""Journey 9's acceptance, on the front desk's side: only the person closes it; silence is never “solved”. [A2 C6 E3]"""

from __future__ import annotations

import datetime as dt

import pytest

from fengqiao.intake import actions, queries
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, Mover, Stage
from fengqiao.intake.tests.api_ground import UNIT
from fengqiao.intake.tests.api_ground import key as api_key
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people.rules import Role
from tests.cast import Cast
from tests.journeys.walk import clock_of, fresh, look, person_of, standing

pytestmark = pytest.mark.django_db
PUBLIC_SERVICE = "city.safety.cable"


@pytest.fixture
def wires(ground: Cast) -> Contact:
    with standing("2026-09-15 19:20") as moment:
        draft = actions.Draft(text="12号楼飞线充电，电线拖在水里。", place_id=ground.gangyun.pk, name="郝建民")
        contact = actions.receive(draft=draft, channel=Channel.GRID, actor=ground.lin, at=moment).contact
    with standing("2026-09-16 09:10") as moment:
        actions.dispatch(number=contact.number, unit_id=ground.housing.pk, actor=ground.han, at=moment)
        actions.take(number=contact.number, actor=ground.officer_of_housing, at=moment)
    return contact


def done(ground: Cast, contact: Contact, moment: str) -> None:
    with standing(moment) as now:
        actions.finish(number=contact.number, text="线已规整", actor=ground.officer_of_housing, at=now)


def test_step_5_he_refuses_same_number_same_clock_history_kept(ground: Cast, wires: Contact) -> None:
    done(ground, wires, "2026-09-17 16:00")
    before = clock_of(wires, "completion")
    with standing("2026-09-18 09:00") as moment:
        actions.object_to(number=wires.number, text="还有一根离地两米", actor=person_of(wires), at=moment)
    after = clock_of(wires, "completion")
    assert (after.pk, after.state) == (before.pk, "running")
    assert fresh(wires).stage == Stage.HANDLING
    done(ground, wires, "2026-09-18 16:00")
    with standing("2026-09-18 20:05") as moment:
        actions.accept(number=wires.number, actor=person_of(wires), at=moment, score=4)
    closed = fresh(wires)
    assert (closed.stage, closed.reopened) == (Stage.ACCEPTED, 1)
    assert [line.kind for line in queries.history(closed, internal=False)].count("done") == 2


def test_refused_the_worker_who_did_it_cannot_close_it(ground: Cast, wires: Contact) -> None:
    done(ground, wires, "2026-09-17 16:00")
    for somebody in (ground.officer_of_housing, ground.fang, ground.wan):
        with standing("2026-09-17 17:00") as moment, pytest.raises(Forbidden):
            actions.accept(number=wires.number, actor=somebody, at=moment)


def test_step_8_silence_closes_after_two_notices_and_one_call_reopens_it(ground: Cast, wires: Contact) -> None:
    done(ground, wires, "2026-10-14 16:00")
    with standing("2026-10-15 09:00") as moment, pytest.raises(Refused) as refusal:
        actions.lapse(number=wires.number, notices=1, actor=ground.wan, at=moment)
    assert refusal.value.code == "contact.silence_steps"
    look("2026-10-22 09:00")
    assert fresh(wires).stage == Stage.DONE
    assert clock_of(wires, "acceptance").rule_key == "intake.acceptance.lapse"
    look("2026-11-06 09:00")
    closed = fresh(wires)
    assert (closed.stage, closed.mover) == (Stage.LAPSED, Mover.NOBODY)
    standing_now = queries.standing(Contact.objects.filter(pk=wires.pk), at=closed.closed_at)
    assert (standing_now.solved, standing_now.lapsed) == (0, 1)
    with standing("2026-11-09 09:00") as moment:
        actions.reopen(number=wires.number, text="电话说线又掉下来了", actor=ground.han, at=moment)
    assert fresh(wires).stage == Stage.HANDLING


def test_objecting_to_the_assignment_is_possible_for_one_working_day(ground: Cast) -> None:
    with standing("2026-09-22 10:00") as moment:
        draft = actions.Draft(text="12号楼飞线", place_id=ground.gangyun.pk)
        contact = actions.receive(draft=draft, channel=Channel.GRID, actor=ground.lin, at=moment).contact
        actions.dispatch(number=contact.number, unit_id=ground.housing.pk, actor=ground.han, at=moment)
    with standing("2026-09-24 10:00") as moment, pytest.raises(Refused) as refusal:
        actions.send_back(number=contact.number, reason="线属于几家运营商", actor=ground.officer_of_housing, at=moment)
    assert refusal.value.code == "contact.return_late"


def test_steps_1_and_6_open311_says_open_until_the_person_accepts(ground: Cast, client) -> None:
    def status() -> str:
        return client.get(f"/open311/v2/requests/{number}.json").json()[0]["status"]

    with standing("2026-09-15 19:20") as moment:
        secret = api_key(ground.housing, Role.OFFICER, UNIT, expires_on=dt.date(2026, 12, 1), at=moment)
        sent = {
            "service_code": PUBLIC_SERVICE, "description": "12号楼电线垂下来了", "api_key": secret,
            "lat": "39.9", "long": "116.4", "address_string": "港云社区12号楼",
        }  # fmt: skip
        number = client.post("/open311/v2/requests.json", sent).json()[0]["service_request_id"]
        assert status() == "open"
    contact = Contact.objects.get(number=number)
    with standing("2026-09-16 09:10") as moment:
        actions.dispatch(number=number, unit_id=ground.housing.pk, actor=ground.wan, at=moment)
        actions.take(number=number, actor=ground.officer_of_housing, at=moment)
    done(ground, contact, "2026-09-18 16:00")
    with standing("2026-09-18 16:30"):
        assert status() == "open"
        sent = {"api_key": secret, "service_request_id": number, "status": "closed", "description": "好了"}
        refused = client.post("/open311/v2/servicerequestupdates.json", sent)
        assert refused.status_code >= 400
        assert status() == "open"
    with standing("2026-09-18 20:05") as moment:
        actions.accept(number=number, actor=person_of(contact), at=moment, score=4)
    with standing("2026-09-18 20:06"):
        assert status() == "closed"
