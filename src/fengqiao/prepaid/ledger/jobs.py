"""What the ledger needs done by itself: months ahead, roll-up, ends of days, lapsed holds, rights after a migration."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction

from fengqiao.kernel.clock import CHINA

MONTHS_AHEAD = 3
MOST_HOLDS = 10_000
MOST_DAYS = 400


def prepare() -> None:
    """As the owner, after a migration: months ahead and the rights of the application's role, when it is another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('ledger.admit') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT ledger.make_months(%s)", [MONTHS_AHEAD])
        cursor.execute(
            "SELECT ledger.admit(rolname) FROM pg_roles WHERE rolname = %s AND rolname <> current_user",
            [settings.APPLICATION_ROLE],
        )


def make_months() -> int:
    """Partitions for the months to come. Result: how many are new."""
    return _number("SELECT ledger.make_months(%s)", MONTHS_AHEAD)


def roll_up() -> int:
    """Fold the tail of append-only accounts. Result: rows folded."""
    return _number("SELECT ledger.roll_up()")


def expire_holds() -> int:
    """Free what was set aside for longer than was said. Result: holds ended."""
    return _number("SELECT ledger.expire_holds(%s, %s)", MOST_HOLDS, "job:ledger.expire_holds")


def end_days(at: dt.datetime) -> list[dt.date]:
    """End and write every day that is over and was not; one that comes late catches up. Result: the days written."""
    yesterday = at.astimezone(CHINA).date() - dt.timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FILTER (WHERE written_at IS NOT NULL), max(day) FROM ledger.closed_day")
        written, cut = cursor.fetchone()
    day = written + dt.timedelta(days=1) if written else cut or yesterday
    done: list[dt.date] = []
    while day <= yesterday and len(done) < MOST_DAYS:
        with transaction.atomic():  # the locks of all shards are held for this instant alone
            _number("SELECT ledger.cut_day(%s)::int", day)
        _number("SELECT ledger.write_day(%s)", day)
        done.append(day)
        day += dt.timedelta(days=1)
    return done


def _number(statement: str, *values: int | str | dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])
