"""Who hears of what: parties with number and code, staff without either, nobody with a word of what was said."""

import pytest

from fengqiao.disputes.actions import ConsentTo, InterruptKind
from fengqiao.disputes.events import ConsentRevoked, DisputeOpened, Interrupted
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.deadlines import Lapsed, Warned
from fengqiao.kernel.models import Notice
from fengqiao.mediation import actions, events, notices, tasks, telling
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with clock.standing_at(g.ACCEPTED_AT), scoping.unscoped("tests"):
        yield g.ground()


def heard(template: str) -> list[str]:
    """Who was told, by telephone number or account."""
    rows = Notice.objects.filter(template=template).order_by("pk")
    return [row.address or f"user {row.user_id}" for row in rows]


def facts(made, fact, **more):
    return {"number": made.dispute.number, "mediation_id": made.pk, "kind": fact.kind, **more}


def test_the_other_side_hears_of_it_with_the_offer_not_before(here) -> None:
    telling.after_opening(1, {"number": here.number, "kind": DisputeOpened.kind})
    assert heard("mediation.party.opened") == ["13812340421"]
    made = g.offered(here)
    telling.after_offer(2, facts(made, events.Offered))
    assert heard("mediation.party.offered") == ["13812340421", "13912340422"]


def test_house_and_mediator_hear_that_they_are_asked(here) -> None:
    made = g.sent(here)
    house, chosen = here.committee.pk, here.xu_mediator.pk
    telling.after_sending(1, facts(made, events.Sent, organisation_id=house, mediator_id=chosen))
    told = heard("mediation.unit.sent")
    assert f"user {here.manager.user_id}" in told and f"user {here.xu.user_id}" in told
    assert f"user {here.zhao.user_id}" not in told


def test_the_ladder_warns_choosers_and_then_the_desk(here) -> None:
    g.listed(here)
    clock_facts = {
        "number": f"{here.number}/d", "deadline_kind": "choose", "owner_id": here.quarrel.court.pk,
        "due_at": g.ACCEPTED_AT.isoformat(), "tell_at": g.ACCEPTED_AT.isoformat(),
    }  # fmt: skip
    telling.after_a_clock(1, {**clock_facts, "level": 0, "kind": Warned.kind})
    assert len(heard("mediation.party.listed")) == 2
    telling.after_a_clock(2, {**clock_facts, "level": 1, "kind": Lapsed.kind})
    assert f"user {here.duan.user_id}" in heard("mediation.unit.late")


def test_no_party_hears_why_it_was_stopped(here) -> None:
    made = g.running(here)
    actions.interrupt(number=here.number, kind=InterruptKind.VIOLENCE, actor=here.duan, at=g.ACCEPTED_AT)
    row = here.quarrel.dispute.interrupts.get()
    telling.after_an_interrupt(1, {"number": here.number, "interrupt_id": row.pk, "kind": Interrupted.kind})
    telling.after_the_end(2, facts(made, events.Ended, ground="other"))
    assert heard("mediation.party.ended") == ["13812340421", "13912340422"]
    assert not Notice.objects.filter(template="mediation.safety", user_id=None).exists()


def test_safe_contact_shuts_the_mail_box_and_english_readers_read_english(here) -> None:
    made = g.offered(here)
    Person.objects.filter(pk=here.quarrel.ma.person_id).update(email="shared@example.cn", language="en")
    here.quarrel.ma.safe_contact = True
    here.quarrel.ma.save()
    telling.after_offer(1, facts(made, events.Offered))
    rows = Notice.objects.filter(template="mediation.party.offered")
    assert not rows.filter(channel="email").exists()
    assert {row.address: row.language for row in rows}["13912340422"] == "en"


def test_every_text_is_short_and_names_nobody() -> None:
    for template in notices.templates.every():
        if template.key.startswith("mediation.party."):
            assert "12368" in template.zh.text and "12368" in template.en.text, template.key


def test_a_consent_taken_back_by_anybodys_hand_ends_what_runs(here) -> None:
    made = g.running(here)
    told = {"number": here.number, "party_id": here.quarrel.ma.pk, "to": ConsentTo.MEDIATION}
    tasks.end_without_consent(1, {**told, "kind": ConsentRevoked.kind})
    made.refresh_from_db()
    assert made.ground == "withdrawn"
