"""Pytest plugin: one embedded PostgreSQL per session, owned by an unprivileged role that row-level security binds.

Loaded with `-p` so that it runs before Django reads its settings.
"""

from __future__ import annotations

import atexit
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.signals import connection_created

HOME = Path(__file__).resolve().parents[3] / "var" / "test"
os.environ.setdefault("FENGQIAO_HOME", str(HOME))
os.environ.setdefault("FENGQIAO_STATIC", str(HOME / "static"))
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ.setdefault("FENGQIAO_SECRET_KEY", "test-only-" + "0" * 40)
os.environ.setdefault("FENGQIAO_FIELD_KEY", "11" * 32)
os.environ.setdefault("FENGQIAO_INDEX_KEY", "22" * 32)
os.environ.setdefault("FENGQIAO_LIMITS_OWN_CONNECTION", "0")
os.environ.setdefault("FENGQIAO_UNDER_TEST", "1")
os.environ.setdefault("FENGQIAO_APP_ROLE", "fengqiao_app")
os.environ.setdefault("FENGQIAO_REFERENCE_CHECK_SECONDS", "0")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")


def _compile_texts() -> None:
    """The Chinese catalogues, where they are newer than what was compiled from them."""
    from fengqiao.shell.catalogues import compile_all

    (HOME / "static").mkdir(parents=True, exist_ok=True)
    compile_all()


def _start_cluster() -> None:
    """Start the test cluster before Django reads its settings. Workers of xdist inherit the controller's address."""
    from fengqiao.config.postgres import OWNER, Cluster

    HOME.mkdir(parents=True, exist_ok=True)
    lock = (HOME / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    cluster = Cluster(HOME / "postgres", durable=False)
    cluster.start()
    atexit.register(lock.close)
    atexit.register(cluster.stop)
    os.environ["DATABASE_URL"] = os.environ["FENGQIAO_OWNER_URL"] = cluster.url(OWNER)


_compile_texts()
if "DATABASE_URL" not in os.environ:
    _start_cluster()


def _see_everything(sender: object, connection: Any, **more: object) -> None:
    """Tests prepare and inspect rows of every place; pages, jobs and `scoping.scoped` narrow that as in production."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('fq.all', 'on', false), set_config('fq.compartments', 'case,mediation,safety', false)"
        )


connection_created.connect(_see_everything)


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """No model owns the rows of the job queue, so no flush removes those that a committing test has left."""
    mark = request.node.get_closest_marker("django_db")
    commits = mark is not None and mark.kwargs.get("transaction", False)
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
