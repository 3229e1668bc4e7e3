"""Duties: given inside an organisation's place, ended at once, never by oneself."""

import datetime as dt

import pytest
from tests import world

from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people import access
from fengqiao.people.actions import (
    add_organisation,
    add_user,
    change_organisation,
    end_duty,
    reset_sign_in,
    set_absence,
    start_duty,
)
from fengqiao.people.models import Organisation
from fengqiao.people.rules import OrganisationKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return world.places()


def _start(user, unit, actor, **more):
    facts = {"role": Role.CLERK, "starts_on": world.TODAY} | more
    return start_duty(user=user, organisation=unit, actor=actor, at=world.AT, **facts)


def test_a_duty_gives_scope_and_its_end_takes_it_away(here) -> None:
    admin = world.actor(Role.ADMINISTRATOR, here.district)
    lin = add_user(username="lin", name="林", actor=admin, at=world.AT)
    duty = _start(lin, world.organisation(here.street), admin)
    actor, held = access.choose(lin, chosen=None, on=world.TODAY)
    assert (actor.role, actor.level, actor.area_id, held) == ("clerk", "street", here.street.pk, [duty])
    end_duty(duty=duty, actor=admin, at=world.AT)
    actor, held = access.choose(lin, chosen=duty.pk, on=world.TODAY)
    assert (actor.role, held) == ("resident", [])
    with pytest.raises(Refused, match=r"duty\.ended"):
        end_duty(duty=duty, actor=admin, at=world.AT)
    assert _start(lin, world.organisation(here.street), admin).pk != duty.pk


def test_a_duty_runs_on_its_days_only(here) -> None:
    admin = world.actor(Role.ADMINISTRATOR, here.district)
    lin = add_user(username="lin", name="林", actor=admin, at=world.AT)
    tomorrow = world.TODAY + dt.timedelta(days=1)
    duty = _start(lin, world.organisation(here.street), admin, starts_on=tomorrow, ends_on=tomorrow)
    assert [duty.runs_on(tomorrow + dt.timedelta(days=shift)) for shift in (-1, 0, 1)] == [False, True, False]


def test_what_is_refused(here) -> None:
    admin = world.member(Role.ADMINISTRATOR, here.district)
    actor = access.actor_for(admin)
    unit = world.organisation(here.street)
    with pytest.raises(Refused, match=r"duty\.own"):
        _start(admin.user, unit, actor)
    lin = add_user(username="lin", name="林", actor=actor, at=world.AT)
    with pytest.raises(Refused, match=r"user\.name_taken"):
        add_user(username="LIN", name="林", actor=actor, at=world.AT)
    with pytest.raises(Refused, match=r"duty\.outside"):
        _start(lin, unit, actor, area=here.other_street)
    _start(lin, unit, actor, area=here.grid, role=Role.GRID_WORKER)
    with pytest.raises(Refused, match=r"duty\.exists"):
        _start(lin, unit, actor, area=here.grid, role=Role.GRID_WORKER)
    with pytest.raises(Forbidden):
        _start(lin, world.organisation(here.other_district), actor)
    with pytest.raises(Forbidden):
        _start(lin, unit, world.actor(Role.CLERK, here.street))


def test_a_local_administrator_cannot_hand_out_the_whole_installation(here) -> None:
    roof = world.organisation(None)
    local = world.actor(Role.ADMINISTRATOR, here.district)
    lin = add_user(username="lin", name="林", actor=local, at=world.AT)
    with pytest.raises(Forbidden):
        _start(lin, roof, local, role=Role.AUDITOR)


@pytest.mark.parametrize(
    ("role", "level"),
    [(Role.ADMINISTRATOR, "all"), (Role.CLERK, "unit"), (Role.LEADER, "unit"), (Role.MEDIATOR, "unit")],
)
def test_without_a_place_only_some_roles_see_everything(role: Role, level: str) -> None:
    assert world.actor(role, None).level == level


def test_a_duty_in_a_building_without_grid_does_not_widen(here) -> None:
    from fengqiao.people.actions import add_area
    from fengqiao.people.rules import AreaKind

    tower = add_area(parent=here.community, kind=AreaKind.BUILDING, name="3号楼", actor=world.SYSTEM, at=world.AT)
    assert world.actor(Role.GRID_WORKER, tower).level == "unit"


def test_organisations_belong_to_a_place(here) -> None:
    admin = world.actor(Role.ADMINISTRATOR, here.district)
    facts = {"kind": OrganisationKind.STREET_OFFICE, "actor": admin, "at": world.AT}
    made = add_organisation(name="港云办", code="GY", place=here.street, **facts)
    assert made.street_id == here.street.pk
    with pytest.raises(Refused, match=r"organisation\.code_taken"):
        add_organisation(name="港云办", code="GY", place=here.street, **facts)
    with pytest.raises(Forbidden):
        add_organisation(name="x", code="X", place=here.other_district, **facts)
    with pytest.raises(Forbidden):
        add_organisation(name="x", code="X", place=None, **facts)
    change_organisation(organisation=made, capacity=30, actor=admin, at=world.AT)
    assert Organisation.objects.get(pk=made.pk).capacity == 30


def test_absence_is_said_by_oneself_or_by_the_administrator_of_the_place(here) -> None:
    duty = world.member(Role.CLERK, here.street)
    until = world.TODAY + dt.timedelta(days=3)
    assert set_absence(user=duty.user, until=until, actor=access.actor_for(duty), at=world.AT).away_until == until
    set_absence(user=duty.user, until=None, actor=world.actor(Role.ADMINISTRATOR, here.district), at=world.AT)
    for stranger in (world.actor(Role.CLERK, here.street), world.actor(Role.ADMINISTRATOR, here.other_district)):
        with pytest.raises(Forbidden):
            set_absence(user=duty.user, until=until, actor=stranger, at=world.AT)


def test_a_new_password_is_given_only_by_who_covers_every_duty(here) -> None:
    local = world.actor(Role.ADMINISTRATOR, here.street)
    wide = world.member(Role.LEADER, here.district, name="双岗")
    clerk = world.member(Role.CLERK, here.street)
    reset_sign_in(user=clerk.user, password="new-first-password", actor=local, at=world.AT)
    clerk.user.refresh_from_db()
    assert clerk.user.check_password("new-first-password")
    _start(wide.user, world.organisation(here.street), local)
    with pytest.raises(Forbidden):
        reset_sign_in(user=wide.user, password="stolen-account", actor=local, at=world.AT)
    district = world.member(Role.ADMINISTRATOR, here.district)
    actor = access.actor_for(district)
    reset_sign_in(user=wide.user, password="new-first-password", actor=actor, at=world.AT)
    assert not wide.user.authenticator_set.exists()
    with pytest.raises(Refused, match=r"user\.own_reset"):
        reset_sign_in(user=district.user, password="x", actor=actor, at=world.AT)
