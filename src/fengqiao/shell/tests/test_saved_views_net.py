"""The net under saved views: with every filter forgotten, an account sees and changes its own alone."""

import datetime as dt

import pytest
from django.db import Error, transaction

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.shell.models import SavedView

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 24, 9, 0, tzinfo=CHINA)
LIN = Actor(id="member:1", role="clerk", level="street", area_id=7, user_id=1)
ZHAO = Actor(id="member:2", role="clerk", level="street", area_id=7, user_id=2)


@pytest.fixture(autouse=True)
def kept():
    with scoping.unscoped("fill"):
        SavedView.objects.bulk_create(
            SavedView(user_id=user, path="/x/", name=f"{user}", saved_at=AT) for user in (1, 1000, 2)
        )


def _names(actor: Actor) -> list[str]:
    with scoping.scoped(actor):
        return list(SavedView.objects.order_by("pk").values_list("name", flat=True))


def test_each_account_sees_its_own() -> None:
    assert (_names(LIN), _names(ZHAO), _names(PUBLIC)) == (["1"], ["2"], [])


def test_nobody_changes_or_writes_anothers() -> None:
    with scoping.scoped(LIN):
        assert SavedView.objects.filter(user_id=2).update(name="taken") == 0
        assert SavedView.objects.filter(user_id=2).delete()[0] == 0
        with pytest.raises(Error, match="row-level security"), transaction.atomic():
            SavedView.objects.create(user_id=2, path="/x/", name="planted", saved_at=AT)
    assert _names(ZHAO) == ["2"]
