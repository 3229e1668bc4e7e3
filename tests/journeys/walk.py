"""Steps that every journey takes: the clock set, jobs run, the person concerned at their own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from asgiref.sync import async_to_sync
from django.db import connections

from fengqiao.intake import actions
from fengqiao.intake.models import Contact
from fengqiao.kernel import clock, deadlines, scoping
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.models import Deadline
from fengqiao.kernel.testing import run_jobs


def at(text: str) -> dt.datetime:
    """ "2026-04-30 16:50" in China time."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=clock.CHINA)


@contextmanager
def standing(text: str) -> Iterator[dt.datetime]:
    """The clock stands at this moment; what was recorded inside is worked off by the jobs before it moves on."""
    moment = at(text)
    with clock.standing_at(moment):
        yield moment
        run_jobs()
        scoping.apply(system("journey"))


def look(text: str) -> None:
    """What the minute job does at this moment, and what follows from it."""
    with standing(text) as moment:
        deadlines.tick(moment)


def beside_the_browser(work: Callable[..., Awaitable[None]], *arguments: object) -> None:
    """Run this in a thread of its own, in the test's transaction: Playwright may keep a loop in the first thread."""

    def run() -> None:
        connections["default"] = shared
        async_to_sync(work)(*arguments)

    shared = connections["default"]
    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(run).result()
    finally:
        shared.dec_thread_sharing()


def clock_of(contact: Contact, kind: str) -> Deadline:
    """The newest clock of a kind."""
    return Deadline.objects.filter(subject=contact.number, kind=kind).order_by("-pk")[0]


def fresh(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def person_of(contact: Contact) -> Actor:
    """The person concerned, let in by number and code."""
    return Actor(id=f"resident:{contact.number}", matter_id=contact.pk)


__all__ = ["actions", "at", "clock_of", "fresh", "look", "person_of", "standing"]
