"""Home visits: asked for with a consent of its own, planned in the order of the way, confirmed, done or nobody met."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import ConsentBy, ConsentTo
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Event
from fengqiao.mediation import actions, queries_visits
from fengqiao.mediation.models import Trip, Visit
from fengqiao.mediation.rules_register import Spot, VisitResult, route, slots
from fengqiao.mediation.tests import ground as g
from fengqiao.mediation.tests.test_party_pages import opened
from fengqiao.mediation.tests.test_stations import browser

pytestmark = pytest.mark.django_db
AT = g.ACCEPTED_AT
STARTS = dt.datetime(2026, 5, 12, 9, 0, tzinfo=CHINA)


@pytest.fixture
def here():
    with clock.standing_at(AT):
        yield g.ground()


def mark(here) -> None:
    disputes.consent(
        number=here.number, party_id=here.quarrel.chen.pk, to=(ConsentTo.HOME_VISIT_MARK,), by=ConsentBy.PHONE,
        actor=here.duan, at=AT,
    )  # fmt: skip


def asked(here) -> Visit:
    mark(here)
    return actions.ask_visit(
        number=here.number, party_id=here.quarrel.chen.pk, purpose="念文书", address="3号楼4层", actor=here.xu, at=AT
    )


def planned(here) -> Visit:
    g.running(here)
    made = asked(here)
    with scoping.scoped(here.xu):
        actions.plan_trip(uids=[made.uid], starts_at=STARTS, actor=here.xu, at=AT)
    made.refresh_from_db()
    return made


def finish(here, visit, result=VisitResult.DONE, report="念了笔录并签名", at=STARTS):
    return actions.finish_visit(uid=visit.uid, result=result, report=report, actor=here.xu, at=at)


def test_the_way_goes_always_on_to_the_nearest() -> None:
    far, near, middle = Spot(1, 39.90, 116.50), Spot(2, 39.90, 116.31), Spot(3, 39.90, 116.40)
    legs = route(Spot(0, 39.90, 116.30), [far, near, middle])
    assert [leg.key for leg in legs] == [2, 3, 1]
    assert legs[0].km == pytest.approx(0.85, abs=0.05)


def test_without_coordinates_the_places_tell_what_is_near() -> None:
    start = Spot(0, places=(11, 1))
    assert [
        leg.key for leg in route(start, [Spot(1, places=(22, 2)), Spot(2, places=(12, 1)), Spot(3, places=(11, 1))])
    ] == [3, 2, 1]


@given(st.lists(st.tuples(st.floats(39, 40), st.floats(116, 117)), min_size=1, max_size=8))
def test_every_stop_comes_once_and_times_leave_room(points) -> None:
    legs = route(Spot(0, 39.5, 116.5), [Spot(n, *point) for n, point in enumerate(points, start=1)])
    assert sorted(leg.key for leg in legs) == list(range(1, len(points) + 1))
    moments = slots(STARTS, legs)
    assert all(later - sooner >= dt.timedelta(minutes=50) for sooner, later in itertools.pairwise(moments))
    assert all(moment.minute % 5 == 0 for moment in moments)


def test_the_mark_is_a_consent_of_its_own(here) -> None:
    g.running(here)
    with pytest.raises(Refused, match=r"visit\.mark_missing"):
        actions.ask_visit(number=here.number, party_id=here.quarrel.chen.pk, actor=here.xu, at=AT)
    with pytest.raises(Refused, match=r"consent\.separate"):
        disputes.consent(
            number=here.number, party_id=here.quarrel.chen.pk, by=ConsentBy.PHONE, actor=here.duan, at=AT,
            to=(ConsentTo.HOME_VISIT_MARK, ConsentTo.ONLINE),
        )  # fmt: skip


def test_a_day_is_planned_and_the_person_told(here) -> None:
    visit = planned(here)
    assert visit.starts_at == STARTS + dt.timedelta(minutes=10) and visit.told_at == AT
    page = opened(here, here.quarrel.chen).get(f"/dispute/{here.number}/").content.decode()
    assert "您不用出门" in page and "许桂兰" in page and "这个上门时间可以" in page
    other = opened(here, here.quarrel.ma).get(f"/dispute/{here.number}/").content.decode()
    assert "您不用出门" not in other
    deeds = [row.facts["deed"] for row in Event.objects.filter(kind="mediation.visit_changed").order_by("pk")]
    assert deeds == ["asked", "planned"]


def test_what_a_day_cannot_hold(here) -> None:
    g.running(here)
    made = asked(here)
    edge = {"actor": here.xu, "at": AT}
    with pytest.raises(Refused, match=r"visit\.open"):
        actions.ask_visit(number=here.number, party_id=here.quarrel.chen.pk, **edge)
    with pytest.raises(Refused, match=r"trip\.past"):
        actions.plan_trip(uids=[made.uid], starts_at=AT, **edge)
    with pytest.raises(Refused, match=r"trip\.late"):
        actions.plan_trip(uids=[made.uid], starts_at=STARTS.replace(hour=18, minute=30), **edge)
    with pytest.raises(Refused, match=r"trip\.taken"):
        actions.plan_trip(uids=[made.uid], starts_at=STARTS, actor=here.leng, at=AT)


def test_done_with_what_was_done(here) -> None:
    visit = planned(here)
    actions.confirm_visit(uid=visit.uid, actor=here.xu, at=AT)
    with pytest.raises(Refused, match=r"visit\.early"):
        finish(here, visit, at=AT)
    with pytest.raises(Refused, match=r"visit\.report"):
        finish(here, visit, report=" ")
    done = finish(here, visit)
    assert (done.result, done.report) == ("done", "念了笔录并签名")
    with pytest.raises(Refused, match=r"visit\.over"):
        finish(here, visit)


def test_nobody_met_waits_for_another_day(here) -> None:
    finish(here, planned(here), VisitResult.NOT_MET, "敲门没人应")
    assert queries_visits.open_requests(here.xu).count() == 1


def test_staff_see_only_their_own_days(here) -> None:
    trip = planned(here).trip
    for address in (f"/visits/{trip.uid}/", f"/visits/{trip.uid}/sheet/"):
        assert browser(here.xu).get(address).status_code == 200
        for actor in (here.zhao, here.duan, here.quarrel.he):
            assert browser(actor).get(address).status_code == 404
    with scoping.scoped(here.zhao), scoping.application_filter_off():
        assert not Trip.objects.exists()
    sheet = browser(here.xu).get(f"/visits/{trip.uid}/sheet/").content.decode()
    day = browser(here.xu).get(f"/visits/{trip.uid}/").content.decode()
    assert "陈立秋" in sheet and "3号楼4层" in sheet and "陈立秋" not in day


def test_on_the_phone_mark_first_then_the_visit(here) -> None:
    g.running(here)
    phone, base = opened(here, here.quarrel.chen), f"/dispute/{here.number}/do"
    assert phone.get(f"{base}/visit/").status_code == 404
    assert phone.post(f"{base}/visit_mark/").status_code == 302
    assert phone.post(f"{base}/visit/", {"purpose": "签笔录", "address": ""}).status_code == 302
    desk = browser(here.xu)
    waiting = desk.get("/visits/").content.decode()
    assert "签笔录" in waiting and "陈立秋" not in waiting
    sent = {"stops": str(Visit.objects.get().uid), "on": "2026-05-12", "begins": "09:00"}
    answer = desk.post("/visits/", sent)
    assert answer.status_code == 302
    assert phone.post(f"{base}/visit_time/").status_code == 302
    assert "已确认" in desk.get(answer["Location"]).content.decode()
    assert phone.post(f"{base}/visit_off/").status_code == 302
    assert "都取消了" in desk.get(answer["Location"]).content.decode()
