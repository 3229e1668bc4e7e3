"""A random walk over the ledger and the oracle side by side: every answer is compared, every balance at the end.

Used small by the tests and large by `make bench ARGS=ledger_state`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random

from fengqiao.prepaid.ledger import doors
from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import Flow, Kind, State, Transfer
from fengqiao.prepaid.ledger.tests.oracle import FLOWS, Oracle

CARDS = tuple(range(1000, 1008))
WEIGHTS = {"batch": 10, "one": 30, "again": 8, "other": 4, "reverse": 8, "hold": 6, "settle": 5, "void": 3, "state": 2}


class Broken(AssertionError):
    """The ledger and the oracle disagree."""


class Walk:
    """One issuer, one connection, one source of chance: the seed repeats it."""

    def __init__(self, on, issuer: int, seed: int, *, most: int = 30, weights=WEIGHTS) -> None:
        self.on, self.issuer, self.chance, self.most = on, issuer, random.Random(seed), most
        self.oracle, self.asked, self.posted, self.held = Oracle(CARDS), [], [], []
        self.operations, self.seed, self.weights = 0, seed, weights
        doors.open_issuer(on, issuer, region="test", actor="job:walk")
        doors.open_cards(on, issuer, CARDS)

    def step(self) -> None:
        getattr(self, self.chance.choices(list(self.weights), list(self.weights.values()))[0])()

    def same(self, what, ours, theirs) -> None:
        self.operations += 1
        if ours != theirs:
            raise Broken(f"seed {self.seed}, operation {self.operations}, {what}: ledger {ours!r}, oracle {theirs!r}")

    def transfer(self) -> Transfer:
        flow = self.chance.choices(list(FLOWS), [6, 6, 2, 3, 2, 1, 1, 1, 1, 1, 1, 1])[0]
        debit, credit = (self.chance.choice(CARDS) if kind is Kind.CARD else kind.value for kind in FLOWS[flow])
        if debit == credit:
            credit = CARDS[(CARDS.index(credit) + 1) % len(CARDS)]
        fen = self.chance.randrange(1, 400) if flow in {Flow.TOP_UP, Flow.BANKED} else self.chance.randrange(1, 250)
        return Transfer(self.issuer, uuid7(), debit, credit, fen, flow, "job:walk")

    def remember(self, asked, outcome) -> None:
        self.asked.append(asked)
        if not outcome:
            self.posted.append(asked.id)

    def one(self) -> None:
        asked = self.transfer()
        answer = doors.post(self.on, asked)
        self.same(asked, answer.outcome, self.oracle.post(asked))
        self.remember(asked, answer.outcome)

    def batch(self) -> None:
        """New ones, and now and then one that was asked before, twice in the batch, or turned into something else."""
        asked = [self.transfer() for _ in range(self.chance.randrange(1, self.most))]
        if self.chance.random() < 0.3 and self.asked:
            asked += [*self.chance.choices(self.asked, k=2), asked[0]]
            asked.append(dataclasses.replace(asked[0], memo="other"))
            self.chance.shuffle(asked)
        for one, answer in zip(asked, doors.post_many(self.on, asked), strict=True):
            self.same(one, answer.outcome, self.oracle.post(one))
            self.remember(one, answer.outcome)

    def again(self) -> None:
        if self.asked:
            asked = self.chance.choice(self.asked)
            first, second = doors.post(self.on, asked), doors.post(self.on, asked)
            self.same(asked, first.outcome, self.oracle.post(asked))
            self.same("twice", (second.outcome, second.at), (self.oracle.post(asked), first.at))
            self.remember(asked, first.outcome)

    def other(self) -> None:
        if self.asked:
            asked = dataclasses.replace(self.chance.choice(self.asked), actor="job:other")
            self.same(asked, doors.post(self.on, asked).outcome, self.oracle.post(asked))

    def reverse(self) -> None:
        original = self.chance.choice(self.posted) if self.posted and self.chance.random() < 0.95 else uuid7()
        own, fen = uuid7(), self.chance.randrange(1, 120)
        for _ in range(self.chance.choice((1, 1, 2))):
            answer = doors.reverse(
                self.on, issuer_id=self.issuer, id=own, original=original, amount_fen=fen, actor="job:walk"
            )
            self.same(("reverse", original, fen), answer.outcome, self.oracle.reverse(own, original, fen))

    def hold(self) -> None:
        own, card, fen = uuid7(), self.chance.choice(CARDS), self.chance.randrange(1, 200)
        answer = doors.place_hold(
            self.on, issuer_id=self.issuer, id=own, debit=card, credit=Kind.REFUND_DUE, amount_fen=fen,
            flow=Flow.REFUND, expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1), actor="job:walk",
        )  # fmt: skip
        self.same(("hold", card, fen), answer.outcome, self.oracle.hold(own, card, Kind.REFUND_DUE, fen))
        self.held.append(own)

    def settle(self) -> None:
        if self.held:
            own, held, fen = uuid7(), self.chance.choice(self.held[-20:]), self.chance.randrange(1, 220)
            answer = doors.post_hold(
                self.on, issuer_id=self.issuer, id=own, hold=held, amount_fen=fen, actor="job:walk"
            )
            self.same(("settle", held, fen), answer.outcome, self.oracle.settle(own, held, fen))
            if not answer.outcome:
                self.posted.append(own)

    def void(self) -> None:
        if self.held:
            held = self.chance.choice(self.held[-20:])
            answer = doors.void_hold(self.on, issuer_id=self.issuer, hold=held, actor="job:walk")
            self.same(("void", held), answer.outcome, self.oracle.void(held))

    def state(self) -> None:
        card, state = self.chance.choice(CARDS[:6]), self.chance.choice((State.OPEN, State.OPEN, State.FROZEN))
        if self.chance.random() < 0.05:
            state = State.CLOSED
        self.same((card, state), doors.set_state(self.on, self.issuer, card, state), self.oracle.set_state(card, state))

    def compare(self) -> None:
        """Every balance and hold, read in one statement."""
        with self.on.cursor() as cursor:
            cursor.execute(
                "SELECT id, ledger.balance(issuer_id, id), held FROM ledger.account WHERE issuer_id = %s", [self.issuer]
            )
            found = {number: (balance, held) for number, balance, held in cursor.fetchall()}
        expected = {one: (self.oracle.balance[one], self.oracle.held[one]) for one in self.oracle.accounts}
        self.same("balances", found, expected)


def invariants(on, issuer: int | None = None) -> list[str]:
    """I1 to I4, I6, I7, I11 over the whole ledger or one issuer, in one snapshot each; empty is well."""
    looks = {
        "I1 an issuer does not add up to zero": "SELECT issuer_id FROM ledger.account GROUP BY 1"
        " HAVING sum(ledger.balance(issuer_id, id)) <> 0",
        "I2 a balance is not the sum of its movements": "SELECT a.issuer_id, a.id FROM ledger.account a WHERE"
        " ledger.balance(a.issuer_id, a.id) <> (SELECT coalesce(sum(CASE WHEN t.credit = a.id THEN t.amount ELSE"
        " -t.amount END), 0) FROM ledger.transfer t WHERE t.issuer_id = a.issuer_id AND a.id IN (t.debit, t.credit))",
        "I3 an account is beyond its limit": "SELECT issuer_id, id FROM ledger.account"
        " WHERE side <> 0 AND side * balance - held < 0",
        "I4 an account moved more or less often than it has lines": "SELECT a.issuer_id, a.id FROM ledger.account a"
        " WHERE a.side <> 0 AND a.version <> (SELECT count(*) FROM ledger.transfer t"
        " WHERE t.issuer_id = a.issuer_id AND a.id IN (t.debit, t.credit))",
        "I6 more was reversed than there was": "SELECT t.issuer_id, t.id FROM ledger.transfer t JOIN ledger.transfer r"
        " ON r.issuer_id = t.issuer_id AND r.reverses_id = t.id GROUP BY 1, 2, t.amount"
        " HAVING sum(r.amount) > t.amount",
        "I6 what is held is not what the open holds say": "SELECT a.issuer_id, a.id FROM ledger.account a"
        " WHERE a.held <> (SELECT coalesce(sum(h.amount), 0) FROM ledger.hold h"
        " WHERE h.issuer_id = a.issuer_id AND h.debit = a.id"
        " AND NOT EXISTS (SELECT FROM ledger.hold_end e WHERE e.issuer_id = h.issuer_id AND e.hold_id = h.id))",
        "I7 cards and dormant cards are not what the issuer owes": "SELECT issuer_id FROM ledger.account GROUP BY 1"
        " HAVING sum(ledger.balance(issuer_id, id)) FILTER (WHERE id >= 1000 OR id = 8)"
        " <> -sum(ledger.balance(issuer_id, id)) FILTER (WHERE id < 1000 AND id <> 8)",
        "I11 the balance as of now is not the balance": "SELECT issuer_id, id FROM ledger.account"
        " WHERE ledger.balance(issuer_id, id) <> ledger.balance_at(issuer_id, id, now() + interval '1 hour')",
    }
    broken = []
    with on.cursor() as cursor:
        for name, look in looks.items():
            if issuer is not None:
                look = f"SELECT * FROM ({look}) AS found WHERE issuer_id = {issuer}"
            cursor.execute(look)
            broken += [f"{name}: {row}" for row in cursor.fetchmany(3)]
    return broken


FAULTS = {
    "a twin is counted twice": ("4_posting", "_try", "balance = balance - CASE", "balance = balance - 0 * CASE"),
    "reversals without end": ("4_posting", "reverse", "> v_first.amount THEN", "> 9 * v_first.amount THEN"),
    "batches forget the order": (
        "4_posting", "_hard", "OR (i.issuer, i.debit) IN (SELECT s.issuer, s.account FROM short s)", "",
    ),
    "other content passes as the same": ("4_posting", "_try", "v_row.code, v_row.request_hash)", "v_row.code, p_hash)"),
    "holds hold nothing": ("5_holds", "place_hold", "SET held = held + p_amount", "SET held = held + p_amount / 2"),
    "a hold is posted twice": ("5_holds", "post_hold", "e.hold_id = p_hold) THEN 9", "e.hold_id = p_id) THEN 9"),
    "frozen cards give": (
        "4_posting", "_move", "(state = 0 AND side * balance - held >= v_given_debit)",
        "(side * balance - held >= v_given_debit)",
    ),
    "suspense is not used": ("4_posting", "reverse", "v_debit := 10;", "v_debit := v_debit;"),
}  # fmt: skip
"""Small mistakes in the functions: file, function, what stands there, what is put in its place."""


def plant(name: str) -> str:
    """The function with the mistake in it, to be run by the owner."""
    return _function(*FAULTS[name])


def mended(name: str) -> str:
    file, function, old, _new = FAULTS[name]
    return _function(file, function, old, old)


def _function(file: str, function: str, old: str, new: str) -> str:
    from pathlib import Path

    text = (Path(__file__).resolve().parents[1] / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    start = text.index(f"CREATE FUNCTION ledger.{function}(")
    body = text[start : min(end for mark in ("\nEND $$;", "\n$$;") if (end := text.find(mark, start)) > 0)]
    body += "\nEND $$;" if "LANGUAGE plpgsql" in body else "\n$$;"
    assert old in body, f"{function} does not say {old!r} any more"
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1).replace(old, new)
