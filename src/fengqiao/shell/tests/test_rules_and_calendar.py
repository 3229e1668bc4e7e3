"""Rules and holidays are open to everybody; only the administrator changes a day."""

import pytest

from fengqiao.kernel import calendar, clock, deadlines, reference, rulebook
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.models import Holiday
from fengqiao.kernel.tests.ground import at, day
from fengqiao.shell import clocks
from fengqiao.shell.templatetags import fq
from fengqiao.shell.tests.cast import CLERK, VISITOR, signed_in_as

NOW = at("2026-11-24 10:00")
ZENG = Actor(id="member:9", name="曾一凡", role="administrator", level="all", user_id=9)

pytestmark = pytest.mark.django_db


def look(client, url: str, actor=VISITOR, status: int = 200) -> str:
    with signed_in_as(actor), clock.standing_at(NOW):
        answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def send(client, url: str, actor=ZENG, **data):
    with signed_in_as(actor), clock.standing_at(NOW):
        return client.post(url, data)


@pytest.mark.parametrize("actor", [VISITOR, CLERK, ZENG])
def test_everybody_reads_every_rule_with_its_source(client, actor) -> None:
    text = look(client, "/rules/", actor)
    assert text.count("<h1") == 1 and text.count("<main") == 1 and "btn-primary" not in text
    assert "2个工作日" in text and "17:30" in text and "人民调解协议司法确认程序规定" in text
    assert "待核实" in text and "intake.response.default" not in text


def test_filters_narrow_and_count(client) -> None:
    unverified = sum(not rule.is_verified for rule in rulebook.on_day(NOW.date()))
    text = look(client, "/rules/?kind=unverified")
    assert text.count("<tr><td") == unverified > 0
    assert f"待核实 <b>{unverified}</b>" in text
    assert look(client, "/rules/?q=%E4%BF%A1%E8%AE%BF%E5%B7%A5%E4%BD%9C%E6%9D%A1%E4%BE%8B").count("<tr><td") == 3
    assert "没有找到" in look(client, "/rules/?q=zzz") and look(client, "/rules/?kind=nonsense")


def test_past_versions_are_shown_when_asked_for(client) -> None:
    row = next(row for row in reference.read_rules() if row["key"] == "intake.undo")
    coming = {**row, "valid_from": day("2027-01-01"), "value": "7"}
    reference.sync_rules([{**row, "valid_to": day("2026-12-31")}, coming], at=NOW, actor=system("test"))
    assert "7分" not in look(client, "/rules/?q=undo") and "2027-01-01" in look(client, "/rules/?when=all")


def test_english_is_complete(client) -> None:
    client.cookies["fq_language"] = "en"
    text = look(client, "/rules/")
    assert "2 working days" in text and "To be verified" in text
    assert "Spring Festival" in look(client, "/calendar/2026/")


def test_everybody_reads_the_holidays(client) -> None:
    text = look(client, "/calendar/")
    assert "全年248个工作日" in text and "国庆节" in text and "放假 · 7天" in text
    assert '<form method="post" action="/calendar' not in text


def test_a_year_not_announced_says_so(client) -> None:
    assert "2027年放假安排未公布，暂按周末推算" in look(client, "/calendar/2027/")


@pytest.mark.parametrize("year", [2003, 2099, 99999])
def test_years_outside_the_calendar_are_absent(client, year) -> None:
    look(client, f"/calendar/{year}/", status=404)


def test_the_administrator_corrects_a_day(client) -> None:
    assert "改一天" in look(client, "/calendar/2026/", ZENG)
    answer = send(client, "/calendar/2026/day/", day="2026-12-01", kind="holiday", name="停电检修")
    assert answer.status_code == 302 and answer.headers["Location"] == "/calendar/2026/"
    assert not calendar.current().is_working_day(day("2026-12-01"))
    assert send(client, "/calendar/2026/day/", day="2026-12-01", kind="ordinary").status_code == 302
    assert calendar.current().is_working_day(day("2026-12-01"))


def test_the_administrator_enters_an_announcement(client) -> None:
    lines = "2027-01-01 2027-01-03 放假 元旦\n2027-02-20 上班 春节\n"
    assert send(client, "/calendar/2027/announce/", days=lines).status_code == 302
    assert Holiday.objects.filter(day__year=2027).count() == 4
    assert calendar.current().is_working_day(day("2027-02-20"))
    assert "已公布" in look(client, "/calendar/2027/")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("2027-01-01 放假", "第1行"),
        ("2027-01-01 放假 元旦\n2027-13-01 放假 春节", "第2行"),
        ("2027-01-05 2027-01-01 放假 元旦", "第1行"),
        ("2025-01-01 放假 元旦", "不在这一年"),
        ("2027-01-01 睡觉 元旦", "第1行"),
        ("", "fq-"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(client, lines, said) -> None:
    answer = send(client, "/calendar/2027/announce/", days=lines)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert calendar.current().is_provisional(day("2027-01-01"), day("2027-01-01"))


@pytest.mark.parametrize("address", ["/calendar/2026/day/", "/calendar/2026/announce/"])
def test_nobody_else_changes_a_day(client, settings, address) -> None:
    settings.LOGIN_URL = "/sign-in/"
    assert send(client, address, CLERK, day="2026-12-01", kind="holiday").status_code == 404
    assert send(client, address, VISITOR, day="2026-12-01", kind="holiday").status_code == 302
    assert calendar.current().is_working_day(day("2026-12-01"))


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-20 16:00", ("is-calm", "剩2个工作日", "2 working days left")),
        ("2026-11-23 09:00", ("is-soon", "剩1个工作日", "1 working day left")),
        ("2026-11-24 09:00", ("is-today", "剩8小时30分", "8 h 30 min left")),
        ("2026-11-26 09:00", ("is-over", "已超2个工作日", "2 working days late")),
    ],
)
def test_the_badge_counts_in_the_unit_of_the_rule(moment, shown) -> None:
    clock_row = deadlines.start(
        subject="n",
        kind="response",
        rule_key="intake.response.default",
        began_at=at("2026-11-20 15:00"),
        owner_id=None,
        mover="desk",
        at=NOW,
        actor=system("test"),
    )
    with clock.standing_at(at(moment)):
        badge = fq.clock(clock_row)
    state, chinese, english = shown
    assert state in badge and chinese in badge
    assert clocks.reading(clock_row, at(moment)).text("en") == english
