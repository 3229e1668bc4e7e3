"""The agreement on a phone and at the court: both widths and languages, drawn signature and code, no complaint."""

from __future__ import annotations

import json
import os

import pytest

from fengqiao.court.tests import ground as c
from fengqiao.disputes import queries as disputes
from fengqiao.kernel import clock
from fengqiao.kernel.models import Notice
from fengqiao.mediation.models_agreement import Document
from fengqiao.mediation.tests import agreed as a
from fengqiao.people.models import User
from tests.browser import harness

pytestmark = pytest.mark.django_db


def user(actor):
    return User.objects.get(pk=actor.user_id)


def shoot(page, name):
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def enter(page, here, party):
    page.goto(f"/agreements/{here.number}/open/")
    page.fill("input[name=code]", disputes.party_code(party, here.number))
    page.click("main form .btn-primary")


def test_a_party_draws_their_name_and_signs(browser_page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: a.at(5, 22, 20, 5))
    here = a.ground(is_online=True)
    made = a.sent_out(here)
    page = browser_page(390, "zh-hans")
    enter(page, here, here.quarrel.chen)
    found = harness.problems(page)
    shoot(page, "party-sign-390")
    page.click(f"form[action$='/{here.number}/code/'] button")
    code = json.loads(Notice.objects.filter(template="mediation.signing_code").latest("pk").secret)["code"]
    box = page.locator("[data-fq-pad]").bounding_box()
    page.locator("[data-fq-pad]").scroll_into_view_if_needed()
    box = page.locator("[data-fq-pad]").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    for n in range(1, 12):
        page.mouse.move(box["x"] + 20 + n * 18, box["y"] + 20 + (n % 3) * 20)
    page.mouse.up()
    page.fill("input[name=code]", code)
    page.check("input[name=understood]")
    page.click(f"form[action$='/{here.number}/sign/'] .btn-primary")
    assert made.signatures.get().party_id == here.quarrel.chen.pk
    assert found == []


def test_every_page_of_agreement_and_confirmation_is_in_order(browser_page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: a.at(5, 26, 16))
    here = c.in_effect()
    c.accepted(here)
    paper = Document.objects.get(kind="agreement")
    judge, desk, mediator = user(here.quarrel.wei), user(here.quarrel.he), user(here.xu)
    matter = f"/court/confirmations/{here.number}/"
    found = []
    for who, address in (
        (desk, "/court/confirmations/"),
        (desk, matter),
        (judge, matter),
        (mediator, f"/mediation/{here.number}/agreement/"),
        (None, f"/check/{paper.code}/"),
        (None, f"/agreements/{here.number}/open/"),
    ):
        for width, language in ((390, "zh-hans"), (1440, "en")):
            page = browser_page(width, language, user=who)
            page.goto(address)
            found += [f"{address} {width}: {one}" for one in harness.problems(page, axe=width == 390)]
            role = who.username if who else "public"
            shoot(page, f"{role}-{address.strip('/').replace('/', '_')}-{width}")
    page = browser_page(1440, "en")
    enter(page, here, here.quarrel.ma)
    found += [f"party 1440: {one}" for one in harness.problems(page, allowed=("聽",))]
    shoot(page, "party-effect-1440")
    assert found == []


def test_the_mediator_writes_it(browser_page, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: a.at(5, 22, 19))
    here = a.ground(is_online=True)
    a.drafted(here, place="")
    found = []
    for width, language in ((390, "zh-hans"), (1440, "en")):
        page = browser_page(width, language, user=user(here.xu))
        page.goto(f"/mediation/{here.number}/agreement/")
        found += harness.problems(page, axe=width == 390)
        shoot(page, f"draft-{width}")
    assert found == []
