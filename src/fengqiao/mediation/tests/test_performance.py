"""After the agreement: J1.8 and the due days of J5.8, J7.5 and J14.6."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.kernel import calendar as calendars
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Notice
from fengqiao.mediation import actions, papers, queries_agreement, rules_agreement, tasks
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.rules_agreement import STATUSES, Status
from fengqiao.mediation.tests import agreed as a


@pytest.fixture
def here(db):
    made = a.ground(is_online=True)
    a.in_effect(made)
    return made


def duties(here):
    return list(here.quarrel.dispute.agreements.get().duties.order_by("due_on"))


def done(here, duty, day, **more):
    moment = dt.datetime.combine(day, dt.time(10), tzinfo=a.at(6, 1).tzinfo)
    more = {"number": here.number, "duty_id": duty.pk, "done_on": day, "actor": here.ma, "at": moment, **more}
    actions.say_done(**more)
    return actions.answer_done(number=here.number, duty_id=duty.pk, is_accepted=True, actor=here.chen, at=moment)


def test_performed_late_signed_off_and_watched(here):
    silencer, first, second = duties(here)
    done(here, silencer, dt.date(2026, 6, 1), actor=here.xu)
    done(here, first, dt.date(2026, 6, 5))
    done(here, second, dt.date(2026, 7, 8))
    agreement = here.quarrel.dispute.agreements.get()
    late = [line.standing.late_days for line in queries_agreement.lines(agreement, today=dt.date(2026, 7, 8))]
    assert late == [0, 0, 2]
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        actions.sign_off(number=here.number, party_id=party.pk, actor=actor, at=a.at(7, 8, 12))
    agreement.refresh_from_db()
    agreement.dispute.refresh_from_db()
    assert (agreement.status, agreement.dispute.stage) == ("performed", "closed")
    watch = {one.kind: one.due_on for one in agreement.follow_ups.all()}
    assert watch["watch"] == dt.date(2026, 10, 6)
    found = queries_agreement.figures(Mediation.objects.all(), today=dt.date(2026, 8, 1))
    assert (found.ended, found.agreed, found.due, found.performed, found.voluntary) == (1, 1, 1, 1, 1)


def test_what_was_said_counts_only_when_accepted(here):
    _silencer, first, _second = duties(here)
    say = {"number": here.number, "duty_id": first.pk, "done_on": dt.date(2026, 6, 4), "at": a.at(6, 4)}
    actions.say_done(**say, amount_fen=20_000, actor=here.ma)
    for nobody in (here.ma, here.xu):
        with pytest.raises(Forbidden):
            actions.answer_done(number=here.number, duty_id=first.pk, is_accepted=True, actor=nobody, at=a.at(6, 4))
    first.refresh_from_db()
    assert (first.accepted_fen, first.done_on) == (0, None)
    actions.answer_done(number=here.number, duty_id=first.pk, is_accepted=True, actor=here.chen, at=a.at(6, 4))
    first.refresh_from_db()
    assert (first.accepted_fen, first.done_on) == (20_000, None)
    with pytest.raises(Refused) as error:
        actions.say_done(**say, amount_fen=50_000, actor=here.ma)
    assert error.value.code == "duty.amount"
    actions.say_done(**say, actor=here.ma)
    actions.answer_done(number=here.number, duty_id=first.pk, is_accepted=True, actor=here.chen, at=a.at(6, 5))
    first.refresh_from_db()
    assert (first.accepted_fen, first.done_on) == (60_000, dt.date(2026, 6, 4))


def test_reminded_two_days_before_and_asked_the_morning_after(here):
    assert tasks.remind_of_duties(at=a.at(6, 3, 8)) == (1, 1)
    assert tasks.remind_of_duties(at=a.at(6, 3, 8)) == (0, 0)
    told = Notice.objects.filter(template="mediation.duty_over_staff")
    assert {one.user_id for one in told} == {here.xu.user_id}
    assert not any("1200" in str(one.context) or "马" in str(one.context) for one in Notice.objects.all())
    silencer, _first, second = duties(here)
    assert silencer.chased_at == a.at(6, 3, 8)
    tasks.remind_of_duties(at=a.at(7, 6, 8))
    assert Notice.objects.filter(template="mediation.duty_over", context__date="7月6日").count() == 0
    tasks.remind_of_duties(at=a.at(7, 7, 8))
    assert Notice.objects.filter(template="mediation.duty_over", context__date="7月6日").exists()
    assert second.due_on == dt.date(2026, 7, 6)


def test_opened_again_when_it_did_not_hold(here):
    for duty in duties(here):
        done(here, duty, duty.due_on)
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        actions.sign_off(number=here.number, party_id=party.pk, actor=actor, at=a.at(7, 8, 12))
    actions.reopen(number=here.number, duty_id=duties(here)[0].pk, actor=here.chen, at=a.at(7, 20))
    agreement = here.quarrel.dispute.agreements.get()
    agreement.dispute.refresh_from_db()
    assert (agreement.status, agreement.dispute.stage) == ("effective", "performing")
    assert duties(here)[0].done_on is None
    with pytest.raises(Refused) as error:
        actions.sign_off(number=here.number, party_id=here.quarrel.chen.pk, actor=here.chen, at=a.at(7, 21))
    assert error.value.code == "agreement.open_duties"


@pytest.mark.django_db
def test_due_days_of_the_stories():
    calendar = calendars.current()

    def days(first, n):
        return [rules_agreement.due_day(one, calendar).day for one in rules_agreement.monthly(first, n)]

    assert [(one.month, one.day) for one in days(dt.date(2026, 4, 5), 9)] == [
        (4, 7), (5, 6), (6, 5), (7, 6), (8, 5), (9, 7), (10, 8), (11, 5), (12, 7)
    ]  # fmt: skip
    twentieth = days(dt.date(2026, 6, 20), 7)
    assert twentieth[0] == dt.date(2026, 6, 22) and twentieth[3] == dt.date(2026, 9, 20)
    assert twentieth[6] == dt.date(2026, 12, 21)
    assert dt.date(2026, 10, 10) in days(dt.date(2026, 6, 10), 24)
    assert rules_agreement.due_day(dt.date(2027, 1, 10), calendar).is_provisional


@given(st.integers(1, 10**12), st.integers(1, 120))
def test_instalments_add_up_and_differ_by_less_than_a_yuan(amount, n):
    parts = rules_agreement.shares(amount, n)
    assert len(parts) == n and sum(parts) == amount
    assert max(parts) - min(parts) < n


@pytest.mark.parametrize(
    ("fen", "words"),
    [(120_000, "壹仟贰佰元整"), (5, "伍分"), (50, "伍角整"), (10_005, "壹佰元零伍分"), (1_000_100, "壹万零壹元整"),
     (6_930_000, "陆万玖仟叁佰元整"), (100_000_001, "壹佰万元零壹分"), (0, "零元整"),
     (10_010_000_000, "壹亿零壹拾万元整")],
)  # fmt: skip
def test_amounts_in_capital_figures(fen, words):
    assert papers.capital(fen) == words


@pytest.mark.parametrize(("now", "then"), [(x, y) for x in Status for y in Status])
def test_every_pair_of_states_is_decided(now, then):
    if then in STATUSES.moves[now]:
        STATUSES.check(now, then)
    else:
        with pytest.raises(Refused):
            STATUSES.check(now, then)
