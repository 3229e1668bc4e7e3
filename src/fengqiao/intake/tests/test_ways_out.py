"""No way around the person: what ends a matter, who may write it down, and what can be rated."""

import pytest
from tests.cast import Cast, cast
from tests.journeys.walk import at, clock_of, fresh, look, person_of, standing

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


def test_asking_does_not_stop_the_clock_for_ever(district: Cast, contact: Contact) -> None:
    """Asked, asked once more, closed apart: the unit wins nothing by asking; one call starts the clocks again."""
    with standing("2026-03-10 10:00") as now:
        actions.ask(number=contact.number, text="哪一盏灯？", actor=district.fang, at=now)
    assert clock_of(contact, "reply").due_at == at("2026-03-17 17:30")
    look("2026-03-18 09:00")
    assert fresh(contact).stage == Stage.WAITING
    assert Notice.objects.filter(subject=contact.number, template="intake.person.turn").count() == 2
    look("2026-04-02 09:00")
    assert fresh(contact).stage == Stage.LAPSED
    with standing("2026-04-02 10:00") as now:
        actions.reopen(number=contact.number, text="三楼的", actor=person_of(contact), at=now)
    assert {clock_of(contact, kind).state for kind in ("completion", "progress")} == {"running"}


def test_an_answer_in_time_ends_the_waiting(district: Cast, contact: Contact) -> None:
    with standing("2026-03-10 10:00") as now:
        actions.ask(number=contact.number, text="哪一盏灯？", actor=district.fang, at=now)
    with standing("2026-03-11 10:00") as now:
        actions.supplement(number=contact.number, text="三楼的", actor=person_of(contact), at=now)
    assert (clock_of(contact, "reply").state, clock_of(contact, "completion").state) == ("met", "running")


def test_what_the_desk_did_itself_comes_back_to_the_desk_on_a_clock(district: Cast) -> None:
    with standing("2026-03-10 09:00") as now:
        draft = actions.Draft(text="问一下办证地点", place_id=district.gangyun.pk)
        made = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact
        actions.finish(number=made.number, text="在街道大厅", actor=district.han, at=now)
    look("2026-03-18 09:00")
    look("2026-04-10 09:00")
    with standing("2026-04-10 10:00") as now:
        actions.reopen(number=made.number, text="那里没人", actor=person_of(made), at=now)
    assert (fresh(made).stage, clock_of(made, "take_up").state) == (Stage.RECEIVED, "running")


def test_a_matter_above_stays_open_while_one_below_is_not_done(district: Cast, contact: Contact) -> None:
    """Journey 2: two say "not warm", so the parent stays open; it closes after them."""
    with standing("2026-03-10 09:00") as now:
        draft = actions.Draft(text="楼道灯坏了", place_id=district.gangyun.pk)
        child = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=now).contact
        actions.link(number=child.number, parent=contact.number, actor=district.han, at=now)
        for one in (child, contact):
            actions.finish(number=one.number, text="已换灯", actor=district.han, at=now)
    with standing("2026-03-11 09:00") as now, pytest.raises(Refused) as refusal:
        actions.accept(number=contact.number, actor=person_of(contact), at=now)
    assert refusal.value.code == "contact.open_children"
    with standing("2026-03-11 10:00") as now:
        actions.object_to(number=child.number, text="还是黑的", actor=person_of(child), at=now)
    assert fresh(contact).stage == Stage.HANDLING
    with standing("2026-03-12 10:00") as now:
        for one in (child, contact):
            actions.finish(number=one.number, text="又换了", actor=district.han, at=now)
        for one in (child, contact):
            actions.accept(number=one.number, actor=person_of(one), at=now)
    assert fresh(contact).stage == Stage.ACCEPTED


def test_another_category_brings_its_own_limit(district: Cast, contact: Contact) -> None:
    assert clock_of(contact, "completion").rule_key == "intake.completion.ordinary"
    with standing("2026-03-10 10:00") as now:
        actions.dispatch(
            number=contact.number,
            unit_id=district.heating.pk,
            category_id=district.heat.pk,
            actor=district.han,
            at=now,
        )
    assert clock_of(contact, "completion").due_at == at("2026-03-11 09:00")
