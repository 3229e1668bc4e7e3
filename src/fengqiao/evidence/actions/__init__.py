"""The verbs of evidence."""

import datetime as dt

from fengqiao.evidence.actions.anchoring import anchor
from fengqiao.evidence.actions.erasing import (
    add_wipe,
    ask_erasure,
    carry_out,
    grant_erasure,
    lift_hold,
    place_hold,
    running_hold,
)
from fengqiao.evidence.actions.packing import Item, add_source, give
from fengqiao.evidence.actions.publishing import Contradiction, adopt, publish
from fengqiao.evidence.actions.sealing import Sealed, add_words, seal
from fengqiao.evidence.actions.witnessing import ask_witnesses, settle

ASK_AGAIN = dt.timedelta(days=2)
"""How long witnesses that did not sign a checkpoint are asked again, while nothing newer is there."""

__all__ = [
    "ASK_AGAIN",
    "Contradiction",
    "Item",
    "Sealed",
    "add_source",
    "add_wipe",
    "add_words",
    "adopt",
    "anchor",
    "ask_erasure",
    "ask_witnesses",
    "carry_out",
    "give",
    "grant_erasure",
    "lift_hold",
    "place_hold",
    "publish",
    "running_hold",
    "seal",
    "settle",
]
