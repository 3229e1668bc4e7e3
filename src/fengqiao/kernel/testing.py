"""Helpers for tests of every context: run the jobs that were recorded, in order, in this process."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC


def run_jobs(*, most: int = 1000) -> int:
    """Run waiting jobs as the worker would, oldest first, including those they defer. Result: how many ran.

    As in the worker nothing is in scope: a job that forgets to say what it may see finds nothing.
    """
    ran = 0
    while ran < most:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, task_name, args FROM procrastinate_jobs"
                " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1"
            )
            row = cursor.fetchone()
            if row is None:
                return ran
            identifier, name, args = row
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [identifier])
        with scoping.scoped(PUBLIC):
            jobs.tasks[name](**_decoded(args))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [identifier])
        ran += 1
    raise AssertionError(f"more than {most} jobs: does a listener feed itself?")


def _decoded(args: Any) -> dict[str, Any]:
    return dict(json.loads(args) if isinstance(args, str) else args)
