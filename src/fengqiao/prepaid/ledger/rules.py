"""What may be asked of the ledger, and what it answers. No database, no clock.

One sign convention: a balance is credits − debits, so the balances of an issuer add up to zero. `natural` turns it
into the figure people expect. Amounts are whole fen of yuan; the ledger keeps no other currency.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import struct
import uuid
from enum import IntEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.errors import Refused, Text

CURRENCY: Final = "CNY"
FIRST_CARD: Final = 1000
MOST_FEN: Final = 1_000_000_000_000
"""Ten thousand million yuan in one movement is a mistake."""
_BIGGEST: Final = 2**63 - 1


class Kind(IntEnum):
    """The accounts an issuer has of its own; the number is the account's number. Cards have numbers from 1000 up."""

    CLEARING_IN = 1
    CLEARING_OUT = 2
    CUSTODY_FREE = 3
    MARGIN = 4
    RELEASED = 5
    EARNED = 6
    REFUND_DUE = 7
    DORMANT = 8
    INSURER_DUE = 9
    SUSPENSE = 10
    WRITE_OFF = 11
    CARD = FIRST_CARD


class Flow(IntEnum):
    """What a movement is for; which accounts it may join stands in the table `ledger.flow`."""

    REVERSAL = 0
    TOP_UP = 1
    BANKED = 2
    FREEZE = 3
    UNFREEZE = 4
    CONSUME = 5
    RELEASE = 6
    REFUND = 7
    ORDER_REFUND = 8
    REFUND_PAID = 9
    EXPIRE = 10
    REVIVE = 11
    INSURER_PAYS_IN = 12
    INSURER_PAYS_HOLDER = 13
    SET_OFF = 14
    SETTLE = 15
    CARD_TO_CARD = 16
    TAKE_OVER = 17
    SUSPEND = 18
    WRITE_OFF = 19


class State(IntEnum):
    """Of an account. Frozen: nothing goes out; closed: for good, and empty."""

    OPEN = 0
    FROZEN = 1
    CLOSED = 2


class Outcome(IntEnum):
    POSTED = 0
    CONFLICT = 1
    UNTIMELY = 2
    NO_ACCOUNT = 3
    CLOSED = 4
    FROZEN = 5
    INSUFFICIENT = 6
    UNKNOWN = 7
    MORE_THAN_ORIGINAL = 8
    HOLD_ENDED = 9
    NOT_THERE = 10


_REASONS: dict[Outcome, tuple[str, Text]] = {
    Outcome.CONFLICT: ("ledger.conflict", _("This number was used for another movement.")),
    Outcome.UNTIMELY: ("ledger.untimely", _("The number of this movement is too old or from the future.")),
    Outcome.NO_ACCOUNT: ("ledger.no_account", _("There is no such account.")),
    Outcome.CLOSED: ("ledger.closed", _("The account is closed.")),
    Outcome.FROZEN: ("ledger.frozen", _("The account is frozen.")),
    Outcome.INSUFFICIENT: ("ledger.insufficient", _("There is not enough money on the account.")),
    Outcome.UNKNOWN: ("ledger.unknown_movement", _("The ledger knows no such movement.")),
    Outcome.MORE_THAN_ORIGINAL: ("ledger.more_than_original", _("That is more than is left of the original amount.")),
    Outcome.HOLD_ENDED: ("ledger.hold_ended", _("What was set aside has been used, given up or has lapsed.")),
    Outcome.NOT_THERE: ("ledger.not_there", _("There is no such movement.")),
}


def refusal(outcome: Outcome) -> Refused:
    """Why not, for people."""
    code, message = _REASONS[outcome]
    return Refused(code, message)


def side(account: int) -> int:
    """1 when the account may not fall below zero, −1 when it may not rise above it, 0 without a limit.

    Accounts without a limit are append-only: posting does not touch their row.
    """
    if account >= FIRST_CARD or account in {Kind.REFUND_DUE, Kind.DORMANT}:
        return 1
    return -1 if account in {Kind.CUSTODY_FREE, Kind.MARGIN} else 0


_ASSETS = {Kind.CLEARING_IN, Kind.CUSTODY_FREE, Kind.MARGIN, Kind.RELEASED, Kind.WRITE_OFF}


def natural(account: int, balance_fen: int) -> int:
    """The figure people expect: money in custody counts up, and so does what is owed to a holder."""
    return -balance_fen if account in _ASSETS else balance_fen


_SHAPE = struct.Struct(">16sqqqqhq")


@dataclasses.dataclass(frozen=True, slots=True)
class Transfer:
    """One movement to be posted. `id` is chosen by whoever asks, and kept before it is sent.

    Units: fen. Refuses: ledger.currency, ledger.amount, ledger.actor. `memo` enters the content hash alone.
    """

    issuer_id: int
    id: uuid.UUID
    debit: int
    credit: int
    amount_fen: int
    flow: Flow
    actor: str
    effective_at: dt.datetime | None = None
    evidence_id: int | None = None
    memo: str = ""
    currency: str = CURRENCY

    def __post_init__(self) -> None:
        check_amount(self.amount_fen, self.currency)
        check_actor(self.actor)
        if not (0 < self.issuer_id <= _BIGGEST and 0 < self.debit <= _BIGGEST and 0 < self.credit <= _BIGGEST):
            raise refusal(Outcome.NO_ACCOUNT)

    @property
    def request_hash(self) -> str:
        """The first 16 bytes of SHA-256 over what is asked, in hex: an id with another content is another request."""
        effective = 0 if self.effective_at is None else int(self.effective_at.timestamp() * 1_000_000)
        packed = _SHAPE.pack(
            self.id.bytes, self.issuer_id, self.debit, self.credit, self.amount_fen, self.flow, effective
        )
        rest = f"{self.evidence_id}\0{self.actor}\0{self.memo}".encode()
        return hashlib.sha256(packed + rest).hexdigest()[:32]


def content_hash(*parts: object) -> str:
    """The same for the rarer requests: reversals, holds, write-offs."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def check_amount(amount_fen: int, currency: str = CURRENCY) -> None:
    """Refuses: ledger.currency for anything but yuan; ledger.amount for parts of a fen, nothing, less, or too much."""
    if currency != CURRENCY:
        raise Refused("ledger.currency", _("The ledger keeps yuan only."))
    if type(amount_fen) is not int or not 0 < amount_fen <= MOST_FEN:
        raise Refused("ledger.amount", _("The amount must be a whole number of fen above zero."))


def check_actor(actor: str) -> None:
    """Refuses: ledger.actor, a movement by nobody."""
    if not actor or "\0" in actor:
        raise Refused("ledger.actor", _("Every movement names who asked for it."))


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger said. The same id gets the same `outcome` and `at`; `is_repeated` says it was asked before."""

    outcome: Outcome
    at: dt.datetime | None = None
    is_repeated: bool = False
    is_suspended: bool = False

    @property
    def is_posted(self) -> bool:
        return self.outcome is Outcome.POSTED

    def or_refuse(self) -> Answer:
        """Itself when it was posted. Refuses: the reason, in words."""
        if self.outcome is not Outcome.POSTED:
            raise refusal(self.outcome)
        return self
