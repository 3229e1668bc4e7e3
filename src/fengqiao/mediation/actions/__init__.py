"""Verbs of mediation: lock, may you, can it, change, record."""

from fengqiao.mediation.actions import room
from fengqiao.mediation.actions.answering import accept, decline, give_back, lapse
from fengqiao.mediation.actions.layering import answer_question, ask_judge, hand_over, name_decider, take_over
from fengqiao.mediation.actions.offering import assign, choose, offer, send_list
from fengqiao.mediation.actions.running import (
    challenge,
    close,
    contacted,
    decide_challenge,
    disclose,
    end,
    end_if_live,
    extend,
    interrupt,
    note,
    refuse,
    waive,
)
from fengqiao.mediation.rules import (
    Ground,
    InterestKind,
    Kind,
    Layer,
    Procedure,
    Profession,
    ReturnReason,
    SlotKind,
    Tried,
)

__all__ = [
    "Ground",
    "InterestKind",
    "Kind",
    "Layer",
    "Procedure",
    "Profession",
    "ReturnReason",
    "SlotKind",
    "Tried",
    "accept",
    "answer_question",
    "ask_judge",
    "assign",
    "challenge",
    "choose",
    "close",
    "contacted",
    "decide_challenge",
    "decline",
    "disclose",
    "end",
    "end_if_live",
    "extend",
    "give_back",
    "hand_over",
    "interrupt",
    "lapse",
    "name_decider",
    "note",
    "offer",
    "refuse",
    "room",
    "send_list",
    "take_over",
    "waive",
]
