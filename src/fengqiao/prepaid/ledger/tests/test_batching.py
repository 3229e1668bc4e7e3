"""Micro-batches: every request its own answer, also through a connection that breaks."""

from __future__ import annotations

import threading

import psycopg
import pytest

from fengqiao.prepaid.ledger import batching, doors
from fengqiao.prepaid.ledger.batching import Batcher, Unavailable
from fengqiao.prepaid.ledger.rules import Outcome
from fengqiao.prepaid.ledger.tests.book import Book, own_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    with own_connection() as on:
        yield Book(on=on)


def test_each_request_hears_its_own_answer(book):
    batcher = Batcher(batching.connect)
    asked = [book.top_up(100), book.use(30), book.use(71), book.use(70)]
    answers = batcher.post_all(asked)
    batcher.close()
    assert [a.outcome for a in answers] == [Outcome.POSTED, Outcome.POSTED, Outcome.INSUFFICIENT, Outcome.POSTED]


def test_what_waits_together_goes_together(book, monkeypatch):
    calls, gate, real = [], threading.Event(), doors.post_many

    def slow(on, asked):
        gate.wait(5)
        calls.append(len(asked))
        return real(on, asked)

    monkeypatch.setattr(doors, "post_many", slow)
    batcher = Batcher(batching.connect, most=8)
    threads = [threading.Thread(target=batcher.post, args=(book.top_up(1),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    batcher.close()
    assert sum(calls) == 20 and len(calls) < 20 and max(calls) <= 8


def test_it_waits_for_those_it_answered_last_but_not_for_long(book):
    batcher = Batcher(batching.connect, linger_s=0.02)
    assert len(batcher.post_all([book.top_up(1) for _ in range(5)])) == 5
    assert batcher.post(book.top_up(1)).is_posted
    assert book.balance() == 6
    batcher.close()


def test_a_connection_that_breaks_loses_and_doubles_nothing(book):
    """Cut after the call and before its answer: the same batch again, the same answers."""
    made = []

    class Cut:
        """A connection that dies once, when everything was done."""

        def __init__(self) -> None:
            self.real = batching.connect()
            made.append(self)

        def cursor(self):
            if len(made) == 1:
                doors.post_many(self.real, asked)
                self.real.close()
                raise psycopg.OperationalError("cut")
            return self.real.cursor()

        def close(self) -> None:
            self.real.close()

    asked = [book.top_up(100)]
    batcher = Batcher(Cut)
    answer = batcher.post(asked[0])
    batcher.close()
    assert answer.is_posted and answer.is_repeated
    assert (book.balance(), book.transfers()) == (100, 1)


def test_without_a_database_it_says_so_in_time(book):
    def nobody():
        raise psycopg.OperationalError("nobody there")

    batcher = Batcher(nobody, patience_s=0.05)
    with pytest.raises(Unavailable):
        batcher.post(book.top_up(1))
    batcher.close()


def test_a_mistake_of_ours_reaches_whoever_asked(book, monkeypatch):
    def wrong(on, asked):
        raise ValueError("ours")

    monkeypatch.setattr(doors, "post_many", wrong)
    batcher = Batcher(batching.connect)
    with pytest.raises(ValueError, match="ours"):
        batcher.post(book.top_up(1))
    batcher.close()


def test_a_process_has_one(book):
    first = batching.batcher()
    assert batching.batcher() is first
    assert first.post(book.top_up(5)).is_posted
    first.close()
    batching._ours = None
