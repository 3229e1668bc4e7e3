"""From message to matter: number, owner, clock, receipt; nothing lost, nothing doubled."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import MORNING, Cast, cast

from fengqiao.intake import actions, queries
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import Channel, EntryKind, Mover, Stage
from fengqiao.kernel import deadlines, numbers, scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Cast:
    return cast()


def tell(people: Cast, text: str = "楼下烧烤店每晚吵到两点", **more: object) -> actions.Receipt:
    draft = actions.Draft(text=text, **{"place_id": people.gangyun.pk, **more})
    return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING)


def test_a_message_gets_number_owner_clock_and_event(district: Cast) -> None:
    receipt = tell(district, name="陈立秋", phone="13800010421")
    with scoping.unscoped("test"):
        contact = Contact.objects.get(number=receipt.contact.number)
        assert numbers.is_valid(contact.number)
        assert contact.desk_id == district.qiaoxi_office.pk
        assert (contact.stage, contact.mover) == (Stage.RECEIVED, Mover.DESK)
        assert contact.due_at is not None
        assert {d.kind for d in deadlines.for_subjects([contact.number])[contact.number]} == {"response", "take_up"}
        assert Event.objects.get(subject=contact.number, kind="intake.received").actor == "public"
        assert contact.entries.get().kind == EntryKind.RECEIVED


def test_the_promise_is_two_working_days_after_the_holiday(district: Cast) -> None:
    """Received 30 April 16:50, due 7 May 17:30: 1–5 May do not count (journey 1, step 1)."""
    at = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
    draft = actions.Draft(text="楼下烧烤店每晚吵到两点", place_id=district.gangyun.pk)
    contact = actions.receive(draft=draft, channel=Channel.COURT_HOTLINE, actor=district.duan, at=at).contact
    response = deadlines.for_subjects([contact.number])[contact.number][0]
    assert response.due_at == dt.datetime(2026, 5, 7, 17, 30, tzinfo=CHINA)


def test_the_same_device_record_sent_twice_is_one_contact(district: Cast) -> None:
    key = uuid.uuid4()
    first, second = tell(district, client_id=key), tell(district, client_id=key)
    assert second.is_repeat
    assert (first.contact.number, first.code) == (second.contact.number, second.code)
    with scoping.unscoped("test"):
        assert Contact.objects.count() == 1


def test_an_unknown_place_goes_to_the_district(district: Cast) -> None:
    receipt = tell(district, place_id=None)
    assert receipt.contact.desk_id == district.centre.pk
    assert receipt.contact.number.startswith("000")


def test_staff_channels_are_for_staff(district: Cast) -> None:
    with pytest.raises(Forbidden):
        actions.receive(draft=actions.Draft(text="你好"), channel=Channel.WINDOW, actor=PUBLIC, at=MORNING)


def test_an_empty_message_is_refused_kindly(district: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        tell(district, text="   ")
    assert refusal.value.code == "contact.text_missing"


@pytest.mark.django_db(transaction=True)
def test_what_arrived_is_kept_even_when_registration_fails(district: Cast) -> None:
    raw = actions.keep_raw(channel=Channel.WEB, body={"text": ""}, actor=PUBLIC, at=MORNING)
    with pytest.raises(Refused):
        actions.receive(draft=actions.Draft(text=""), channel=Channel.WEB, actor=PUBLIC, at=MORNING, raw=raw)
    assert Raw.objects.get(pk=raw.pk).contact_number == ""


def test_an_anonymous_caller_leaves_no_person(district: Cast) -> None:
    assert tell(district, is_anonymous=True, name="不该留下", phone="13800010421").contact.person is None


def test_the_code_belongs_to_the_number(district: Cast) -> None:
    first, second = tell(district), tell(district)
    assert len(first.code) == 6
    assert first.code == code_of(first.contact)
    assert (first.code, first.contact.number) != (second.code, second.contact.number)
    first.contact.code_version += 1
    assert code_of(first.contact) != first.code


def test_scope_decides_who_sees_it(district: Cast) -> None:
    number = tell(district).contact.number
    sees = {
        "clerk": district.han,
        "community": district.fang,
        "dispatcher": district.wan,
        "operator": district.duan,
    }
    for actor in sees.values():
        assert queries.visible_to(actor).filter(number=number).exists()
    for actor in (district.han_of_nanwan, district.shi, PUBLIC):
        assert not queries.visible_to(actor).filter(number=number).exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    category=st.sampled_from([None, "heat", "noise"]),
    place=st.sampled_from([None, "city", "district", "qiaoxi", "nanwan", "gangyun", "garden", "grid"]),
    urgency=st.sampled_from(["ordinary", "urgent", "emergency"]),
)
def test_no_contact_can_be_without_an_owner(
    district: Cast, category: str | None, place: str | None, urgency: str
) -> None:
    router = Router.load()
    where = getattr(district, place) if place else None
    route = router.route(category_id=getattr(district, category).pk if category else None, place=where, urgency=urgency)
    assert route.unit_id
    assert router.desk(where)
    assert router.above(route.unit_id, where)


def test_the_place_typed_where_it_was_asked_is_found(district: Cast) -> None:
    draft = actions.Draft(text="暖气不热，家里有老人", location_text="港云社区5号楼")
    contact = actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING).contact
    assert contact.place == district.gangyun
