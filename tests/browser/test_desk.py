"""The pages of the staff in a browser: both widths and languages, no complaint, a note written without a network."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fengqiao.intake import actions
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, Urgency
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.testing import run_jobs
from fengqiao.people.models import User
from tests.browser import harness
from tests.cast import Cast, cast

pytestmark = pytest.mark.django_db

TEXTS = (
    "港云社区云锦小区5号楼1单元供暖从15号起一直不热，屋里才14度，家里有九十岁的老人，物业说归热力公司。",
    "楼上装修砸墙，怀疑是承重墙，整栋楼都在晃。",
    "跟邻居因为空调外机吵了两次，想请人调解。",
    "老旧小区加装电梯，一楼住户不同意。",
    "小区地下车库有煤气味，很浓，怕要爆炸。",
    "预付卡健身房关门，年卡还剩2300元退不了。",
)


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def contacts(people: Cast) -> list[Contact]:
    """Six messages of the last hours; one in hand, one waiting for the person."""
    now = clock.now()
    made = []
    with scoping.unscoped("tests"):
        for hours, text in enumerate(TEXTS, start=1):
            draft = actions.Draft(text=text, place_id=people.gangyun.pk, phone="13812340421", name="陈立秋")
            at = now - dt.timedelta(hours=hours)
            made.append(actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=at).contact)
        for contact in made[2:4]:
            actions.dispatch(number=contact.number, unit_id=people.heating.pk, actor=people.wan, at=now)
            actions.take(number=contact.number, actor=people.shi, at=now)
        actions.answer(number=made[2].number, text="明天上午上门看看。", actor=people.shi, at=now)
        actions.ask(number=made[3].number, text="请拍一张楼道的照片。", actor=people.shi, at=now)
        if made[4].urgency == Urgency.ORDINARY:
            actions.change_urgency(
                number=made[4].number, urgency=Urgency.EMERGENCY, reason="煤气", actor=people.wan, at=now
            )
        run_jobs()
        return list(Contact.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def user(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


PAGES = {
    "today": ("han", "/today/"),
    "queue": ("han", "/desk/"),
    "queue-table": ("han", "/desk/?columns=number,title,stage,due"),
    "queue-empty": ("han_of_nanwan", "/desk/"),
    "call": ("duan", "/desk/call/"),
    "detail": ("han", "/desk/{0}/"),
    "detail-officer": ("shi", "/desk/{2}/"),
    "detail-clocks": ("han", "/desk/{2}/?see=clocks"),
    "detail-related": ("han", "/desk/{0}/?see=related"),
    "detail-seen": ("han", "/desk/{0}/?see=seen"),
    "detail-urgent": ("wan", "/desk/{4}/"),
    "act": ("shi", "/desk/{2}/do/answer/"),
    "dispatch": ("han", "/desk/{0}/dispatch/"),
    "compare": ("han", "/desk/{0}/compare/?with={1}"),
    "split": ("han", "/desk/{0}/split/"),
    "search": ("han", "/search/?q=电梯"),
    "figures": ("wan", "/desk/figures/"),
    "categories": ("wan", "/desk/categories/"),
    "rules": ("wan", "/desk/dispatch-rules/"),
    "rule": ("wan", "/desk/dispatch-rules/new/"),
    "round": ("lin", "/round/"),
    "note": ("lin", "/round/new/"),
}


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_desk_is_clean(
    browser_page: harness.Opener,
    people: Cast,
    contacts: list[Contact],
    shots: Path | None,
    width: int,
    language: str,
) -> None:
    found = []
    windows: dict[str, object] = {}
    for name, (who, path) in PAGES.items():
        page = windows.setdefault(who, browser_page(width, language, user=user(getattr(people, who))))
        page.goto(path.format(*(contact.number for contact in contacts)))
        if shots and (language.startswith("zh") or name in {"queue", "detail"}):
            page.screenshot(path=shots / f"desk-{name}-{width}-{language[:2]}.png", full_page=True)
        found += [f"{name}: {problem}" for problem in harness.problems(page, allowed={"heat", "noise"})]
    assert not found, "\n".join(found)


def test_the_clerk_sends_a_row_on_from_the_side(
    browser_page: harness.Opener, people: Cast, contacts: list[Contact]
) -> None:
    page = browser_page(1440, user=user(people.han))
    page.goto("/desk/")
    page.locator(f"a[data-aside*='{contacts[0].number}']").click()
    aside = page.locator("#chosen")
    aside.get_by_role("heading", name=contacts[0].title[:8]).wait_for()
    aside.locator("details.fq-otherbox summary").last.click()
    aside.locator("select[name=unit_other]").select_option(str(people.heating.pk))
    if aside.locator("input[name=category]:checked").count() == 0:
        aside.locator("details.fq-otherbox summary").first.click()
        aside.locator("select[name=category_other]").select_option(str(people.heat.pk))
    aside.get_by_role("button", name="按此派单").click()
    page.get_by_text(f"{contacts[0].number}已派给").wait_for()


def test_keys_step_through_a_suggestion_and_an_unsure_row_is_not_called_done(
    browser_page: harness.Opener, people: Cast, contacts: list[Contact]
) -> None:
    page = browser_page(1440, user=user(people.han))
    page.goto("/desk/")
    page.locator(f"a[data-aside*='{contacts[1].number}']").click()
    page.locator("#chosen").get_by_role("heading", name=contacts[1].title[:8]).wait_for()
    for key in "1234":
        group = page.locator(f"#chosen .fq-guess:has([data-key='{key}'])")
        radios = group.locator("input[type=radio]").count()
        chosen = (
            "Array.from(document.querySelectorAll('#chosen input:checked')).map(one => one.name + one.value).join()"
        )
        before = page.evaluate(chosen)
        page.keyboard.press(key)
        assert not radios or group.locator("input[type=radio]:checked").count() == 1, key
        assert radios < 2 or page.evaluate(chosen) != before, key
    page.locator("#chosen input[name=unit]").evaluate_all("all => all.forEach(one => { one.checked = false; })")
    page.locator("#chosen [data-key=enter]").focus()
    page.keyboard.press("Enter")
    missing = page.locator("#chosen .fq-missing[role=alert]")
    missing.wait_for()
    page.wait_for_timeout(60)
    assert page.locator("#fq-live").inner_text() == ""
    assert page.evaluate("document.activeElement.className").startswith("fq-missing")


def test_on_a_phone_the_filters_of_a_list_begin_folded(browser_page: harness.Opener, people: Cast) -> None:
    for width, is_open in ((390, False), (1440, True)):
        page = browser_page(width, user=user(people.han))
        page.goto("/desk/?columns=number,title,stage,due")
        assert page.locator(".fq-filters").is_visible() is is_open
    assert not page.locator(".fq-fold > summary").is_visible()


def test_a_note_without_a_network_arrives_once(browser_page: harness.Opener, people: Cast) -> None:
    page = browser_page(390, user=user(people.lin))
    page.goto("/round/new/")
    page.context.set_offline(True)
    for text in ("4号楼2单元门口飞线充电", "井盖松动"):
        page.locator("textarea[name=text]").fill(text)
        page.get_by_role("button", name="记好了，接着走").click()
        page.locator(f"[data-kept-list] li:has-text('{text[:6]}')").wait_for()
    assert "存在手机里" in page.locator("#kept").inner_text()
    with scoping.unscoped("tests"):
        assert Contact.objects.count() == 0
    page.context.set_offline(False)
    page.locator("#kept").wait_for(state="hidden")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    with scoping.unscoped("tests"):
        assert sorted(Contact.objects.values_list("text", flat=True)) == ["4号楼2单元门口飞线充电", "井盖松动"]
