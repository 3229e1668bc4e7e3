"""Who hears of an urgent matter: at once, whoever raised it; one level further each time; until somebody has it."""

from typing import Any

import pytest
from tests.cast import Cast, cast
from tests.journeys.walk import at, clock_of, fresh, look, person_of, standing

from fengqiao.intake import actions, health
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, Stage, Urgency
from fengqiao.intake.tests.ground import window
from fengqiao.intake.understood import SEALED_MARK
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, system
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Notice
from fengqiao.kernel.notify.fake import Fake
from fengqiao.people.models import Membership, Organisation, User

pytestmark = pytest.mark.django_db
CRY = "再这样我就从阳台跳下去，一了百了"


@pytest.fixture
def district() -> Cast:
    made = cast()
    scoping.apply(system("tests"))
    return made


def tell(people: Cast, text: str = "港云社区3号楼楼道灯坏了", **more: object) -> Contact:
    with standing("2026-03-10 09:00") as now:
        draft = actions.Draft(text=text, place_id=people.gangyun.pk, **more)
        return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact


def called(contact: Contact) -> int:
    return Notice.objects.filter(subject=contact.number, template="intake.alert", channel="app").count()


def test_a_clerk_who_raises_it_calls_people_too(district: Cast) -> None:
    contact = tell(district)
    with standing("2026-03-10 10:00") as now:
        actions.change_urgency(
            number=contact.number, urgency=Urgency.EMERGENCY, reason="有人困在里面", actor=district.han, at=now
        )
    assert (contact.alerts.count(), called(contact)) == (1, 1)


def test_it_goes_up_one_level_each_time_wherever_it_was_sent(district: Cast) -> None:
    contact = tell(district, urgency="urgent")
    with standing("2026-03-10 09:10") as now:
        actions.dispatch(number=contact.number, unit_id=district.gangyun_committee.pk, actor=district.han, at=now)
    look("2026-03-10 09:41")
    assert contact.alerts.get(level=2).organisation_id == district.centre.pk
    look("2026-03-10 10:12")
    assert contact.alerts.count() == 3


def test_the_top_is_called_again_three_times_then_the_duty_supervisor_sees_it(district: Cast) -> None:
    contact = tell(district, urgency="urgent")
    for moment in range(1, 16):
        look(f"2026-03-10 {9 + moment * 31 // 60:02d}:{moment * 31 % 60:02d}")
    assert [one.organisation_id for one in contact.alerts.order_by("level")] == [
        district.qiaoxi_office.pk, *[district.centre.pk] * 4,
    ]  # fmt: skip
    assert fresh(contact).owner_id  # it still lies on somebody's desk, with a clock
    with standing("2026-03-10 17:00") as now:
        assert health.untaken(district.supervisor, at=now).value == "1"
        assert not health.untaken(district.supervisor, at=now).is_well
        page = window(district.supervisor).get("/today/").content.decode()
        assert "无人接办的紧急事项" in page
        assert "无人接办的紧急事项" not in window(district.wan).get("/today/").content.decode()
        scoping.apply(system("tests"))
        actions.acknowledge(number=contact.number, actor=district.wan, at=now)
        assert health.untaken(district.supervisor, at=now).is_well


def test_danger_heard_later_calls_again_even_then(district: Cast) -> None:
    contact = tell(district, urgency="urgent")
    for moment in range(1, 8):
        look(f"2026-03-10 {9 + moment * 31 // 60:02d}:{moment * 31 % 60:02d}")
    assert contact.alerts.count() == 5
    with standing("2026-03-10 17:00") as now:
        actions.supplement(number=contact.number, text=CRY, actor=person_of(contact), at=now)
    assert contact.alerts.count() == 6


def test_at_night_it_reaches_a_telephone_and_the_group_chat(district: Cast, settings: Any) -> None:
    Fake.reset()
    settings.NOTIFY_PORTS = dict.fromkeys(("email", "sms", "chat"), "fengqiao.kernel.notify.fake.Fake")
    User.objects.filter(pk=district.han.user_id).update(phone="13812340421", email="hanlu@example.org")
    Organisation.objects.filter(pk=district.qiaoxi_office.pk).update(chat="wecombot://key1234/")
    with standing("2026-03-10 02:30") as now:
        draft = actions.Draft(text="港云社区3号楼楼道起火了", place_id=district.gangyun.pk, urgency="emergency")
        contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact
        Fake.failures = 1
    told = {message.address: message.text for message in Fake.sent}
    assert set(told) == {"13812340421", "hanlu@example.org", "wecombot://key1234/"}
    assert all(contact.number in text and "起火" not in text for text in told.values())


def test_a_level_with_nobody_on_duty_is_passed_at_once(district: Cast) -> None:
    Membership.objects.filter(organisation=district.qiaoxi_office).delete()
    contact = tell(district, urgency="urgent")
    levels = contact.alerts.order_by("level").values_list("organisation_id", "told")
    assert [unit for unit, _told in levels] == [district.qiaoxi_office.pk, district.centre.pk]
    assert [bool(told) for _unit, told in levels] == [False, True]


def test_taking_it_in_hand_stops_the_ladder(district: Cast) -> None:
    contact = tell(district, urgency="urgent")
    with standing("2026-03-10 09:10") as now:
        actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=now)
        actions.take(number=contact.number, actor=district.shi, at=now)
    assert contact.alerts.get().taken_by.name == "石磊"


def test_raising_it_shortens_the_completion_clock_too(district: Cast) -> None:
    contact = tell(district)
    with standing("2026-03-10 09:10") as now:
        actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=now)
        actions.change_urgency(
            number=contact.number, urgency=Urgency.EMERGENCY, reason="煤气味", actor=district.han, at=now
        )
    assert clock_of(contact, "completion").due_at == at("2026-03-10 11:10")


@pytest.mark.parametrize("deed", ["supplement", "object_to", "withdraw", "rate"])
def test_danger_is_heard_in_whatever_the_person_says_on_any_way(district: Cast, deed: str) -> None:
    """The verbs listen, not the pages: API and colleagues who write down what was said go the same way."""
    contact = tell(district)
    with standing("2026-03-10 10:00") as now:
        edge = {"number": contact.number, "actor": person_of(contact), "at": now}
        if deed in {"object_to", "rate"}:
            actions.finish(number=contact.number, text="已修", actor=district.han, at=now)
        more = {"about": "result", "score": 1} if deed == "rate" else {}
        getattr(actions, deed)(text=f"没人管。{CRY}", **edge, **more)
    after = fresh(contact)
    assert after.urgency == Urgency.EMERGENCY
    assert CRY in after.sealed_text
    assert called(contact) == 1
    words = [line.text for line in after.entries.all()] + [one.text for one in after.ratings.all()]
    assert not any("跳下去" in text for text in words)
    assert any(SEALED_MARK in text for text in words)


def test_danger_is_not_put_away_before_a_named_person_has_it(district: Cast) -> None:
    """Journey 12: not as a copy, not as somebody else's business, not as taken back by phone."""
    crying = tell(district, f"楼上太吵。{CRY}", person_id=district.chen.pk)
    other = tell(district, "楼上太吵", person_id=district.chen.pk)
    edge = {"number": crying.number, "actor": district.han, "at": at("2026-03-10 09:05")}
    for put_away in (
        lambda: actions.merge(into=other.number, **edge),
        lambda: actions.transfer(to="物业", reason="不归我们", **edge),
        lambda: actions.withdraw(text="打错了", **edge),
    ):
        with pytest.raises(Refused) as refusal:
            put_away()
        assert refusal.value.code == "crisis.needs_person"
    actions.acknowledge(**edge)
    assert actions.merge(into=other.number, **edge).stage == Stage.MERGED
