"""The net under contacts: with the application filter off, nobody sees a matter that is not theirs."""

import datetime as dt

import pytest
from tests import world

from fengqiao.intake.models import Contact, Entry, Share
from fengqiao.intake.rules import Channel, EntryKind
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.people.models import Area, Person
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db


def _contact(number: str, place: Area, **more: object) -> Contact:
    facts = {"channel": Channel.WEB, "received_at": world.AT, "changed_at": world.AT, "title": number, "text": number}
    contact = Contact(number=number, desk=world.organisation(None), **facts | more)
    contact.put_in(place)
    contact.save()
    Entry.objects.create(contact=contact, at=world.AT, kind=next(iter(EntryKind)), actor="job:test")
    return contact


@pytest.fixture
def here():
    return world.places()


def _seen(actor: Actor) -> set[str]:
    with scoping.application_filter_off(), scoping.scoped(actor):
        numbers = set(Contact.objects.values_list("number", flat=True))
        assert set(Entry.objects.values_list("contact__number", flat=True)) == numbers
        assert Entry.objects.count() == len(numbers)
    return numbers


def test_a_matter_is_seen_from_its_places_and_those_above(here) -> None:
    for key in ("grid", "other_grid", "other_community", "other_street", "other_district"):
        _contact(key, getattr(here, key))
    district = {"grid", "other_grid", "other_community", "other_street"}
    for place, expected in (
        (here.city, district | {"other_district"}),
        (here.district, district),
        (here.street, district - {"other_street"}),
        (here.community, {"grid", "other_grid"}),
        (here.grid, {"grid"}),
        (here.other_district, {"other_district"}),
    ):
        assert _seen(world.actor(Role.CLERK, place)) == expected, place.name
    assert _seen(PUBLIC) == set()
    assert _seen(world.SYSTEM) == district | {"other_district"}


def test_a_unit_sees_what_it_handles_and_what_it_helps_with(here) -> None:
    heating, housing = (world.organisation(None, name=name) for name in ("供热办", "住建委"))
    _contact("handled", here.grid, unit=heating)
    helped = _contact("helped", here.other_street)
    _contact("foreign", here.grid)
    Share.objects.create(contact=helped, organisation=heating, joined_at=world.AT)
    assert _seen(world.actor(Role.OFFICER, None, unit=heating)) == {"handled", "helped"}
    assert _seen(world.actor(Role.OFFICER, None, unit=housing)) == set()


def test_a_person_sees_their_own_and_the_one_they_opened(here) -> None:
    chen = Person.objects.create(name="陈", created_at=world.AT - dt.timedelta(days=1))
    own = _contact("own", here.grid, person=chen)
    other = _contact("other", here.grid)
    assert _seen(Actor(id="user:1", role="resident", person_id=chen.pk)) == {"own"}
    assert _seen(Actor(id="resident:other", matter_id=other.pk)) == {"other"}
    assert _seen(Actor(id="resident:own", matter_id=own.pk, person_id=None)) == {"own"}
