"""The verbs of evidence."""

import datetime as dt

from fengqiao.evidence.actions.publishing import Contradiction, adopt, publish
from fengqiao.evidence.actions.sealing import Sealed, add_words, seal
from fengqiao.evidence.actions.witnessing import ask_witnesses, settle

ASK_AGAIN = dt.timedelta(days=2)
"""How long witnesses that did not sign a checkpoint are asked again, while nothing newer is there."""

__all__ = ["ASK_AGAIN", "Contradiction", "Sealed", "add_words", "adopt", "ask_witnesses", "publish", "seal", "settle"]
