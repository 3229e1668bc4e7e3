"""Rules of confirmation: every pair of states, the competent court, numbers, days."""

import datetime as dt

import pytest

from fengqiao.court import rules
from fengqiao.court.rules import STATUSES, Facts, Status
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel.errors import Refused


@pytest.mark.parametrize(("now", "then"), [(a, b) for a in Status for b in Status])
def test_every_pair_of_states_is_decided(now, then):
    if then in STATUSES.moves[now]:
        STATUSES.check(now, then)
    else:
        with pytest.raises(Refused):
            STATUSES.check(now, then)


def test_an_inviting_court_confirms_alone():
    found = rules.competent(inviting_court_id=7, subject=1, organisation=2, parties=[3])
    assert [(one.court_id, one.why) for one in found] == [(7, "invited")]


def test_otherwise_the_parties_choose_and_nothing_is_named_twice():
    found = rules.competent(inviting_court_id=None, subject=1, organisation=1, parties=[3, None, 3])
    assert [one.court_id for one in found] == [1, 3]


def test_number_of_a_case():
    assert rules.case_number(year=2026, prefix="岚0101", sequence=38) == "（2026）岚0101诉前调确38号"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("served", "until"),
    [((2026, 5, 28), (2026, 6, 12)), ((2026, 3, 26), (2026, 4, 10)), ((2026, 9, 16), (2026, 10, 8))],
)
def test_the_last_day_of_an_objection_moves_off_a_rest_day(served, until):
    assert rules.objection_until(dt.date(*served), 15, calendars.current()) == dt.date(*until)


GOOD = Facts(
    is_sealed=True, last_on=dt.date(2026, 6, 22), today=dt.date(2026, 6, 22), is_registered=True, is_definite=True,
    touches=frozenset(), has_court=True,
)  # fmt: skip


def test_every_point_holds_or_says_why_with_an_article():
    assert rules.first_unmet(rules.points(GOOD)) is None
    for point in rules.points(GOOD):
        assert str(point.reason) and str(point.law)
