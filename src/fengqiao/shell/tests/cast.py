"""Someone who opens pages, without people: the shell knows actors only."""

from __future__ import annotations

from contextlib import contextmanager
from unittest import mock

from fengqiao.kernel.actor import PUBLIC, Actor

CLERK = Actor(id="member:1", name="Sun", role="clerk", level="street", area_id=1)


@contextmanager
def signed_in_as(actor: Actor = CLERK):
    """Requests of the test client are `actor`'s."""
    with mock.patch("fengqiao.people.access.choose", return_value=(actor, [])):
        yield


VISITOR = PUBLIC
