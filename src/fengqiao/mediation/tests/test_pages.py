"""The pages: who finds the matter, what each reader sees of it, deeds by form, the public register."""

import pytest
from django.test import Client

from fengqiao.disputes import actions as disputes
from fengqiao.kernel import clock
from fengqiao.mediation import actions
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with clock.standing_at(g.ACCEPTED_AT):
        yield g.ground()


def browser(actor) -> Client:
    client = Client()
    duty = Membership.objects.get(pk=int(actor.id.partition(":")[2]))
    client.force_login(duty.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_mediator_asked_finds_it_accepts_it_and_leads_it(here) -> None:
    g.sent(here)
    client = browser(here.xu)
    turn = client.get("/mediation/").content.decode()
    assert here.number in turn and "接受或退回" in turn
    matter = f"/mediation/{here.number}/"
    assert "烧烤店" in client.get(matter).content.decode()
    assert client.get(f"{matter}do/take/").status_code == 200
    assert client.post(f"{matter}do/take/").status_code == 302
    page = client.get(matter).content.decode()
    assert "调解期限" in page and "已联系到对方" in page


def test_strangers_and_colleagues_meet_404(here) -> None:
    g.running(here)
    matter = f"/mediation/{here.number}/"
    for who in (here.zhao, here.leng, here.quarrel.wei, here.quarrel.cast.han_of_nanwan):
        assert browser(who).get(matter).status_code == 404, who.name


def test_the_court_sees_dates_and_not_the_account(here) -> None:
    g.running(here)
    client = browser(here.quarrel.he)
    page = client.get(f"/mediation/{here.number}/").content.decode()
    assert "调解期限" in page and "烧烤店" not in page and "138****0421" not in page
    refused = client.get(f"/mediation/{here.number}/?see=secret")
    assert refused.status_code == 403 and "让步" in refused.content.decode()


def test_every_part_opens_for_the_mediator_and_the_desk(here) -> None:
    g.running(here)
    actions.note(number=here.number, text="马愿意换静音风机", actor=here.xu, at=g.ACCEPTED_AT)
    for who in (here.xu, here.duan):
        for part in ("history", "parties", "files", "clocks", "mediator"):
            assert browser(who).get(f"/mediation/{here.number}/?see={part}").status_code == 200, part
    assert "静音风机" in browser(here.xu).get(f"/mediation/{here.number}/?see=secret").content.decode()
    assert browser(here.duan).get(f"/mediation/{here.number}/?see=secret").status_code == 403


def test_every_deed_that_is_offered_has_its_form(here) -> None:
    from fengqiao.mediation import acts, shown

    g.running(here)
    for who in (here.xu, here.duan, here.quarrel.he, here.manager):
        matter = shown.matter_of(here.number, who, g.ACCEPTED_AT)
        offered = acts.offered(matter)
        assert offered, who.name
        for act in offered:
            assert browser(who).get(f"/mediation/{here.number}/do/{act.key}/").status_code == 200, act.key


def test_a_refusal_stands_at_the_form(here) -> None:
    g.running(here)
    answer = browser(here.xu).post(
        f"/mediation/{here.number}/do/ask_judge/",
        {"judge": here.quarrel.jiang.user_id, "text": "他肯赔1200元，够不够"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 409 and "一般性提问" in answer.content.decode()


def test_after_a_failure_the_suit_is_prepared(here) -> None:
    g.running(here)
    client = browser(here.xu)
    assert client.post(f"/mediation/{here.number}/do/end/", {"ground": "gap"}).status_code == 302
    page = client.get(f"/mediation/{here.number}/").content.decode()
    assert "未调成。立案材料已准备好" in page
    assert client.post(f"/mediation/{here.number}/do/sue/").status_code == 302
    assert disputes.locked(here.number).docketing_asked_at is not None


def test_the_judge_on_call_answers(here) -> None:
    g.running(here)
    asked = actions.ask_judge(
        number=here.number,
        judge_id=here.quarrel.jiang.user_id,
        text="排风怎样才算合理",
        actor=here.xu,
        at=g.ACCEPTED_AT,
    )
    client = browser(here.quarrel.jiang)
    assert "排风怎样才算合理" in client.get("/mediation/").content.decode()
    assert browser(here.quarrel.wei).get(f"/mediation/questions/{asked.pk}/").status_code == 404
    assert client.post(f"/mediation/questions/{asked.pk}/", {"text": "看必要限度"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answered_at is not None


def test_the_register_is_public_and_rates_nobody(here, client) -> None:
    page = client.get("/mediators/").content.decode()
    assert "桥西街道人民调解委员会" in page and "不收费" in page
    one = client.get(f"/mediators/{here.xu_mediator.body_id}/").content.decode()
    assert "许桂兰" in one and "驻室" not in one
    assert not [word for word in ("成功率", "排名", "评分") if word in one]
