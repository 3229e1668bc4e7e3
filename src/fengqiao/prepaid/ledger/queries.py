"""Questions to the ledger. Balances are in its sign (credits − debits); `rules.natural` turns them for people."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.db import connection

from fengqiao.prepaid.ledger.ids import uuid7
from fengqiao.prepaid.ledger.rules import FIRST_CARD, Flow, Kind, State


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """An account now. Units: fen; `available_fen` is what it can give, None without a limit."""

    issuer_id: int
    id: int
    state: State
    balance_fen: int
    held_fen: int
    available_fen: int | None


class Line(NamedTuple):
    """One line of a statement: `amount_fen` is positive when it raises the balance, `balance_fen` stands after it."""

    id: uuid.UUID
    posted_at: dt.datetime
    effective_at: dt.datetime
    flow: Flow
    amount_fen: int
    balance_fen: int
    other_account: int
    actor: str
    reverses_id: uuid.UUID | None


@dataclasses.dataclass(frozen=True, slots=True)
class Drift:
    """An account whose stored balance is not what its movements add up to."""

    issuer_id: int
    account_id: int
    stored_fen: int
    counted_fen: int


def account(issuer_id: int, number: int) -> Account | None:
    row = _one(
        "SELECT state, ledger.balance(issuer_id, id), held, side FROM ledger.account WHERE issuer_id = %s AND id = %s",
        issuer_id, number,
    )  # fmt: skip
    if row is None:
        return None
    state, balance, held, side = row
    return Account(issuer_id, number, State(state), balance, held, side * balance - held if side else None)


def balance(issuer_id: int, number: int) -> int | None:
    """Now. None when there is no such account."""
    row = _one("SELECT ledger.balance(%s, %s)", issuer_id, number)
    return row[0] if row else None


def balance_at(issuer_id: int, number: int, at: dt.datetime) -> int:
    """As it stood at an instant: everything posted before it."""
    return int(_one("SELECT ledger.balance_at(%s, %s, %s)", issuer_id, number, at)[0])


def balance_effective(issuer_id: int, number: int, at: dt.datetime) -> int:
    """As of an instant by when things took effect, what was put right later included."""
    return int(_one("SELECT ledger.balance_effective(%s, %s, %s)", issuer_id, number, at)[0])


def outstanding(issuer_id: int) -> int:
    """What the issuer owes to holders: all cards and dormant cards. Eleven accounts tell it, because all add up to 0.

    Units: fen.
    """
    row = _one(
        "SELECT -sum(ledger.balance(issuer_id, id)) FROM ledger.account WHERE issuer_id = %s AND id < %s AND id <> %s",
        issuer_id, FIRST_CARD, Kind.DORMANT.value,
    )  # fmt: skip
    return int(row[0] or 0)


_STATEMENT = """
SELECT id, posted_at, effective_at, code, amount, sum(amount) OVER (ORDER BY posted_at, id)::bigint, other, actor,
       reverses_id
FROM (
  SELECT id, posted_at, effective_at, code, -amount AS amount, credit AS other, actor, reverses_id
  FROM ledger.transfer WHERE issuer_id = %(issuer)s AND debit = %(account)s AND id >= %(since)s
  UNION ALL
  SELECT id, posted_at, effective_at, code, amount, debit, actor, reverses_id
  FROM ledger.transfer WHERE issuer_id = %(issuer)s AND credit = %(account)s AND id >= %(since)s
) AS line ORDER BY posted_at, id
"""
_NIL = uuid.UUID(int=0)
_FLOWS = {flow.value: flow for flow in Flow}


def statement(issuer_id: int, number: int, *, since: dt.datetime | None = None) -> list[Line]:
    """Every movement of an account in the order of posting, with the balance after each. For cards: a hot account has
    millions, and its days are read from `ledger.daily_balance`.

    `since`: only what was posted from then on; the balances stay right.
    """
    names: dict[str, Any] = {"issuer": issuer_id, "account": number, "since": _NIL}
    if since is not None:
        # An id may be a week older than its posting: read from there, and take off what was posted before.
        names["since"] = uuid.UUID(int=uuid7(since - dt.timedelta(days=8)).int >> 80 << 80)
    rows = _all(_STATEMENT, names)
    if since is None:
        return [Line(row[0], row[1], row[2], _FLOWS[row[3]], *row[4:]) for row in rows]
    left_out = sum(row[4] for row in rows if row[1] < since)
    opening = balance_at(issuer_id, number, since) - left_out
    return [
        Line(row[0], row[1], row[2], _FLOWS[row[3]], row[4], opening + row[5], *row[6:])
        for row in rows
        if row[1] >= since
    ]


_RECOUNT = """
WITH line AS (
  SELECT issuer_id, debit AS account_id, -amount AS amount, xid FROM ledger.transfer
  UNION ALL SELECT issuer_id, credit, amount, xid FROM ledger.transfer
), counted AS (
  SELECT issuer_id, account_id,
         sum(amount) FILTER (WHERE ledger.side(account_id) <> 0 OR xid < (SELECT rolled_up_to FROM ledger.setting))
           AS amount
  FROM line GROUP BY issuer_id, account_id
)
SELECT issuer_id, account_id, coalesce(a.balance, 0), coalesce(c.amount, 0)::bigint
FROM (SELECT issuer_id, id AS account_id, balance FROM ledger.account) a
FULL JOIN counted c USING (issuer_id, account_id)
WHERE coalesce(a.balance, 0) <> coalesce(c.amount, 0)
"""


def recount() -> list[Drift]:
    """Add up every movement anew and compare with what is stored, in one snapshot. Result: what differs."""
    return [Drift(*row) for row in _all(_RECOUNT, {})]


def imbalances() -> list[tuple[int, int]]:
    """Issuers whose balances do not add up to zero, with the difference; empty is well."""
    return _all(
        "SELECT issuer_id, sum(ledger.balance(issuer_id, id))::bigint FROM ledger.account GROUP BY issuer_id"
        " HAVING sum(ledger.balance(issuer_id, id)) <> 0", {},
    )  # fmt: skip


def trial_balance(issuer_id: int, month: dt.date) -> tuple[int, int, str]:
    """Accounts, their total (zero) and the hash of an issuer's trial balance at the end of a month."""
    accounts, total, digest = _one("SELECT * FROM ledger.trial_balance(%s, %s)", issuer_id, month)
    return accounts, int(total), bytes(digest).hex()


def _one(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _all(statement: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
