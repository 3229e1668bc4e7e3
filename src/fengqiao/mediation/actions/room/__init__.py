"""Verbs of the mediation room. Every one: lock the room, who are you here, can it, change, tell those who may hear."""

from fengqiao.mediation.actions.room.opening import (
    check_identity,
    come_in,
    end_for_help,
    end_room,
    ends_with_mediation,
    open_room,
    pause,
    read_warning,
    require_identity,
    resume,
    settle_alert,
    signal_for_help,
    take_consent_back,
)
from fengqiao.mediation.actions.room.picturing import (
    add_piece,
    erase_recording,
    erase_what_is_over,
    send_signal,
    start_recording,
    stop_recording,
    take_signals,
)
from fengqiao.mediation.actions.room.proposing import answer_offer, offer, withdraw_offer
from fengqiao.mediation.actions.room.recording import confirm_record, say_in_own_words, write_record
from fengqiao.mediation.actions.room.sealing import close_overdue, open_envelope, open_round, seal_number
from fengqiao.mediation.actions.room.talking import acknowledge, ask_judge, move_card, put_card, release_judge, say

__all__ = [
    "acknowledge", "add_piece", "answer_offer", "ask_judge", "check_identity", "close_overdue", "come_in",
    "confirm_record", "end_for_help", "end_room", "ends_with_mediation", "erase_recording", "erase_what_is_over",
    "move_card", "offer", "open_envelope", "open_room", "open_round", "pause", "put_card", "read_warning",
    "release_judge", "require_identity", "resume", "say", "say_in_own_words", "seal_number", "send_signal",
    "settle_alert", "signal_for_help", "start_recording", "stop_recording", "take_consent_back", "take_signals",
    "withdraw_offer", "write_record",
]  # fmt: skip
