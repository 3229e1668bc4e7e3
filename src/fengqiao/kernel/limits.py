"""How often something may be tried: codes, sign-ins, messages, public forms. Counted for all processes together."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from fengqiao.kernel.crypto import keyed_index
from fengqiao.kernel.models import Limit

_HIT = """
INSERT INTO kernel_limit AS held (key, began_at, ends_at, hits) VALUES (%(key)s, %(at)s, %(ends)s, 1)
ON CONFLICT (key) DO UPDATE SET
  hits     = CASE WHEN held.ends_at <= %(at)s THEN 1 ELSE held.hits + 1 END,
  began_at = CASE WHEN held.ends_at <= %(at)s THEN %(at)s ELSE held.began_at END,
  ends_at  = CASE WHEN held.ends_at <= %(at)s THEN %(ends)s ELSE held.ends_at END
RETURNING hits
"""


def hit(key: str, limit: int, window_s: int, at: dt.datetime) -> bool:
    """Count one try. Result: whether it is still within `limit` tries in the window that began with the first.

    Key: what is limited, e.g. "code:01226-0004827-3" or "form:<address>"; only its fingerprint is stored.
    The count goes over a connection of its own, so that a refusal which rolls the page back does not undo it.
    """
    values: dict[str, str | dt.datetime] = {
        "key": _fingerprint(key),
        "at": at,
        "ends": at + dt.timedelta(seconds=window_s),
    }
    own = _own_connection() if settings.LIMITS_OWN_CONNECTION and connection.in_atomic_block else None
    try:
        with (own or connection).cursor() as cursor:
            cursor.execute(_HIT, values)
            return int(cursor.fetchone()[0]) <= limit
    finally:
        if own:
            own.close()


def is_over(key: str, limit: int, at: dt.datetime) -> bool:
    """Whether `limit` tries were made in the window that runs, without counting one."""
    return Limit.objects.filter(key=_fingerprint(key), ends_at__gt=at, hits__gte=limit).exists()


def _own_connection() -> BaseDatabaseWrapper:
    """Outside the pool: requests that all wait for a second connection from it would wait for each other."""
    made = connection.copy()
    made.settings_dict["OPTIONS"].pop("pool", None)
    return made


def clear(key: str) -> None:
    """Forget the tries: after the right code."""
    Limit.objects.filter(key=_fingerprint(key)).delete()


def forget(*, at: dt.datetime) -> int:
    """Delete windows that are over. Result: how many."""
    return Limit.objects.filter(ends_at__lte=at).delete()[0]


def _fingerprint(key: str) -> str:
    return keyed_index(key, purpose="limit")
