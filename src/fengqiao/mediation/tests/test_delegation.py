"""From the offer to the mediator who accepts: the dates of the fan under the bedroom."""

import datetime as dt

import pytest

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import ConsentBy
from fengqiao.disputes.models import Seat
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import actions
from fengqiao.mediation.rules import Answer, Ground, Kind, Procedure, ReturnReason, Stage
from fengqiao.mediation.tests import ground as g

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return g.ground()


def clock(here, kind):
    return Deadline.objects.filter(subject=f"{here.number}/d", kind=kind).order_by("-pk").first()


def day(month, day, hour=None, minute=0):
    if hour is None:
        return dt.date(2026, month, day)
    return dt.datetime(2026, month, day, hour, minute, tzinfo=CHINA)


def test_three_working_days_to_accept_and_thirty_days_from_acceptance(here):
    g.sent(here)
    assert clock(here, "accept").due_at == day(5, 13, 17, 30)
    actions.accept(number=here.number, actor=here.xu, at=g.ACCEPTED_AT)
    assert clock(here, "mediation").due_at.astimezone(CHINA).date() == day(6, 10)


def test_an_end_on_a_feast_day_keeps_both_days(here):
    g.sent(here)
    actions.accept(number=here.number, actor=here.xu, at=day(5, 20, 9))
    limit = clock(here, "mediation")
    assert limit.plain_due_at.astimezone(CHINA).date() == day(6, 19)
    assert limit.due_at.astimezone(CHINA).date() == day(6, 22)


@pytest.mark.parametrize(("procedure", "last"), [(Procedure.SIMPLIFIED, 20), (Procedure.ORDINARY, 28)])
def test_entrusted_mediation_has_seven_or_fifteen_days(procedure, last):
    here = g.ground(at=day(1, 9, 9))
    disputes.ask_docketing(number=here.number, court_id=here.quarrel.court.pk, actor=here.duan, at=day(1, 12, 9))
    disputes.docket(number=here.number, case_number="（2026）岚0101民初1号", actor=here.quarrel.he, at=day(1, 13, 9))
    actions.offer(
        number=here.number, kind=Kind.ENTRUSTED, procedure=procedure, actor=here.quarrel.he, at=day(1, 13, 10)
    )
    g.both_consent(here.quarrel, at=day(1, 13, 10))
    actions.send_list(number=here.number, actor=here.quarrel.he, at=day(1, 13, 11))
    made = here.quarrel.dispute.mediations.get()
    first = made.candidates.first()
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        actions.choose(number=here.number, party_id=party.pk, candidate_id=first.pk, actor=actor, at=day(1, 13, 12))
    chosen = {here.xu_mediator.pk: here.xu, here.zhao_mediator.pk: here.zhao}[first.mediator_id]
    actions.accept(number=here.number, actor=chosen, at=day(1, 13, 14))
    assert clock(here, "mediation").due_at.astimezone(CHINA).date() == day(1, last)


def test_nothing_starts_before_both_agree(here):
    g.offered(here)
    with pytest.raises(Refused) as refused:
        actions.send_list(number=here.number, actor=here.duan, at=g.SENT_AT)
    assert refused.value.code == "mediation.consent_missing"


def test_one_choice_alone_sends_nothing(here):
    made = g.listed(here)
    candidate = made.candidates.first()
    actions.choose(
        number=here.number, party_id=here.quarrel.chen.pk, candidate_id=candidate.pk, actor=here.chen, at=g.SENT_AT
    )
    made.refresh_from_db()
    assert made.stage == Stage.CHOOSING
    with pytest.raises(Forbidden):
        actions.choose(
            number=here.number, party_id=here.quarrel.ma.pk, candidate_id=candidate.pk, actor=here.chen, at=g.SENT_AT
        )


def test_the_court_assigns_only_when_the_time_to_choose_is_over(here):
    g.listed(here)
    assign = {"number": here.number, "mediator_id": here.zhao_mediator.pk, "actor": here.duan}
    with pytest.raises(Refused) as refused:
        actions.assign(**assign, at=day(5, 12, 17, 0))
    assert refused.value.code == "mediation.choice_runs"
    assert clock(here, "choose").due_at == day(5, 12, 17, 30)
    actions.assign(**assign, at=day(5, 13, 9))
    assert here.quarrel.dispute.mediations.get().mediator == here.zhao_mediator


def test_silence_asks_the_next_one(here):
    made = g.sent(here)
    actions.lapse(number=here.number, actor=here.duan, at=day(5, 13, 17, 0))
    made.refresh_from_db()
    assert made.mediator == here.xu_mediator
    actions.lapse(number=here.number, actor=here.duan, at=day(5, 14, 9))
    made.refresh_from_db()
    assert (made.stage, made.mediator) == (Stage.SENT, here.zhao_mediator)
    assert [one.answer for one in made.assignments.order_by("pk")] == [Answer.SILENT, Answer.WAITING]


def test_declined_by_everybody_it_comes_back(here):
    made = g.sent(here)
    actions.decline(number=here.number, reason=ReturnReason.NO_CAPACITY, actor=here.xu, at=g.ACCEPTED_AT)
    actions.decline(number=here.number, reason=ReturnReason.CONFLICT, actor=here.zhao, at=g.ACCEPTED_AT)
    for who in (here.leng,):
        actions.decline(number=here.number, reason=ReturnReason.NOT_OUR_FIELD, actor=who, at=g.ACCEPTED_AT)
    made.refresh_from_db()
    assert (made.stage, made.mediator, made.unit) == (Stage.CHOOSING, None, None)


def test_only_who_was_asked_accepts(here):
    g.sent(here)
    for stranger in (here.zhao, here.leng):
        with pytest.raises(Forbidden):
            actions.accept(number=here.number, actor=stranger, at=g.ACCEPTED_AT)


def test_a_manager_names_another_of_the_house(here):
    g.sent(here)
    made = actions.accept(number=here.number, actor=here.manager, at=g.ACCEPTED_AT, mediator_id=here.zhao_mediator.pk)
    assert made.mediator == here.zhao_mediator
    assert Seat.objects.get(dispute=made.dispute, role="mediator").user_id == here.zhao.user_id


def test_a_clear_refusal_ends_it_and_nobody_asks_again(here):
    made = g.running(here)
    actions.refuse(number=here.number, party_id=here.quarrel.ma.pk, by=ConsentBy.CODE, actor=here.ma, at=day(5, 20, 9))
    made.refresh_from_db()
    assert (made.stage, made.ground) == (Stage.ENDED, Ground.REFUSED)
    with pytest.raises(Refused) as refused:
        actions.offer(number=here.number, kind=Kind.PEOPLES, actor=here.duan, at=day(5, 21, 9))
    assert refused.value.code == "mediation.refused"
    assert not Deadline.objects.filter(subject=f"{here.number}/d", state="running").exists()


def test_docketing_waits_for_nothing(here):
    g.running(here)
    disputes.ask_docketing(number=here.number, court_id=here.quarrel.court.pk, actor=here.chen, at=day(5, 21, 9))
    assert clock(here, "docketing").due_at.astimezone(CHINA).date() == day(5, 28)
    with pytest.raises(Refused) as refused:
        disputes.postpone_docketing(number=here.number, actor=here.duan, at=day(5, 21, 9))
    assert refused.value.code == "docketing.no_delay"


def test_entrusted_needs_a_docketed_case_and_delegated_none(here):
    with pytest.raises(Refused) as refused:
        g.offered(here, kind=Kind.ENTRUSTED, procedure=Procedure.SIMPLIFIED)
    assert refused.value.code == "mediation.not_docketed"


def test_commercial_mediation_takes_no_consumers():
    here = g.ground(topic="消费纠纷")
    with pytest.raises(Refused) as refused:
        g.offered(here, kind=Kind.COMMERCIAL)
    assert refused.value.code == "mediation.consumer_excluded"
