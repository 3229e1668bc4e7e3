"""The worker takes back the jobs of one that died."""

from __future__ import annotations

import croniter

from fengqiao.config.worker import EVERY_20_S


def test_jobs_of_a_dead_worker_are_looked_for_three_times_a_minute() -> None:
    moments = croniter.croniter(EVERY_20_S, 7_200_123.0)
    assert [moments.get_next(float) - 7_200_000 for _time in range(4)] == [140, 160, 180, 200]
