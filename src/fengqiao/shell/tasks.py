"""Jobs of the shell."""

from __future__ import annotations

from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import clock
from fengqiao.shell import idempotency


@jobs.periodic(cron="25 3 * * *")
@jobs.task(name="shell.tidy", queue="default", queueing_lock="shell.tidy")
def tidy(timestamp: int) -> None:
    """Nightly: answers kept long enough to be given again."""
    idempotency.forget(at=clock.now())
