"""Roll-up, ends of days, as-of in both times, closing of months."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import DatabaseError, connection, transaction

from fengqiao.prepaid.ledger import jobs, queries
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Kind
from fengqiao.prepaid.ledger.tests.book import CARD, Book, day, drift_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    made = Book()
    made.stand_at(day(3))
    return made


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def test_the_roll_up_leaves_what_may_still_commit_in_the_tail(book):
    """Our own transaction is not over: nothing of it may be folded, and no balance changes."""
    book.post(book.top_up(100))
    before = book.balance(Kind.CLEARING_IN)
    jobs.roll_up()
    assert ask("SELECT rolled_up_to <= pg_current_xact_id()::text::bigint FROM ledger.setting")
    assert book.balance(Kind.CLEARING_IN) == before == -100
    assert drift_of(book) == []


def test_days_are_ended_in_order_and_a_late_job_catches_up(book):
    for number in (3, 5):
        book.stand_at(day(number))
        book.post(book.top_up(100 * number))
    book.stand_at(day(6, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger.cut_day('2031-03-02')")
        cursor.execute("SELECT ledger.write_day('2031-03-02')")
    assert [one.day for one in jobs.end_days(day(6, 1))] == [3, 4, 5]
    assert jobs.end_days(day(6, 1)) == []
    assert queries.balance_at(book.issuer, CARD, day(4)) == 300
    assert queries.balance_at(book.issuer, CARD, day(6)) == 800


def test_a_day_is_not_ended_before_it_is_over(book):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger.cut_day('2031-03-03')")


def test_after_the_end_of_a_day_nothing_is_posted_into_it(book):
    """Not even when the server's clock is set back."""
    book.stand_at(day(4, 1))
    jobs.end_days(day(4, 1))
    book.stand_at(day(3, 23))
    answer = book.post(book.top_up(100))
    assert answer.at >= day(4, 0)
    assert book.post_many([book.top_up(1)])[0].at >= day(4, 0)
    assert queries.balance_at(book.issuer, CARD, day(4, 0)) == 0


def test_both_ways_to_an_earlier_balance_agree(book):
    """I11: from the day before and what followed, and from every movement."""
    moments = []
    for number in (3, 4, 5):
        for hour in (9, 15):
            book.stand_at(day(number, hour))
            book.post(book.top_up(number * hour))
            book.post(book.use(number))
            moments.append(day(number, hour) + dt.timedelta(seconds=1))
        book.stand_at(day(number + 1, 1))
        jobs.end_days(day(number + 1, 1))
    for moment in moments:
        for account in (CARD, Kind.EARNED, Kind.CLEARING_IN):
            counted = ask(
                "SELECT coalesce(sum(CASE WHEN credit = %s THEN amount ELSE -amount END), 0)::bigint"
                " FROM ledger.transfer WHERE issuer_id = %s AND %s IN (debit, credit) AND posted_at < %s",
                account, book.issuer, account, moment,
            )  # fmt: skip
            assert queries.balance_at(book.issuer, account, moment) == counted


def test_what_is_put_right_later_counts_from_when_it_took_effect(book):
    book.post(book.top_up(1_000))
    book.stand_at(day(9))
    book.post(book.use(100, effective_at=day(4)))
    assert queries.balance_at(book.issuer, CARD, day(5)) == 1_000
    assert queries.balance_effective(book.issuer, CARD, day(5)) == 900
    assert queries.balance_effective(book.issuer, CARD, day(3, 1)) == 0


def test_a_statement_shows_the_balance_after_each_line(book):
    for number, fen in ((3, 100), (4, 50), (5, 25)):
        book.stand_at(day(number))
        book.post(book.top_up(fen))
        book.stand_at(day(number, 13))
        book.post(book.use(10))
    lines = queries.statement(book.issuer, CARD)
    assert [(line.amount_fen, line.balance_fen) for line in lines] == [
        (100, 100), (-10, 90), (50, 140), (-10, 130), (25, 155), (-10, 145),
    ]  # fmt: skip
    later = queries.statement(book.issuer, CARD, since=day(4, 1))
    assert [(line.amount_fen, line.balance_fen) for line in later] == [(50, 140), (-10, 130), (25, 155), (-10, 145)]


def close(book, final, actor="member:1"):
    return json.loads(
        ask("SELECT to_jsonb(p) FROM ledger.close_month(%s, '2031-03-01', %s, %s) p", book.issuer, final, actor)
    )


def end_march(book):
    book.stand_at(dt.datetime(2031, 4, 1, 1, tzinfo=day(1).tzinfo))
    jobs.end_days(book.now)


def test_a_month_is_closed_for_good_with_its_trial_balance(book):
    book.post(book.top_up(500))
    book.post(book.use(20))
    end_march(book)
    assert close(book, False)["state"] == 1
    closed = close(book, True)
    accounts, total, digest = queries.trial_balance(book.issuer, dt.date(2031, 3, 1))
    assert (closed["state"], closed["accounts"], total) == (2, accounts, 0)
    assert closed["trial_balance_hash"] == "\\x" + digest
    book.post(book.use(5, effective_at=day(20)))
    assert close(book, True, "member:9") == closed
    assert queries.trial_balance(book.issuer, dt.date(2031, 3, 1))[2] == digest


def test_a_month_is_not_closed_before_its_last_day_is_written(book):
    with pytest.raises(DatabaseError), transaction.atomic():
        close(book, False)
    book.stand_at(dt.datetime(2031, 4, 1, 1, tzinfo=day(1).tzinfo))
    with pytest.raises(DatabaseError), transaction.atomic():
        close(book, True)


def test_the_clock_is_ours_alone_unless_the_owner_says_otherwise(book):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger.setting SET clock_may_be_set = false")
        cursor.execute("SELECT ledger._clock() < '2031-01-01'")
        assert cursor.fetchone()[0]


def test_months_are_made_ahead_once(book):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger.make_months(4), ledger.make_months(4)")
        first, again = cursor.fetchone()
    assert first > 0 and again == 0
    later = uuid7(day(3))
    assert book.post(book.top_up(1, id=later)).is_posted


def test_the_recount_finds_a_balance_that_somebody_moved(book):
    book.post(book.top_up(500))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger.account SET balance = 501 WHERE issuer_id = %s AND id = %s", [book.issuer, CARD]
        )  # the door is open since the posting, and the tests are the owner
    assert [(one.account_id, one.stored_fen, one.counted_fen) for one in drift_of(book)] == [(CARD, 501, 500)]
    assert queries.imbalances() == [(book.issuer, 1)]
