"""Five tries, then a pause; a refusal that rolls the page back does not give the try back."""

import datetime as dt

import pytest
from django.db import transaction

from fengqiao.kernel import limits
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Limit

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)


def later(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


@pytest.mark.django_db
def test_five_tries_then_a_pause_then_again() -> None:
    assert [limits.hit("code:1", 5, 900, later(n)) for n in range(7)] == [True] * 5 + [False] * 2
    assert limits.hit("code:2", 5, 900, later(7)), "another matter is not affected"
    assert not limits.hit("code:1", 5, 900, later(899))
    assert limits.hit("code:1", 5, 900, later(900))


@pytest.mark.django_db
def test_the_right_code_clears_the_count() -> None:
    assert not [limits.hit("code:1", 2, 900, AT) for _ in range(3)][-1]
    limits.clear("code:1")
    assert limits.hit("code:1", 2, 900, AT)


@pytest.mark.django_db
def test_only_fingerprints_are_kept_and_old_windows_are_forgotten() -> None:
    limits.hit("sms:13812340421", 3, 60, AT)
    assert "1381234" not in Limit.objects.get().key
    assert limits.forget(at=later(59)) == 0
    assert limits.forget(at=later(60)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_page_still_counts(settings) -> None:
    settings.LIMITS_OWN_CONNECTION = True
    for _ in range(2):
        with pytest.raises(Refused), transaction.atomic():
            assert limits.hit("code:1", 2, 900, AT)
            raise Refused("code.wrong", "no")
    assert not limits.hit("code:1", 2, 900, AT)
