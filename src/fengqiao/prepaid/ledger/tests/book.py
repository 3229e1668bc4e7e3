"""A small book to post into: one issuer with a few cards, and short words for its movements."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from contextlib import contextmanager

import psycopg
from django.db import connection

from fengqiao.kernel.clock import CHINA
from fengqiao.prepaid.ledger import doors, queries
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Answer, Flow, Kind, Transfer

ACTOR = "member:1"
CARD, OTHER, THIRD = 1000, 1001, 1002


class Book:
    def __init__(self, on=None, cards: int = 3, issuer: int | None = None) -> None:
        self.on = on or connection
        self.issuer = issuer or random.SystemRandom().randrange(1, 2**53)
        self.now: dt.datetime | None = None
        doors.open_issuer(self.on, self.issuer, region="110107", actor=ACTOR)
        doors.open_cards(self.on, self.issuer, range(CARD, CARD + cards))

    def asked(self, flow: Flow, debit: int, credit: int, fen: int, **more) -> Transfer:
        more.setdefault("id", uuid7(self.now))
        more.setdefault("actor", ACTOR)
        more.setdefault("issuer_id", self.issuer)
        return Transfer(debit=debit, credit=credit, amount_fen=fen, flow=flow, **more)

    def top_up(self, fen: int, card: int = CARD, **more) -> Transfer:
        return self.asked(Flow.TOP_UP, Kind.CLEARING_IN, card, fen, **more)

    def use(self, fen: int, card: int = CARD, **more) -> Transfer:
        return self.asked(Flow.CONSUME, card, Kind.EARNED, fen, **more)

    def banked(self, fen: int, **more) -> Transfer:
        return self.asked(Flow.BANKED, Kind.CUSTODY_FREE, Kind.CLEARING_IN, fen, **more)

    def post(self, asked: Transfer) -> Answer:
        return doors.post(self.on, asked)

    def post_many(self, asked: list[Transfer]) -> list[Answer]:
        return doors.post_many(self.on, asked)

    def reverse(self, original: uuid.UUID, fen: int, **more) -> Answer:
        more.setdefault("id", uuid7(self.now))
        more.setdefault("actor", ACTOR)
        return doors.reverse(self.on, issuer_id=self.issuer, original=original, amount_fen=fen, **more)

    def balance(self, account: int = CARD) -> int:
        return queries.balance(self.issuer, account)

    def transfers(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger.transfer WHERE issuer_id = %s", [self.issuer])
            return cursor.fetchone()[0]

    def stand_at(self, instant: dt.datetime) -> None:
        """Set the ledger's clock, which the owner allows here. Ids are made for the same moment."""
        self.now = instant
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('ledger.door', 'on', true), set_config('ledger.clock', %s, true)",
                [instant.isoformat()],
            )
            cursor.execute("UPDATE ledger.setting SET clock_may_be_set = true")
            cursor.execute("SELECT ledger.make_months(1)")  # fmt: skip


def day(number: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2031, 3, number, hour, tzinfo=CHINA)


@contextmanager
def own_connection(role: str | None = None):
    """A psycopg connection of its own, in autocommit mode, to the database of the tests."""
    from fengqiao.prepaid.ledger import batching

    with batching.connect() as made:
        if role:
            made.execute(psycopg.sql.SQL("SET ROLE {}").format(psycopg.sql.Identifier(role)))
        yield made


def drift_of(book: Book) -> list:
    return [one for one in queries.recount() if one.issuer_id == book.issuer]
