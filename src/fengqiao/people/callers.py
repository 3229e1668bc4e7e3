"""Who a connected system is: `Authorization: Bearer fq_<name>_<secret>`."""

from __future__ import annotations

import datetime as dt
import hmac

from django.http import HttpRequest

from fengqiao.kernel import clock
from fengqiao.kernel.actor import Actor
from fengqiao.people import access
from fengqiao.people.actions.keys import secret_index
from fengqiao.people.models import ApiKey

USED_EVERY = dt.timedelta(minutes=1)


def by_key(request: HttpRequest, credentials: str) -> Actor | None:
    """The actor of a key that works today, None for anything else."""
    at = getattr(request, "now", None) or clock.now()
    return actor_of(credentials, at=at)


def actor_of(credentials: str, *, at: dt.datetime) -> Actor | None:
    kind, _mark, rest = credentials.strip().partition("_")
    prefix, _mark, secret = rest.partition("_")
    if kind != "fq" or not (prefix.isascii() and prefix.isalnum()):
        return None
    key = ApiKey.objects.select_related("organisation__place", "area").filter(prefix=prefix).first()
    right = key.secret_index if key is not None else "0" * 32
    if not hmac.compare_digest(secret_index(secret), right) or key is None:
        return None
    if not key.works_on(at.date()) or not key.organisation.is_active:
        return None
    if key.last_used_at is None or at - key.last_used_at >= USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return access.actor_of_key(key)
