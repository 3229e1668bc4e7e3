"""Who hears of a limit, when, and what becomes of a notice that never arrives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.cast import MORNING, Cast, cast, member

from fengqiao.intake import actions, health, notices, tasks
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import EntryKind
from fengqiao.intake.tests.ground import NOON, at_noon, in_hand, window
from fengqiao.kernel import events, scoping
from fengqiao.kernel.actor import system
from fengqiao.kernel.models import Event, Notice
from fengqiao.kernel.notify.sending import NoticeFailed
from fengqiao.people.models import User
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
JOB = system("test")
MIDNIGHT = dt.timedelta(hours=15)


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon(), scoping.unscoped("tests"):
        yield cast()


def heard(template: str) -> set[int | None]:
    return set(Notice.objects.filter(template=template, channel="app").values_list("user_id", flat=True))


def late(contact: Contact, level: int, *, at: dt.datetime = NOON, tell_at: dt.datetime = NOON) -> None:
    notices.overdue(contact, level=level, tell_at=tell_at, at=at, actor=JOB)


def test_at_the_lapse_the_unit_hears_and_nobody_above(people: Cast) -> None:
    late(in_hand(people), 1)
    assert heard("intake.unit.late") == {people.shi.user_id}
    assert not heard("intake.unit.over")


def test_then_the_level_above_hears_and_the_unit_hears_that_it_did(people: Cast) -> None:
    contact = in_hand(people)
    late(contact, 2)
    assert heard("intake.unit.over") >= {people.shi.user_id, people.wan.user_id}
    told = Notice.objects.filter(template="intake.unit.over").first()
    assert told is not None and told.context["organisation"] == people.centre.name


def test_administrators_and_auditors_hear_nothing_of_matters(people: Cast) -> None:
    late(in_hand(people), 2)
    assert not heard("intake.unit.over") & {people.administrator.user_id, people.auditor.user_id}


def test_a_leader_of_the_unit_hears(people: Cast) -> None:
    leader = member("leader", "冯主任", Role.LEADER, people.heating)
    late(in_hand(people), 1)
    assert leader.user_id in heard("intake.unit.late")


def test_no_letter_leaves_the_house_at_midnight(people: Cast) -> None:
    contact = in_hand(people)
    User.objects.filter(pk=people.shi.user_id).update(email="shi@example.org")
    at, morning = MORNING + MIDNIGHT, MORNING + dt.timedelta(days=1)
    late(contact, 1, at=at, tell_at=morning)
    letter = Notice.objects.get(template="intake.unit.late", channel="email")
    assert letter.due_at == morning and letter.created_at == at


def failed(contact: Contact, template: str = "intake.person.news") -> int:
    fact = NoticeFailed(contact.number, 1, "sms", template)
    return events.record(fact, actor="job:notify", at=NOON).pk


def run(event_id: int) -> None:
    tasks.after_failure(event_id=event_id, facts=Event.objects.get(pk=event_id).facts)


def test_a_message_that_never_arrived_stands_in_the_matter_and_its_owner_hears(people: Cast) -> None:
    contact = in_hand(people)
    event_id = failed(contact)
    run(event_id)
    run(event_id)
    (line,) = contact.entries.filter(kind=EntryKind.NOTICE)
    assert line.is_internal and line.facts["failed"] == "sms"
    assert heard("intake.unit.undelivered") == {people.shi.user_id}
    page = window(people.shi).get(f"/desk/{contact.number}/").content.decode()
    assert "短信没有送到群众手里，请打电话或上门告诉" in page


def test_a_failed_message_is_no_question_asked(people: Cast) -> None:
    """Silence closes a matter only after notices that went out."""
    contact = in_hand(people)
    actions.finish(number=contact.number, text="修好了", actor=people.shi, at=NOON)
    run(failed(contact, "intake.person.check"))
    tasks._after_silence(Contact.objects.get(pk=contact.pk), at=NOON + dt.timedelta(days=7))
    sent = contact.entries.filter(kind=EntryKind.NOTICE, is_internal=False)
    assert sent.count() == 2, "the one of finishing and one more, whatever failed"


def test_a_failed_letter_to_staff_is_no_line_of_the_matter(people: Cast) -> None:
    contact = in_hand(people)
    run(failed(contact, "intake.unit.turn"))
    assert not contact.entries.filter(kind=EntryKind.NOTICE).exists()


def test_the_operator_sees_what_did_not_get_out(people: Cast) -> None:
    def sign() -> health.Sign:
        return {one.key: one for one in health.signs(at=NOON)}["notices"]

    Notice.objects.all().delete()
    assert sign().is_well
    common = {"channel": "sms", "template": "intake.receipt", "language": "zh-hans", "actor": "t", "created_at": NOON}
    Notice.objects.create(state="failed", due_at=NOON, **common)
    assert not sign().is_well and sign().value.startswith("7天内没送到1条")
