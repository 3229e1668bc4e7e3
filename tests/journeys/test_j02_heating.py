"""Journey 2, as far as the front desk carries it: fourteen cold buildings. [A1 A2 E3 E5]"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from fengqiao.intake import actions, figures, importing
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import About, Channel, Stage
from fengqiao.intake.tests.api_ground import UNIT
from fengqiao.intake.tests.api_ground import key as api_key
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, Actor, system
from fengqiao.kernel.errors import Refused
from fengqiao.people.rules import Role
from tests.cast import Cast
from tests.journeys.walk import at, clock_of, fresh, look, person_of, standing

pytestmark = pytest.mark.django_db
COLD = "云锦小区暖气不热，屋里只有14度。"


def cold(ground: Cast, moment: str, **more: object) -> Contact:
    """One household without heat, by QR code at the stairs."""
    with standing(moment) as now:
        draft = actions.Draft(text="云锦小区5号楼暖气不热，屋里只有14度。", place_id=ground.gangyun.pk, **more)
        return actions.receive(draft=draft, channel=Channel.QR, actor=PUBLIC, at=now).contact


def test_step_1_the_make_up_saturday_is_working_day_one(ground: Cast) -> None:
    assert clock_of(cold(ground, "2026-02-13 05:52"), "response").due_at == at("2026-02-24 17:30")
    assert clock_of(cold(ground, "2026-02-14 09:00"), "response").due_at == at("2026-02-25 17:30")


def test_step_1_nineteen_rows_of_12345_come_in_once(ground: Cast, tmp_path: Path) -> None:
    path = tmp_path / "12345.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工单编号", "受理时间", "诉求人", "联系电话", "诉求标题", "诉求内容"])
        for n in range(19):
            writer.writerow(
                [
                    f"Q{n:03d}",
                    f"2026-02-13 06:{n:02d}:00",
                    f"住户{n}",
                    f"1381234{n:04d}",
                    "暖气不热",
                    "云锦小区暖气不热",
                ]
            )
        writer.writerow(["Q999", "不知道", "住户", "", "暖气不热", "云锦小区暖气不热"])
    with standing("2026-02-13 09:00") as moment:
        run = importing.import_file(path, actor=system("test"), at=moment)
        again = importing.import_file(path, actor=system("test"), at=moment)
    assert (run.made, run.rejected, again.pk) == (19, 1, run.pk)
    contacts = list(Contact.objects.filter(source_key__startswith="auto:Q"))
    assert len(contacts) == 19
    assert all(one.unit_id and one.due_at for one in contacts)
    assert "不是日期" in importing.rejected_path(path).read_text(encoding="utf-8-sig")


def from_12345(path: Path, households: range) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工单编号", "受理时间", "诉求人", "联系电话", "诉求内容"])
        for n in households:
            writer.writerow([f"Q{n:03d}", f"2026-02-13 06:{n:02d}:00", f"住户{n}", f"1381234{n:04d}", COLD])
    return path


def test_step_1_thirty_seven_by_seven_ways_and_three_repeats_linked(ground: Cast, client, tmp_path: Path) -> None:
    """Nineteen rows of 12345, six calls, seven by QR and web, three from the grid, one window, one Open311."""
    by_hand: list[Contact] = []

    def tell(channel: Channel, actor: Actor, household: int) -> None:
        draft = actions.Draft(
            text=COLD, place_id=ground.gangyun.pk, name=f"住户{household}", phone=f"1381234{household:04d}"
        )
        by_hand.append(actions.receive(draft=draft, channel=channel, actor=actor, at=moment).contact)

    with standing("2026-02-13 05:52") as moment:
        secret = api_key(ground.housing, Role.OFFICER, UNIT, expires_on=dt.date(2026, 4, 1), at=moment)
        sent = {"service_code": "utilities.heating.none", "description": COLD, "api_key": secret}
        answer = client.post("/open311/v2/requests.json", sent)
        assert answer.status_code == 201, answer.content
    scoping.apply(system("journey"))
    with standing("2026-02-13 09:00") as moment:
        importing.import_file(from_12345(tmp_path / "12345.csv", range(19)), actor=system("test"), at=moment)
        for n in range(6):
            tell(Channel.COURT_HOTLINE, ground.duan, (19, 20, 21, 0, 1, 2)[n])  # three of them had called 12345 before
        for n in range(7):
            tell(Channel.QR if n % 2 else Channel.WEB, PUBLIC, 22 + n)
    with standing("2026-02-14 10:00") as moment:
        for n in range(3):
            tell(Channel.GRID, ground.lin, 29 + n)
        tell(Channel.WINDOW, ground.han, 32)
    everybody = Contact.objects.all()
    assert everybody.count() == len(set(everybody.values_list("number", flat=True))) == 37
    assert {clock_of(one, "response").due_at for one in everybody if one.received_at.day == 13} == {
        at("2026-02-24 17:30")
    }
    assert {clock_of(one, "response").due_at for one in by_hand[-4:]} == {at("2026-02-25 17:30")}
    first = {one.person_id: one for one in everybody.filter(channel=Channel.IMPORT)}
    repeats = [one for one in by_hand if one.person_id in first]
    assert len(repeats) == 3
    with standing("2026-02-14 10:30") as moment:
        for one in repeats:
            actions.link(number=one.number, parent=first[one.person_id].number, actor=ground.han, at=moment)
    assert [(fresh(one).parent_id, fresh(one).merged_into_id) for one in repeats] == [
        (first[one.person_id].pk, None) for one in repeats
    ]
    assert Contact.objects.filter(closed_at__isnull=True).count() == 37
    counted = figures.table(ground.wan, since=at("2026-02-13 00:00"), until=at("2026-02-15 00:00"), whole="all")[0]
    assert (counted.received, counted.repeated.part) == (37, 3)


def test_step_2_told_at_once_and_up_a_level_when_nobody_takes_it(ground: Cast) -> None:
    contact = cold(ground, "2026-02-13 08:14", urgency="urgent")
    first = contact.alerts.get(level=1)
    assert first.organisation_id == ground.qiaoxi_office.pk
    assert first.take_by == at("2026-02-13 08:44")
    look("2026-02-13 08:45")
    second = contact.alerts.get(level=2)
    assert second.organisation_id == ground.centre.pk
    with standing("2026-02-13 08:51") as moment:
        actions.acknowledge(number=contact.number, actor=ground.wan, at=moment)
    assert contact.alerts.get(level=2).taken_by.name == "万芳"
    look("2026-02-13 09:30")
    assert contact.alerts.count() == 2


def test_step_4_answered_one_by_one_and_the_parent_waits_for_its_children(ground: Cast) -> None:
    parent, first, second = (cold(ground, f"2026-02-13 06:0{n}") for n in range(3))
    with standing("2026-02-13 15:00") as moment:
        for child in (first, second):
            actions.link(number=child.number, parent=parent.number, actor=ground.han, at=moment)
        for one in (parent, first, second):
            actions.dispatch(number=one.number, unit_id=ground.heating.pk, actor=ground.han, at=moment)
            actions.take(number=one.number, actor=ground.shi, at=moment)
    with standing("2026-02-14 20:00") as moment:
        with pytest.raises(Refused) as refusal:
            actions.finish(number=parent.number, text="19:40恢复供热", actor=ground.shi, at=moment)
        for one in (first, second, parent):
            actions.finish(number=one.number, text="19:40恢复供热", actor=ground.shi, at=moment)
    assert refusal.value.code == "contact.open_children"
    with standing("2026-02-14 21:00") as moment:
        actions.accept(number=first.number, actor=person_of(first), at=moment, score=5)
        actions.object_to(number=second.number, text="屋里还是不热", actor=person_of(second), at=moment)
    assert [fresh(one).stage for one in (first, second)] == [Stage.ACCEPTED, Stage.HANDLING]


def test_step_4_all_answered_one_by_one_and_rated_singly_while_the_parent_stays_open(ground: Cast) -> None:
    parent, *children = (cold(ground, f"2026-02-13 06:0{n}") for n in range(5))
    everybody = (parent, *children)
    with standing("2026-02-13 15:00") as moment:
        for child in children:
            actions.link(number=child.number, parent=parent.number, actor=ground.han, at=moment)
        for one in everybody:
            actions.dispatch(number=one.number, unit_id=ground.heating.pk, actor=ground.han, at=moment)
            actions.take(number=one.number, actor=ground.shi, at=moment)
    with standing("2026-02-14 20:30") as moment:
        for one in everybody:
            actions.answer(number=one.number, text="今天19:40恢复供热", actor=ground.shi, at=moment)
        for one in children:
            actions.finish(number=one.number, text="今天19:40恢复供热", actor=ground.shi, at=moment)
    assert {clock_of(one, "response").state for one in everybody} == {"met"}
    with standing("2026-02-14 21:00") as moment:
        for score, one in enumerate(everybody, start=1):
            actions.rate(number=one.number, about=About.ANSWER, score=score, actor=person_of(one), at=moment)
        for one in children[:2]:
            actions.accept(number=one.number, actor=person_of(one), at=moment, score=5)
        for one in children[2:]:
            actions.object_to(number=one.number, text="还是不热", actor=person_of(one), at=moment)
    assert [one.ratings.get(about=About.ANSWER).score for one in everybody] == [1, 2, 3, 4, 5]
    with standing("2026-02-14 21:10") as moment, pytest.raises(Refused) as refusal:
        actions.finish(number=parent.number, text="都好了", actor=ground.shi, at=moment)
    assert refusal.value.code == "contact.open_children"
    assert fresh(parent).is_open
    with standing("2026-02-15 09:00") as moment:
        for one in children[2:]:
            actions.finish(number=one.number, text="又调了阀门", actor=ground.shi, at=moment)
            actions.accept(number=one.number, actor=person_of(one), at=moment, score=4)
        actions.finish(number=parent.number, text="都好了", actor=ground.shi, at=moment)
    assert fresh(parent).stage == Stage.DONE
