"""Offers with validity, and sealed offers that nobody ever reads."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.kernel import keys
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import room_queries, room_rules
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_models import BlindRound, Envelope, RoomOffer
from fengqiao.mediation.room_rules import Answer, OfferState, RoundState
from fengqiao.mediation.tests import room_ground as r

pytestmark = pytest.mark.django_db

FEN = st.integers(0, 10**13)


@pytest.fixture(autouse=True)
def _keys(settings, tmp_path):
    settings.ERASABLE_KEYS = tmp_path / "keys"


@given(demand=FEN, offered=FEN, distance=FEN)
def test_they_meet_in_the_middle_or_not_at_all(demand, offered, distance):
    met = room_rules.meet_fen(demand_fen=demand, offer_fen=offered, distance_fen=distance)
    assert (met is None) == (demand - offered > distance)
    if met is not None:
        assert min(demand, offered) <= met <= max(demand, offered)
        assert abs((met - demand) - (offered - met)) <= 1


def make(here, actor, **more):
    facts = {"number": here.number, "terms": "5月31日前装消音器", "valid_until": r.later(120), "amount_fen": 120000}
    return r.as_(actor, room.offer, **facts | more)


def test_an_offer_is_accepted_when_every_party_says_yes():
    here = r.inside()
    one = make(here, here.ma)
    assert one.amount_fen == 120000
    r.as_(here.chen, room.answer_offer, number=here.number, offer_id=one.pk, answer=Answer.YES)
    assert RoomOffer.objects.get().state == OfferState.ACCEPTED


def test_a_counter_offer_answers_the_first_and_a_no_closes_it():
    here = r.inside()
    first = make(here, here.ma)
    second = make(here, here.chen, answers_id=first.pk, amount_fen=200000)
    first.refresh_from_db()
    assert (first.state, second.answers_id, second.n) == (OfferState.COUNTERED, first.pk, 2)
    with pytest.raises(Refused) as refused:
        r.as_(here.chen, room.answer_offer, number=here.number, offer_id=first.pk, answer=Answer.YES)
    assert refused.value.code == "offer.not_open"
    r.as_(here.ma, room.answer_offer, number=here.number, offer_id=second.pk, answer=Answer.NO)
    second.refresh_from_db()
    assert second.state == OfferState.DECLINED


def test_an_offer_stands_as_long_as_it_says():
    here = r.inside()
    one = make(here, here.ma)
    assert room_queries.state_of(one, r.later(121)) == OfferState.LAPSED
    with pytest.raises(Refused):
        r.as_(here.chen, room.answer_offer, number=here.number, offer_id=one.pk, answer=Answer.YES, at=r.later(121))
    with pytest.raises(Refused) as refused:
        make(here, here.ma, valid_until=r.later(-1))
    assert refused.value.code == "offer.valid_past"


def test_a_proposal_of_the_mediator_needs_both_and_only_its_maker_takes_an_offer_back():
    here = r.inside()
    proposal = make(here, here.xu)
    with pytest.raises(Forbidden):
        r.as_(here.chen, room.withdraw_offer, number=here.number, offer_id=proposal.pk)
    r.as_(here.chen, room.answer_offer, number=here.number, offer_id=proposal.pk, answer=Answer.YES)
    proposal.refresh_from_db()
    assert proposal.state == OfferState.OPEN
    r.as_(here.xu, room.withdraw_offer, number=here.number, offer_id=proposal.pk)


# -- sealed -----------------------------------------------------------------------------------------------------------


def begin(here, **more):
    facts = {"number": here.number, "about": "一次付清的数额", "closes_at": r.later(60)}
    return r.as_(here.xu, room.open_round, **facts | more)


def seal(here, actor, one, yuan, **more):
    return r.as_(actor, room.seal_number, number=here.number, round_id=one.pk, amount_fen=yuan * 100, **more)


def test_the_third_round_of_the_loan_meets_at_69300(django_capture_on_commit_callbacks):
    """Journey 14, step 5: two rounds miss and leave nothing, the third crosses."""
    here = r.inside()
    for n, (demand, offered) in enumerate(((73_300, 60_000), (71_000, 66_500), (69_000, 69_600)), 1):
        one = begin(here)
        seal(here, here.chen, one, demand)
        assert keys.exists(one.uid)
        with django_capture_on_commit_callbacks(execute=True):
            seal(here, here.ma, one, offered)
        one.refresh_from_db()
        assert one.n == n
        assert one.state == (RoundState.AGREED if n == 3 else RoundState.MISSED)
        assert not keys.exists(one.uid)
    assert one.met_fen == 6_930_000
    assert not Envelope.objects.exists()
    with pytest.raises(Refused) as refused:
        begin(here)
    assert refused.value.code == "offer.rounds_over"


def test_a_chosen_distance_lets_near_numbers_meet():
    here = r.inside()
    one = begin(here, distance_fen=50_000)
    seal(here, here.chen, one, 10_500)
    seal(here, here.ma, one, 10_000)
    assert BlindRound.objects.get().met_fen == 1_025_000


def test_nobody_opens_an_envelope():
    here = r.inside()
    one = begin(here)
    seal(here, here.chen, one, 100)
    for actor in (here.xu, here.chen, here.quarrel.cast.administrator):
        with pytest.raises(Forbidden) as forbidden:
            room.open_envelope(number=here.number, round_id=one.pk, actor=actor)
        assert forbidden.value.code == "offer.sealed"
    with pytest.raises(Refused) as refused:
        seal(here, here.chen, one, 200)
    assert refused.value.code == "offer.sealed_already"


def test_no_number_is_anywhere_while_sealed_or_after_a_miss(django_capture_on_commit_callbacks):
    """Planted amounts, looked for in every column of every table, in the files and the keys: 0 hits."""
    here = r.inside()
    one = begin(here)
    seal(here, here.chen, one, 7_313_371)
    assert not _found("731337100") + _found("7313371")
    with django_capture_on_commit_callbacks(execute=True):
        seal(here, here.ma, one, 1_771_717)
    assert BlindRound.objects.get().state == RoundState.MISSED
    assert not _found("731337100") + _found("7313371") + _found("177171700") + _found("1771717")


def _found(needle: str) -> list[str]:
    """Tables in whose rows, unsealed as Python reads them or raw, the digits stand."""
    from django.apps import apps
    from django.db import connection

    found = []
    for model in apps.get_models():
        rows = str([list(row) for row in model.objects.values_list()])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{model._meta.db_table}\" AS t")
            rows += str(cursor.fetchone()[0])
        found += [model.__name__] if needle in rows else []
    return found


def test_a_round_that_is_over_is_closed_and_its_numbers_are_gone(django_capture_on_commit_callbacks):
    here = r.inside()
    one = begin(here)
    seal(here, here.chen, one, 100)
    with pytest.raises(Refused) as refused:
        seal(here, here.ma, one, 200, at=r.later(60))
    assert refused.value.code == "offer.closed"
    with django_capture_on_commit_callbacks(execute=True):
        assert room.close_overdue(at=r.later(61)) == 1
    assert BlindRound.objects.get().state == RoundState.LAPSED
    assert not Envelope.objects.exists()
    assert not keys.exists(one.uid)


def test_a_round_does_not_outlive_the_sitting():
    here = r.inside()
    seal(here, here.chen, begin(here), 100)
    r.as_(here.xu, room.end_room, number=here.number)
    assert BlindRound.objects.get().state == RoundState.LAPSED
    assert not Envelope.objects.exists()


def test_a_round_is_never_shorter_than_ten_minutes():
    here = r.inside()
    with pytest.raises(Refused) as refused:
        begin(here, closes_at=r.EVENING + dt.timedelta(minutes=5))
    assert refused.value.code == "offer.too_short"
