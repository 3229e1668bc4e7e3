"""A large list in the browser: filters, columns, sorting, pages, tools; with and without script."""

import pytest

from fengqiao.shell.models import SavedView
from fengqiao.shell.tests.test_listing import make
from tests.browser.harness import WIDTHS, check_page
from tests.browser.test_components import shoot

pytestmark = pytest.mark.urls("fengqiao.shell.tests.test_listing")
OURS = {"Name", "User", "Kept", "Query", "Views", "One", "Two", "Word", "Day", "view"}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_list_is_clean(browser_page, shots, width):
    make(30)
    page = browser_page(width)
    page.goto("/rows/?order=newest&user=2")
    shoot(page, shots, f"list-{width}")
    check_page(page, allowed=OURS)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    shoot(page, shots, f"list-open-{width}")
    check_page(page, allowed=OURS)


def test_a_list_works_without_script(browser_page):
    make(30)
    page = browser_page(1440, script=False)
    page.goto("/rows/?order=name")
    first = page.locator("tbody tr td").first.inner_text()
    page.get_by_role("link", name="下一页").click()
    assert page.locator("tbody tr td").first.inner_text() != first
    page.get_by_role("link", name="上一页").click()
    assert page.locator("tbody tr td").first.inner_text() == first
    page.get_by_label("Word").fill("view 3")
    page.get_by_role("button", name="按此筛选").click()
    assert "word=view+3" in page.url and "order=name" in page.url
    assert page.locator("tbody tr").count() == SavedView.objects.filter(name__contains="view 3").count()
