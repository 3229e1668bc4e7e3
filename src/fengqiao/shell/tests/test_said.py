"""Dates, spans, money and counts as people say them."""

import datetime as dt

import pytest

from fengqiao.kernel import periods
from fengqiao.kernel.clock import CHINA
from fengqiao.shell import clocks, said

NOW = dt.datetime(2026, 11, 24, 15, 20, tzinfo=CHINA)
ZH, EN = "zh-hans", "en"


def at(day: int, hour: int = 0, minute: int = 0, *, month: int = 11, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (dt.date(2026, 11, 25), "11月25日（周三）", "Wed 25 Nov"),
        (dt.date(2027, 1, 4), "2027年1月4日（周一）", "Mon 4 Jan 2027"),
        (dt.date(2025, 12, 31), "2025年12月31日（周三）", "Wed 31 Dec 2025"),
    ],
)
def test_a_day_names_its_weekday_and_another_year(value, zh, en):
    assert said.day(value, today=NOW, language=ZH) == zh
    assert said.day(value, today=NOW, language=EN) == en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (at(24, 17, 30), "今天17:30", "today 17:30"),
        (at(23, 16, 20), "昨天16:20", "yesterday 16:20"),
        (at(25, 9, 5), "明天9:05", "tomorrow 9:05"),
        (at(19, 8, 41), "11月19日8:41", "19 Nov, 8:41"),
        (at(3, 8, 0, month=2, year=2025), "2025年2月3日8:00", "3 Feb 2025, 8:00"),
    ],
)
def test_a_moment_is_near_or_dated(value, zh, en):
    assert said.moment(value, now=NOW, language=ZH) == zh
    assert said.moment(value, now=NOW, language=EN) == en


def test_an_instant_is_read_in_china_wherever_it_was_written():
    utc = dt.datetime(2026, 11, 24, 16, 30, tzinfo=dt.UTC)
    assert said.moment(utc, now=NOW, language=ZH) == "明天0:30"
    assert said.day(utc, today=NOW, language=ZH) == "11月25日（周三）"


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (at(26, 17, 30), "11月26日（周四）下班前", "Thu 26 Nov, by close of work"),
        (dt.date(2026, 11, 26), "11月26日（周四）下班前", "Thu 26 Nov, by close of work"),
        (at(24, 17, 30), "今天17:30前", "today by 17:30"),
        (at(26, 9, 0), "11月26日（周四）9:00前", "Thu 26 Nov, by 9:00"),
    ],
)
def test_a_promise_says_by_when(value, zh, en):
    assert said.promise(value, now=NOW, language=ZH) == zh
    assert said.promise(value, now=NOW, language=EN) == en


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (42 * 60, "42分", "42 min"),
        (0, "0分", "0 min"),
        (2 * 3600 + 600, "2小时10分", "2 h 10 min"),
        (3 * 3600, "3小时", "3 h"),
        (4 * 86400, "4天", "4 days"),
    ],
)
def test_a_span_is_said_in_its_largest_sensible_unit(seconds, zh, en):
    assert said.span(seconds, language=ZH) == zh
    assert said.span(seconds, language=EN) == en


def test_money_keeps_its_fen_and_its_sign():
    assert said.money(128600, language=ZH) == "1,286.00元"
    assert said.money(-5, language=EN) == "-¥0.05"
    assert said.money_short(12_345_678_900, language=ZH) == "1.23亿元"
    assert said.money_short(129_000_00, language=ZH) == "12.9万元"
    assert said.money_short(99, language=ZH) == "0.99元"


def test_a_rate_stands_on_its_base():
    assert said.rate(1204, 1440, language=ZH, noun="household") == "83.6%（1,204／1,440户）"
    assert said.rate(1204, 1440, language=EN, noun="household") == "83.6% (1,204 of 1,440 households)"


def test_a_small_base_gives_counts_only():
    assert said.rate(3, 12, language=ZH, noun="matter") == "3／12件，案少，看不出差别"
    assert "%" not in said.rate(3, 12, language=EN)
    assert said.rate(0, 0, language=ZH) == "还没有"


def test_counts_know_their_classifier_and_their_plural():
    assert said.count(23, "matter", language=ZH) == "23件"
    assert said.count(1, "matter", language=EN) == "1 matter"
    assert said.count(1204, "person", language=EN) == "1,204 people"


def test_only_mobile_numbers_are_grouped():
    assert said.phone("13812340421") == "138 1234 0421"
    assert said.phone("12345") == "12345"
    assert said.phone("138****0421") == "138 **** 0421"


@pytest.mark.parametrize(
    ("due", "state", "zh", "en"),
    [
        (at(24, 17, 30), "today", "剩2小时10分", "2 h 10 min left"),
        (at(25, 17, 30), "soon", "剩26小时10分", "26 h 10 min left"),
        (at(30, 17, 30), "calm", "剩6天", "6 days left"),
        (at(24, 12, 20), "over", "已超3小时", "3 h late"),
        (at(24, 15, 20), "over", "已超0分", "0 min late"),
    ],
)
def test_a_bare_instant_is_counted_as_it_passes(due, state, zh, en):
    seen = clocks.Instant(due, NOW)
    assert (seen.state, seen.text(ZH), seen.text(EN)) == (state, zh, en)


def left(state, unit, amount, due, **facts):
    return periods.Remaining(state, unit, amount, due, is_provisional=False, **facts)


@pytest.mark.parametrize(
    ("remaining", "zh", "en"),
    [
        (left("calm", "working_days", 2, at(26, 17, 30)), "剩2个工作日", "2 working days left"),
        (left("calm", "days", 23, at(17, 17, 30, month=12)), "剩23天", "23 days left"),
        (left("soon", "working_days", 1, at(25, 17, 30)), "剩1个工作日", "1 working day left"),
        (left("today", "working_days", 0, at(24, 17, 30)), "剩2小时10分", "2 h 10 min left"),
        (left("today", "minutes", 42, at(24, 16, 2)), "剩42分", "42 min left"),
        (left("over", "working_days", 0, at(24, 12, 20)), "已超3小时", "3 h late"),
        (left("over", "working_days", 2, at(20, 17, 30)), "已超2个工作日", "2 working days late"),
        (left("paused", "days", 3, at(27)), "暂停", "paused"),
        (left("met", "days", 2, at(26)), "按时", "in time"),
        (left("met", "days", 2, at(22), is_late=True), "超时办结", "done late"),
    ],
)
def test_a_deadline_is_counted_in_the_unit_of_its_rule(remaining, zh, en):
    seen = clocks.reading(remaining, NOW)
    assert (seen.text(ZH), seen.text(EN)) == (zh, en)


def test_a_cancelled_deadline_has_no_clock():
    assert clocks.reading(left("cancelled", "days", 2, at(26)), NOW) is None
