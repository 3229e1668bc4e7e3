"""Jobs of prepaid."""

from __future__ import annotations

from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import clock
from fengqiao.prepaid.ledger import jobs as ledger


@jobs.periodic(cron="* * * * *")
@jobs.task(name="prepaid.roll_up", queue="default", queueing_lock="prepaid.roll_up")
def roll_up(timestamp: int) -> None:
    """Once a minute: fold what busy accounts gained, free what was set aside too long."""
    ledger.roll_up()
    ledger.expire_holds()


@jobs.periodic(cron="7 0 * * *")
@jobs.task(name="prepaid.end_days", queue="default", queueing_lock="prepaid.end_days")
def end_days(timestamp: int) -> None:
    """Shortly after midnight: end the day and write its balances; make the months ahead."""
    ledger.make_months()
    ledger.end_days(clock.now())
