"""A million deadlines: counted, started, looked at. On a durable database of its own, thrown away afterwards."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MILLION = 1_000_000
STARTED = 200_000


def say(name: str, value: float, unit: str, **bounds: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, **bounds}), flush=True)


def busy(work: Callable[[], Any]) -> float:
    """Seconds of our own CPU: what shares the machine does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def backend_cpu() -> float:
    """CPU seconds the database has spent on our connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        spent = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def count_days() -> None:
    import numpy as np

    from fengqiao.kernel import calendar, periods, rulebook
    from fengqiao.kernel.clock import CHINA

    today = calendar.current()
    column = np.arange("2005-01-01", "2026-06-01", dtype="datetime64[D]")
    days = np.resize(column, MILLION)
    say(
        "working days added, whole columns (per CPU second)",
        MILLION / busy(lambda: today.add_working_days_many(days, 7)),
        "1/s",
    )
    ground = periods.Ground(today, calendar.OFFICE_HOURS, dt.time(17, 30))
    rule = rulebook.rule("intake.response.default", on=dt.date(2026, 6, 1))
    start = dt.datetime(2026, 1, 5, 9, tzinfo=CHINA)
    moments = [start + dt.timedelta(minutes=7 * (i % 40_000)) for i in range(MILLION)]

    def reckon() -> None:
        for moment in moments:
            periods.reckon(rule, began_at=moment, pauses=(), ground=ground)

    say("a million deadlines counted, one by one", busy(reckon), "CPU s", gate="<= 20", aim="<= 10")


def run_clocks() -> None:
    from django.db import connection

    from fengqiao.kernel import deadlines
    from fengqiao.kernel.actor import system
    from fengqiao.kernel.clock import CHINA
    from fengqiao.kernel.deadlines import NewDeadline

    at = dt.datetime(2026, 11, 2, 9, tzinfo=CHINA)
    actor = system("bench")

    def new(first: int, n: int) -> list[NewDeadline]:
        key = "intake.completion.hard"
        return [NewDeadline(f"b{first + i}", "completion", key, at, None, "unit") for i in range(n)]

    wanted = new(0, STARTED)
    cpu = time.process_time() + backend_cpu()
    took = timed(lambda: deadlines.start_many(wanted, at=at, actor=actor))
    say("clocks started in bulk", STARTED / took, "rows/s", gate=">= 20000")
    cpu = time.process_time() + backend_cpu() - cpu
    say("clocks started in bulk, per CPU second of ours and the database's", STARTED / cpu, "rows/s")
    with connection.cursor() as cursor:
        columns = "kind, rule_id, rule_key, unit, began_at, due_at, plain_due_at, is_provisional, mover, state, pauses,"
        columns += " pause_reason, warn_at, level"
        cursor.execute(
            f"INSERT INTO kernel_deadline (subject, {columns}) SELECT subject || '-' || n, {columns}"
            " FROM kernel_deadline, generate_series(1, 4) AS n"
        )
        cursor.execute("ANALYZE kernel_deadline")
    say("look at a million clocks, nothing due", timed(lambda: deadlines.tick(at)) * 1000, "ms", gate="<= 200")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_deadline SET due_at = %s WHERE id <= 5000", [at])
    later = at + dt.timedelta(minutes=1)
    say("look that finds 5,000 lapses, told and marked", timed(lambda: deadlines.tick(later)), "s", gate="<= 60")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["FENGQIAO_HOME"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "fengqiao.config.settings"
        from fengqiao.config.postgres import OWNER, Cluster

        cluster = Cluster(folder / "postgres")
        cluster.start()
        try:
            os.environ["DATABASE_URL"] = os.environ["FENGQIAO_OWNER_URL"] = cluster.url(OWNER)
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            count_days()
            run_clocks()
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
