"""The world of the matrix is made once for all its tests and rolled back at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.matrix import objects


@pytest.fixture(scope="package")
def stage(django_db_setup: Any, django_db_blocker: Any) -> Iterator[objects.Stage]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield objects.build()
        transaction.set_rollback(True)
