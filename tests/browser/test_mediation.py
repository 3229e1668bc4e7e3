"""The pages of mediation in a browser: both widths and languages, no complaint, nothing English on the Chinese page."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.mediation import actions
from fengqiao.mediation.models import Station
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Person, User
from tests.browser import harness

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> g.Ground:
    now = clock.now()
    with scoping.unscoped("tests"):
        made = g.ground(at=now - dt.timedelta(days=4))
        g.running(made)
        for side, fen in (("applicant", 7_338_972), ("respondent", 6_652_847)):
            actions.reckon(number=made.number, side=side, low_fen=6_652_847, high_fen=fen, actor=made.xu, at=now)
        actions.note(number=made.number, text="马愿意换静音风机，不愿赔钱。", actor=made.xu, at=now)
    return made


def user(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def test_every_page_of_mediation_is_in_order(here: g.Ground, browser_page: harness.Opener) -> None:
    matter = f"/mediation/{here.number}/"
    house = f"/mediators/{here.xu_mediator.body_id}/"
    mine = f"/dispute/{here.number}/"
    with scoping.unscoped("tests"):
        person = Person.objects.get(pk=here.quarrel.ma.person_id)
        station = Station.objects.create(kind="station", name="桥西法官工作站", organisation=here.quarrel.court)
        party = User.objects.create(username="ma", name="马建业", person=person)
    mediator, desk, court = user(here.xu), user(here.duan), user(here.quarrel.he)
    found = []
    for who, address in (
        (mediator, "/mediation/"),
        (mediator, matter),
        (mediator, f"{matter}?see=secret"),
        (desk, f"{matter}?see=mediator"),
        (mediator, f"{matter}do/hand_over/"),
        (mediator, f"{matter}weigh/?similar=1"),
        (party, f"{mine}weigh/?with=loan_interest"),
        (court, matter),
        (party, mine),
        (party, f"{mine}do/show/"),
        (party, f"{mine}do/no/"),
        (party, f"{mine}receipt/"),
        (None, "/stations/"),
        (None, f"/stations/{station.pk}/"),
        (None, "/mediators/"),
        (None, house),
    ):
        for width, language in ((390, "zh-hans"), (1440, "en")):
            page = browser_page(width, language, user=who)
            page.goto(address)
            found += [f"{address} {width}: {one}" for one in harness.problems(page, axe=width == 390)]
            if os.environ.get("SHOTS"):
                name = address.strip("/").replace("/", "_").replace("?", "_")
                role = who.username if who else "public"
                page.screenshot(path=f"{os.environ['SHOTS']}/{role}-{name}-{width}.png", full_page=True)
    assert found == []
