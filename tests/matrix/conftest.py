"""The world of the matrix is made once for all its tests and rolled back at the end."""

from __future__ import annotations

import copy
import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.template import Template
from django.test.utils import _TestState

from fengqiao.kernel import clock
from fengqiao.people import access
from tests import world
from tests.matrix import objects


def _kept(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Ask once, then hand out copies: nobody's account or duty changes while the matrix stands still."""
    held: dict[Any, Any] = {}

    @functools.wraps(ask)
    def answer(*args: Any, **more: Any) -> Any:
        key = (*(getattr(arg, "pk", arg) for arg in args if not isinstance(arg, ModelBackend)), *more.values())
        if key not in held:
            held[key] = ask(*args, **more)
        found = held[key]
        return [copy.copy(one) for one in found] if isinstance(found, list) else copy.copy(found)

    return answer


@pytest.fixture(scope="package", autouse=True)
def accounts_asked_once(quick: None) -> Iterator[None]:
    """A third of a cell's time went into reading the same account and duties again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelBackend, "get_user", _kept(ModelBackend.get_user))
        patch.setattr(access, "duties", _kept(access.duties))
        yield


@pytest.fixture(scope="package", autouse=True)
def quick() -> Iterator[None]:
    """Thousands of requests: without a log line for each, and without the copies of contexts Django keeps for tests.

    The clock stands still: pages show the minute, and two answers are compared to the byte.
    """
    watched = Template._render
    Template._render = _TestState.saved_data.template_render
    logging.disable(logging.CRITICAL)
    with clock.standing_at(world.AT):
        yield
    logging.disable(logging.NOTSET)
    Template._render = watched


@pytest.fixture(scope="package")
def stage(django_db_setup: Any, django_db_blocker: Any) -> Iterator[objects.Stage]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield objects.build()
        transaction.set_rollback(True)
