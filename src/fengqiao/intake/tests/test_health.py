"""The health page is the administrator's; the one word for the supervisor is anybody's."""

from collections.abc import Iterator

import pytest
from tests.cast import Cast, cast

from fengqiao.intake import health
from fengqiao.intake.tests.ground import NOON, at_noon, window
from fengqiao.kernel import heartbeat
from fengqiao.kernel.models import Notice
from fengqiao.kernel.notify import sending

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon():
        yield cast()


def test_the_word_for_the_supervisor(people: Cast) -> None:
    assert window(None).get("/healthz").content == b"ok\n"


def test_a_clerk_does_not_see_the_health_page(people: Cast) -> None:
    assert window(people.han).get("/operate/health/").status_code == 404


def test_silence_of_the_minute_job_is_seen(people: Cast) -> None:
    signs = {sign.key: sign for sign in health.signs(at=NOON)}
    assert not signs["deadlines"].is_well
    assert signs["ownerless"].is_well
    heartbeat.beat("clock", at=NOON)
    assert {sign.key: sign for sign in health.signs(at=NOON)}["deadlines"].is_well


@pytest.mark.parametrize(("user_id", "is_well"), [(7, True), (None, False)])
def test_a_colleague_above_the_ten_of_a_day_is_no_fault_here(people: Cast, user_id: int, is_well: bool) -> None:
    Notice.objects.create(
        user_id=user_id, channel="sms", template="intake.unit.over", language="zh-hans", state=Notice.State.FAILED,
        last_error=f"more than 10 {sending.A_DAY}", actor="tests", created_at=NOON, due_at=NOON,
    )  # fmt: skip
    assert {sign.key: sign for sign in health.signs(at=NOON)}["notices"].is_well is is_well
