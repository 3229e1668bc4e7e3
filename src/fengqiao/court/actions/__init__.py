"""Verbs of confirmation: lock, may you, can it, change, record."""

from fengqiao.court.actions.applying import apply, join, withdraw
from fengqiao.court.actions.deciding import decide, hear, object_to, prepare_enforcement, serve
from fengqiao.court.actions.docketing import accept, ask_papers, lapse_papers, refuse
from fengqiao.court.rules import Excluded, Mode, Rejected

__all__ = [
    "Excluded",
    "Mode",
    "Rejected",
    "accept",
    "apply",
    "ask_papers",
    "decide",
    "hear",
    "join",
    "lapse_papers",
    "object_to",
    "prepare_enforcement",
    "refuse",
    "serve",
    "withdraw",
]
