"""Common ground of the benchmarks: a durable embedded PostgreSQL of their own, migrated, connected as the application.

Import this before anything of Django. `FENGQIAO_HOME` is var/bench beside the sources, or the folder beside it that
FENGQIAO_BENCH_FOLDER names; delete it to start anew.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
HOME = ROOT / "var" / os.environ.get("FENGQIAO_BENCH_FOLDER", "bench")
os.environ["FENGQIAO_HOME"] = str(HOME)
os.environ["FENGQIAO_DEMO"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
for name in ("DATABASE_URL", "FENGQIAO_OWNER_URL"):
    os.environ.pop(name, None)


def start(**settings: str) -> Any:
    """Start the cluster, migrate as the owner, set Django up as the application's role. Result: the cluster."""
    from fengqiao.config.postgres import APPLICATION, OWNER, Cluster

    HOME.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(HOME / "postgres", settings=settings)
    cluster.start()
    atexit.register(cluster.stop)
    _manage(cluster.url(OWNER), "migrate", "--verbosity=0")
    os.environ["DATABASE_URL"], os.environ["FENGQIAO_OWNER_URL"] = cluster.url(APPLICATION), cluster.url(OWNER)
    import django

    django.setup()
    from django.core.management import call_command

    from fengqiao.intake.reference import sync_categories

    call_command("sync_reference", verbosity=0)
    sync_categories()
    return cluster


def _manage(url: str, *words: str) -> None:
    import subprocess

    from fengqiao.config.postgres import APPLICATION

    environment = {**os.environ, "DATABASE_URL": url, "FENGQIAO_AS_OWNER": "1", "FENGQIAO_OWNER_URL": url}
    environment["FENGQIAO_APP_ROLE"] = APPLICATION
    code = "from django.core.management import execute_from_command_line as run; import sys; run(['x', *sys.argv[1:]])"
    environment["PYTHONPATH"] = str(ROOT / "src")
    subprocess.run([sys.executable, "-c", code, *words], env=environment, check=True, stdout=sys.stderr)


def district() -> None:
    """The places and units of the demonstration district, without its contacts. Once."""
    from django.db import transaction

    from fengqiao.config.demo import loading
    from fengqiao.config.demo.district import lay_out
    from fengqiao.kernel import clock, scoping

    if not loading.is_loaded():
        with transaction.atomic(), scoping.unscoped("bench"):
            lay_out(at=clock.now())


def empty_intake() -> None:
    """Forget every contact, clock and import run; keep places and units."""
    import psycopg

    tables = (
        "intake_contact, intake_importrun, kernel_deadline, kernel_event, people_person, procrastinate_jobs,"
        " evidence_counter, evidence_counted, evidence_pending"
    )
    with psycopg.connect(os.environ["FENGQIAO_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"TRUNCATE {tables} CASCADE")


def shared(path: str) -> Path | None:
    """A file of the shared data folder, or None where there is none."""
    homes = [os.environ.get("FENGQIAO_SHARED", ""), ROOT.parent / "shared", ROOT.parents[1] / "shared"]
    return next((Path(home) / path for home in homes if home and (Path(home) / path).exists()), None)


def tell(name: str, value: float, unit: str, **more: Any) -> None:
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, **more}, ensure_ascii=False), flush=True)


def without_indexes(base: Any, tables: Sequence[str]) -> list[str]:
    """Drop the plain indexes of tables that are filled in bulk. Result: how to make them again."""
    found = base.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid::regclass::text = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
        [list(tables)],
    ).fetchall()
    for name, _definition in found:
        base.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


class Slowest:
    """The statements of a request: how many, and the slowest."""

    def __init__(self) -> None:
        self.most_s, self.sql, self.count = 0.0, "", 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took, self.count = time.perf_counter() - began, self.count + 1
            if took > self.most_s:
                self.most_s, self.sql = took, str(sql)


def work_s() -> float:
    """Seconds of processor time used so far, ours and the database session's: unlike the clock, free of neighbours."""
    from django.db import connection

    ours = time.process_time()
    if connection.connection is None:
        return ours
    words = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return ours + (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
