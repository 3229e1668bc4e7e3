"""The pages of the person concerned as a phone and a desk show them: both languages, large type, without script."""

import pytest

from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.tests.residents import DANGER, NOISE, done, told
from fengqiao.kernel import clock
from tests.browser.harness import LANGUAGES, WIDTHS, check_page
from tests.browser.test_components import shoot
from tests.cast import cast

PUBLIC = {"home": "/", "help": "/help/", "follow": "/follow/", "board": "/board/", "resume": "/tell/resume/"}
WITH_PHONE = "对门老王电话13812340421，总把垃圾放楼道，夏天味道很大，说了几次都不听。"


@pytest.fixture
def district(db):
    return cast()


def opens(page, contact):
    page.goto(f"/follow/?number={contact.number}")
    page.fill("[name=code]", code_of(contact))
    page.press("[name=code]", "Enter")
    page.wait_for_url(f"**/follow/{contact.number}/")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_are_clean(browser_page, district, shots, width, language):
    for street in (district.gangyun, district.garden):
        for _one in range(7):
            told(district, place_id=street.pk, at=clock.now())
    page = browser_page(width, language)
    for name, url in PUBLIC.items():
        page.goto(url)
        shoot(page, shots, f"{name}-{language[:2]}-{width}")
        check_page(page)


def go_on(page):
    """By keyboard: the tabs of a phone may lie over a button until one scrolls."""
    page.locator("main .btn-primary").press("Enter")


def tells(page, check, text=WITH_PHONE):
    """From the first question to the receipt, calling `check` on every page."""
    page.goto("/tell/")
    check("what")
    page.fill("[name=text]", text)
    go_on(page)
    page.wait_for_url("**/tell/cover/")
    check("cover")
    page.check("[name=cover][value=yes]")
    go_on(page)
    page.wait_for_url("**/where/")
    check("where")
    page.fill("[name=where]", "3号楼2单元")
    go_on(page)
    page.wait_for_url("**/photos/")
    check("photos")
    go_on(page)
    page.wait_for_url("**/who/")
    check("who")
    go_on(page)
    page.wait_for_selector(".invalid-feedback")
    check("who-wrong")
    page.check("[name=who][value=named]")
    page.fill("[name=phone]", "13900010002")
    go_on(page)
    page.wait_for_url("**/tell/check/")
    check("check")
    go_on(page)
    page.wait_for_url("**/receipt/")
    check("receipt")


@pytest.mark.parametrize(("width", "language", "size", "script"), [
    (390, "zh-hans", "", True), (1440, "zh-hans", "", False), (390, "en", "", True), (320, "zh-hans", "xl", True),
])  # fmt: skip
def test_telling_step_by_step(browser_page, district, shots, width, language, size, script):
    page = browser_page(width, language, type_size=size, script=script)

    def check(name):
        shoot(page, shots, f"tell-{name}-{language[:2]}-{width}{size}")
        check_page(page, allowed={"PDF"})

    if not script:
        check = without_script(page, shots, f"{language[:2]}-{width}{size}")
    tells(page, check)


def without_script(page, shots, tail):
    """No script in the page, so nothing can be asked of it from inside: look, and see that the way goes on."""

    def check(name):
        shoot(page, shots, f"tell-{name}-{tail}")
        assert page.locator("main h1").count() == 1

    return check


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_answered_first(browser_page, district, shots, language):
    page = browser_page(390, language)
    page.goto("/tell/")
    page.fill("[name=text]", DANGER)
    go_on(page)
    page.wait_for_url("**/tell/help/")
    shoot(page, shots, f"danger-{language[:2]}-390")
    check_page(page)


@pytest.mark.parametrize(("width", "language", "size"), [
    (390, "zh-hans", ""), (1440, "zh-hans", ""), (390, "en", ""), (320, "zh-hans", "xl"),
])  # fmt: skip
def test_following_a_matter(browser_page, district, shots, width, language, size):
    contact = done(district, text=NOISE)
    page = browser_page(width, language, type_size=size)
    tail = f"{language[:2]}-{width}{size}"
    opens(page, contact)
    theirs = {"PDF"}
    shoot(page, shots, f"story-{tail}")
    check_page(page, allowed=theirs)
    for name in ("add", "withdraw", "receipt", "print"):
        page.goto(f"/follow/{contact.number}/{name}/")
        shoot(page, shots, f"{name}-{tail}")
        check_page(page, allowed=theirs)
    page.goto("/mine/")
    shoot(page, shots, f"mine-{tail}")
    check_page(page)
    page.goto("/")
    shoot(page, shots, f"home-waiting-{tail}")
    check_page(page)


def test_the_button_says_what_was_chosen(browser_page, district):
    contact = done(district)
    page = browser_page(390)
    opens(page, contact)
    button = page.locator("[data-deed-button]")
    assert button.text_content() == "交回我的决定"
    page.check("[name=decision][value=object]")
    assert button.text_content() == "交回，请接着办"
    page.check("[name=reasons][value=still]", force=True)
    go_on(page)
    page.wait_for_load_state()
    assert "您说没办好" in page.text_content("main")


def test_wrong_and_paused(browser_page, district, shots):
    contact = told(district)
    page = browser_page(390)
    for _try in range(6):
        page.goto(f"/follow/?number={contact.number}")
        page.fill("[name=code]", "000000" if code_of(contact) != "000000" else "111111")
        page.press("[name=code]", "Enter")
        page.wait_for_load_state()
    shoot(page, shots, "follow-paused")
    check_page(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_staff(browser_page, district, shots, width):
    from fengqiao.people.models import User

    page = browser_page(width, user=User.objects.get(username="fang"))
    for name in ("posters", "paper"):
        page.goto(f"/{name}/")
        shoot(page, shots, f"{name}-{width}")
        check_page(page)
