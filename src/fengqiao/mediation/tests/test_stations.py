"""Stations and workrooms: hours, talks, questions and answers."""

import datetime as dt

import pytest
from django.test import Client
from tests.cast import member

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import SeatRole
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, queries, rules
from fengqiao.mediation.actions import Profession
from fengqiao.mediation.models import Booking, Inquiry, Station
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Membership, ReadAudit
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
BEGINS = g.ACCEPTED_AT + dt.timedelta(days=1)


@pytest.fixture
def here():
    with clock.standing_at(g.ACCEPTED_AT):
        yield g.ground()


@pytest.fixture
def station(here) -> Station:
    with scoping.unscoped("tests"):
        made = Station(kind="station", name="桥西法官工作站", organisation=here.quarrel.court)
        made.put_in(here.quarrel.cast.qiaoxi)
        made.save()
    return made


def keep(here, station, *, user_id=None, hours=1):
    return actions.keep_hours(
        station_id=station.pk, user_id=user_id or here.quarrel.jiang.user_id, profession=Profession.JUDGE,
        starts_at=BEGINS, ends_at=BEGINS + dt.timedelta(hours=hours), minutes=20, actor=here.quarrel.he,
        at=g.ACCEPTED_AT,
    )  # fmt: skip


def book(slot, actor, n=0, **more):
    starts_at = slot.starts_at + n * dt.timedelta(minutes=20)
    return actions.book(slot_id=slot.pk, starts_at=starts_at, about="", actor=actor, at=g.ACCEPTED_AT, **more)


def browser(actor) -> Client:
    client = Client()
    duty = Membership.objects.get(pk=int(actor.id.partition(":")[2]))
    client.force_login(duty.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_talks_lie_within_the_hours() -> None:
    found = rules.times(BEGINS, BEGINS + dt.timedelta(minutes=50), 20)
    assert found == [BEGINS, BEGINS + dt.timedelta(minutes=20)]


def test_a_time_is_given_once(here, station) -> None:
    slot = keep(here, station)
    book(slot, here.duan)
    with pytest.raises(Refused, match=r"booking\.taken"):
        book(slot, here.xu)
    with pytest.raises(Refused, match=r"booking\.time"):
        book(slot, here.xu, n=3)


def test_hours_need_the_duty_and_do_not_cross(here, station) -> None:
    keep(here, station)
    with pytest.raises(Refused, match=r"slot\.crosses"):
        keep(here, station)
    with pytest.raises(Refused, match=r"slot\.duty"):
        keep(here, station, user_id=here.xu.user_id)


def test_who_decides_the_matter_gives_no_advice_on_it(here, station) -> None:
    slot = keep(here, station)
    disputes.seat(here.quarrel.dispute, SeatRole.DECIDER, at=g.ACCEPTED_AT, user_id=here.quarrel.jiang.user_id)
    with pytest.raises(Refused, match=r"booking\.decider"):
        book(slot, here.duan, number=here.number)


def test_a_question_is_public_only_when_the_judge_says_so(here, station, client) -> None:
    address = f"/stations/{station.pk}/"
    client.post(address, {"field": "", "text": "楼上漏水先找谁"})
    with scoping.unscoped("tests"):
        asked = Inquiry.objects.get()
    assert "楼上漏水先找谁" not in client.get(address).content.decode()
    with pytest.raises(Forbidden):
        actions.answer_inquiry(
            inquiry_id=asked.pk, text="找物业", articles="", publish=True, actor=here.xu, at=g.ACCEPTED_AT
        )
    judge = browser(here.quarrel.jiang)
    assert "楼上漏水先找谁" in judge.get("/stations/questions/").content.decode()
    judge.post(f"/stations/questions/{asked.pk}/", {"text": "先请物业查明漏点", "publish": "on"})
    assert "先请物业查明漏点" in client.get(address).content.decode()


def test_what_names_somebody_is_not_published(here, station) -> None:
    with scoping.unscoped("tests"):
        asked = actions.inquire(station_id=station.pk, text="我的电话13812340421", actor=here.duan, at=g.ACCEPTED_AT)
    edge = {"inquiry_id": asked.pk, "text": "好", "articles": "", "actor": here.quarrel.jiang, "at": g.ACCEPTED_AT}
    with pytest.raises(Refused, match=r"inquiry\.personal"):
        actions.answer_inquiry(publish=True, **edge)
    assert actions.answer_inquiry(publish=False, **edge).is_published is False


def test_the_pages_of_hours_and_talks(here, station, client) -> None:
    slot = keep(here, station)
    assert "桥西法官工作站" in client.get("/stations/").content.decode()
    desk = browser(here.duan)
    page = desk.get(f"/stations/slots/{slot.pk}/").content.decode()
    assert "不代替裁判" in page or "不会裁判" in page
    answer = desk.post(f"/stations/slots/{slot.pk}/", {"time": int(slot.starts_at.timestamp()), "about": "漏水"})
    assert answer.status_code == 302
    assert "漏水" in desk.get(answer["Location"]).content.decode()
    assert browser(here.quarrel.he).get(answer["Location"]).status_code == 404
    assert desk.post(answer["Location"]).status_code == 302
    with scoping.unscoped("tests"):
        assert Booking.objects.get().cancelled_at is not None
    lawyer = member("liu", "刘律", Role.LAWYER, here.committee)
    assert browser(here.quarrel.he).get(f"/stations/{station.pk}/hours/").status_code == 200
    assert browser(lawyer).get("/stations/questions/").status_code == 200


def test_a_question_stays_with_its_station_and_numbers_are_covered(here, station) -> None:
    with scoping.unscoped("tests"):
        asked = actions.inquire(
            station_id=station.pk, text="我是13812340421，能退吗", actor=here.duan, at=g.ACCEPTED_AT
        )
    lawyer = member("liu", "刘律", Role.LAWYER, here.committee)
    elsewhere, address = browser(lawyer), f"/stations/questions/{asked.pk}/"
    assert elsewhere.get(address).status_code == 404
    with scoping.scoped(lawyer), scoping.application_filter_off():
        assert not Inquiry.objects.exists(), "the net hides it too"
    own = browser(here.quarrel.jiang)
    page = own.get(address).content.decode()
    assert "13812340421" not in page and "138****" in page
    assert "13812340421" not in own.get("/stations/questions/").content.decode()
    assert "13812340421" in own.post(address, {"show": "1"}).content.decode()
    assert ReadAudit.objects.filter(what="inquiry", subject=str(asked.uid)).count() == 1
    actions.keep_hours(
        station_id=station.pk, user_id=lawyer.user_id, profession=Profession.LAWYER, starts_at=BEGINS,
        ends_at=BEGINS + dt.timedelta(hours=1), minutes=20, actor=here.quarrel.he, at=g.ACCEPTED_AT,
    )  # fmt: skip
    assert elsewhere.get(address).status_code == 200, "now on the roster"


def test_a_hole_in_the_roster_of_a_workroom_is_shown(here, station, client) -> None:
    Station.objects.filter(pk=station.pk).update(kind="workroom")
    keep(here, station)
    station.refresh_from_db()
    weeks = queries.roster(station, today=g.ACCEPTED_AT.date())
    assert len(weeks[0].holes) == 4 and len(weeks[1].holes) == 5
    page = client.get(f"/stations/{station.pk}/").content.decode()
    assert page.count("暂无人值班") == 4 + 15 and "检察官" in page
