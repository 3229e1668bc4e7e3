"""What residents and clerks meet without doing much: the way out, the size of the letters, a matter that comes in."""

import pytest
from playwright.sync_api import expect

from fengqiao.people.models import User
from tests.browser.harness import LANGUAGES, check_page
from tests.cast import cast

STREAM = "retry: 3600000\n\nid: 1\nevent: intake\ndata: {}\n\nid: 2\nevent: intake\ndata: {}\n\n"


@pytest.fixture
def district(db):
    return cast()


@pytest.mark.parametrize("script", [True, False])
def test_the_quick_exit_leads_to_the_neutral_first_page(browser_page, district, script):
    page = browser_page(390, script=script)
    page.goto("/follow/")
    page.goto("/help/")
    page.get_by_role("link", name="快速离开").click()
    page.wait_for_url(lambda url: "/help/" not in url)
    page.go_back()
    assert page.url.endswith("/follow/" if script else "/help/"), "the page of help stays in the history"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_visit_asks_once_how_large_the_letters_shall_be(browser_page, district, shots, language):
    page = browser_page(390, language)
    page.goto("/")
    asked = page.get_by_role("navigation", name="字的大小" if language != "en" else "Size of the letters")
    expect(asked.get_by_role("link")).to_have_count(3)
    if shots:
        page.screenshot(path=shots / f"size-{language[:2]}.png", full_page=True)
    check_page(page)
    asked.get_by_role("link").nth(1).click()
    expect(page.locator("html")).to_have_attribute("data-type", "l")
    expect(asked).to_have_count(0)


def test_who_keeps_the_normal_letters_is_not_asked_again(browser_page, district):
    page = browser_page(390)
    page.goto("/")
    page.get_by_role("link", name="标准字").click()
    page.wait_for_load_state()
    page.goto("/")
    expect(page.get_by_role("navigation", name="字的大小")).to_have_count(0)


def test_a_new_matter_is_said_on_the_desk_without_a_reload(browser_page, district):
    clerk = User.objects.filter(memberships__role="clerk").first()
    page = browser_page(1440, user=clerk)
    page.route("**/live/counts", lambda route: route.fulfill(content_type="text/event-stream", body=STREAM))
    page.goto("/desk/")
    expect(page.locator("[data-live]")).to_have_text("有2件新的，点这里更新")


def test_long_texts_say_that_speaking_will_do(browser_page, district):
    page = browser_page(390)
    page.goto("/tell/")
    expect(page.locator("[name=text]")).to_have_accessible_description("不想打字？按键盘上的话筒，说就行。")
