"""Rules and holidays, read by a visitor and edited by the administrator, on both widths in both languages."""

import pytest

from fengqiao.kernel.actor import Actor
from fengqiao.shell.tests.cast import VISITOR, signed_in_as
from tests.browser.harness import LANGUAGES, WIDTHS, check_page
from tests.browser.test_components import shoot

ZENG = Actor(id="member:9", name="曾一凡", role="administrator", level="all", user_id=9)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_rules_and_holidays_are_clean(browser_page, shots, width, language):
    for who, actor in (("visitor", VISITOR), ("administrator", ZENG)):
        page = browser_page(width, language)
        with signed_in_as(actor):
            for name, url in (("rules", "/rules/"), ("calendar", "/calendar/2026/")):
                page.goto(url)
                shoot(page, shots, f"{name}-{who}-{language[:2]}-{width}")
                check_page(page)
