"""Everybody sees their own notices and nobody else's."""

import datetime as dt

import pytest

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA, standing_at
from fengqiao.kernel.models import Notice
from fengqiao.kernel.notify import sending, templates
from fengqiao.shell.tests.cast import CLERK, VISITOR, signed_in_as

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
SUN = Actor(id="member:1", name="Sun", role="clerk", level="street", area_id=1, user_id=7)
COLLEAGUE = Actor(id="member:2", name="Lin", role="clerk", level="street", area_id=2, user_id=8)
CHEN = Actor(id="user:9", name="Chen", role="resident", user_id=9)
pytestmark = pytest.mark.django_db

templates.register("test.page", zh=("轮到您单位", "{number}请在5月7日前接下来"), en=("Your move", "{number} by 7 May"))


def tell(user_id: int, number: str = "01226-0004827-3") -> Notice:
    to = sending.Recipient(user_id=user_id)
    return sending.notify(to, "test.page", {"number": number}, subject=number, at=AT, actor="job:test")[0]


def look(client, actor, url="/notices/") -> str:
    with signed_in_as(actor), standing_at(AT):
        answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("actor", [SUN, CHEN])
def test_own_notices_are_shown_in_both_frames(client, actor) -> None:
    tell(actor.user_id)
    text = look(client, actor)
    assert "轮到您单位" in text and "01226-0004827-3请在" in text and "1条未读" in text
    assert text.count("<h1") == 1 and text.count("<main") == 1 and "btn-primary" not in text


def test_they_are_read_in_the_language_of_the_page(client) -> None:
    tell(SUN.user_id)
    client.cookies["fq_language"] = "en"
    assert "Your move" in look(client, SUN)


def test_a_colleague_sees_and_marks_nothing(client) -> None:
    row = tell(SUN.user_id)
    assert "轮到您单位" not in look(client, COLLEAGUE)
    with signed_in_as(COLLEAGUE):
        client.post("/notices/read/", {"notice": row.pk})
        client.post("/notices/read/")
    assert sending.unread(SUN.user_id) == 1


def test_a_stranger_is_sent_to_sign_in(client, settings) -> None:
    settings.LOGIN_URL = "/sign-in/"
    with signed_in_as(VISITOR):
        for answer in (client.get("/notices/"), client.post("/notices/read/")):
            assert answer.status_code == 302 and "next=/notices/" in answer.headers["Location"]


def test_a_duty_without_a_user_has_none(client) -> None:
    assert "还没有通知" in look(client, CLERK)


def test_one_and_all_can_be_marked(client) -> None:
    rows = [tell(SUN.user_id) for _ in range(3)]
    with signed_in_as(SUN):
        assert client.post("/notices/read/", {"notice": rows[0].pk}).status_code == 302
        assert sending.unread(SUN.user_id) == 2
        client.post("/notices/read/", {"notice": "nonsense"})
        assert sending.unread(SUN.user_id) == 2
        client.post("/notices/read/")
    assert sending.unread(SUN.user_id) == 0
    assert "都看过了" in look(client, SUN)


def test_long_lists_page_by_key(client) -> None:
    for number in range(30):
        tell(SUN.user_id, f"N{number:02d}N")
    first = look(client, SUN)
    assert "N29N" in first and "N05N" in first and "N04N" not in first
    before = first.split("?before=")[1].split('"')[0]
    second = look(client, SUN, f"/notices/?before={before}")
    assert "N04N" in second and "N05N" not in second


@pytest.mark.parametrize("before", ["", "x", "-1", "0", "9" * 30, "١"])
def test_odd_pages_are_no_errors(client, before) -> None:
    look(client, SUN, f"/notices/?before={before}")


def test_the_bell_shows_how_many(client) -> None:
    tell(SUN.user_id)
    assert "通知，1条未读" in look(client, SUN, "/more/") or "1条未读" in look(client, SUN, "/more/")
