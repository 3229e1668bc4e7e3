"""Reasons in words a clerk can read aloud. The only place here that knows languages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fengqiao.intake.understanding.reasons import Reason

SENTENCES = {
    "category.learned": _("Earlier messages of this kind also say: %(words)s"),
    "category.words": _("The message says: %(words)s"),
    "category.unknown": _("No word of the message points to a category"),
    "place.gazetteer": _("The message names this place: %(words)s"),
    "place.several": _("Several places have this name: %(words)s"),
    "place.named": _("The message names a place that is not in the list yet: %(words)s"),
    "urgency.fire": _("It speaks of fire: %(words)s"),
    "urgency.gas": _("It speaks of escaping gas: %(words)s"),
    "urgency.life": _("A life may be in danger: %(words)s"),
    "urgency.trapped": _("Somebody is trapped: %(words)s"),
    "urgency.attack": _("Somebody is attacked or threatened with death: %(words)s"),
    "urgency.violence": _("It speaks of violence or threats: %(words)s"),
    "urgency.minor": _("A child may need protection: %(words)s"),
    "urgency.minor_attacked": _("A child is in danger: %(words)s"),
    "urgency.self_harm": _("Somebody may harm themselves; the sentence is kept under seal"),
    "urgency.cold": _("A cold home in winter with somebody frail: %(words)s"),
    "urgency.hazard": _("Something may fall, break or bite: %(words)s"),
    "urgency.gathering": _("Many people are gathering: %(words)s"),
}
_LEARNED = _("Learned from earlier messages of this kind")


def say(code: str, words: tuple[str, ...] | list[str] = ()) -> str:
    """The sentence of a reason code with the words of the message, in the reader's language."""
    if code == "category.learned" and not words:
        return str(_LEARNED)
    quoted = str(pgettext_lazy("between quoted words", ", ")).join(f"“{word}”" for word in words)
    return str(SENTENCES[code]) % {"words": quoted}


def said(reason: Reason) -> str:
    return say(reason.code, reason.words)
