"""The staff frame with a real colleague: name, duties, menu, switches, sign-out; and leaving quickly."""

import pytest
from playwright.sync_api import expect

from fengqiao.people.rules import Role
from tests import world
from tests.browser import harness
from tests.browser.harness import LANGUAGES, WIDTHS, check_page
from tests.browser.test_components import shoot


@pytest.fixture
def colleague(db):
    here = world.places()
    first = world.member(Role.CLERK, here.street, name="孙倩")
    second = world.member(Role.COMMUNITY_WORKER, here.community)
    second.user = first.user
    second.save()
    return first.user


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_frame_of_a_colleague_is_clean(browser_page, shots, colleague, width, language):
    page = browser_page(width, language, user=colleague)
    page.goto("/more/")
    shoot(page, shots, f"frame-{language[:2]}-{width}")
    check_page(page)


def test_a_duty_is_changed_under_the_name_without_script(browser_page, colleague):
    page = browser_page(1440, user=colleague, script=False)
    page.goto("/more/")
    expect(page.locator(".fq-side footer > span")).to_contain_text("街道受理员")
    page.locator(".fq-side summary").click()
    page.locator(".fq-side details button").first.click()
    page.goto("/more/")
    expect(page.locator(".fq-side footer > span")).to_contain_text("社区工作者")


def test_the_foot_of_the_menu_is_reached_in_a_low_window(browser_page, colleague):
    page = browser_page(1440, user=colleague, script=False)
    page.set_viewport_size({"width": 1440, "height": 260})
    page.goto("/more/")
    page.locator(".fq-side summary").click(timeout=3000)
    expect(page.locator(".fq-side details button").first).to_be_visible()


def test_a_late_request_does_not_touch_the_connection_of_a_test_that_is_over(db):
    pages, said = harness._OneTransaction(), []
    pages.end()
    assert list(pages({}, lambda status, headers: said.append(status))) == []
    assert said == ["503 Service Unavailable"]
