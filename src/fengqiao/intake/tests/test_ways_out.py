"""No way around the person: what ends a matter, who may write it down, and what can be rated."""

import pytest
from tests.cast import Cast, cast
from tests.journeys.walk import fresh, person_of, standing

from fengqiao.intake import actions, acts
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import About, Channel, Stage
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, system
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Cast:
    made = cast()
    scoping.apply(system("tests"))
    return made


@pytest.fixture
def contact(district: Cast) -> Contact:
    """A matter the community itself has in hand."""
    with standing("2026-03-10 09:00") as now:
        draft = actions.Draft(text="楼道灯坏了", place_id=district.gangyun.pk, phone="13812340421")
        made = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact
        unit = district.gangyun_committee.pk
        actions.dispatch(number=made.number, unit_id=unit, actor=district.han, at=now)
        return actions.take(number=made.number, actor=district.fang, at=now)


def test_the_unit_in_hand_does_not_write_down_that_the_person_takes_it_back(district: Cast, contact: Contact) -> None:
    assert "withdraw" not in [act.key for act in acts.offered(contact, district.fang)]
    with standing("2026-03-10 10:00") as now, pytest.raises(Forbidden) as refusal:
        actions.withdraw(number=contact.number, text="群众说不用了", actor=district.fang, at=now)
    assert refusal.value.code == "acceptance.not_yours"


def test_the_person_hears_that_a_colleague_wrote_it_down(district: Cast, contact: Contact) -> None:
    with standing("2026-03-10 10:00") as now:
        actions.withdraw(number=contact.number, text="来电说已自行修好", actor=district.han, at=now)
    assert fresh(contact).stage == Stage.WITHDRAWN
    assert Notice.objects.filter(subject=contact.number, template="intake.person.withdrawn").exists()


def test_who_takes_it_back_in_person_gets_no_letter(district: Cast, contact: Contact) -> None:
    with standing("2026-03-10 10:00") as now:
        actions.withdraw(number=contact.number, actor=person_of(contact), at=now)
    assert not Notice.objects.filter(subject=contact.number, template="intake.person.withdrawn").exists()


@pytest.mark.parametrize("about", About.values)
def test_nothing_can_be_rated_before_it_is_there(district: Cast, contact: Contact, about: str) -> None:
    with standing("2026-03-10 10:00") as now, pytest.raises(Refused) as refusal:
        actions.rate(number=contact.number, about=About(about), score=5, actor=person_of(contact), at=now)
    assert refusal.value.code == "rating.too_early"


def test_a_result_has_one_rating_however_it_was_given(district: Cast, contact: Contact) -> None:
    with standing("2026-03-10 10:00") as now:
        edge = {"number": contact.number, "actor": person_of(contact), "at": now}
        actions.finish(number=contact.number, text="已换灯", actor=district.fang, at=now)
        actions.rate(about=About.RESULT, score=2, **edge)
        actions.accept(score=4, **edge)
        with pytest.raises(Refused) as refusal:
            actions.rate(about=About.RESULT, score=5, **edge)
    assert refusal.value.code == "rating.given"
    assert contact.ratings.get().score == 4
