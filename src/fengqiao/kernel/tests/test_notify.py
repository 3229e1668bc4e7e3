"""Notices reach the app at once, other channels after the commit, and never end in silence."""

import datetime as dt

import pytest
from django.db import connection, transaction

from fengqiao.kernel.clock import CHINA, standing_at
from fengqiao.kernel.models import Event, Notice
from fengqiao.kernel.notify import sending, templates
from fengqiao.kernel.notify.fake import Fake
from fengqiao.kernel.notify.sending import Recipient
from fengqiao.kernel.testing import run_jobs

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
NIGHT = dt.datetime(2026, 4, 30, 23, 15, tzinfo=CHINA)
MORNING = dt.datetime(2026, 5, 1, 8, 0, tzinfo=CHINA)
CHEN = Recipient(user_id=7, email="chen@example.cn", phone="13812340421")
pytestmark = pytest.mark.django_db

templates.register(
    "test.answered",
    zh=("有答复了", "编号{number}有答复了，{date}前请看看：{link}"),
    en=("There is an answer", "Matter {number} has an answer; please look by {date}: {link}"),
)
templates.register("test.receipt", zh=("收到了", "编号{number}，查询码{code}"), en=("Here", "{number} {code}"))
templates.register("test.alarm", zh=("急事", "{number}要马上看"), en=("Urgent", "{number} now"), is_urgent=True)
VALUES = {"number": "01226-0004827-3", "date": "5月7日", "link": "https://fengqiao.example/f/1"}


@pytest.fixture(autouse=True)
def fakes(settings):
    Fake.reset()
    settings.NOTIFY_PORTS = dict.fromkeys(("email", "sms", "chat"), "fengqiao.kernel.notify.fake.Fake")


def tell(to=CHEN, template="test.answered", at=AT, **more):
    return sending.notify(to, template, VALUES, subject=VALUES["number"], at=at, actor="job:test", **more)


def work(at=AT) -> int:
    with standing_at(at):
        return run_jobs()


def test_one_notice_for_every_open_channel() -> None:
    assert [row.channel for row in tell()] == ["app", "email", "sms"]
    assert sending.unread(7) == 1
    assert not Fake.sent, "nothing leaves before the commit"
    assert work() == 2
    assert {message.address for message in Fake.sent} == {CHEN.email, CHEN.phone}
    assert "01226-0004827-3有答复了，5月7日前" in Fake.sent[0].text
    assert set(Notice.objects.values_list("state", "address")) == {("sent", "")}, "addresses are wiped when out"


def test_a_rollback_takes_the_notice_back() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell()
        _ = 1 / 0
    assert work() == 0 and not Fake.sent


def test_a_moment_is_told_as_people_say_it() -> None:
    date = "2026-11-28T02:34:00+00:00"
    assert templates.told(date, "zh-hans") == "11月28日（周六）10:34"
    assert templates.told(date, "en") == "Sat 28 Nov 10:34"
    assert templates.told("5月7日", "zh-hans") == "5月7日"


def test_the_reader_chooses_the_language() -> None:
    tell(Recipient(email="a@example.org", language="en"))
    work()
    assert Fake.sent[0].title == "There is an answer"


def test_failures_are_tried_again_with_growing_pauses_and_then_go_out() -> None:
    Fake.failures = 2
    tell(Recipient(email="a@example.org"))
    assert work() == 3
    notice = Notice.objects.get()
    assert (notice.state, notice.tries, len(Fake.sent)) == ("sent", 3, 1)


def test_after_six_tries_the_failure_is_there_for_all_to_see() -> None:
    Fake.failures = 99
    tell(Recipient(phone="13812340421"))
    work()
    assert Notice.objects.get().tries == sending.TRIES == 6
    notice = Notice.objects.get()
    assert (notice.state, notice.tries, notice.last_error) == ("failed", 6, "planted failure")
    event = Event.objects.get(kind="notice.failed")
    assert event.subject == VALUES["number"]
    assert event.facts == {
        "number": VALUES["number"], "notice_id": notice.pk, "channel": "sms", "template": "test.answered",
    }  # fmt: skip


def test_the_pauses_are_one_four_sixteen_minutes_and_on(monkeypatch) -> None:
    seen: list[float] = []
    Fake.failures = 99
    tell(Recipient(phone="1"))
    notice = Notice.objects.get()
    for _ in range(5):
        with standing_at(AT):
            sending.deliver(notice_id=notice.pk)
        notice.refresh_from_db()
        seen.append((notice.due_at - AT).total_seconds() / 60)
    assert seen == [1, 4, 16, 64, 256]


def test_a_hopeless_failure_is_not_repeated() -> None:
    Fake.failures, Fake.is_final = 1, True
    tell(Recipient(phone="1"))
    work()
    assert Notice.objects.get().tries == 1
    assert Notice.objects.get().state == "failed"


def test_a_port_that_breaks_in_its_own_way_is_a_failure_too(monkeypatch) -> None:
    monkeypatch.setattr(Fake, "send", lambda *args, **values: 1 / 0)
    tell(Recipient(phone="1"))
    work()
    assert Notice.objects.get().last_error == "ZeroDivisionError"


def test_a_notice_is_sent_once_even_when_its_job_runs_twice() -> None:
    tell(Recipient(email="a@example.org"))
    work()
    sending.deliver(notice_id=Notice.objects.get().pk)
    assert len(Fake.sent) == 1


def test_a_lost_job_is_replaced() -> None:
    row = tell(Recipient(email="a@example.org"))[0]
    Notice.objects.filter(pk=row.pk).update(due_at=AT - dt.timedelta(minutes=31))
    assert sending.rescue(at=AT) == 1
    assert sending.rescue(at=AT) == 0
    work()
    assert len(Fake.sent) == 1


@pytest.mark.parametrize(
    ("at", "then"),
    [(AT, AT), (NIGHT, MORNING), (MORNING, MORNING), (MORNING - dt.timedelta(hours=2), MORNING)],
)
def test_telephones_do_not_ring_at_night(at, then) -> None:
    assert sending.waking(at) == then
    due = {row.channel: row.due_at for row in tell(at=at)}
    assert due == {"app": at, "email": at, "sms": then}


def test_a_reminder_waits_for_the_hours_of_its_reader_by_every_way_out() -> None:
    rows = tell(at=NIGHT, not_before=lambda at: MORNING)
    assert {row.channel: row.due_at for row in rows} == {"app": NIGHT, "email": MORNING, "sms": MORNING}


def test_urgent_notices_ring_at_night_and_pass_closed_channels() -> None:
    sending.choose(user_id=7, channel="sms", is_open=False)
    assert [row.channel for row in tell()] == ["app", "email"]
    urgent = tell(template="test.alarm", at=NIGHT)
    assert [(row.channel, row.due_at) for row in urgent][-1] == ("sms", NIGHT)
    sending.choose(user_id=7, channel="sms", is_open=True)
    assert len(tell()) == 3


def test_words_that_are_gone_are_a_visible_failure_too() -> None:
    tell(Recipient(phone="1"))
    Notice.objects.update(template="test.gone")
    work()
    assert (Notice.objects.get().state, Notice.objects.get().last_error) == ("failed", "KeyError")


def test_urgent_notices_overtake_the_queue() -> None:
    tell()
    tell(template="test.alarm")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT priority FROM procrastinate_jobs ORDER BY 1")
        assert cursor.fetchall() == [(0,), (10,)]


def test_messages_to_one_phone_are_limited_by_day(settings) -> None:
    settings.SMS_PER_DAY = 2
    for _ in range(3):
        tell(Recipient(phone="13812340421"))
    tell(Recipient(phone="13812340421"), template="test.alarm")
    work()
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["failed", "sent", "sent", "sent"]


def test_a_thousand_people_cost_as_many_statements_as_one(django_assert_max_num_queries) -> None:
    people = [Recipient(user_id=number, email=f"{number}@example.org") for number in range(1, 1001)]
    with django_assert_max_num_queries(8):
        rows = sending.notify_many(people, "test.answered", VALUES, subject="", at=AT, actor="job:test")
    assert len(rows) == 2000


def test_reading_marks_only_ones_own() -> None:
    mine, theirs = tell()[0], tell(Recipient(user_id=8))[0]
    assert sending.mark_read(user_id=7, at=AT, ids=[mine.pk, theirs.pk]) == 1
    assert (sending.unread(7), sending.unread(8)) == (0, 1)
    tell(), tell()
    assert sending.mark_read(user_id=7, at=AT) == 2


@pytest.mark.parametrize("text", ["{name}", "{phone}", "{address}", "{title}", "{}", "{0}", "{number.__class__}"])
def test_a_placeholder_that_could_carry_a_person_is_refused(text) -> None:
    with pytest.raises(AssertionError, match="personal"):
        templates.register(f"bad.{text}", zh=("t", text), en=("t", "x"))


def test_a_code_goes_out_and_is_wiped_and_the_app_never_shows_it() -> None:
    sending.notify(CHEN, "test.receipt", {"number": "1", "code": "402817"}, subject="1", at=AT, actor="job:test")
    assert not Notice.objects.filter(context__has_key="code").exists()
    work()
    assert {message.text for message in Fake.sent} == {"编号1，查询码402817"}
    assert set(Notice.objects.values_list("secret", flat=True)) == {""}
    shown = Notice.objects.get(channel="app")
    assert templates.get("test.receipt").filled("zh-hans", shown.context).text == "编号1，查询码······"


def test_a_missing_value_is_noticed_when_the_notice_is_written() -> None:
    with pytest.raises(KeyError):
        sending.notify(CHEN, "test.answered", {}, subject="", at=AT, actor="job:test")


def test_values_are_not_templates_themselves() -> None:
    sending.notify(CHEN, "test.answered", VALUES | {"link": "{number}"}, subject="", at=AT, actor="job:test")
    work()
    assert Fake.sent[0].text.endswith("{number}")
