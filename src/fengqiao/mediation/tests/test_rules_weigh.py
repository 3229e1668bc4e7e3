"""Intervals keep their word, the band is symmetric and exact, and no small count is told."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.kernel.errors import Refused
from fengqiao.mediation import rules_weigh as w
from fengqiao.mediation.rules_weigh import APPLICANT, RESPONDENT, Outcome

FEN = st.integers(0, 10**13)
RECKONED = st.lists(st.tuples(FEN, FEN).map(sorted).map(tuple), min_size=1, max_size=5)


@pytest.mark.parametrize("n", [5, 10, 30, 47, 100, 500])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says(n, share):
    first, last = w.order_statistics(n, share)
    assert 1 <= first <= last <= n
    inside = math.fsum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(first, last))
    if first > 1 and last < n:
        assert inside >= 0.9
        assert inside < 0.97 or n < 47


@pytest.mark.parametrize(
    ("n", "confidence", "positions"),
    [(10, 0.95, (2, 9)), (20, 0.95, (6, 15)), (30, 0.95, (10, 21)), (50, 0.95, (18, 33))],
)
def test_positions_for_the_median_are_those_of_the_printed_tables(n, confidence, positions):
    assert w.order_statistics(n, 0.5, confidence=confidence) == positions


@given(st.lists(st.integers(0, 10**9), min_size=30, max_size=200))
def test_a_spread_stands_in_order_and_inside_the_sample(values):
    found = w.spread(values)
    assert min(values) <= found.low <= found.middle <= found.high <= max(values)
    assert min(values) <= found.quarter <= found.middle <= found.three_quarters <= max(values)
    assert found.n == len(values)


@pytest.mark.parametrize("n", [0, 1, 12, 29])
def test_fewer_than_thirty_say_nothing(n):
    with pytest.raises(Refused) as refused:
        w.spread(range(n))
    assert refused.value.code == "weigh.too_few"


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(0, 30, 0, 83), (15, 30, 356, 644), (107, 214, 444, 556), (30, 30, 917, 1000)]
)
def test_shares_have_wilsons_interval(k, n, low, high):
    found = w.share_of(k, n)
    assert abs(found.low_permille - low) <= 1 and abs(found.high_permille - high) <= 1


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval(pair):
    k, n = pair
    found = w.share_of(k, n)
    assert 0 <= found.low_permille <= math.ceil(1000 * k / n) and found.high_permille >= math.floor(1000 * k / n)
    assert found.high_permille <= 1000


@given(FEN)
def test_a_coarse_amount_never_lies_inside_the_true_one(fen):
    down, up = w.rounded(fen, up=False), w.rounded(fen, up=True)
    assert down <= fen <= up
    assert fen < 1000 or up <= 2 * down


@given(st.dictionaries(st.sampled_from(list(Outcome)[:4]), st.integers(0, 60)))
def test_no_small_count_is_told_or_can_be_reckoned_back(counts):
    told = w.guarded(counts)
    assert sum(told.values()) == sum(counts.values())
    if sum(counts.values()) >= w.SMALLEST:
        assert all(n >= w.SMALLEST for n in told.values())
    small = {one for one, n in counts.items() if 0 < n < w.SMALLEST}
    assert not small & set(told)


@given(RECKONED, RECKONED, FEN)
def test_the_band_is_exact_money_between_what_each_would_accept(ours, theirs, fee):
    a = w.alternative(APPLICANT, ours, fee_fen=fee)
    b = w.alternative(RESPONDENT, theirs, fee_fen=fee)
    assert a.low_fen <= a.award_low_fen <= a.award_high_fen <= a.high_fen
    assert b.low_fen <= b.award_low_fen <= b.award_high_fen <= b.high_fen
    found = w.band(a, b)
    assert all(type(one) is int for one in (found.low_fen, found.high_fen, found.gap_fen))
    assert found.is_open == (a.low_fen <= b.high_fen)
    assert found.gap_fen == max(0, a.low_fen - b.high_fen)
    assert found.between_low_fen <= found.between_high_fen
    if found.is_open:
        assert (found.low_fen, found.high_fen) == (a.low_fen, b.high_fen)


@given(RECKONED, RECKONED, FEN, st.integers(0, 10**9))
def test_a_dearer_court_never_closes_a_band(ours, theirs, fee, more):
    def gap(cost):
        return w.band(
            w.alternative(APPLICANT, ours, fee_fen=cost), w.alternative(RESPONDENT, theirs, fee_fen=cost)
        ).gap_fen

    assert gap(fee + more) <= gap(fee)


@given(RECKONED, RECKONED, FEN)
@settings(max_examples=200)
def test_a_careful_proposal_hides_both_edges(ours, theirs, fee):
    found = w.band(w.alternative(APPLICANT, ours, fee_fen=fee), w.alternative(RESPONDENT, theirs, fee_fen=fee))
    inside = w.careful(found)
    if inside is None:
        return
    low, high = inside
    assert found.low_fen < low < high < found.high_fen
    assert low % 100 == high % 100 == 0
    assert not w.tells(low, high, found)


def test_both_reckoning_both_ways_meet_and_each_its_own_way_do_not():
    """The loan of 80,000: 73,389.72, or 66,528.47 if the transfer counts; fee 1,634.74."""
    more, less, fee = 7338972, 6652847, 163474
    apart = w.band(
        w.alternative(APPLICANT, [(more, more)], fee_fen=fee), w.alternative(RESPONDENT, [(less, less)], fee_fen=fee)
    )
    assert (apart.between_low_fen, apart.between_high_fen) == (less, more)
    assert apart.gap_fen == (more - fee) - (less + fee) == 359177
    assert w.careful(apart) is None
    ways = [(more, more), (less, less)]
    meeting = w.band(w.alternative(APPLICANT, ways, fee_fen=fee), w.alternative(RESPONDENT, ways, fee_fen=fee))
    assert (meeting.low_fen, meeting.high_fen) == (less - fee, more + fee)
    assert w.careful(meeting) == (6_800_000, 7_200_000)


def test_nothing_reckoned_is_no_alternative():
    assert all(w.alternative(side, [], fee_fen=1) is None for side in (APPLICANT, RESPONDENT))


def test_every_pair_of_small_counts_is_put_together():
    for a, b in itertools.product(range(7), repeat=2):
        told = w.guarded({Outcome.PERFORMED: 40, Outcome.COURT: a, Outcome.NEITHER: b})
        assert all(n >= 5 for n in told.values()), (a, b, told)
