"""The verbs of intake. Each: lock, may you, can it, change, record."""

from fengqiao.disputes.actions import PartyKind
from fengqiao.intake.actions.alerting import acknowledge, change_urgency, climb, climb_on
from fengqiao.intake.actions.closing import (
    accept,
    ask_again,
    lapse,
    object_to,
    postpone,
    rate,
    remind,
    reopen,
    withdraw,
)
from fengqiao.intake.actions.common import settle_from
from fengqiao.intake.actions.dispatching import dispatch, move_on, send_back, take, transfer, undo
from fengqiao.intake.actions.disputing import WAYS, offer_mediation
from fengqiao.intake.actions.handling import answer, ask, finish, note, note_undelivered, progress, supplement
from fengqiao.intake.actions.linking import join, link, merge, split
from fengqiao.intake.actions.receiving import Draft, Receipt, keep_raw, receive

__all__ = [
    "WAYS",
    "Draft",
    "PartyKind",
    "Receipt",
    "accept",
    "acknowledge",
    "answer",
    "ask",
    "ask_again",
    "change_urgency",
    "climb",
    "climb_on",
    "dispatch",
    "finish",
    "join",
    "keep_raw",
    "lapse",
    "link",
    "merge",
    "move_on",
    "note",
    "note_undelivered",
    "object_to",
    "offer_mediation",
    "postpone",
    "progress",
    "rate",
    "receive",
    "remind",
    "reopen",
    "send_back",
    "settle_from",
    "split",
    "supplement",
    "take",
    "transfer",
    "undo",
    "withdraw",
]
