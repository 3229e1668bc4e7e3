"""Journey 5, step 1: a neighbour scans the stairwell poster for somebody else. [A1 A23]"""

from __future__ import annotations

import pytest

from fengqiao.intake import actions
from fengqiao.intake.rules import Channel
from fengqiao.kernel.actor import PUBLIC
from tests.cast import Cast
from tests.journeys.walk import at, clock_of, standing

pytestmark = pytest.mark.django_db


def test_the_poster_fills_the_place_and_the_promise_is_two_working_days(ground: Cast, client) -> None:
    with standing("2026-03-09 15:10") as moment:
        page = client.get(f"/s/{ground.huaiyin.code}/")
        assert page.status_code == 200
        assert "槐荫社区" in page.content.decode()
        draft = actions.Draft(
            text="3号楼4层的秦奶奶两个儿子都不管，走路不方便，请社区去看看。",
            behalf="other",
            place_id=ground.huaiyin.pk,
        )
        contact = actions.receive(draft=draft, channel=Channel.QR, actor=PUBLIC, at=moment).contact
    assert contact.behalf == "other"
    assert contact.desk_id == ground.qiaoxi_office.pk
    assert clock_of(contact, "response").due_at == at("2026-03-11 17:30")
