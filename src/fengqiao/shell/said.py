"""Dates, spans, money, rates and counts as people say them, in both languages. Pure: no clock, no settings.

The two languages differ in order and in classifiers, not only in words, so the forms live here and not in a catalogue.
`language` is "zh-hans" or "en"; anything else is read as English.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from fengqiao.kernel.clock import CHINA

Day = dt.date
CLOSING = dt.time(17, 30)
"""End of the working day, when a promise is said "by close of work"."""
SMALL_BASE = 30
"""Below this base a share says nothing; only the counts are shown."""

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Noun(NamedTuple):
    """How things of one kind are counted: Chinese classifier, English singular and plural."""

    zh: str
    one: str
    many: str


NOUNS = {
    "matter": Noun("件", "matter", "matters"),
    "person": Noun("人", "person", "people"),
    "household": Noun("户", "household", "households"),
    "unit": Noun("家", "unit", "units"),
    "place": Noun("处", "place", "places"),
    "record": Noun("条", "record", "records"),
    "row": Noun("行", "row", "rows"),
    "time": Noun("次", "time", "times"),
    "photo": Noun("张", "photo", "photos"),
    "file": Noun("份", "file", "files"),
    "item": Noun("项", "item", "items"),
    "day": Noun("天", "day", "days"),
    "calendar_day": Noun("日", "day", "days"),
    "working_day": Noun("个工作日", "working day", "working days"),
    "hour": Noun("小时", "hour", "hours"),
    "working_hour": Noun("个工作小时", "working hour", "working hours"),
    "month": Noun("个月", "month", "months"),
    "year": Noun("年", "year", "years"),
    "minute": Noun("分", "minute", "minutes"),
    "character": Noun("个字", "character", "characters"),
    "digit": Noun("位", "digit", "digits"),
}


def is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")


def local(value: dt.datetime) -> dt.datetime:
    assert value.tzinfo is not None, "naive instant"
    return value.astimezone(CHINA)


def day_of(value: dt.date) -> dt.date:
    """The day in China of a day or an instant."""
    return local(value).date() if isinstance(value, dt.datetime) else value


def hour(value: dt.datetime) -> str:
    """ "9:05", "17:30"."""
    at = local(value)
    return f"{at.hour}:{at.minute:02d}"


def day(value: Day, *, today: Day, language: str, weekday: bool = True) -> str:
    """ "11月25日（周三）", "Wed 25 Nov"; the year only when it is another one."""
    that, this_year = day_of(value), day_of(today).year
    if is_chinese(language):
        year = "" if that.year == this_year else f"{that.year}年"
        return f"{year}{that.month}月{that.day}日" + (f"（周{WEEKDAYS_ZH[that.weekday()]}）" if weekday else "")
    year = "" if that.year == this_year else f" {that.year}"
    return (f"{WEEKDAYS_EN[that.weekday()]} " if weekday else "") + f"{that.day} {MONTHS_EN[that.month - 1]}{year}"


_NEAR = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}


def _near(value: Day, today: Day, language: str) -> str:
    words = _NEAR.get((day_of(value) - day_of(today)).days)
    return "" if words is None else words[0 if is_chinese(language) else 1]


def moment(value: dt.datetime, *, now: dt.datetime, language: str) -> str:
    """ "今天17:30", "昨天16:20", "11月19日8:41"; "today 17:30", "19 Nov, 8:41"."""
    near = _near(value, now, language)
    if is_chinese(language):
        return f"{near or day(value, today=now, language=language, weekday=False)}{hour(value)}"
    return (
        f"{near} {hour(value)}" if near else f"{day(value, today=now, language=language, weekday=False)}, {hour(value)}"
    )


def promise(value: Day, *, now: dt.datetime, language: str, closing: dt.time = CLOSING) -> str:
    """What was promised: "11月25日（周三）下班前", "今天17:30前"; "Wed 25 Nov, by close of work", "today by 17:30"."""
    near = _near(value, now, language) if isinstance(value, dt.datetime) else ""
    chinese = is_chinese(language)
    if near and isinstance(value, dt.datetime):
        return f"{near}{hour(value)}前" if chinese else f"{near} by {hour(value)}"
    said = day(value, today=now, language=language)
    at_closing = not isinstance(value, dt.datetime) or local(value).time().replace(second=0, microsecond=0) == closing
    if at_closing or not isinstance(value, dt.datetime):
        return f"{said}下班前" if chinese else f"{said}, by close of work"
    return f"{said}{hour(value)}前" if chinese else f"{said}, by {hour(value)}"


def span(seconds: float, *, language: str) -> str:
    """ "42分", "2小时10分", "3小时", "4天"; "42 min", "2 h 10 min", "4 days". Part minutes are dropped."""
    minutes = int(abs(seconds)) // 60
    if minutes >= 2 * 24 * 60:
        return count(minutes // (24 * 60), "day", language=language)
    hours, rest = divmod(minutes, 60)
    if is_chinese(language):
        return (f"{hours}小时" if hours else "") + (f"{rest}分" if rest or not hours else "")
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def number(value: float, *, decimals: int = 0) -> str:
    """ "48,213"."""
    return f"{value:,.{decimals}f}"


def count(value: int, noun: str, *, language: str) -> str:
    """ "23件", "1 matter", "1,204 matters". The noun is a key of `NOUNS`."""
    words = NOUNS[noun]
    if is_chinese(language):
        return f"{number(value)}{words.zh}"
    return f"{number(value)} {words.one if value == 1 else words.many}"


def money(fen: int, *, language: str) -> str:
    """ "1,286.00元", "¥1,286.00"; wherever an amount is owed or agreed. Units: fen."""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    amount = f"{whole // 100:,}.{whole % 100:02d}"
    return f"{sign}{amount}元" if is_chinese(language) else f"{sign}¥{amount}"


def money_short(fen: int, *, language: str) -> str:
    """For dashboards: "12.9万元", "1.29亿元"; "¥129 thousand", "¥12.9 million". The exact value stands in the table."""
    if is_chinese(language):
        for size, word, decimals in ((10_000_000_000, "亿元", 2), (1_000_000, "万元", 1)):
            if abs(fen) >= size:
                return f"{number(fen / size, decimals=decimals)}{word}"
        return money(fen, language=language)
    for size, word, decimals in ((100_000_000, "million", 1), (100_000, "thousand", 0)):
        if abs(fen) >= size:
            return f"{'-' if fen < 0 else ''}¥{number(abs(fen) / size, decimals=decimals)} {word}"
    return money(fen, language=language)


def rate(part: int, whole: int, *, language: str, noun: str = "") -> str:
    """ "83.6%（1,204／1,440件）"; with a base under 30 the counts only, and that nothing can be read from them.

    Refuses nothing: a base of 0 is said in words.
    """
    chinese = is_chinese(language)
    if whole == 0:
        return "还没有" if chinese else "none yet"
    base = f"{number(part)}／{count(whole, noun, language=language) if noun else number(whole)}"
    if not chinese:
        base = f"{number(part)} of {count(whole, noun, language=language) if noun else number(whole)}"
    if whole < SMALL_BASE:
        return f"{base}，案少，看不出差别" if chinese else f"{base}, too few to tell"
    percent = f"{100 * part / whole:.1f}%"
    return f"{percent}（{base}）" if chinese else f"{percent} ({base})"


def phone(text: str) -> str:
    """ "13812340421" → "138 1234 0421"; everything else as it stands."""
    return f"{text[:3]} {text[3:7]} {text[7:]}" if len(text) == 11 and text[0] == "1" else text


def size(octets: int) -> str:
    """ "312 KB", "1.4 MB"."""
    return f"{max(1, octets // 1024):,} KB" if octets < 1024 * 1024 else f"{octets / 1024 / 1024:.1f} MB"


def listed(words: list[str], *, language: str) -> str:
    """ "甲、乙和丙", "a, b and c"."""
    if not words:
        return ""
    joint, last = ("、", "和") if is_chinese(language) else (", ", " and ")
    return last.join([joint.join(words[:-1]), words[-1]] if len(words) > 1 else words)
