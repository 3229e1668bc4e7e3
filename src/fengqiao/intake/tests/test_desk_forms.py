"""Posting the forms of the desk and of administrators: done, refused at the field, not there for others."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests import world
from tests.cast import Cast, cast

from fengqiao.intake import actions
from fengqiao.intake.models import Category, Contact, DispatchRule, Entry
from fengqiao.intake.rules import Channel
from fengqiao.intake.tests.ground import NOON, at_noon, in_hand, tell, window
from fengqiao.kernel import heartbeat, scoping
from fengqiao.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon(), scoping.unscoped("tests"):
        everybody = cast()
        for actor in (everybody.administrator, everybody.auditor):
            world.give_second_factor(User.objects.get(pk=actor.user_id))
        yield everybody


def _says(answer: Any, words: str) -> None:
    assert answer.status_code == 422, answer.status_code
    body = answer.content.decode()
    assert "invalid-feedback" in body and words in body, body[:2000]


# ---------------------------------------------------------------- splitting


def test_splitting_makes_a_matter_of_each_text(people: Cast) -> None:
    contact = tell(people)
    answer = window(people.wan).post(f"/desk/{contact.number}/split/", {"first": "楼道灯坏了", "third": "井盖松了"})
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/{contact.number}/")
    made = Contact.objects.exclude(pk=contact.pk)
    assert {one.text for one in made} == {"楼道灯坏了", "井盖松了"}
    assert {one.received_at for one in made} == {contact.received_at}


def test_splitting_needs_the_other_matter(people: Cast) -> None:
    contact = tell(people)
    _says(window(people.wan).post(f"/desk/{contact.number}/split/", {"first": " ", "second": "井盖松了"}), "first")
    assert Contact.objects.count() == 1


def test_splitting_is_the_desks(people: Cast) -> None:
    contact = in_hand(people)
    for somebody in (people.shi, people.auditor, people.han_of_nanwan):
        assert window(somebody).post(f"/desk/{contact.number}/split/", {"first": "楼道灯坏了"}).status_code == 404
    assert Contact.objects.count() == 1


# ---------------------------------------------------------------- one answer for many


@pytest.fixture
def family(people: Cast) -> tuple[Contact, list[Contact]]:
    """A matter in hand with two others linked below it, in the same hands."""
    head, children = in_hand(people), [in_hand(people), in_hand(people)]
    for child in children:
        actions.link(number=child.number, parent=head.number, actor=people.wan, at=NOON)
    return head, children


def _answers() -> list[str]:
    return sorted(Entry.objects.filter(kind="answer").values_list("contact__number", flat=True))


def test_each_linked_matter_gets_its_own_answer(people: Cast, family: Any) -> None:
    head, children = family
    numbers = [child.number for child in children]
    sent = {"numbers": numbers, "text": "今晚十点前恢复供暖"}
    answer = window(people.shi).post(f"/desk/{head.number}/answer-all/", sent, follow=True)
    assert answer.status_code == 200 and "2" in answer.content.decode()
    assert _answers() == sorted(numbers)


def test_an_answer_for_many_needs_words_and_somebody_to_hear_them(people: Cast, family: Any) -> None:
    head, children = family
    page = window(people.shi)
    _says(page.post(f"/desk/{head.number}/answer-all/", {"numbers": [children[0].number], "text": ""}), "text")
    _says(page.post(f"/desk/{head.number}/answer-all/", {"text": "今晚恢复"}), "numbers")
    _says(page.post(f"/desk/{head.number}/answer-all/", {"numbers": [head.number], "text": "今晚恢复"}), "numbers")
    assert _answers() == []


def test_an_answer_for_many_is_not_there_for_others(people: Cast, family: Any) -> None:
    head, children = family
    sent = {"numbers": [child.number for child in children], "text": "今晚恢复"}
    for somebody in (people.officer_of_housing, people.han_of_nanwan, people.auditor):
        assert window(somebody).post(f"/desk/{head.number}/answer-all/", sent).status_code == 404
    assert _answers() == []


# ---------------------------------------------------------------- categories

DOG = {"code": "t.noise.dog", "name_zh": "狗叫扰民", "name_en": "Barking", "keywords": "狗叫、犬吠", "is_active": "on"}


def test_a_category_is_made_and_changed(people: Cast) -> None:
    office = window(people.administrator)
    assert office.post("/desk/categories/new/", DOG | {"parent": people.noise.pk}).status_code == 302
    made = Category.objects.get(code="t.noise.dog")
    assert (made.parent, made.level, made.keywords) == (people.noise, people.noise.level + 1, ["狗叫", "犬吠"])
    changed = DOG | {"code": "another.code", "name_zh": "养犬扰民"}
    assert office.post(f"/desk/categories/{made.pk}/", changed).status_code == 302
    made.refresh_from_db()
    assert (made.code, made.name_zh, made.parent) == ("t.noise.dog", "养犬扰民", None)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"code": ""}, "code"), ({"code": "狗 叫"}, "只用小写字母"), ({"code": "t.noise"}, "已有别的类别"),
    ({"name_zh": ""}, "name_zh"), ({"parent": "999999"}, "parent"), ({"clock_class": "soon"}, "clock_class"),
])  # fmt: skip
def test_a_category_is_refused_at_its_field(people: Cast, wrong: dict[str, str], words: str) -> None:
    before = Category.objects.count()
    _says(window(people.administrator).post("/desk/categories/new/", DOG | wrong), words)
    assert Category.objects.count() == before


def test_a_category_does_not_lie_below_itself_nor_close_over_others(people: Cast) -> None:
    office = window(people.administrator)
    office.post("/desk/categories/new/", DOG | {"parent": people.noise.pk})
    noise = {"name_zh": "邻里噪声", "is_active": "on"}
    made = Category.objects.get(code="t.noise.dog")
    for parent in {people.noise.pk, made.pk} if made.level <= 2 else {people.noise.pk}:
        assert office.post(f"/desk/categories/{people.noise.pk}/", noise | {"parent": parent}).status_code == 409
    assert office.post(f"/desk/categories/{people.noise.pk}/", {"name_zh": "邻里噪声"}).status_code == 409


# ---------------------------------------------------------------- dispatch rules


def test_a_dispatch_rule_is_made_and_changed(people: Cast) -> None:
    office = window(people.administrator)
    sent = {"category": people.heat.pk, "target": people.heating.pk, "order": "10", "is_active": "on"}
    assert office.post("/desk/dispatch-rules/new/", sent).status_code == 302
    rule = DispatchRule.objects.get(order=10)
    assert (rule.category, rule.target, rule.level) == (people.heat, people.heating, "")
    sent = {"level": "street", "order": "20"}
    assert office.post(f"/desk/dispatch-rules/{rule.pk}/", sent).status_code == 302
    rule.refresh_from_db()
    assert (rule.target, rule.level, rule.order, rule.is_active) == (None, "street", 20, False)


@pytest.mark.parametrize(("sent", "words"), [
    ({"order": "10"}, "单位和层级"), ({"order": "10", "target": "both", "level": "street"}, "单位和层级"),
    ({"order": "0", "level": "street"}, "order"), ({"order": "10", "level": "moon"}, "level"),
    ({"order": "10", "target": "999999"}, "target"),
])  # fmt: skip
def test_a_dispatch_rule_is_refused_at_its_field(people: Cast, sent: dict[str, str], words: str) -> None:
    before = DispatchRule.objects.count()
    sent = sent | ({"target": str(people.heating.pk)} if sent.get("target") == "both" else {})
    _says(window(people.administrator).post("/desk/dispatch-rules/new/", sent), words)
    assert DispatchRule.objects.count() == before


@pytest.mark.parametrize("path", ["/desk/categories/new/", "/desk/dispatch-rules/new/"])
def test_settings_are_not_there_for_others(people: Cast, path: str) -> None:
    before = Category.objects.count(), DispatchRule.objects.count()
    sent = DOG | {"level": "street", "order": "10"}
    for somebody in (people.han, people.shi, people.auditor):
        assert window(somebody).post(path, sent).status_code == 404
    assert window(None).post(path, sent).status_code == 302
    assert before == (Category.objects.count(), DispatchRule.objects.count())


# ---------------------------------------------------------------- health


def test_the_administrator_reads_what_is_unwell_and_what_to_do(people: Cast) -> None:
    body = window(people.administrator).get("/operate/health/").content.decode()
    assert "is-bad" in body and "数据库" in body
    heartbeat.beat("clock", at=NOON)
    assert window(people.administrator).get("/operate/health/").content.decode().count("is-bad") < body.count("is-bad")


def test_the_health_page_takes_no_post_and_no_stranger(people: Cast) -> None:
    assert window(people.administrator).post("/operate/health/").status_code == 405
    assert window(people.auditor).get("/operate/health/").status_code == 404
    assert "/account/sign-in/" in window(None).get("/operate/health/")["Location"]


# ---------------------------------------------------------------- the call


def test_each_guess_of_a_call_says_why(people: Cast) -> None:
    answer = window(people.duan).post("/desk/call/guess/", {"text": "港云社区3号楼起火了，楼道里都是烟"})
    body = answer.content.decode()
    assert "<summary>为什么" in body
    assert "里面说到“港云社区”" in body
    assert "“起火”" in body


def test_a_form_that_comes_back_shows_the_earlier_calls_again(people: Cast) -> None:
    with scoping.unscoped("tests"):
        draft = actions.Draft(text="暖气不热", title="去年的暖气", phone="13812340421", place_id=people.gangyun.pk)
        actions.receive(draft=draft, channel=Channel.CITY_HOTLINE, actor=people.duan, at=NOON)
    answer = window(people.duan).post("/desk/call/", {"phone": "13812340421", "text": ""})
    assert answer.status_code == 422
    assert "去年的暖气" in answer.content.decode()
