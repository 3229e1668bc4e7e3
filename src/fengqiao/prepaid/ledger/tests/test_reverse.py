"""Reversals, holds and write-offs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from fengqiao.prepaid.ledger import doors, jobs, queries
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Flow, Kind, Outcome, State
from fengqiao.prepaid.ledger.tests.book import ACTOR, CARD, OTHER, Book, day, drift_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    made = Book()
    made.post(made.top_up(1_000))
    return made


def test_never_past_the_original(book):
    asked = book.use(100)
    book.post(asked)
    assert book.reverse(asked.id, 60).is_posted
    assert book.reverse(asked.id, 41).outcome is Outcome.MORE_THAN_ORIGINAL
    assert book.reverse(asked.id, 40).is_posted
    assert book.reverse(asked.id, 1).outcome is Outcome.MORE_THAN_ORIGINAL
    assert (book.balance(CARD), book.balance(Kind.EARNED)) == (1_000, 0)


def test_a_reversal_asked_again_is_done_once(book):
    asked, own = book.use(100), uuid7()
    book.post(asked)
    first, again = book.reverse(asked.id, 100, id=own), book.reverse(asked.id, 100, id=own)
    assert (first.at, first.outcome) == (again.at, again.outcome) and again.is_repeated
    assert book.reverse(asked.id, 99, id=own).outcome is Outcome.CONFLICT
    assert book.balance() == 1_000


def test_a_reversal_is_not_reversed_and_nothing_unknown_is(book):
    asked, own = book.use(100), uuid7()
    book.post(asked)
    book.reverse(asked.id, 100, id=own)
    assert book.reverse(own, 100).outcome is Outcome.UNKNOWN
    assert book.reverse(uuid7(), 100).outcome is Outcome.NOT_THERE


def test_a_top_up_that_was_spent_turns_to_suspense_and_nothing_negative(book):
    asked = book.top_up(500, OTHER)
    book.post(asked)
    book.post(book.use(400, OTHER))
    answer = book.reverse(asked.id, 500)
    assert answer.is_posted and answer.is_suspended
    assert (book.balance(OTHER), book.balance(Kind.SUSPENSE)) == (100, -500)
    assert drift_of(book) == []


def test_a_use_reversed_after_the_card_was_closed_turns_to_suspense(book):
    asked = book.use(100)
    book.post(asked)
    book.post(book.asked(Flow.REFUND, CARD, Kind.REFUND_DUE, 900))
    doors.set_state(connection, book.issuer, CARD, State.CLOSED)
    own = uuid7()
    assert book.reverse(asked.id, 100, id=own).is_suspended
    assert book.reverse(asked.id, 100, id=own).is_suspended
    assert (book.balance(Kind.SUSPENSE), book.balance(Kind.EARNED)) == (100, 0)


def test_a_frozen_card_is_not_passed_by(book):
    doors.set_state(connection, book.issuer, CARD, State.FROZEN)
    paid = queries.statement(book.issuer, CARD)[0].id
    assert book.reverse(paid, 10).outcome is Outcome.FROZEN


def hold(book, fen, *, expires_at=None, **more):
    own = more.pop("id", None) or uuid7(book.now)
    expires_at = expires_at or dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    answer = doors.place_hold(
        connection, issuer_id=book.issuer, id=own, debit=CARD, credit=Kind.REFUND_DUE, amount_fen=fen,
        flow=Flow.REFUND, expires_at=expires_at, actor=ACTOR,
    )  # fmt: skip
    return own, answer


def settle(book, held, fen, **more):
    return doors.post_hold(
        connection, issuer_id=book.issuer, id=more.pop("id", None) or uuid7(book.now), hold=held, amount_fen=fen,
        actor=ACTOR,
    )  # fmt: skip


def test_what_is_set_aside_cannot_be_spent(book):
    assert hold(book, 700)[1].is_posted
    assert queries.account(book.issuer, CARD).available_fen == 300
    assert (book.balance(), book.post(book.use(301)).outcome) == (1_000, Outcome.INSUFFICIENT)
    assert book.post_many([book.use(200), book.use(101)])[1].outcome is Outcome.INSUFFICIENT
    assert hold(book, 101)[1].outcome is Outcome.INSUFFICIENT


def test_a_hold_is_posted_once_and_the_rest_is_free(book):
    held, _answer = hold(book, 700)
    own = uuid7()
    first, again = settle(book, held, 600, id=own), settle(book, held, 600, id=own)
    assert first.is_posted and first.at == again.at and again.is_repeated
    assert settle(book, held, 1).outcome is Outcome.HOLD_ENDED
    assert doors.void_hold(connection, issuer_id=book.issuer, hold=held, actor=ACTOR).outcome is Outcome.HOLD_ENDED
    account = queries.account(book.issuer, CARD)
    assert (account.balance_fen, account.held_fen, book.balance(Kind.REFUND_DUE)) == (400, 0, 600)


def test_no_more_is_posted_than_was_set_aside(book):
    held, _answer = hold(book, 700)
    assert settle(book, held, 701).outcome is Outcome.MORE_THAN_ORIGINAL
    assert settle(book, uuid7(), 1).outcome is Outcome.NOT_THERE


def test_a_hold_given_up_is_given_up_once(book):
    held, _answer = hold(book, 700)
    first = doors.void_hold(connection, issuer_id=book.issuer, hold=held, actor=ACTOR)
    again = doors.void_hold(connection, issuer_id=book.issuer, hold=held, actor=ACTOR)
    assert first.is_posted and first.at == again.at and again.is_repeated
    assert queries.account(book.issuer, CARD).held_fen == 0
    assert settle(book, held, 1).outcome is Outcome.HOLD_ENDED


def test_a_hold_lapses_by_server_time(book):
    book.stand_at(day(3))
    held, answer = hold(book, 700, expires_at=day(5))
    assert answer.is_posted
    book.stand_at(day(5))
    assert settle(book, held, 1).outcome is Outcome.HOLD_ENDED
    assert jobs.expire_holds() >= 1  # others' holds may have been left by tests with connections of their own
    assert jobs.expire_holds() == 0
    assert queries.account(book.issuer, CARD).held_fen == 0


def test_a_hold_asked_again_holds_once_and_another_is_a_conflict(book):
    own, expires = uuid7(), dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    first, again = hold(book, 10, id=own, expires_at=expires)[1], hold(book, 10, id=own, expires_at=expires)[1]
    assert first.at == again.at and again.is_repeated
    assert hold(book, 11, id=own, expires_at=expires)[1].outcome is Outcome.CONFLICT
    assert queries.account(book.issuer, CARD).held_fen == 10


def test_money_can_only_be_set_aside_where_it_has_a_limit(book):
    answer = doors.place_hold(
        connection, issuer_id=book.issuer, id=uuid7(), debit=Kind.CLEARING_IN, credit=CARD, amount_fen=1,
        flow=Flow.TOP_UP, expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1), actor=ACTOR,
    )  # fmt: skip
    assert answer.outcome is Outcome.UNKNOWN


def write_off(book, approved_by, **more):
    names = {
        "issuer_id": book.issuer,
        "id": uuid7(),
        "debit": Kind.WRITE_OFF,
        "credit": Kind.SUSPENSE,
        "amount_fen": 5,
        "actor": ACTOR,
    }
    return doors.write_off(connection, **(names | more), approved_by=approved_by)


def test_a_write_off_takes_two_persons(book):
    assert write_off(book, ACTOR).outcome is Outcome.UNKNOWN
    assert write_off(book, "").outcome is Outcome.UNKNOWN
    own = uuid7()
    first, again = write_off(book, "member:2", id=own), write_off(book, "member:2", id=own)
    assert first.is_posted and first.at == again.at and again.is_repeated
    assert book.reverse(own, 5).outcome is Outcome.UNKNOWN
    assert write_off(book, "member:2", debit=CARD).outcome is Outcome.UNKNOWN
