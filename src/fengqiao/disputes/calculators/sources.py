"""Where `Law` comes from: the tables of this installation, or the files it was made from (no database)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

from django.conf import settings

from fengqiao.disputes.calculators.law import Law
from fengqiao.kernel import calendar, reference, rulebook
from fengqiao.kernel.calendar import WorkCalendar
from fengqiao.kernel.rulebook import Rulebook, RuleValue


def installed(today: dt.date) -> Law:
    """Rules and days off of this installation."""
    return Law(rulebook.current(), tuple(settings.RULE_JURISDICTIONS), calendar.current(), today)


@functools.cache
def _files() -> tuple[Rulebook, WorkCalendar]:
    names = {field.name for field in dataclasses.fields(RuleValue)} - {"id"}
    rows = reference.read_rules()
    book = Rulebook(RuleValue(id=number, **{name: row[name] for name in names}) for number, row in enumerate(rows, 1))
    years = reference.published_days()
    days = [one for some in years.values() for one in some]
    return book, WorkCalendar(
        holidays={one.day for one in days if one.kind == "holiday"},
        make_up={one.day for one in days if one.kind == "make_up"},
        official=set(years),
    )


def shipped(today: dt.date) -> Law:
    """Rules and announced days as the product brings them, read from its files."""
    book, days = _files()
    return Law(book, tuple(settings.RULE_JURISDICTIONS), days, today)
