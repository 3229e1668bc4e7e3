"""The world of the matrix is made once for all its tests and rolled back at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.template import Template
from django.test.utils import _TestState

from fengqiao.kernel import clock
from tests import world
from tests.matrix import objects


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
