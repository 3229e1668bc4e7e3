"""A batch is answered as if its movements were posted one by one in their order."""

from __future__ import annotations

import dataclasses
import random

import pytest
from django.db import connection

from fengqiao.prepaid.ledger import doors
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Flow, Kind, Outcome, State
from fengqiao.prepaid.ledger.tests.book import CARD, OTHER, THIRD, Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    return Book()


def outcomes(answers):
    return [answer.outcome for answer in answers]


def test_all_fine_is_posted_in_one_go_with_moments_in_order(book):
    answers = book.post_many([book.top_up(100), book.top_up(100, OTHER), book.use(30)])
    assert all(answer.is_posted for answer in answers)
    assert [answer.at for answer in answers] == sorted({answer.at for answer in answers})
    assert (book.balance(CARD), book.balance(OTHER)) == (70, 100)


def test_nothing_asked_nothing_answered(book):
    assert book.post_many([]) == []


def test_order_decides_who_comes_too_late(book):
    book.post(book.top_up(100))
    asked = [book.use(60), book.use(60), book.use(40), book.top_up(5), book.use(5), book.use(1, OTHER)]
    assert outcomes(book.post_many(asked)) == [
        Outcome.POSTED, Outcome.INSUFFICIENT, Outcome.POSTED, Outcome.POSTED, Outcome.POSTED, Outcome.INSUFFICIENT,
    ]  # fmt: skip
    assert book.balance() == 0


def test_money_that_arrives_later_in_the_batch_does_not_pay_earlier(book):
    assert outcomes(book.post_many([book.use(10), book.top_up(10)])) == [Outcome.INSUFFICIENT, Outcome.POSTED]


def test_a_refused_movement_between_cards_gives_the_other_nothing(book):
    book.post(book.top_up(50))
    asked = [
        book.asked(Flow.CARD_TO_CARD, CARD, OTHER, 60),
        book.asked(Flow.CARD_TO_CARD, OTHER, THIRD, 10),
        book.asked(Flow.CARD_TO_CARD, CARD, OTHER, 50),
        book.asked(Flow.CARD_TO_CARD, OTHER, THIRD, 50),
    ]
    assert outcomes(book.post_many(asked)) == [
        Outcome.INSUFFICIENT, Outcome.INSUFFICIENT, Outcome.POSTED, Outcome.POSTED,
    ]  # fmt: skip
    assert (book.balance(CARD), book.balance(OTHER), book.balance(THIRD)) == (0, 0, 50)


def test_twins_in_a_batch_count_once(book):
    asked = book.top_up(100)
    answers = book.post_many([asked, book.top_up(1), asked, dataclasses.replace(asked, amount_fen=7)])
    assert outcomes(answers) == [Outcome.POSTED, Outcome.POSTED, Outcome.POSTED, Outcome.CONFLICT]
    assert answers[2].at == answers[0].at and answers[2].is_repeated
    assert book.balance() == 101


def test_a_batch_sent_again_is_answered_the_same(book):
    asked = [book.top_up(100), book.use(30), book.use(80)]
    first, again = book.post_many(asked), book.post_many(asked)
    assert [(a.outcome, a.at) for a in first] == [(a.outcome, a.at) for a in again]
    assert (book.balance(), book.transfers()) == (70, 2)


def test_one_that_nobody_knows_spoils_nothing(book):
    wrong = [
        book.asked(Flow.CONSUME, CARD, Kind.RELEASED, 1),
        book.top_up(1, card=9_999),
        book.top_up(1, id=uuid7(None).__class__(int=5)),
        book.asked(Flow.SET_OFF, Kind.EARNED, Kind.RELEASED, 5),
    ]
    answers = book.post_many([book.top_up(10), *wrong, book.use(10)])
    assert outcomes(answers) == [
        Outcome.POSTED, Outcome.UNKNOWN, Outcome.NO_ACCOUNT, Outcome.UNKNOWN, Outcome.POSTED, Outcome.POSTED,
    ]  # fmt: skip


def test_frozen_and_closed_in_a_batch(book):
    book.post_many([book.top_up(10), book.top_up(10, OTHER)])
    doors.set_state(connection, book.issuer, CARD, State.FROZEN)
    doors.set_state(connection, book.issuer, THIRD, State.CLOSED)
    asked = [book.use(1), book.top_up(1), book.use(1, OTHER), book.top_up(1, THIRD)]
    assert outcomes(book.post_many(asked)) == [
        Outcome.FROZEN, Outcome.POSTED, Outcome.POSTED, Outcome.CLOSED,
    ]  # fmt: skip


def test_several_issuers_in_one_batch():
    books = [Book() for _ in range(5)]
    assert all(a.is_posted for a in books[0].post_many([one.top_up(10) for one in books for _ in range(3)]))
    assert [one.balance() for one in books] == [30] * 5


@pytest.mark.parametrize("seed", range(6))
def test_batch_and_single_end_alike(seed):
    """I5, at random: the same requests in one batch for one issuer, one by one for another."""
    chance = random.Random(seed)
    one, many = Book(), Book()
    plan = []
    for _ in range(120):
        card, fen = chance.choice((CARD, OTHER, THIRD)), chance.randrange(1, 60)
        plan.append(chance.choice((("top_up", fen, card), ("use", fen, card), ("use", fen, card))))
    singly = [one.post(getattr(one, name)(fen, card)) for name, fen, card in plan]
    together = many.post_many([getattr(many, name)(fen, card) for name, fen, card in plan])
    assert outcomes(singly) == outcomes(together)
    for number in (CARD, OTHER, THIRD, Kind.EARNED, Kind.CLEARING_IN):
        assert one.balance(number) == many.balance(number)
