from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import harness


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not os.path.exists(harness.CHROMIUM):
        pytest.skip("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = harness.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium: Browser, db: None) -> Iterator[harness.Opener]:
    """`browser_page(width, language, user=…)` opens a window on pages that share this test's transaction."""
    with harness.serving() as address:
        opener = harness.Opener(chromium, address)
        yield opener
        opener.close()


@pytest.fixture(autouse=True)
def demonstration(settings) -> None:
    settings.DEMO = True


@pytest.fixture
def shots() -> Path | None:
    """Where screenshots go, when somebody asked for them by FENGQIAO_SHOTS."""
    folder = os.environ.get("FENGQIAO_SHOTS")
    return Path(folder) if folder else None
