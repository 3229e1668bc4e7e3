"""The work calendar 工作日历: which days count, and how days, months and hours are counted.

One place for all counting (docs/decisions/0005-how-days-are-counted.md). Everything here is pure and quick except
`current`, which reads the holiday table once and keeps it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from fengqiao.kernel.cached import Cached
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import CalendarYear, Holiday

if TYPE_CHECKING:
    import numpy as np

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
_BASE = FIRST.toordinal()
_DAYS = LAST.toordinal() - _BASE + 1
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[int, int]
"""From and to, in minutes since midnight; 24:00 is 1440."""


@dataclasses.dataclass(frozen=True)
class Due:
    """A last day. `plain_day` is the end before it was moved off a rest day.

    `is_provisional`: the count reached a year whose holidays are not announced; weekends alone were taken out.
    """

    day: dt.date
    plain_day: dt.date
    is_provisional: bool


@dataclasses.dataclass(frozen=True)
class WorkingHours:
    """When an organisation works: spans of each weekday, on statutory holidays and on make-up days."""

    week: tuple[tuple[Span, ...], ...]
    holiday: tuple[Span, ...] = ()
    make_up: tuple[Span, ...] | None = None

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> WorkingHours:
        """From {"mon": [["08:30", "12:00"], ["13:30", "17:30"]], …, "holiday": […], "make_up": […]}; {} is the default.

        Raises ValueError on an unknown day, a malformed hour, or spans that overlap or run backwards.
        """
        unknown = set(data) - {*WEEKDAYS, "holiday", "make_up"}
        if unknown:
            raise ValueError(f"unknown day {sorted(unknown)[0]!r}")
        if not data:
            return OFFICE_HOURS
        return cls(
            week=tuple(_spans(data.get(day, ())) for day in WEEKDAYS),
            holiday=_spans(data.get("holiday", ())),
            make_up=_spans(data["make_up"]) if "make_up" in data else None,
        )

    @property
    def on_make_up_days(self) -> tuple[Span, ...]:
        """A make-up Saturday is worked like a Monday where nothing else is said."""
        return self.week[0] if self.make_up is None else self.make_up


def _minutes(text: str) -> int:
    hours, _colon, minutes = text.partition(":")
    value = int(hours) * 60 + int(minutes)
    if not 0 <= value <= 1440 or not 0 <= int(minutes) < 60:
        raise ValueError(f"no such time: {text!r}")
    return value


def _spans(pairs: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    spans = tuple((_minutes(start), _minutes(end)) for start, end in pairs)
    edges = [edge for span in spans for edge in span]
    if edges != sorted(set(edges)):
        raise ValueError(f"hours overlap or run backwards: {pairs!r}")
    return spans


def _at_minute(day: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA) + dt.timedelta(minutes=minute)


_OFFICE_DAY = ((8 * 60 + 30, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))
OFFICE_HOURS = WorkingHours(week=(_OFFICE_DAY,) * 5 + ((), ()))
ROUND_THE_CLOCK = WorkingHours(week=(((0, 1440),),) * 7, holiday=((0, 1440),))


def _offset(day: dt.date) -> int:
    offset = day.toordinal() - _BASE
    if not 0 <= offset < _DAYS:
        raise Refused("calendar.out_of_range", _("This date lies outside the calendar."))
    return offset


def add_months(day: dt.date, months: int) -> dt.date:
    """The corresponding day, or the last day of the month where there is none (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


class WorkCalendar:
    """Days that are worked from 1990 to 2099, with running counts so that every question is one look-up."""

    def __init__(self, *, holidays: Set[dt.date], make_up: Set[dt.date], official: Set[int]) -> None:
        self.holidays, self.make_up, self.official = frozenset(holidays), frozenset(make_up), frozenset(official)
        self._working: list[dt.date] = []
        self._count: list[int] = []
        for offset in range(_DAYS):
            day = dt.date.fromordinal(_BASE + offset)
            if (day.weekday() < 5 and day not in holidays) or day in make_up:
                self._working.append(day)
            self._count.append(len(self._working))

    def is_working_day(self, day: dt.date) -> bool:
        offset = _offset(day)
        return self._count[offset] > (self._count[offset - 1] if offset else 0)

    def is_provisional(self, start: dt.date, end: dt.date) -> bool:
        """Whether a year from `start` to `end` is not announced yet."""
        return any(year not in self.official for year in range(start.year, end.year + 1))

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` comes first."""
        return self._count[_offset(end)] - self._count[_offset(start)]

    def next_working_day(self, day: dt.date) -> dt.date:
        """The day itself, or the first working day after it."""
        return day if self.is_working_day(day) else self._nth(self._count[_offset(day)])

    def last_working_day(self, day: dt.date) -> dt.date:
        """The day itself, or the last working day before it (wage days, K4: what must be asked before an end)."""
        return self._nth(self._count[_offset(day)] - 1)

    def _nth(self, index: int) -> dt.date:
        if not 0 <= index < len(self._working):
            raise Refused("calendar.out_of_range", _("This date lies outside the calendar."))
        return self._working[index]

    def add_working_days(self, day: dt.date, n: int) -> Due:
        """The n-th working day after `day`; `day` itself never counts. n >= 1."""
        assert n >= 1, n
        due = self._nth(self._count[_offset(day)] + n - 1)
        return Due(due, due, self.is_provisional(day, due))

    def add_working_days_many(self, days: np.ndarray, n: int | np.ndarray) -> np.ndarray:
        """`add_working_days` for whole columns.

        Shape: `days` and the answer are datetime64[D]; `n` one number or one per day, each >= 1.
        """
        import numpy as np

        working = np.array(self._working, dtype="datetime64[D]")
        after = np.searchsorted(working, days.astype("datetime64[D]"), side="right")
        due: np.ndarray = working[after + n - 1]
        return due

    def add_days(self, day: dt.date, n: int, *, shift: bool) -> Due:
        """n calendar days after `day` (before it when negative). `shift`: an end on a rest day moves to the next
        working day (CPL 85, Civil Code 203); lengths of effect never shift."""
        return self._end(day + dt.timedelta(days=n), shift=shift)

    def add_months(self, day: dt.date, n: int, *, shift: bool) -> Due:
        """n months after `day`: the corresponding day, shifted like days."""
        return self._end(add_months(day, n), shift=shift)

    def add_years(self, day: dt.date, n: int, *, shift: bool) -> Due:
        return self._end(add_months(day, 12 * n), shift=shift)

    def _end(self, plain: dt.date, *, shift: bool) -> Due:
        day = self.next_working_day(plain) if shift else plain
        return Due(day, plain, shift and self.is_provisional(plain, day))

    def closings(self, moment: dt.datetime, closing: dt.time) -> int:
        """How many working days have been closed by `moment`: the running count behind pause and resume."""
        local = moment.astimezone(CHINA)
        day = local.date()
        open_still = self.is_working_day(day) and local.time() < closing
        return self._count[_offset(day)] - open_still

    def nth_closing(self, count: int) -> dt.date:
        """The working day whose closing brings `closings` to `count`."""
        return self._nth(count - 1)

    # -- working hours ------------------------------------------------------------------------------------------

    def spans_on(self, day: dt.date, hours: WorkingHours) -> tuple[Span, ...]:
        """When the organisation works that day. On a make-up day at least as on any working day."""
        if day in self.holidays:
            return hours.holiday
        own = hours.week[day.weekday()]
        return (own or hours.on_make_up_days) if day in self.make_up else own

    def _open_from(self, moment: dt.datetime, hours: WorkingHours) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Open stretches from `moment` on. Refuses: hours that are never open."""
        local = moment.astimezone(CHINA)
        for ahead in range(400 * 10):
            day = local.date() + dt.timedelta(days=ahead)
            for start, end in self.spans_on(day, hours):
                opens, closes = _at_minute(day, start), _at_minute(day, end)
                if closes > local:
                    yield max(opens, local), closes
        raise Refused("calendar.never_open", _("This organisation has no working hours."))

    def next_open(self, moment: dt.datetime, hours: WorkingHours) -> dt.datetime:
        """The moment itself when the organisation is at work, else its next opening: nobody is reminded at midnight."""
        local = moment.astimezone(CHINA)
        day, minute = local.date(), local.hour * 60 + local.minute
        for start, end in self.spans_on(day, hours):
            if minute < start:
                return _at_minute(day, start)
            if minute < end:
                return local
        return next(self._open_from(_at_minute(day, 1440), hours))[0]

    def add_working_time(self, moment: dt.datetime, length: dt.timedelta, hours: WorkingHours) -> dt.datetime:
        """When `length` of open time has passed after `moment`; pauses at lunch and at night do not count."""
        left = length
        for opens, closes in self._open_from(moment, hours):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise AssertionError("unreachable")

    def working_time_between(self, start: dt.datetime, end: dt.datetime, hours: WorkingHours) -> dt.timedelta:
        """Open time from `start` to `end`; nothing when `end` comes first."""
        total = dt.timedelta()
        if end <= start:
            return total
        for opens, closes in self._open_from(start, hours):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total


def next_full_hour(moment: dt.datetime) -> dt.datetime:
    """Where a procedural period in hours begins: the hour it falls in does not count (CPI 125)."""
    return moment.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)


def note(day: dt.date) -> str:
    """The sentence beside a date of a year that is not announced."""
    return _("The holidays of %(year)s are not announced yet; only weekends are taken out.") % {"year": day.year}


# -- the installation's calendar ------------------------------------------------------------------------------------


def _load() -> WorkCalendar:
    days = list(Holiday.objects.values_list("day", "kind"))
    return WorkCalendar(
        holidays={day for day, kind in days if kind == Holiday.Kind.HOLIDAY},
        make_up={day for day, kind in days if kind == Holiday.Kind.MAKE_UP},
        official=set(
            CalendarYear.objects.filter(status=CalendarYear.Status.OFFICIAL).values_list("year", flat=True),
        ),
    )


_cached = Cached("calendar", _load)


def current() -> WorkCalendar:
    """The calendar of this installation."""
    return _cached.get()


HoursProvider = Callable[[Collection[int]], Mapping[int, WorkingHours]]
_providers: list[HoursProvider] = []


def know_hours(provider: HoursProvider) -> None:
    """Where the working hours of organisations come from; set once by the context that holds organisations."""
    _providers[:] = [provider]


def hours_of(owner_ids: Collection[int]) -> dict[int, WorkingHours]:
    """The working hours of these organisations; office hours where none are known."""
    known = _providers[0](owner_ids) if _providers else {}
    return {owner: known.get(owner, OFFICE_HOURS) for owner in owner_ids}
