"""The calls. Each is one function of the ledger on the connection it is given: inside the caller's transaction, if any.

`connection` is Django's (`django.db.connection`) or psycopg's own; both know `cursor()`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from fengqiao.prepaid.ledger.rules import (
    Answer,
    Flow,
    Outcome,
    State,
    Transfer,
    check_actor,
    check_amount,
    content_hash,
)

_POST_ONE = (
    "SELECT outcome, posted_at, replayed FROM ledger.post_one(%s::bigint, %s::uuid, %s::bigint, %s::bigint, %s::bigint,"
    " %s::smallint, %s::timestamptz, %s::uuid, %s::text, %s::bigint)"
)
_POST_BATCH = (
    "SELECT base, outcomes, earlier FROM ledger.post_batch(%s::bigint[], %s::uuid[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::smallint[], %s::timestamptz[], %s::uuid[], %s::text[], %s::bigint[])"
)
_REVERSE = (
    "SELECT outcome, posted_at, replayed, suspended FROM ledger.reverse(%s::bigint, %s::uuid, %s::uuid, %s::bigint,"
    " %s::timestamptz, %s::uuid, %s::text, %s::bigint)"
)
_WRITE_OFF = (
    "SELECT outcome, posted_at, replayed FROM ledger.write_off(%s::bigint, %s::uuid, %s::bigint, %s::bigint,"
    " %s::bigint, %s::uuid, %s::text, %s::text, %s::bigint)"
)
_PLACE_HOLD = (
    "SELECT outcome, placed_at, replayed FROM ledger.place_hold(%s::bigint, %s::uuid, %s::bigint, %s::bigint,"
    " %s::bigint, %s::smallint, %s::timestamptz, %s::uuid, %s::text)"
)
_POST_HOLD = (
    "SELECT outcome, posted_at, replayed FROM ledger.post_hold(%s::bigint, %s::uuid, %s::uuid, %s::bigint, %s::uuid,"
    " %s::text, %s::bigint)"
)
_VOID_HOLD = "SELECT outcome, ended_at, replayed FROM ledger.void_hold(%s::bigint, %s::uuid, %s::text)"

_MICROSECOND = dt.timedelta(microseconds=1)


def post(connection: Any, asked: Transfer) -> Answer:
    """Post one movement."""
    return _ask(
        connection,
        _POST_ONE,
        (
            asked.issuer_id, asked.id, asked.debit, asked.credit, asked.amount_fen, asked.flow.value,
            asked.effective_at, asked.request_hash, asked.actor, asked.evidence_id,
        ),
    )  # fmt: skip


def post_many(connection: Any, asked: Sequence[Transfer]) -> list[Answer]:
    """Post movements of any issuers in one call, answered as if posted one by one in their order."""
    if not asked:
        return []
    columns = (
        _array([str(one.issuer_id) for one in asked]), _array([one.id.hex for one in asked]),
        _array([str(one.debit) for one in asked]), _array([str(one.credit) for one in asked]),
        _array([str(one.amount_fen) for one in asked]), _array([str(one.flow.value) for one in asked]),
        [one.effective_at for one in asked], _array([one.request_hash for one in asked]),
        [one.actor for one in asked],
        [one.evidence_id for one in asked] if any(one.evidence_id for one in asked) else None,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_POST_BATCH, columns)
        base, outcomes, earlier = cursor.fetchone()
    if outcomes is None:
        return [Answer(Outcome.POSTED, base + n * _MICROSECOND) for n in range(1, len(asked) + 1)]
    return [
        Answer(Outcome(outcome), before or (base + n * _MICROSECOND if outcome == 0 else None), before is not None)
        for n, (outcome, before) in enumerate(zip(outcomes, earlier, strict=True), 1)
    ]


def reverse(
    connection: Any, *, issuer_id: int, id: uuid.UUID, original: uuid.UUID, amount_fen: int, actor: str,
    effective_at: dt.datetime | None = None, evidence_id: int | None = None,
) -> Answer:  # fmt: skip
    """Take back a movement or a part of it, never more than is left of it.

    `is_suspended`: the account could not give it back or was closed, so SUSPENSE took its place.
    """
    _check(amount_fen, actor)
    digest = content_hash("reverse", issuer_id, id, original, amount_fen, effective_at, actor, evidence_id)
    return _ask(
        connection, _REVERSE, (issuer_id, id, original, amount_fen, effective_at, digest, actor, evidence_id)
    )  # fmt: skip


def write_off(
    connection: Any, *, issuer_id: int, id: uuid.UUID, debit: int, credit: int, amount_fen: int, actor: str,
    approved_by: str, evidence_id: int | None = None,
) -> Answer:  # fmt: skip
    """Write off what nobody will get back; `approved_by` is another person than `actor`."""
    _check(amount_fen, actor)
    digest = content_hash("write_off", issuer_id, id, debit, credit, amount_fen, actor, approved_by, evidence_id)
    return _ask(
        connection,
        _WRITE_OFF,
        (issuer_id, id, debit, credit, amount_fen, digest, actor, approved_by, evidence_id),
    )


def place_hold(
    connection: Any, *, issuer_id: int, id: uuid.UUID, debit: int, credit: int, amount_fen: int, flow: Flow,
    expires_at: dt.datetime, actor: str,
) -> Answer:  # fmt: skip
    """Set money aside for a movement that somebody has still to decide."""
    _check(amount_fen, actor)
    digest = content_hash("hold", issuer_id, id, debit, credit, amount_fen, flow.value, expires_at, actor)
    return _ask(
        connection,
        _PLACE_HOLD,
        (issuer_id, id, debit, credit, amount_fen, flow.value, expires_at, digest, actor),
    )


def post_hold(
    connection: Any, *, issuer_id: int, id: uuid.UUID, hold: uuid.UUID, amount_fen: int, actor: str,
    evidence_id: int | None = None,
) -> Answer:  # fmt: skip
    """Post what was set aside, or less of it; the rest is free again. Once."""
    _check(amount_fen, actor)
    digest = content_hash("post_hold", issuer_id, id, hold, amount_fen, actor, evidence_id)
    return _ask(connection, _POST_HOLD, (issuer_id, id, hold, amount_fen, digest, actor, evidence_id))


def void_hold(connection: Any, *, issuer_id: int, hold: uuid.UUID, actor: str) -> Answer:
    """Give up what was set aside."""
    check_actor(actor)
    return _ask(connection, _VOID_HOLD, (issuer_id, hold, actor))


def open_issuer(connection: Any, issuer_id: int, *, region: str, actor: str) -> bool:
    """An issuer with its own accounts. Result: whether it is new."""
    check_actor(actor)
    return bool(
        _value(connection, "SELECT ledger.open_issuer(%s::bigint, %s::text, %s::text)", (issuer_id, region, actor))
    )


def open_cards(connection: Any, issuer_id: int, cards: Sequence[int]) -> int:
    """Accounts of cards; numbers from 1000 up. Result: how many are new."""
    return int(_value(connection, "SELECT ledger.open_cards(%s::bigint, %s::bigint[])", (issuer_id, list(cards))))


def set_state(connection: Any, issuer_id: int, account: int, state: State) -> Outcome:
    """Freeze, thaw or close an account; who did it and why is the caller's event."""
    found = _value(
        connection, "SELECT ledger.set_state(%s::bigint, %s::bigint, %s::smallint)", (issuer_id, account, state.value)
    )
    return Outcome(int(found))


def _array(digits: list[str]) -> str:
    """The array as PostgreSQL reads it: of numbers and hex, joined three times as fast as a driver adapts them."""
    return "{" + ",".join(digits) + "}"


def _check(amount_fen: int, actor: str) -> None:
    check_amount(amount_fen)
    check_actor(actor)


def _ask(connection: Any, statement: str, values: Sequence[Any]) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        outcome, at, is_repeated, *more = cursor.fetchone()
    return Answer(Outcome(outcome), at, is_repeated, bool(more and more[0]))


def _value(connection: Any, statement: str, values: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
