"""Dispatch, taking, answering, reporting done, and the person's last word."""

import datetime as dt

import pytest
from tests.cast import MORNING, Cast, cast

from fengqiao.intake import actions
from fengqiao.intake.models import Contact, Correction
from fengqiao.intake.rules import About, Channel, EntryKind, Mover, Stage, Urgency
from fengqiao.intake.understanding import loader
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.errors import Forbidden, Refused

pytestmark = pytest.mark.django_db
LATER = MORNING + dt.timedelta(hours=2)


@pytest.fixture
def district() -> Cast:
    made = cast()
    scoping.apply(made.wan)
    return made


def tell(people: Cast, **more: object) -> Contact:
    draft = actions.Draft(text="暖气不热", place_id=people.gangyun.pk, person_id=people.chen.pk, **more)
    return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING).contact


def concerned(contact: Contact) -> Actor:
    return Actor(id=f"resident:{contact.number}", matter_id=contact.pk)


def clocks(number: str) -> dict[str, str]:
    return {clock.kind: clock.state for clock in deadlines.for_subjects([number])[number]}


def in_hand(people: Cast) -> Contact:
    contact = tell(people)
    actions.dispatch(number=contact.number, unit_id=people.heating.pk, actor=people.han, at=MORNING)
    return actions.take(number=contact.number, actor=people.shi, at=LATER)


def reported_done(people: Cast) -> Contact:
    contact = in_hand(people)
    return actions.finish(number=contact.number, text="阀门已换", actor=people.shi, at=LATER)


def test_dispatch_hands_the_clocks_to_the_unit(district: Cast) -> None:
    contact = tell(district)
    sent = actions.dispatch(
        number=contact.number, unit_id=district.heating.pk, category_id=district.heat.pk, actor=district.han, at=MORNING
    )
    assert (sent.stage, sent.mover, sent.clock_class) == (Stage.DISPATCHED, Mover.UNIT, "utility")
    running = deadlines.for_subjects([contact.number])[contact.number]
    assert {clock.owner_id for clock in running if clock.state == "running"} == {district.heating.pk}
    assert {"take_up", "response", "completion"} <= {clock.kind for clock in running}


def test_a_clerk_of_another_subdistrict_meets_nothing(district: Cast) -> None:
    contact = tell(district)
    with scoping.scoped(district.han_of_nanwan), pytest.raises(Exception) as answer:
        actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han_of_nanwan, at=MORNING)
    assert type(answer.value).__name__ in {"Http404", "Forbidden"}


def test_only_the_unit_it_was_sent_to_can_take_it(district: Cast) -> None:
    contact = tell(district)
    actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    with pytest.raises(Forbidden):
        actions.take(number=contact.number, actor=district.officer_of_housing, at=LATER)
    taken = actions.take(number=contact.number, actor=district.shi, at=LATER)
    assert taken.stage == Stage.HANDLING
    assert taken.handler_id == district.shi.user_id


def test_a_unit_returns_it_in_time_with_a_reason(district: Cast) -> None:
    contact = tell(district)
    actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    with pytest.raises(Refused):
        actions.send_back(number=contact.number, reason=" ", actor=district.shi, at=LATER)
    back = actions.send_back(number=contact.number, reason="归住建委管", actor=district.shi, at=LATER)
    assert (back.stage, back.unit_id, back.mover) == (Stage.RECEIVED, None, Mover.DESK)


def test_the_first_to_receive_leads_once_the_time_has_passed(district: Cast) -> None:
    contact = tell(district)
    actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    with pytest.raises(Refused) as refusal:
        actions.send_back(
            number=contact.number, reason="归住建委管", actor=district.shi, at=MORNING + dt.timedelta(days=3)
        )
    assert refusal.value.code == "contact.return_late"


def test_untaken_work_moves_on_by_itself_and_up(district: Cast) -> None:
    contact = tell(district)
    from fengqiao.kernel.actor import system

    first = actions.move_on(number=contact.number, level=1, actor=system("test"), at=LATER)
    assert first.unit_id is not None
    second = actions.move_on(number=contact.number, level=2, actor=system("test"), at=LATER)
    assert second.unit_id != first.unit_id or second.unit_id == district.centre.pk
    assert second.moves == 2


def test_the_first_answer_stops_the_response_clock_only(district: Cast) -> None:
    contact = in_hand(district)
    actions.answer(number=contact.number, text="今天下午上门", actor=district.shi, at=LATER)
    assert clocks(contact.number)["response"] == "met"
    assert clocks(contact.number)["completion"] == "running"


def test_asking_the_person_stops_the_clock_until_they_answer(district: Cast) -> None:
    contact = in_hand(district)
    actions.ask(number=contact.number, text="请补一张收据", actor=district.shi, at=LATER)
    waiting = Contact.objects.get(pk=contact.pk)
    assert (waiting.stage, waiting.mover) == (Stage.WAITING, Mover.PERSON)
    assert clocks(contact.number)["completion"] == "paused"
    actions.supplement(
        number=contact.number, text="收据在这里", actor=concerned(contact), at=LATER + dt.timedelta(hours=1)
    )
    assert clocks(contact.number)["completion"] == "running"
    assert Contact.objects.get(pk=contact.pk).stage == Stage.HANDLING


def test_done_is_not_solved_and_only_the_person_accepts(district: Cast) -> None:
    contact = reported_done(district)
    assert (contact.stage, contact.mover, contact.closed_at) == (Stage.DONE, Mover.PERSON, None)
    for somebody in (district.shi, district.han, district.wan, PUBLIC):
        with pytest.raises(Forbidden):
            actions.accept(number=contact.number, actor=somebody, at=LATER)
    accepted = actions.accept(number=contact.number, actor=concerned(contact), at=LATER, score=5)
    assert accepted.stage == Stage.ACCEPTED
    assert accepted.closed_at == LATER
    assert accepted.ratings.get().score == 5


def test_an_objection_reopens_with_the_time_already_used(district: Cast) -> None:
    contact = reported_done(district)
    before = {c.kind: c for c in deadlines.for_subjects([contact.number])[contact.number]}["completion"]
    wait = dt.timedelta(hours=3)
    actions.object_to(number=contact.number, text="还是不热", actor=concerned(contact), at=LATER + wait)
    again = Contact.objects.get(pk=contact.pk)
    after = {c.kind: c for c in deadlines.for_subjects([contact.number])[contact.number]}["completion"]
    assert (again.stage, again.reopened) == (Stage.HANDLING, 1)
    assert after.pk == before.pk
    assert after.state == "running"
    assert after.due_at >= before.due_at


def test_silence_closes_apart_after_two_notices(district: Cast) -> None:
    from fengqiao.kernel.actor import system

    contact = reported_done(district)
    job = system("test")
    with pytest.raises(Refused):
        actions.lapse(number=contact.number, notices=1, actor=job, at=LATER)
    actions.ask_again(number=contact.number, times=2, actor=job, at=LATER)
    closed = actions.lapse(number=contact.number, notices=2, actor=job, at=LATER)
    assert closed.stage == Stage.LAPSED
    opened = actions.reopen(number=contact.number, text="电话说没修好", actor=district.han, at=LATER)
    assert opened.stage == Stage.HANDLING


def test_a_paper_form_is_not_entered_by_the_unit_that_did_the_work(district: Cast) -> None:
    contact = reported_done(district)
    with pytest.raises(Forbidden):
        actions.accept(number=contact.number, actor=district.shi, at=LATER, paper=True)
    assert actions.accept(number=contact.number, actor=district.han, at=LATER, paper=True).stage == Stage.ACCEPTED


def test_a_rating_is_not_asked_by_the_handler(district: Cast) -> None:
    contact = in_hand(district)
    actions.answer(number=contact.number, text="明天上门", actor=district.shi, at=LATER)
    with pytest.raises(Forbidden):
        actions.rate(number=contact.number, about=About.ANSWER, score=5, actor=district.shi, at=LATER)
    actions.rate(number=contact.number, about=About.ANSWER, score=4, actor=concerned(contact), at=LATER)
    with pytest.raises(Refused):
        actions.rate(number=contact.number, about=About.ANSWER, score=1, actor=concerned(contact), at=LATER)


def test_a_parent_closes_only_when_its_children_have(district: Cast) -> None:
    parent, child = in_hand(district), tell(district)
    actions.link(number=child.number, parent=parent.number, actor=district.han, at=LATER)
    with pytest.raises(Refused) as refusal:
        actions.finish(number=parent.number, text="修好了", actor=district.shi, at=LATER)
    assert refusal.value.code == "contact.open_children"
    actions.withdraw(number=child.number, actor=concerned(child), at=LATER)
    assert actions.finish(number=parent.number, text="修好了", actor=district.shi, at=LATER).stage == Stage.DONE


def test_merging_is_for_one_person_linking_for_many(district: Cast) -> None:
    first, second = tell(district), tell(district)
    merged = actions.merge(number=second.number, into=first.number, actor=district.han, at=LATER)
    assert (merged.stage, merged.merged_into_id) == (Stage.MERGED, first.pk)
    back = actions.undo(number=second.number, actor=district.han, at=LATER + dt.timedelta(minutes=9))
    assert back.stage == Stage.RECEIVED
    with scoping.unscoped("test"):
        Contact.objects.filter(pk=second.pk).update(person=None)
    with pytest.raises(Refused) as refusal:
        actions.merge(number=second.number, into=first.number, actor=district.han, at=LATER)
    assert refusal.value.code == "contact.other_person"


def test_an_act_can_be_taken_back_for_ten_minutes_by_its_author(district: Cast) -> None:
    contact = tell(district)
    actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    with pytest.raises(Refused):
        actions.undo(number=contact.number, actor=district.wan, at=MORNING)
    with pytest.raises(Refused):
        actions.undo(number=contact.number, actor=district.han, at=MORNING + dt.timedelta(minutes=11))
    back = actions.undo(number=contact.number, actor=district.han, at=MORNING + dt.timedelta(minutes=10))
    assert (back.stage, back.unit_id) == (Stage.RECEIVED, None)
    assert [line.kind for line in back.entries.all()][:2] == [EntryKind.UNDONE, EntryKind.DISPATCHED]


def test_what_a_clerk_chose_otherwise_is_kept_for_training(district: Cast) -> None:
    contact = tell(district)
    with scoping.unscoped("test"):
        Contact.objects.filter(pk=contact.pk).update(
            suggestions={"category": {"value": district.noise.pk}, "unit": {"value": district.heating.pk}}
        )
    actions.dispatch(
        number=contact.number,
        unit_id=district.heating.pk,
        category_id=district.heat.pk,
        actor=district.han,
        at=MORNING,
    )
    correction = Correction.objects.get()
    assert (correction.field, correction.chosen) == ("category", str(district.heat.pk))


def test_a_choice_where_nothing_was_suggested_is_kept_once(district: Cast) -> None:
    contact = tell(district)
    with scoping.unscoped("test"):
        nothing = {"category": {"value": None}, "unit": {"value": district.heating.pk}}
        Contact.objects.filter(pk=contact.pk).update(suggestions=nothing)
    edge = {"number": contact.number, "category_id": district.heat.pk, "actor": district.han, "at": MORNING}
    actions.dispatch(unit_id=district.heating.pk, **edge)
    actions.dispatch(unit_id=district.heating.pk, **edge)
    kept = Correction.objects.values_list("field", "suggested", "chosen")
    assert list(kept) == [("category", "", str(district.heat.pk))]
    assert [names[0] for _title, _text, names in loader.kept_corrections()] == [district.heat.code]


def test_an_urgent_matter_climbs_until_a_named_person_takes_it(district: Cast) -> None:
    contact = tell(district, urgency=Urgency.URGENT)
    first = actions.climb(number=contact.number, level=1, actor=district.wan, at=MORNING)
    assert first is not None
    assert first.organisation_id == district.qiaoxi_office.pk
    assert first.told == ["韩璐"]
    assert actions.climb(number=contact.number, level=1, actor=district.wan, at=MORNING) is None
    second = actions.climb(number=contact.number, level=2, actor=district.wan, at=LATER)
    assert second is not None
    assert second.organisation_id == district.centre.pk
    taken = actions.acknowledge(number=contact.number, actor=district.wan, at=LATER)
    assert taken.taken_by is not None
    assert actions.climb(number=contact.number, level=3, actor=district.wan, at=LATER) is None


def test_split_gives_each_part_its_own_number_and_the_first_receipt(district: Cast) -> None:
    contact = tell(district)
    parts = actions.split(number=contact.number, texts=("电梯也坏了",), actor=district.han, at=LATER)
    assert parts[0].number != contact.number
    assert parts[0].received_at == contact.received_at
    assert parts[0].person_id == contact.person_id


def test_a_closed_matter_takes_no_supplement(district: Cast) -> None:
    contact = tell(district)
    actions.withdraw(number=contact.number, actor=concerned(contact), at=LATER)
    with pytest.raises(Refused):
        actions.supplement(number=contact.number, text="还有", actor=concerned(contact), at=LATER)


def test_the_note_never_reaches_the_person(district: Cast) -> None:
    from fengqiao.intake import queries

    contact = in_hand(district)
    actions.note(number=contact.number, text="内部:此人常来", actor=district.shi, at=LATER)
    assert "此人常来" not in "".join(line.text for line in queries.history(contact, internal=False))
    assert "此人常来" in "".join(line.text for line in queries.history(contact, internal=True))


def test_a_silent_unit_is_asked_person_by_person_then_its_leader_then_the_level_above(district: Cast) -> None:
    from tests.cast import member

    from fengqiao.kernel.actor import system
    from fengqiao.people.rules import Role

    colleague = member("shi2", "石小", Role.OFFICER, district.heating, district.district)
    leader = member("shi3", "石头", Role.LEADER, district.heating, district.district)
    contact = tell(district)
    sent = actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    assert sent.handler_id == district.shi.user_id
    asked = [
        actions.move_on(number=contact.number, level=1, actor=system("test"), at=LATER + dt.timedelta(hours=n))
        for n in range(3)
    ]
    assert [one.handler_id for one in asked[:2]] == [colleague.user_id, leader.user_id]
    assert asked[2].unit_id != district.heating.pk


def test_away_and_full_people_are_passed_over(district: Cast) -> None:
    from tests.cast import member

    from fengqiao.intake.actions.dispatching import next_handler
    from fengqiao.people.models import Membership, User
    from fengqiao.people.rules import Role

    colleague = member("shi2", "石小", Role.OFFICER, district.heating, district.district)
    User.objects.filter(pk=district.shi.user_id).update(away_until=MORNING.date())
    chosen = next_handler(district.heating.pk, on=MORNING.date())
    assert chosen is not None
    assert chosen.pk == colleague.user_id
    Membership.objects.filter(user_id=colleague.user_id).update(capacity=1)
    first, second = tell(district), tell(district)
    for contact in (first, second):
        actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=MORNING)
    assert Contact.objects.get(pk=first.pk).handler_id == colleague.user_id
    assert Contact.objects.get(pk=second.pk).handler_id is None
