"""The mediation room on a phone and a desk, in both languages; pictures between two browsers with pretended cameras."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import clock
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_models import RecordingPiece, RoomLine
from fengqiao.mediation.room_rules import CardKind, CardState, Channel
from fengqiao.mediation.tests import room_ground as r
from fengqiao.people.models import User
from tests.browser import harness

pytestmark = [pytest.mark.django_db]

CAMERAS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
NAMES = {"ODR"}


@pytest.fixture
def here(settings, tmp_path, monkeypatch):
    settings.ERASABLE_KEYS, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    monkeypatch.setattr(clock, "now", lambda: r.later(45))
    here = r.inside()
    for n, text in enumerate(("谁来修", "夜里几点停", "赔多少")):
        card = r.as_(here.xu, room.put_card, number=here.number, kind=CardKind.ISSUE, text=text)
        if n < 2:
            state = CardState.AGREED if n == 0 else CardState.NOW
            r.as_(here.xu, room.move_card, number=here.number, card_id=card.pk, state=state)
    r.say(here, here.xu, "温度的事大家已经一起确认了。今天先说排风机：什么时候能装消音器？", at=r.later(2))
    r.say(here, here.ma, "材料27号到，最快31日装好。", at=r.later(5))
    r.say(here, here.chen, "装好以后夜里能关小一点就行。", at=r.later(9))
    r.say(here, here.xu, "5月31日前装好消音器，22点以后不摆外桌。", agreed=True, at=r.later(12))
    r.say(here, here.xu, "陈阿姨，您心里的底线是多少？告诉我不告诉我都行。", Channel.APPLICANT, at=r.later(20))
    r.say(here, here.chen, "四百也行，主要怕他装完又响。", Channel.APPLICANT, at=r.later(23))
    r.as_(here.xu, room.open_round, number=here.number, about="一次性补偿", closes_at=r.later(90), at=r.later(14))
    r.as_(here.ma, room.offer, number=here.number, terms="5月31日前装消音器，补偿两次600元", amount_fen=120000,
          valid_until=r.later(2000), at=r.later(15))  # fmt: skip
    return here


def session(actor_or_party, here) -> dict[str, str]:
    from django.conf import settings

    client = Client()
    if isinstance(actor_or_party, str):
        code = disputes.party_code(getattr(here.quarrel, actor_or_party), here.number)
        client.post(reverse("mediation:room_door"), {"number": here.number, "code": code})
    else:
        user = User.objects.get(pk=actor_or_party.user_id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def enter(page, who, here, opener):
    cookies = session(who, here)
    page.context.add_cookies([{"name": k, "value": v, "url": opener.address} for k, v in cookies.items()])
    return page


@pytest.mark.parametrize("language", harness.LANGUAGES)
@pytest.mark.parametrize("width", harness.WIDTHS)
def test_every_page_of_the_room(here, browser_page, shots, width, language):
    foreign = {"EN"}
    for who, names in (("chen", ("room", "room_alone", "room_table", "room_papers")), (here.xu, ("room", "room_side"))):
        page = enter(browser_page(width, language), who, here, browser_page)
        for name in names:
            more = ["applicant"] if name == "room_side" else []
            page.goto(reverse(f"mediation:{name}", args=[here.number, *more]))
            harness.check_page(page, allowed=foreign)
            if shots:
                whose = who if isinstance(who, str) else "lead"
                page.screenshot(path=shots / f"{name}-{whose}-{width}-{language}.png", full_page=width < 600)
    for key in ("enter", "offer", "understand?on=1", "pause"):
        page = enter(browser_page(width, language), "chen", here, browser_page)
        page.goto(f"{reverse('mediation:room', args=[here.number])}do/{key.replace('?', '/?')}")
        harness.check_page(page, allowed=foreign)
        if shots:
            page.screenshot(path=shots / f"act-{key.split('?')[0]}-{width}-{language}.png", full_page=True)


def test_the_door_and_the_deeds_of_the_mediator(here, browser_page, shots):
    page = browser_page(390, "zh-hans")
    page.goto(reverse("mediation:room_door") + f"?number={here.number}")
    harness.check_page(page)
    if shots:
        page.screenshot(path=shots / "door-390-zh-hans.png")
    page = enter(browser_page(1440, "zh-hans"), here.xu, here, browser_page)
    for key in ("check", "warn", "round", "ask_judge", "record", "stop", "written", "card"):
        page.goto(reverse("mediation:room_act", args=[here.number, key]))
        harness.check_page(page)
        if shots:
            page.screenshot(path=shots / f"lead-{key}-1440-zh-hans.png", full_page=True)


def test_a_line_reaches_the_other_browser_once_and_survives_a_cut(here, browser_page):
    """Without the stream the pages look by themselves; what was written while the line was cut goes out once."""
    chen, ma = (enter(browser_page(390), who, here, browser_page) for who in ("chen", "ma"))
    for page in (chen, ma):
        page.goto(reverse("mediation:room", args=[here.number]))
    chen.context.set_offline(True)
    chen.fill("#w", "断网时写的")
    chen.click("#room-write .btn-primary")
    expect(chen.locator("#room-wait")).to_be_visible()
    chen.context.set_offline(False)
    expect(ma.locator("#room-log")).to_contain_text("断网时写的", timeout=10_000)
    assert ma.locator("#room-log .fq-said", has_text="断网时写的").count() == 1
    expect(chen.locator("#room-log .fq-say", has_text="断网时写的")).to_have_count(1)
    assert RoomLine.objects.filter(channel="joint", party=here.quarrel.chen).count() == 2


def test_without_script_it_is_said_by_a_plain_post(here, browser_page):
    page = enter(browser_page(390, script=False), "chen", here, browser_page)
    page.goto(reverse("mediation:room_alone", args=[here.number]))
    page.fill("#w", "没有脚本也行")
    page.click("#room-write .btn-med")
    expect(page.locator("#room-log")).to_contain_text("没有脚本也行")
    assert uuid.UUID(str(RoomLine.objects.order_by("-pk").first().client_id))


MOVES = "v => v.readyState >= 2 && v.videoWidth > 0 && !v.paused"


def test_pictures_both_ways_and_no_byte_without_everybody_s_consent(here, browser_page, chromium, settings):
    cameras = chromium.browser_type.launch(executable_path=harness.CHROMIUM, args=[*harness.FLAGS, *CAMERAS])
    opener = harness.Opener(cameras, browser_page.address)
    try:
        xu, ma = (enter(opener(1440), who, here, opener) for who in (here.xu, "ma"))
        for page in (xu, ma):
            page.goto(reverse("mediation:room", args=[here.number]))
            page.click("#picture-on")
        theirs = f"#picture-p{here.quarrel.ma.pk} video"
        for page, other in ((xu, theirs), (ma, "#picture-lead video")):
            page.wait_for_selector(other, timeout=20_000)
            page.wait_for_function(f"({MOVES})(document.querySelector('{other}'))", timeout=20_000)
        xu.wait_for_timeout(1500)
        assert not RecordingPiece.objects.exists()
        assert not (settings.MEDIA_ROOT / "recordings").exists()
        r.may_record(here)
        r.as_(here.xu, room.start_recording, number=here.number, at=clock.now())
        expect(ma.locator(".fq-rec")).to_be_visible(timeout=10_000)
        _until(xu, lambda: RecordingPiece.objects.values("track").distinct().count() == 2)
        from fengqiao.disputes.actions import ConsentTo

        r.as_(here.ma, room.take_consent_back, number=here.number, to=ConsentTo.RECORDING, at=clock.now())
        kept = RecordingPiece.objects.count()
        expect(xu.locator(".fq-rec")).to_have_count(0, timeout=10_000)
        xu.wait_for_timeout(1500)
        assert RecordingPiece.objects.count() == kept
    finally:
        opener.close()
        cameras.close()


def _until(page, condition, tries: int = 60) -> None:
    for _n in range(tries):
        if condition():
            return
        page.wait_for_timeout(250)
    raise AssertionError("waited for nothing")
