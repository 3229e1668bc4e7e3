"""Jobs of the kernel."""

from __future__ import annotations

from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import clock, deadlines, files, heartbeat, limits, webhooks
from fengqiao.kernel.notify import sending


@jobs.periodic(cron="*/10 * * * *")
@jobs.task(name="kernel.rescue_notices", queue="notices", queueing_lock="kernel.rescue_notices")
def rescue_notices(timestamp: int) -> None:
    """Every ten minutes: no notice and no delivery waits without a job."""
    sending.rescue(at=clock.now())
    webhooks.rescue(at=clock.now())


@jobs.periodic(cron="20 3 * * *")
@jobs.task(name="kernel.tidy", queue="default", queueing_lock="kernel.tidy")
def tidy(timestamp: int) -> None:
    """Nightly: files nobody names, windows of limits that are over."""
    files.sweep(at=clock.now())
    limits.forget(at=clock.now())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="kernel.look_at_the_clocks", queue="clock", queueing_lock="kernel.look_at_the_clocks")
def look_at_the_clocks(timestamp: int) -> None:
    """Once a minute. A look that comes late catches up; two at once share the work."""
    at = clock.now()
    deadlines.tick(at)
    heartbeat.beat("clock", at=at)
