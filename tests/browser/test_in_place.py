"""What script adds: answers at the place of the deed, focus, keys, lost connection. And that nothing needs it."""

import re

from playwright.sync_api import expect

from tests.browser.harness import check_page


def live(browser_page, **facts):
    page = browser_page(1440, **facts)
    page.goto("/design/live/")
    return page


def test_a_refusal_appears_where_the_deed_was_and_takes_the_focus(browser_page):
    page = live(browser_page)
    page.get_by_role("button", name="申请确认").click()
    note = page.locator("form .fq-answer [role=alert]")
    expect(note).to_contain_text("民事诉讼法第二百零五条")
    expect(note).to_be_focused()
    expect(page.locator("#changed")).to_contain_text("还没有办")
    check_page(page)
    page.get_by_role("button", name="申请确认").click()
    expect(page.locator(".fq-answer")).to_have_count(1)


def test_our_fault_leaves_the_page_and_shows_a_number(browser_page):
    page = live(browser_page)
    page.get_by_role("button", name="试一下").click()
    expect(page.locator(".fq-answer [role=alert]")).to_contain_text("请告诉我们这个号")


def test_a_deed_done_moves_the_focus_to_what_changed(browser_page):
    page = live(browser_page)
    page.get_by_role("button", name="办这件事").click()
    expect(page.locator("#changed h2")).to_have_text("办好了")
    expect(page.locator("#changed h2")).to_be_focused()
    expect(page.locator("#fq-live")).not_to_be_empty()


def test_without_script_each_deed_is_a_page(browser_page):
    page = live(browser_page, script=False)
    page.get_by_role("button", name="办这件事").click()
    expect(page.locator("#changed h2")).to_have_text("办好了")
    page.get_by_role("button", name="申请确认").click()
    expect(page.locator("h1")).to_have_text("现在还不能申请司法确认")
    assert page.get_by_role("button", name="回到上一页").count() == 0  # would do nothing without script


def test_a_lost_connection_is_said_and_nothing_is_lost(browser_page):
    page = live(browser_page)
    page.context.set_offline(True)
    expect(page.locator("#fq-offline-note")).to_contain_text("没有网络")
    page.get_by_role("button", name="办这件事").click()
    expect(page.locator("form .fq-answer")).to_contain_text("没有送出")
    page.context.set_offline(False)
    expect(page.locator("#fq-offline-note")).to_have_count(0)
    page.get_by_role("button", name="办这件事").click()
    expect(page.locator("#changed h2")).to_have_text("办好了")


def test_keys_move_search_and_help(browser_page):
    page = live(browser_page)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="第一行")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="第二行")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="第一行")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator(".fq-keys")).to_be_visible()
    check_page(page)
    page.keyboard.press("Escape")
    expect(page.locator(".fq-keys")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jn")
    expect(page.get_by_role("searchbox")).to_have_value("jn")
    page.get_by_role("link", name="第一行").focus()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/design/$"))


def test_keys_can_be_turned_off(browser_page):
    page = live(browser_page)
    page.goto("/keys/off/")
    page.goto("/design/live/")
    page.keyboard.press("?")
    expect(page.locator(".fq-keys")).to_have_count(0)


def test_the_switches_keep_the_page(browser_page):
    page = browser_page(390)
    page.goto("/design/form/?from=poster")
    page.get_by_role("link", name="EN").click()
    assert page.url.endswith("/design/form/?from=poster")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Large text").click()
    expect(page.locator("html")).to_have_attribute("data-type", "l")
    assert page.url.endswith("/design/form/?from=poster")


def test_a_form_with_mistakes_shows_the_summary_first(browser_page):
    page = browser_page(390)
    page.goto("/design/form/")
    page.get_by_label("手机号").fill("1381234567")
    page.get_by_role("button", name="交回").click()
    summary = page.locator("[data-fq-summary]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="手机号").click()
    expect(page.get_by_label("手机号")).to_be_focused()
    expect(page.get_by_label("手机号")).to_have_value("1381234567")
    check_page(page)


def test_the_end_of_a_long_page_stays_clear_of_the_tabs(browser_page):
    page = browser_page(390, "zh-hans")
    page.goto("/design/")
    gap = page.evaluate(
        "() => { const end = document.querySelector('main').getBoundingClientRect().bottom + scrollY;"
        " return document.documentElement.scrollHeight - end }"
    )
    assert gap >= 56
