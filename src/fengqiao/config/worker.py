"""The worker process: runs jobs, takes back those of a worker that died, and beats for the health page."""

from __future__ import annotations

import asyncio
import os

EVERY_20_S = "* * * * * */20"
"""The sixth field is the seconds."""


async def retry_stalled(timestamp: int) -> None:
    """Jobs whose worker has not been heard of for 30 s run again; every listener is made to bear that.

    Units: timestamp is the scheduled moment, seconds since 1970.
    """
    from procrastinate.contrib.django import app

    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
        await app.job_manager.retry_job(job)


async def work() -> None:
    from procrastinate.contrib.django import app

    task = app.task(name="config.retry_stalled", queueing_lock="retry_stalled", pass_context=False)(retry_stalled)
    app.periodic(cron=EVERY_20_S, periodic_id="retry_stalled")(task)
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            await worker_app.run_worker_async(
                name="fengqiao",
                concurrency=int(os.environ.get("FENGQIAO_WORKER_CONCURRENCY", "2")),
                shutdown_graceful_timeout=10,
                delete_jobs="never",
            )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    import django

    from fengqiao.config import checks

    checks.refuse(checks.all_problems())
    django.setup()
    asyncio.run(work())


if __name__ == "__main__":
    main()
