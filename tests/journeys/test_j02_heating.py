"""Journey 2, as far as the front desk carries it: fourteen cold buildings. [A1 A2 E3 E5]"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fengqiao.intake import actions, importing
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, Stage
from fengqiao.kernel.actor import PUBLIC, system
from fengqiao.kernel.errors import Refused
from tests.cast import Cast
from tests.journeys.walk import at, clock_of, fresh, look, person_of, standing

pytestmark = pytest.mark.django_db


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
