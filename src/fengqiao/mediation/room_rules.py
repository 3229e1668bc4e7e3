"""The mediation room 调解室: its words, who may do what in it, and pure functions. No database, no clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.actions import Side
from fengqiao.kernel.actor import permit
from fengqiao.kernel.errors import Text
from fengqiao.people.rules import Role


class Channel(TextChoices):
    """Where something is said. A private talk carries the name of its side; the two never share a box."""

    JOINT = "joint", _("together")
    APPLICANT = Side.APPLICANT, _("applicant alone")
    RESPONDENT = Side.RESPONDENT, _("respondent alone")
    THIRD = Side.THIRD, _("third party alone")


class LineKind(TextChoices):
    """What a line of the talk is. Only `say`, `file` and `agree` carry words of people."""

    SAY = "say", _("said")
    FILE = "file", _("file")
    AGREE = "agree", _("agreed together")
    PAUSED = "paused", _("paused")
    RESUMED = "resumed", _("resumed")
    ASKED = "asked", _("question to the judge on call")
    ANSWERED = "answered", _("answer of the judge on call")
    OFFERED = "offered", _("offer made")
    ROUND = "round", _("sealed offers")
    RECORDING = "recording", _("recording began")
    RECORDED = "recorded", _("recording stopped")
    ENDED = "ended", _("ended")


WITH_WORDS = (LineKind.SAY, LineKind.FILE, LineKind.AGREE)


class Hand(TextChoices):
    """How words reached the room. All but the first were written by the mediator's hand and are marked so."""

    SELF = "self", _("in the room")
    SMS = "sms", _("by text message, written down by the mediator")
    PHONE = "phone", _("by telephone, written down by the mediator")
    COUNTER = "counter", _("at the counter, written down by the mediator")
    PAPER = "paper", _("on paper, written down by the mediator")


class CheckedBy(TextChoices):
    """How the identity was checked (ONM 17)."""

    ID_CARD = "id_card", _("identity card seen")
    FACE = "face", _("identity card and face, by video")
    SIGN_IN = "sign_in", _("signed in with a checked account")
    COUNTER = "counter", _("at the counter")
    AUTHORITY = "authority", _("business licence and power of attorney seen")


class CardKind(TextChoices):
    ISSUE = "issue", _("issue")
    INTEREST = "interest", _("interest")


class CardState(TextChoices):
    OPEN = "open", _("to be talked about")
    NOW = "now", _("being talked about")
    AGREED = "agreed", _("undisputed")


class OfferState(TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted by all")
    DECLINED = "declined", _("declined")
    COUNTERED = "countered", _("answered by another offer")
    WITHDRAWN = "withdrawn", _("taken back")
    LAPSED = "lapsed", _("lapsed")


class Answer(TextChoices):
    YES = "yes", _("accepts")
    NO = "no", _("does not accept")
    TALK = "talk", _("wants to talk more")


class RoundState(TextChoices):
    """State of a round of sealed offers. The mediator sees this and nothing else of it."""

    OPEN = "open", _("open")
    AGREED = "agreed", _("agreed")
    MISSED = "missed", _("no match")
    LAPSED = "lapsed", _("lapsed")


class SignalKind(TextChoices):
    """What a browser tells another one about a picture."""

    JOIN = "join"
    OFFER = "offer"
    ANSWER = "answer"
    CANDIDATE = "candidate"
    LEAVE = "leave"


MOST_PICTURES = 4
LONGEST = 4000
"""Letters of one line."""
SHORTEST_ROUND = dt.timedelta(minutes=10)
SIGNAL_LIFE = dt.timedelta(seconds=60)
CHUNK_MOST = 4 << 20
"""Octets of one piece of a recording."""

SIT = permit("room.sit", {Role.MEDIATOR, Role.RESIDENT})
"""Take part in a room: its mediator and its parties; nobody else has an address there."""
LEAD = permit("room.lead", {Role.MEDIATOR})


def meet_fen(*, demand_fen: int, offer_fen: int, distance_fen: int) -> int | None:
    """Where two sealed numbers meet; None when they do not.

    Units: fen. They meet when the demand is not above the offer, or above it by no more than the chosen distance;
    the result is the middle, a half fen rounded down.
    Result: symmetric in how far each side moved; never outside the two numbers.
    """
    assert demand_fen >= 0 <= offer_fen and distance_fen >= 0
    if demand_fen - offer_fen > distance_fen:
        return None
    return (demand_fen + offer_fen) // 2


DANGER = re.compile(
    r"打(?:我|了我|了孩子|孩子|人)|又打|家暴|动手打|掐(?:我|脖)|(?:杀|弄死|砍|捅)(?:了)?(?:我|你|他|她|孩子)|不想活|自杀|活不下去"
    r"|在(?:他|她)?旁边(?:看着|盯着|逼)|他在旁边|她在旁边|逼我(?:签|同意|答应)|不敢(?:说|讲|回家)|救(?:救)?我|报警"
    r"|\b(?:hit(?:s|ting)? me|beat(?:s|ing)? me|kill (?:me|you|her|him)|he is (?:here|watching)|help me|suicide)\b",
    re.I,
)
"""Words that call the mediator at once. They only ever raise attention; a person decides what it is."""


def calls_for_help(text: str) -> bool:
    return DANGER.search(text) is not None


@dataclasses.dataclass(frozen=True)
class Weight:
    """What a side brings to the table, as far as the balance of the talk depends on it."""

    side: str
    is_natural: bool
    has_lawyer: bool
    has_agent: bool
    has_minor: bool
    matters_in_a_year: int
    speaks_chinese: bool = True


REPEAT = 3
"""Disputes of the same firm within a year from which it counts as a repeat player."""


def imbalance(ours: Weight, theirs: Weight) -> list[Text]:
    """Hints for the mediator about one side against the other, in plain words. About situations, never a mark on
    a person."""
    found: list[Text] = []
    if theirs.matters_in_a_year >= REPEAT and ours.matters_in_a_year < REPEAT:
        found.append(_("The other side settles matters like this often; this side does not. Explain what is usual."))
    if theirs.has_lawyer and not (ours.has_lawyer or ours.has_agent):
        found.append(_("The other side has a lawyer, this side has nobody. Offer time to ask one; legal aid is free."))
    if ours.is_natural and not theirs.is_natural and not ours.has_agent and not ours.has_lawyer:
        found.append(_("A person alone talks with an organisation. Check that every term is understood."))
    if ours.has_minor:
        found.append(_("A minor is concerned: the guardian speaks, and the child's interest comes first."))
    if not ours.speaks_chinese:
        found.append(_("This side prefers another language. Ask whether an interpreter is wanted."))
    return found


QUESTIONS: tuple[tuple[str, Text], ...] = (
    ("mine", _("What do I have to do, and until when?")),
    ("theirs", _("What does the other side have to do?")),
    ("broken", _("What can happen if somebody does not keep it?")),
)
"""Asked in plain words before anybody signs; each is answered in the party's own words."""


def understood(answers: Sequence[str], *, is_free: bool) -> bool:
    """Whether a comprehension check lets the party sign: everything answered in own words, and nobody pressed."""
    return is_free and all(len(answer.strip()) >= 2 for answer in answers)
