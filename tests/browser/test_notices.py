"""The list of one's own notices, as a browser shows it in both frames and languages."""

import datetime as dt
from unittest import mock

import pytest
from playwright.sync_api import expect

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.notify import sending, templates
from tests.browser.harness import LANGUAGES, WIDTHS, check_page

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
READERS = {
    "clerk": Actor(id="member:1", name="孙", role="clerk", level="street", area_id=1, user_id=7),
    "resident": Actor(id="user:9", name="陈", role="resident", user_id=9),
}
templates.register(
    "test.browser",
    zh=("对方说办好了，请您看看", "编号{number}，{organisation}说办好了。办没办好由您说了算，也可拨12368。"),
    en=("They say it is done", "Number {number}: {organisation} says it is done. You decide, or call 12368."),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", READERS)
def test_notices_are_clean_full_and_empty(browser_page, shots, role, width, language):
    reader = READERS[role]
    values = {"number": "01226-0004827-3", "organisation": "区住建委"}
    with mock.patch("fengqiao.people.access.choose", return_value=(reader, [])):
        page = browser_page(width, language)
        page.goto("/notices/")
        check_page(page, axe=False, allowed=values.values())
        for _ in range(3):
            to = sending.Recipient(user_id=reader.user_id)
            sending.notify(to, "test.browser", values, subject=values["number"], at=AT, actor="job:test")
        page.goto("/notices/")
        if shots:
            page.screenshot(path=shots / f"notices-{role}-{language[:2]}-{width}.png", full_page=True)
        check_page(page)
        page.locator("button[name=notice]").first.click()
        expect(page.locator("button[name=notice]")).to_have_count(2)
        page.get_by_role("button", name="全部标为已读" if language != "en" else "Mark all as read").click()
        expect(page.locator("button[name=notice]")).to_have_count(0)
