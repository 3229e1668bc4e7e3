"""The component page and the ways of saying no, as a browser shows them."""

import pytest

from tests.browser.harness import LANGUAGES, WIDTHS, check_page

PAGES = {"components": "/design/", "form": "/design/form/", "offline": "/offline/", "more": "/more/"}
ANSWERS = {"refused": 409, "forbidden": 403, "absent": 404, "broken": 500}


def shoot(page, shots, name):
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=shots / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_component_is_clean(browser_page, shots, width, language):
    for name, url in PAGES.items():
        page = browser_page(width, language)
        page.goto(url)
        shoot(page, shots, f"{name}-{language[:2]}-{width}")
        check_page(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_no_is_clean(browser_page, shots, language):
    for name, status in ANSWERS.items():
        for width in WIDTHS:
            page = browser_page(width, language)
            assert page.goto(f"/design/answers/{name}/").status == status
            shoot(page, shots, f"answer-{name}-{language[:2]}-{width}")
            check_page(page, axe=width == 390)


@pytest.mark.parametrize("size", ["", "l", "xl"])
def test_nothing_moves_sideways_in_any_type(browser_page, shots, size):
    for width in (320, 390, 768, 1440):
        page = browser_page(width, "zh-hans", type_size=size)
        for name, url in PAGES.items():
            page.goto(url)
            shoot(page, shots, f"type-{size or 'normal'}-{name}-{width}")
            check_page(page, axe=False)
