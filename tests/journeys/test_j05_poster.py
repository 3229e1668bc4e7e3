"""Journey 5, step 1: a neighbour scans the stairwell poster for somebody else. [A1 A23]"""

from __future__ import annotations

import pytest

from fengqiao.intake import actions
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.models import Notice
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


def test_the_poster_form_for_somebody_without_a_phone_ends_in_a_paper(ground: Cast, client) -> None:
    """The neighbour ticks “for somebody else” and leaves no number; number and code go with the paper."""
    with standing("2026-03-09 15:10"):
        client.post("/tell/", {"text": "3号楼4层的秦奶奶两个儿子都不管，请社区去看看。", "place": ground.huaiyin.code})
        client.post("/tell/where/", {"place": "scanned", "where": "3号楼4层"})
        client.post("/tell/photos/")
        client.post("/tell/who/", {"who": "anonymous", "behalf": "other"})
        sent = client.post("/tell/check/")
        assert sent.status_code == 302, sent.content.decode()
        page = client.get(sent["Location"]).content.decode()
        contact = Contact.objects.get()
        for size in ("receipt.pdf", "receipt-large.pdf"):
            paper = client.get(f"/follow/{contact.number}/{size}")
            assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    assert (contact.channel, contact.behalf, contact.place_id) == (Channel.QR, "other", ground.huaiyin.pk)
    assert contact.person is None
    assert contact.number in page and code_of(contact) in page.replace(" ", "")
    assert "3月11日" in page
    assert clock_of(contact, "response").due_at == at("2026-03-11 17:30")
    assert not Notice.objects.filter(template="intake.receipt").exists()
