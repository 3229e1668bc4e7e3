"""The worker takes back the jobs of one that died."""

from __future__ import annotations

import os
import subprocess
import sys

import croniter

from fengqiao.config.worker import EVERY_20_S


def test_jobs_of_a_dead_worker_are_looked_for_three_times_a_minute() -> None:
    moments = croniter.croniter(EVERY_20_S, 7_200_123.0)
    assert [moments.get_next(float) - 7_200_000 for _time in range(4)] == [140, 160, 180, 200]


def test_the_worker_knows_every_job_and_the_words_of_every_notice() -> None:
    """It loads no page and no address: what is registered beside a page would be missing when its turn comes."""
    from procrastinate.contrib.django import app

    import fengqiao.config.urls  # noqa: F401 — everything a web process knows
    from fengqiao.kernel.notify import templates

    code = (
        "import django; django.setup(); from procrastinate.contrib.django import app;"
        "from fengqiao.kernel.notify import templates; print(*(each.key for each in templates.every()), *app.tasks)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "fengqiao.config.settings"}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    wanted = {each.key for each in templates.every()} | set(app.tasks)
    wanted = {name for name in wanted if not name.startswith("test.") and ".tests." not in name}
    assert {"people.code", "kernel.notify.deliver"} <= wanted <= set(ended.stdout.split())
