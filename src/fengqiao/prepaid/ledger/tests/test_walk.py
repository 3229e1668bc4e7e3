"""Random walks beside the oracle, alone and in threads; small mistakes in the functions are found by them."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from fengqiao.prepaid.ledger import doors, jobs
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Flow, Outcome, Transfer
from fengqiao.prepaid.ledger.tests.book import CARD, Book, drift_of, own_connection
from fengqiao.prepaid.ledger.tests.walk import FAULTS, Broken, Walk, invariants, plant

pytestmark = pytest.mark.django_db


def fresh_issuer():
    return random.SystemRandom().randrange(1, 2**53)


@pytest.mark.parametrize("seed", range(3))
def test_the_ledger_answers_like_the_oracle(seed):
    walk = Walk(connection, fresh_issuer(), seed)
    for _ in range(120):
        walk.step()
    walk.compare()
    assert invariants(connection, walk.issuer) == []


RARE = {"batch": 12, "one": 20, "again": 6, "other": 4, "reverse": 12, "hold": 10, "settle": 14, "void": 2, "state": 6}
"""Weights that meet rare things sooner."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_small_mistake_is_found(fault):
    """The same walk over a ledger with one mistake in it breaks within a few steps."""
    with connection.cursor() as cursor:
        cursor.execute(plant(fault))
    with pytest.raises((Broken, DatabaseError)):
        for seed in range(20):
            with transaction.atomic():
                walk = Walk(connection, fresh_issuer(), seed, weights=RARE, most=8)
                for _ in range(60):
                    walk.step()
                walk.compare()
                if broken := invariants(connection, walk.issuer):
                    raise Broken(broken)


def in_threads(count, work):
    """Run `work(number, own connection)` in threads, all at once. Result: what they raised."""
    start, wrong = threading.Barrier(count), []

    def run(number):
        with own_connection() as on:
            start.wait()
            try:
                work(number, on)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_walks_in_threads_do_not_disturb_each_other():
    """Eight issuers, some of one shard; batches, single postings and roll-ups mixed: no deadlock, no drift."""
    first = fresh_issuer() & ~63

    def work(number, on):
        if number == 8:
            for _ in range(30):
                on.execute("SELECT ledger.roll_up()")
            return
        walk = Walk(on, first + (number % 3) + 64 * number, number)
        for _ in range(40):
            walk.step()
        walk.compare()

    assert in_threads(9, work) == []
    assert invariants(connection) == []


def test_one_card_and_many_hands():
    """Forty threads' worth of uses on one card: exactly what it holds is given, and the lines never fall below zero."""
    with own_connection() as on:
        book = Book(on=on)
        book.post(book.top_up(1_000))
    given = []

    def work(number, on):
        for n in range(15):
            asked = [book.use(7 + number) for _ in range(1 + n % 3)]
            answers = doors.post_many(on, asked) if n % 3 else [doors.post(on, asked[0])]
            given.extend(7 + number for answer in answers if answer.is_posted)

    assert in_threads(8, work) == []
    assert book.balance() == 1_000 - sum(given) >= 0
    assert drift_of(book) == []
    from fengqiao.prepaid.ledger import queries

    assert min(line.balance_fen for line in queries.statement(book.issuer, CARD)) >= 0


def test_the_same_id_from_many_hands_at_once():
    """R3 in small: sixteen send the same ten requests; one of each counts, all hear the same moment."""
    with own_connection() as on:
        book = Book(on=on)
    asked = [Transfer(book.issuer, uuid7(), 1, CARD, 10 + n, Flow.TOP_UP, "member:1") for n in range(10)]
    heard = {one.id: set() for one in asked}

    def work(number, on):
        for one in random.Random(number).sample(asked, len(asked)):
            answer = doors.post(on, one) if number % 2 else doors.post_many(on, [one])[0]
            heard[one.id].add((answer.outcome, answer.at))

    assert in_threads(16, work) == []
    assert all(len(said) == 1 for said in heard.values())
    assert {outcome for said in heard.values() for outcome, _at in said} == {Outcome.POSTED}
    assert (book.balance(), book.transfers()) == (sum(one.amount_fen for one in asked), 10)


def test_the_roll_up_is_right_while_others_are_under_way():
    """I13: a transaction older than the roll-up commits after it."""
    with own_connection() as late, own_connection() as on:
        book = Book(on=on)
        with late.transaction():
            doors.post(late, book.top_up(100))
            doors.post(on, Book(on=on, issuer=book.issuer + 1).top_up(50))
            on.execute("SELECT ledger.roll_up()")
        assert book.balance(1) == -100
        on.execute("SELECT ledger.roll_up()")
    assert book.balance(1) == -100
    assert drift_of(book) == []
    assert jobs.roll_up() >= 0
