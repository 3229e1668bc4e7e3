"""Signs of life of recurring jobs, for the health page."""

from __future__ import annotations

import datetime as dt

from fengqiao.kernel.models import Heartbeat


def beat(name: str, *, at: dt.datetime) -> None:
    """The job `name` has done its work."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})


def silence(name: str, *, at: dt.datetime) -> dt.timedelta | None:
    """How long the job has been silent; None when it never ran."""
    last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    return None if last is None else at - last
