"""The net under the application filter: tells PostgreSQL, for one transaction, what the actor may see.

Row-level security policies (`kernel.rls`) compare ancestor ids with these settings by plain equality. Without a scope
every policy is false, so a forgotten call shows nothing.
The settings are local to the transaction; a pooled connection cannot carry them to the next request.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from fengqiao.kernel.actor import LEVELS, Actor, system

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (*LEVELS, "unit", "person", "matter", "user", "party", "all", "compartments")
_APPLY = "SELECT " + ", ".join(f"set_config('fq.{name}', %s, true)" for name in NAMES)
_net_only: ContextVar[bool] = ContextVar("net_only", default=False)


def apply(actor: Actor) -> None:
    """Set the scope of this transaction to the actor's. Must run inside a transaction."""
    assert connection.in_atomic_block, "scope outside a transaction would be lost at once"
    place = [str(actor.area_id) if actor.level == level else "" for level in LEVELS]
    own = (actor.organisation_id, actor.person_id, actor.matter_id, actor.user_id, actor.party_id)
    mine = [str(one or "") for one in own]
    walls = ",".join(sorted(actor.compartments))
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, [*place, *mine, "on" if actor.level == "all" else "", walls])


def _current() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('fq.{n}', true), '')" for n in NAMES))
        return list(cursor.fetchone())


@contextmanager
def scoped(actor: Actor) -> Iterator[None]:
    """One transaction (or savepoint) under the actor's scope; the scope before it returns afterwards."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _current() if nested else []
        apply(actor)
        yield
        if nested:
            with connection.cursor() as cursor:
                cursor.execute(_APPLY, before)


def unscoped(reason: str) -> AbstractContextManager[None]:
    """Everything is visible inside: for jobs, imports and writes whose rule was checked before. Says why."""
    return scoped(system(reason))


def net_only() -> bool:
    """Whether the application filter is switched off, so that a test sees the net alone."""
    return settings.UNDER_TEST and _net_only.get()


@contextmanager
def application_filter_off() -> Iterator[None]:
    """For tests: every `visible_to` that asks `net_only()` returns all rows; what is still hidden, the net hides."""
    assert settings.UNDER_TEST, "the application filter can be switched off in tests only"
    token = _net_only.set(True)
    try:
        yield
    finally:
        _net_only.reset(token)
