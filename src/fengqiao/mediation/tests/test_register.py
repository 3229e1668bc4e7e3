"""Keeping the register: a manager's entry and people, a mediator's page, dated lines, a licence that lapsed, rooms."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import member

from fengqiao.disputes.tests.ground import both_consent
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, queries, queries_register, rules_register
from fengqiao.mediation.models import Body, Mediator
from fengqiao.mediation.models_register import RegisterLine
from fengqiao.mediation.rules import BodyKind, FeePolicy, Field, Ground, InterestKind, Stage
from fengqiao.mediation.tests import ground as g
from fengqiao.mediation.tests.test_stations import browser
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
AT = g.ACCEPTED_AT


@pytest.fixture
def here():
    with clock.standing_at(AT):
        yield g.ground()


def own(here) -> Body:
    return here.xu_mediator.body


def keep(here, actor=None, **new):
    return actions.keep_entry(body_id=own(here).pk, new=new, actor=actor or here.manager, at=AT)


def test_people_mediation_is_free_and_whoever_charges_shows_the_tariff() -> None:
    def codes(**more):
        facts = {"kind": BodyKind.PEOPLES, "fee_policy": FeePolicy.FREE, "tariff": "", "licence": "", "fields": []}
        return [one.code for one in rules_register.entry_problems(**facts | more)]

    assert codes() == []
    assert codes(fee_policy=FeePolicy.TARIFF, tariff="每件500元") == ["body.free"]
    assert codes(kind=BodyKind.LAWYERS, fee_policy=FeePolicy.TARIFF) == ["body.tariff"]
    assert codes(kind=BodyKind.COMMERCIAL, fields=[Field.FAMILY]) == ["body.licence", "body.fields"]


def test_a_change_is_kept_with_its_day_and_stands_on_the_public_page(here, client) -> None:
    keep(here, hours_zh="每天 9:00—17:00", languages=["zh-hans", "hokkien"])
    line = RegisterLine.objects.get()
    assert (line.change, set(line.fields)) == ("entry", {"hours_zh", "languages"})
    page = client.get(f"/mediators/{own(here).pk}/").content.decode()
    assert "每天 9:00—17:00" in page and "闽南话" in page and "登记改动" in page


def test_only_the_manager_of_the_house_keeps_it(here) -> None:
    with pytest.raises(Forbidden):
        keep(here, actor=here.xu, is_open=False)
    other = member("other-manager", "旁人", Role.ORGANISATION_MANAGER, here.other)
    with pytest.raises(Forbidden):
        keep(here, actor=other, is_open=False)
    assert browser(other).get(f"/mediators/entries/{own(here).pk}/").status_code == 404


def test_an_error_stands_at_its_field(here) -> None:
    address = f"/mediators/entries/{own(here).pk}/"
    sent = {"kind": "peoples", "fields_": ["family"], "languages": ["zh-hans"], "fee_policy": "tariff"}
    answer = browser(here.manager).post(address, sent | {"tariff": "每件500元", "licence_until": "昨天"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "这类组织调解不收费" in page and 'href="#id_fee_policy' in page and 'href="#id_licence_until' in page


def test_a_lapsed_licence_stops_new_offers_and_says_why(here, client) -> None:
    made = g.listed(here)
    chosen = made.candidates.get(mediator=here.xu_mediator)
    keep(here, licence="许可1号", licence_until=AT.date() - dt.timedelta(days=4))
    assert not queries.active_mediators(on=AT.date()).filter(body=own(here)).exists()
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        edge = {"number": here.number, "party_id": party.pk, "candidate_id": chosen.pk, "actor": actor, "at": AT}
        if party == here.quarrel.chen:
            actions.choose(**edge)
            continue
        with pytest.raises(Refused) as refused:
            actions.choose(**edge)
    assert refused.value.code == "body.licence_lapsed" and "2026-05-07" in str(refused.value.message)
    assert "许可已于" in client.get(f"/mediators/{own(here).pk}/").content.decode()
    assert "许可已于" in client.get("/mediators/").content.decode()


def test_a_mediator_joins_and_leaves_with_dates(here) -> None:
    new = member("tong", "童欣", Role.MEDIATOR, here.committee)
    edge = {"actor": here.manager, "at": AT}
    with pytest.raises(Refused, match=r"mediator\.duty"):
        actions.join(body_id=own(here).pk, user_id=here.leng.user_id, certificate="", **edge)
    made = actions.join(body_id=own(here).pk, user_id=new.user_id, certificate="云调培9", **edge)
    assert queries.active_mediators(on=AT.date()).filter(pk=made.pk).exists()
    with pytest.raises(Refused, match=r"mediator\.elsewhere"):
        actions.join(body_id=own(here).pk, user_id=new.user_id, certificate="", **edge)
    actions.let_go(mediator_id=made.pk, on=AT.date(), **edge)
    assert not queries.active_mediators(on=AT.date() + dt.timedelta(days=1)).filter(pk=made.pk).exists()
    assert [line.change for line in RegisterLine.objects.order_by("pk")] == ["joined", "left"]


def test_nobody_leaves_with_matters_in_hand(here) -> None:
    g.running(here)
    with pytest.raises(Refused, match=r"mediator\.carries"):
        actions.let_go(mediator_id=here.xu_mediator.pk, on=AT.date(), actor=here.manager, at=AT)


def test_a_mediator_keeps_their_own_page_and_no_capacity(here, client) -> None:
    new = {"profile_zh": "先听各说一遍", "capacity": 99, "away_until": AT.date()}
    kept = actions.keep_page(mediator_id=here.xu_mediator.pk, new=new, actor=here.xu, at=AT)
    assert (kept.profile_zh, kept.capacity) == ("先听各说一遍", 12)
    assert not queries.active_mediators(on=AT.date()).filter(pk=kept.pk).exists(), "away"
    with pytest.raises(Forbidden):
        actions.keep_page(mediator_id=here.xu_mediator.pk, new=new, actor=here.zhao, at=AT)
    actions.keep_page(mediator_id=kept.pk, new={"capacity": 3, "away_until": None}, actor=here.manager, at=AT)
    kept.refresh_from_db()
    assert kept.capacity == 3 and kept.user.away_until is None
    assert "先听各说一遍" in client.get(f"/mediators/{own(here).pk}/").content.decode()


def test_a_declared_tie_keeps_the_mediator_off_the_list(here) -> None:
    actions.declare_tie(kind=InterestKind.RELATIVE, name=here.quarrel.ma.name, actor=here.xu, at=AT)
    made = g.offered(here)
    both_consent(here.quarrel)
    actions.send_list(number=here.number, actor=here.duan, at=g.SENT_AT)
    assert not made.candidates.filter(mediator=here.xu_mediator).exists()
    page = browser(here.xu).get("/mediators/mine/").content.decode()
    assert here.quarrel.ma.name in page


def test_the_pages_of_a_manager(here) -> None:
    manager = browser(here.manager)
    assert manager.get("/mediators/entries/")["Location"] == f"/mediators/entries/{own(here).pk}/"
    page = manager.get(f"/mediators/entries/{own(here).pk}/").content.decode()
    assert "许桂兰" in page and "0 / 12" in page
    person = f"/mediators/people/{here.xu_mediator.pk}/"
    sent = {"fields_": ["family"], "languages": ["zh-hans"], "capacity": "5", "certificate": "云1"}
    assert manager.post(person, sent).status_code == 302
    assert Mediator.objects.get(pk=here.xu_mediator.pk).capacity == 5
    assert manager.post(person, {"leave": "1", "on": "2026-05-30"}).status_code == 302
    assert browser(here.zhao).get(person).status_code == 404


def test_a_room_has_its_page_and_its_people_their_matters(here, client) -> None:
    body = own(here)
    Body.objects.filter(pk=body.pk).update(kind=BodyKind.ROOM, room_story="有话坐下说。")
    g.running(here)
    page = client.get(f"/mediators/rooms/{body.pk}/").content.decode()
    assert "有话坐下说" in page and "至今不到5件" in page
    assert "有话坐下说" in client.get("/mediators/rooms/").content.decode()
    address = f"/mediators/rooms/{body.pk}/matters/"
    assert f"/mediation/{here.number}/" in browser(here.xu).get(address).content.decode()
    colleague = browser(here.zhao).get(address).content.decode()
    assert "同事的事项" in colleague and "调解中" in colleague and here.number not in colleague
    assert browser(here.leng).get(address).status_code == 404
    with scoping.unscoped("tests"):
        assert queries_register.figures_of([body])[body.pk].taken is None


def test_each_figure_of_a_room_begins_at_five_and_more_rooms_cost_no_more_queries(here, client) -> None:
    body, matter = own(here), g.running(here)
    Body.objects.filter(pk=body.pk).update(kind=BodyKind.ROOM)
    matter.stage, matter.ended_at, matter.ground = Stage.ENDED, AT, Ground.AGREED
    for attempt in range(2, 6):
        matter.pk, matter.uid, matter.attempt, matter._state.adding = None, uuid.uuid4(), attempt, True
        matter.save()
    every = list(Body.objects.all())
    with CaptureQueriesContext(connection) as one:
        queries_register.figures_of([body])
    with CaptureQueriesContext(connection) as all_of_them:
        found = queries_register.figures_of(every)
    assert len(every) > 1 and len(all_of_them) == len(one)
    assert found[body.pk] == queries_register.RoomFigures(taken=5, agreed=None, performed=None)
    page = client.get(f"/mediators/rooms/{body.pk}/").content.decode()
    assert page.count("不足5件") == 2
    assert "至今受理5件" in client.get("/mediators/rooms/").content.decode()


def test_a_stranger_meets_404(here) -> None:
    for address in (f"/mediators/entries/{own(here).pk}/", "/mediators/mine/"):
        assert Client().get(address).status_code == 302
        assert browser(here.duan).get(address).status_code == 404
