"""One movement: what is posted, what is refused, what a repeated request meets."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection

from fengqiao.kernel.errors import Refused
from fengqiao.prepaid.ledger import doors, queries
from fengqiao.prepaid.ledger.ids import instant, uuid7
from fengqiao.prepaid.ledger.rules import MOST_FEN, Flow, Kind, Outcome, State, Transfer, natural, side
from fengqiao.prepaid.ledger.tests.book import ACTOR, CARD, OTHER, Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    return Book()


def test_a_top_up_and_a_use(book):
    assert book.post(book.top_up(480_000)).is_posted
    assert book.post(book.use(10_000)).is_posted
    assert (book.balance(CARD), book.balance(Kind.EARNED), book.balance(Kind.CLEARING_IN)) == (
        470_000,
        10_000,
        -480_000,
    )
    assert queries.outstanding(book.issuer) == 470_000


def test_a_card_never_gives_more_than_it_has(book):
    book.post(book.top_up(500))
    refused = book.use(501)
    assert book.post(refused).outcome is Outcome.INSUFFICIENT
    assert (book.balance(), book.transfers()) == (500, 1)
    with pytest.raises(Refused) as said:
        book.post(refused).or_refuse()
    assert said.value.code == "ledger.insufficient"


def test_custody_never_gives_more_than_the_bank_holds(book):
    book.post(book.banked(1_000))
    release = book.asked(Flow.RELEASE, Kind.RELEASED, Kind.CUSTODY_FREE, 1_001)
    assert book.post(release).outcome is Outcome.INSUFFICIENT
    freeze = book.asked(Flow.FREEZE, Kind.MARGIN, Kind.CUSTODY_FREE, 300)
    assert book.post(freeze).is_posted
    assert natural(Kind.MARGIN, book.balance(Kind.MARGIN)) == 300
    assert queries.account(book.issuer, Kind.CUSTODY_FREE).available_fen == 700


def test_asked_again_it_is_done_once_and_answered_the_same(book):
    asked = book.top_up(100)
    first, again = book.post(asked), book.post(asked)
    assert (first.outcome, first.at) == (again.outcome, again.at)
    assert not first.is_repeated and again.is_repeated
    assert (book.balance(), book.transfers()) == (100, 1)


def test_a_use_asked_again_is_answered_although_the_card_is_empty_now(book):
    book.post(book.top_up(100))
    asked = book.use(100)
    first = book.post(asked)
    again = book.post(asked)
    assert again.is_posted and again.is_repeated and again.at == first.at
    assert book.balance() == 0


@pytest.mark.parametrize(
    "other", [{"amount_fen": 99}, {"credit": OTHER}, {"memo": "haircut"}, {"actor": "member:2"}, {"evidence_id": 7}]
)
def test_the_same_id_for_something_else_is_a_conflict(book, other):
    import dataclasses

    asked = book.top_up(100)
    book.post(asked)
    assert book.post(dataclasses.replace(asked, **other)).outcome is Outcome.CONFLICT
    assert (book.balance(), book.transfers()) == (100, 1)


def test_the_same_id_belongs_to_each_issuer_apart(book):
    other, asked = Book(), book.top_up(100)
    book.post(asked)
    assert other.post(other.top_up(100, id=asked.id)).is_posted


@pytest.mark.parametrize("away", [dt.timedelta(days=-7, minutes=-1), dt.timedelta(minutes=6), dt.timedelta(days=900)])
def test_an_id_from_another_time_is_refused(book, away):
    late = uuid7(dt.datetime.now(dt.UTC) + away)
    assert book.post(book.top_up(100, id=late)).outcome is Outcome.UNTIMELY


def test_an_id_of_another_version_is_refused(book):
    assert book.post(book.top_up(100, id=uuid.uuid4())).outcome is Outcome.UNKNOWN


def test_ids_carry_their_instant():
    at = dt.datetime(2026, 3, 10, 9, 0, 0, 123_000, tzinfo=dt.UTC)
    assert instant(uuid7(at)) == at
    assert uuid7().version == 7 and uuid7().variant == uuid.RFC_4122


def test_the_future_is_not_yet(book):
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert book.post(book.top_up(100, effective_at=tomorrow)).outcome is Outcome.UNTIMELY


@pytest.mark.parametrize(
    ("flow", "debit", "credit"),
    [
        (Flow.CONSUME, CARD, Kind.RELEASED),
        (Flow.RELEASE, Kind.RELEASED, Kind.MARGIN),
        (Flow.TOP_UP, Kind.EARNED, CARD),
        (Flow.REFUND, CARD, Kind.CLEARING_OUT),
        (Flow.WRITE_OFF, Kind.WRITE_OFF, Kind.SUSPENSE),
        (Flow.REVERSAL, Kind.EARNED, CARD),
        (Flow.CARD_TO_CARD, CARD, CARD),
    ],
)
def test_only_known_movements_are_posted(book, flow, debit, credit):
    book.post(book.top_up(1_000))
    assert book.post(book.asked(flow, debit, credit, 10)).outcome is Outcome.UNKNOWN
    assert book.transfers() == 1


def test_a_stranger_among_the_accounts(book):
    assert book.post(book.top_up(10, card=77_777)).outcome is Outcome.NO_ACCOUNT
    assert book.post(book.top_up(10, issuer_id=book.issuer + 1)).outcome is Outcome.NO_ACCOUNT
    loose = book.asked(Flow.SET_OFF, Kind.EARNED, Kind.RELEASED, 10)
    assert book.post(loose).is_posted
    assert book.post(book.asked(Flow.SET_OFF, Kind.EARNED, Kind.RELEASED, 1, issuer_id=1)).outcome is Outcome.NO_ACCOUNT


def test_a_frozen_card_takes_in_and_gives_nothing(book):
    book.post(book.top_up(100))
    assert doors.set_state(connection, book.issuer, CARD, State.FROZEN) is Outcome.POSTED
    assert book.post(book.use(1)).outcome is Outcome.FROZEN
    assert book.post(book.top_up(1)).is_posted
    doors.set_state(connection, book.issuer, CARD, State.OPEN)
    assert book.post(book.use(1)).is_posted


def test_a_card_is_closed_when_it_is_empty_and_then_for_good(book):
    book.post(book.top_up(100))
    assert doors.set_state(connection, book.issuer, CARD, State.CLOSED) is Outcome.INSUFFICIENT
    book.post(book.asked(Flow.REFUND, CARD, Kind.REFUND_DUE, 100))
    assert doors.set_state(connection, book.issuer, CARD, State.CLOSED) is Outcome.POSTED
    assert book.post(book.top_up(1)).outcome is Outcome.CLOSED
    assert doors.set_state(connection, book.issuer, CARD, State.OPEN) is Outcome.CLOSED


def test_from_card_to_card_both_or_neither(book):
    book.post(book.top_up(100))
    move = book.asked(Flow.CARD_TO_CARD, CARD, OTHER, 60)
    assert book.post(move).is_posted
    assert (book.balance(CARD), book.balance(OTHER)) == (40, 60)
    doors.set_state(connection, book.issuer, CARD, State.FROZEN)
    assert book.post(book.asked(Flow.CARD_TO_CARD, CARD, OTHER, 1)).outcome is Outcome.FROZEN
    assert book.post(book.asked(Flow.CARD_TO_CARD, OTHER, 1005, 1)).outcome is Outcome.NO_ACCOUNT
    assert (book.balance(CARD), book.balance(OTHER)) == (40, 60)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"amount_fen": 0}, "ledger.amount"),
        ({"amount_fen": -1}, "ledger.amount"),
        ({"amount_fen": 1.5}, "ledger.amount"),
        ({"amount_fen": True}, "ledger.amount"),
        ({"amount_fen": MOST_FEN + 1}, "ledger.amount"),
        ({"currency": "USD"}, "ledger.currency"),
        ({"actor": ""}, "ledger.actor"),
        ({"debit": 2**63}, "ledger.no_account"),
    ],
)
def test_what_is_no_amount_of_yuan_is_refused_before_it_is_sent(wrong, code):
    fine = {
        "issuer_id": 1,
        "id": uuid7(),
        "debit": 1,
        "credit": CARD,
        "amount_fen": 1,
        "flow": Flow.TOP_UP,
        "actor": ACTOR,
    }
    with pytest.raises(Refused) as said:
        Transfer(**(fine | wrong))
    assert said.value.code == code


def test_python_and_the_database_agree_on_sides_and_flows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT k, ledger.side(k) FROM generate_series(1, 1001) k")
        assert all(side(number) == found for number, found in cursor.fetchall())
        cursor.execute("SELECT DISTINCT code, name FROM ledger.flow")
        named = {(code, name.upper()) for code, name in cursor.fetchall()}
    assert named == {(flow.value, flow.name) for flow in Flow if flow is not Flow.REVERSAL}


def test_no_flow_takes_from_two_limited_accounts():
    """Locks and holds rest on this: one giver at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.flow WHERE ledger.side(debit) = 1 AND ledger.side(credit) = -1")
        assert cursor.fetchone()[0] == 0


def test_the_story_of_a_refund_within_the_days_to_think(book):
    """J4: paid 4,800.00, banked, 30 % frozen; asked back unused; paid by the bank. Everything ends at zero."""
    for asked in (
        book.top_up(480_000),
        book.banked(480_000),
        book.asked(Flow.FREEZE, Kind.MARGIN, Kind.CUSTODY_FREE, 144_000),
        book.asked(Flow.REFUND, CARD, Kind.REFUND_DUE, 480_000),
        book.asked(Flow.UNFREEZE, Kind.CUSTODY_FREE, Kind.MARGIN, 144_000),
        book.asked(Flow.ORDER_REFUND, Kind.REFUND_DUE, Kind.CLEARING_OUT, 480_000),
        book.asked(Flow.REFUND_PAID, Kind.CLEARING_OUT, Kind.CUSTODY_FREE, 480_000),
    ):
        assert book.post(asked).is_posted
    assert {book.balance(number) for number in [*range(1, 12), CARD]} == {0}


def test_the_story_of_a_yuan_that_is_missing(book):
    """J4: the bank shows 4,799.00 for 4,800.00; 1.00 lies in SUSPENSE until it is cleared."""
    book.post(book.top_up(480_000))
    book.post(book.banked(479_900))
    book.post(book.asked(Flow.SUSPEND, Kind.SUSPENSE, Kind.CLEARING_IN, 100))
    assert (book.balance(Kind.CLEARING_IN), book.balance(Kind.SUSPENSE)) == (0, -100)
    book.post(book.asked(Flow.SUSPEND, Kind.CUSTODY_FREE, Kind.SUSPENSE, 100))
    assert natural(Kind.CUSTODY_FREE, book.balance(Kind.CUSTODY_FREE)) == 480_000
    assert queries.imbalances() == []
