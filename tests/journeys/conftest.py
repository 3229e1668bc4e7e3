"""Every journey starts on the same ground: the standing cast's district, its rules and its categories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from fengqiao.intake.reference import sync_categories
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import system
from tests.cast import Cast, cast


@pytest.fixture
def ground(db: None) -> Iterator[Cast]:
    call_command("sync_reference", verbosity=0)
    sync_categories()
    made = cast()
    scoping.apply(system("journey"))
    yield made
