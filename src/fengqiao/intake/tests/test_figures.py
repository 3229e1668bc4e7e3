"""Rates with their bases; leaving a rating out is seen by everybody and decided by somebody else."""

import datetime as dt
import importlib
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from tests.cast import MORNING, Cast, cast

from fengqiao.intake import actions, figures
from fengqiao.intake.actions import counting
from fengqiao.intake.models import Category, Contact, Rating
from fengqiao.intake.rules import Channel
from fengqiao.intake.tests.ground import NOON, at_noon, in_hand, tell, window
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people.models import Person

pytestmark = pytest.mark.django_db
SINCE, UNTIL = MORNING - dt.timedelta(days=1), MORNING + dt.timedelta(days=1)


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon():
        yield cast()


def accepted(people: Cast, score: int = 5) -> Contact:
    contact = in_hand(people)
    with scoping.unscoped("tests"):
        actions.finish(number=contact.number, text="阀门已换", actor=people.shi, at=NOON)
        person = Actor(id=f"resident:{contact.number}", matter_id=contact.pk)
        return actions.accept(number=contact.number, actor=person, at=NOON, score=score)


def neighbour_person() -> Person:
    return Person.objects.create(name="邻居", created_at=MORNING)


def whole(actor: Actor) -> figures.Row:
    with scoping.scoped(actor):
        return figures.table(actor, since=SINCE, until=UNTIL, whole="all")[0]


def rating() -> Rating:
    with scoping.unscoped("tests"):
        return Rating.objects.get()


def test_rates_stand_on_their_bases(people: Cast) -> None:
    accepted(people)
    tell(people)
    seen = whole(people.wan)
    assert seen.received == 2
    assert (seen.response.part, seen.response.whole) == (1, 1)
    assert (seen.resolution.part, seen.resolution.whole) == (1, 1)
    assert (seen.satisfaction.part, seen.satisfaction.whole) == (1, 1)
    assert seen.response.is_small


def test_a_repeat_is_the_same_person_and_never_the_neighbour(people: Cast) -> None:
    first = tell(people)
    with scoping.unscoped("tests"):
        Contact.objects.filter(pk=first.pk).update(issue_key=4711)
        for person, hours in ((None, 1), (people.chen, 2)):
            draft = actions.Draft(
                text="港云社区3号楼暖气不热", place_id=people.gangyun.pk, person_id=person.pk if person else None
            )
            at = MORNING + dt.timedelta(hours=hours)
            later = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=at).contact
            Contact.objects.filter(pk=later.pk).update(issue_key=4711)
            seen = whole(people.wan)
            assert (seen.repeated.part, seen.repeated.whole) == (int(person is not None), hours + 1)


def test_figures_end_at_the_place_of_the_reader(people: Cast) -> None:
    accepted(people)
    assert whole(people.han_of_nanwan).received == 0


def test_a_repeat_is_the_same_person_with_the_same_matter_within_thirty_days(people: Cast) -> None:
    """A neighbour on the same issue, the same person on another one, and the 31st day are none."""
    first = tell(people)
    assert whole(people.wan).repeated == figures.Rate(0, 1)
    neighbour, other_matter, again = tell(people), tell(people, "港云社区路灯坏了"), tell(people)
    with scoping.unscoped("tests"):
        Contact.objects.filter(pk=first.pk).update(received_at=MORNING - dt.timedelta(days=30))
        Contact.objects.filter(pk=neighbour.pk).update(person=None)
    assert other_matter.issue_key != again.issue_key
    assert whole(people.wan).repeated == figures.Rate(1, 3)
    with scoping.unscoped("tests"):
        Contact.objects.filter(pk=neighbour.pk).update(person=neighbour_person())
    assert whole(people.wan).repeated == figures.Rate(1, 3)
    with scoping.unscoped("tests"):
        Contact.objects.filter(pk=first.pk).update(received_at=MORNING - dt.timedelta(days=31))
    assert whole(people.wan).repeated.part == 0


def test_a_matter_the_desk_put_right_is_compared_as_decided(people: Cast) -> None:
    """Read as different topics, decided to be one."""
    first, again = tell(people), tell(people, "港云社区路灯坏了")
    with scoping.unscoped("tests"):
        Contact.objects.update(category=people.heat)
        Contact.objects.filter(pk=first.pk).update(received_at=MORNING - dt.timedelta(hours=2))
    assert again.issue_key != first.issue_key
    assert whole(people.wan).repeated.part == 1


def test_the_unit_cannot_leave_its_own_rating_out(people: Cast) -> None:
    accepted(people, score=1)
    with scoping.scoped(people.shi), pytest.raises(Forbidden):
        counting.exclude_rating(rating_id=rating().pk, reason="不公平", actor=people.shi, at=NOON)


def test_an_appeal_is_decided_by_somebody_else(people: Cast) -> None:
    accepted(people, score=1)
    key = rating().pk
    with scoping.scoped(people.wan):
        counting.exclude_rating(rating_id=key, reason="打错了", actor=people.wan, at=NOON)
        assert whole(people.wan).satisfaction.excluded == 1
        counting.appeal_exclusion(rating_id=key, text="没有打错", actor=people.han, at=NOON)
        with pytest.raises(Refused) as refusal:
            counting.decide_appeal(rating_id=key, uphold=True, actor=people.wan, at=NOON)
        assert refusal.value.code == "rating.second_person"
        counting.decide_appeal(rating_id=key, uphold=True, actor=people.duan, at=NOON)
    seen = whole(people.wan).satisfaction
    assert (seen.part, seen.whole, seen.excluded) == (0, 1, 0)


def test_a_rating_elsewhere_is_not_there(people: Cast) -> None:
    accepted(people)
    answer = window(people.han_of_nanwan).post(f"/desk/figures/ratings/{rating().pk}/exclude/", {"reason": "与我无关"})
    assert answer.status_code == 404


def test_the_page_shows_counts_where_the_base_is_small(people: Cast) -> None:
    accepted(people)
    body = window(people.wan).get("/desk/figures/").content.decode()
    assert "件数少，看不出差别" in body
    assert "100%" not in body


def test_the_database_keeps_one_rating_of_each(people: Cast) -> None:
    accepted(people)
    first = rating()
    with scoping.unscoped("tests"), transaction.atomic(), pytest.raises(IntegrityError):
        Rating.objects.create(contact_id=first.contact_id, about=first.about, asked_by="x", asked_at=NOON)


def test_of_ratings_kept_twice_the_first_given_stays(people: Cast) -> None:
    accepted(people, score=2)
    first = rating()
    sql = importlib.import_module("fengqiao.intake.migrations.0013_rating_once").Migration.operations[0].sql
    with scoping.unscoped("tests"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE intake_rating DROP CONSTRAINT one_rating_of_each")
        twice = {"contact_id": first.contact_id, "about": first.about, "asked_by": "x", "asked_at": NOON}
        Rating.objects.create(**twice)
        Rating.objects.create(**twice, answered_at=NOON + dt.timedelta(days=1), score=5)
        cursor.execute(sql)
    assert rating() == first


@pytest.mark.parametrize(
    ("language", "english", "shown"),
    [("zh-hans", "Heating", "供热"), ("en", "Heating", "Heating"), ("en", "", "供热")],
)
def test_a_category_is_called_in_the_language_of_the_reader(language: str, english: str, shown: str) -> None:
    with translation.override(language):
        assert Category(name_zh="供热", name_en=english).name == shown
