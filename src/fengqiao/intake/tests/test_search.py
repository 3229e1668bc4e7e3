"""Search finds by number, phone, words and place, and never beyond the reader's place."""

from collections.abc import Iterator

import pytest
from tests.cast import Cast, cast

from fengqiao.intake import actions, search
from fengqiao.intake.models import Contact
from fengqiao.intake.tests.ground import NOON, at_noon, tell, window
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.testing import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon():
        yield cast()


def found(actor: Actor, typed: str) -> list[str]:
    with scoping.scoped(actor):
        return [contact.number for contact in search.search(actor, typed).contacts]


def test_words_are_found_within_the_place_of_the_reader(people: Cast) -> None:
    contact = tell(people, "老旧小区加装电梯一楼住户不同意")
    run_jobs()
    assert found(people.han, "加装电梯") == [contact.number]
    assert found(people.wan, "电梯 一楼") == [contact.number]
    assert found(people.han_of_nanwan, "加装电梯") == []
    assert found(people.shi, "加装电梯") == []


def test_first_letters_find_a_title_within_the_place_of_the_reader(people: Cast) -> None:
    contact = tell(people, "暖气不热，屋里十四度")
    run_jobs()
    assert found(people.han, "nqbr") == found(people.han, "NQ") == [contact.number]
    assert found(people.han, "nqxr") == found(people.han_of_nanwan, "nqbr") == []


def test_the_unit_in_hand_finds_it_once_it_was_sent(people: Cast) -> None:
    contact = tell(people, "供暖不热，屋里十四度")
    with scoping.unscoped("tests"):
        actions.dispatch(number=contact.number, unit_id=people.heating.pk, actor=people.wan, at=NOON)
    run_jobs()
    assert found(people.shi, "供暖") == [contact.number]


def test_a_phone_is_found_whole_or_by_its_last_four(people: Cast) -> None:
    window(people.duan).post(
        "/desk/call/", {"phone": "13812340421", "name": "陈立秋", "text": "楼下烧烤很吵", "place": people.gangyun.pk}
    )
    run_jobs()
    assert len(found(people.han, "138 1234 0421")) == 1
    assert len(found(people.han, "0421")) == 1
    assert found(people.han, "0422") == found(people.han_of_nanwan, "0421") == []
    assert found(people.han, "1381234") == []


def test_a_number_opens_at_once(people: Cast) -> None:
    contact = tell(people)
    answer = window(people.han).get("/search/", {"q": contact.number.replace("-", " ")})
    assert answer["Location"] == f"/desk/{contact.number}/"
    elsewhere = window(people.han_of_nanwan).get("/search/", {"q": contact.number})
    assert elsewhere.status_code == 200
    assert contact.number not in elsewhere.content.decode().replace(f'value="{contact.number}"', "").replace(
        f"查找：{contact.number}", ""
    )


def test_words_of_an_import_are_written_afterwards(people: Cast) -> None:
    contact = tell(people, "井盖松动，过车很响")
    with scoping.unscoped("tests"):
        assert search.put_missing() == Contact.objects.get(number=contact.number).pk
        assert search.put_missing() == 0
    assert found(people.han, "井盖") == [contact.number]


def test_quotes_and_operators_are_only_letters(people: Cast) -> None:
    tell(people)
    run_jobs()
    for typed in ("' | 1", "a & b", "!!", "\\", "暖气 ' --", "%"):
        found(people.han, typed)
