"""Vocabulary of intake, the table of stages, who may do what; pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import permit
from fengqiao.kernel.states import Machine
from fengqiao.people.rules import Role


class Channel(TextChoices):
    """Where a contact came in. All lead to one queue and one clock."""

    COURT_HOTLINE = "court_hotline", _("12368 court hotline")
    CITY_HOTLINE = "city_hotline", _("12345 hotline")
    WEB = "web", _("web page")
    QR = "qr", _("QR code")
    GRID = "grid", _("grid worker")
    WINDOW = "window", _("court window")
    OPEN311 = "open311", _("Open311")
    API = "api", _("connected system")
    IMPORT = "import", _("import")


class Stage(TextChoices):
    """Where a contact stands, in the words of staff; residents read the sentences of `plain.status`."""

    RECEIVED = "received", _("registered")
    DISPATCHED = "dispatched", _("dispatched")
    HANDLING = "handling", _("in hand")
    WAITING = "waiting", _("waiting for the person, clock paused")
    DONE = "done", _("reported done, to be accepted")
    ACCEPTED = "accepted", _("accepted")
    LAPSED = "lapsed", _("closed without acceptance")
    WITHDRAWN = "withdrawn", _("withdrawn")
    TRANSFERRED = "transferred", _("passed on")
    MERGED = "merged", _("merged")


STAGES = Machine(
    "contact",
    {
        Stage.RECEIVED: {Stage.DISPATCHED, Stage.WAITING, Stage.DONE, Stage.TRANSFERRED, Stage.WITHDRAWN, Stage.MERGED},
        Stage.DISPATCHED: {
            Stage.RECEIVED,
            Stage.DISPATCHED,
            Stage.HANDLING,
            Stage.TRANSFERRED,
            Stage.WITHDRAWN,
            Stage.MERGED,
        },
        Stage.HANDLING: {
            Stage.RECEIVED,
            Stage.DISPATCHED,
            Stage.WAITING,
            Stage.DONE,
            Stage.TRANSFERRED,
            Stage.WITHDRAWN,
            Stage.MERGED,
        },
        Stage.WAITING: {Stage.RECEIVED, Stage.HANDLING, Stage.LAPSED, Stage.WITHDRAWN, Stage.MERGED},
        Stage.DONE: {Stage.HANDLING, Stage.RECEIVED, Stage.ACCEPTED, Stage.LAPSED, Stage.WITHDRAWN},
        Stage.ACCEPTED: set(),
        Stage.LAPSED: {Stage.HANDLING, Stage.RECEIVED},
        Stage.WITHDRAWN: set(),
        Stage.TRANSFERRED: {Stage.RECEIVED},
        Stage.MERGED: {Stage.RECEIVED},
    },
)
CLOSED = frozenset({Stage.ACCEPTED, Stage.LAPSED, Stage.WITHDRAWN, Stage.TRANSFERRED, Stage.MERGED})
"""Stages in which nobody owes a move. Only ACCEPTED counts as solved."""


class Urgency(TextChoices):
    ORDINARY = "ordinary", _("ordinary")
    URGENT = "urgent", _("urgent")
    EMERGENCY = "emergency", _("emergency")


URGENCY_ORDER = (Urgency.ORDINARY, Urgency.URGENT, Urgency.EMERGENCY)


class ClockClass(TextChoices):
    """Which set of limits a contact runs on."""

    ORDINARY = "ordinary", _("ordinary matter")
    UTILITY = "utility", _("water, power, gas, heat")
    COURT = "court", _("court matter")
    HARD = "hard", _("matter of several units")


class Mover(TextChoices):
    """Who owes the next move."""

    DESK = "desk", _("front desk")
    UNIT = "unit", _("handling unit")
    PERSON = "person", _("the person concerned")
    NOBODY = "nobody", _("nobody")


class EntryKind(TextChoices):
    """Lines of a contact's history."""

    RECEIVED = "received", _("registered")
    DISPATCHED = "dispatched", _("dispatched")
    TAKEN = "taken", _("taken in hand")
    RETURNED = "returned", _("returned")
    MOVED = "moved", _("moved on by itself")
    ANSWER = "answer", _("answer")
    PROGRESS = "progress", _("progress")
    NOTE = "note", _("internal note")
    ASKED = "asked", _("more asked for")
    SUPPLEMENT = "supplement", _("added by the person")
    DONE = "done", _("reported done")
    ACCEPTED = "accepted", _("accepted")
    OBJECTED = "objected", _("not accepted")
    POSTPONED = "postponed", _("decision put off")
    LAPSED = "lapsed", _("closed without acceptance")
    REOPENED = "reopened", _("reopened")
    WITHDRAWN = "withdrawn", _("withdrawn")
    TRANSFERRED = "transferred", _("passed on")
    MERGED = "merged", _("merged")
    LINKED = "linked", _("linked")
    SPLIT = "split", _("split")
    DISPUTE = "dispute", _("became a dispute, mediation offered")
    JOINED = "joined", _("“me too”")
    URGENCY = "urgency", _("urgency changed")
    ALERTED = "alerted", _("told at once")
    ACKNOWLEDGED = "acknowledged", _("alert taken")
    CORRECTED = "corrected", _("suggestion corrected")
    UNDONE = "undone", _("taken back")
    RATED = "rated", _("rated")
    NOTICE = "notice", _("notice sent")


INTERNAL_KINDS = frozenset(
    {
        EntryKind.NOTE,
        EntryKind.CORRECTED,
        EntryKind.RETURNED,
        EntryKind.MOVED,
        EntryKind.ALERTED,
        EntryKind.ACKNOWLEDGED,
    }
)
"""Lines the person concerned never sees, on any exit."""


class About(TextChoices):
    """What a rating judges."""

    ANSWER = "answer", _("the answer")
    RESULT = "result", _("the result")


class Behalf(TextChoices):
    SELF = "self", _("for myself")
    OTHER = "other", _("for someone else")
    GROUP = "group", _("for a group")


def clock_class(*, category_class: str, channel: str, is_hard: bool = False) -> ClockClass:
    """The set of limits: several units make a matter hard, else the category decides, else the channel."""
    if is_hard:
        return ClockClass.HARD
    if category_class:
        return ClockClass(category_class)
    return ClockClass.COURT if channel in {Channel.COURT_HOTLINE, Channel.WINDOW} else ClockClass.ORDINARY


def higher(a: str, b: str) -> Urgency:
    """The more urgent of two. A guess may raise, never lower."""
    return max(Urgency(a), Urgency(b), key=URGENCY_ORDER.index)


DESK = (Role.OPERATOR, Role.CLERK, Role.DISPATCHER, Role.DUTY_SUPERVISOR)
FIELD = (Role.GRID_WORKER, Role.COMMUNITY_WORKER, Role.VILLAGE_CADRE)
UNIT = (Role.OFFICER, Role.POLICE, Role.PROPERTY_MANAGER, *FIELD, *DESK)

READ = permit("intake.read", {*UNIT, Role.LEADER})
REGISTER = permit("intake.register", {*DESK, *FIELD, Role.JUDGE_ASSISTANT})
FILE = permit("intake.file", {*UNIT, Role.JUDGE_ASSISTANT, Role.RESIDENT})
DISPATCH = permit("intake.dispatch", DESK)
HANDLE = permit("intake.handle", UNIT)
REORDER = permit("intake.reorder", DESK)
RATE = permit("intake.ask_rating", DESK)
READ_SEALED = permit("intake.read_sealed", {Role.DUTY_SUPERVISOR, Role.COUNSELLOR})
CONFIGURE = permit("intake.configure", {Role.ADMINISTRATOR, Role.DISPATCHER})
IMPORT = permit("intake.import", {Role.OPERATOR, Role.DISPATCHER, Role.CLERK, Role.ADMINISTRATOR})
EXPORT = permit("intake.export", {*DESK, Role.LEADER, Role.OFFICER})
POSTERS = permit("intake.posters", {Role.COMMUNITY_WORKER, Role.CLERK, Role.DISPATCHER, Role.ADMINISTRATOR})
OWN = permit("intake.own", {Role.RESIDENT})

STAFF_CHANNELS = frozenset({Channel.COURT_HOTLINE, Channel.CITY_HOTLINE, Channel.GRID, Channel.WINDOW})
"""Channels on which one of us writes down what a person says."""

ACTS: dict[str, tuple[str, frozenset[Stage]]] = {
    "dispatch": (DISPATCH, frozenset({Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING})),
    "take": (HANDLE, frozenset({Stage.DISPATCHED})),
    "send_back": (HANDLE, frozenset({Stage.DISPATCHED})),
    "answer": (HANDLE, frozenset({Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING})),
    "progress": (HANDLE, frozenset({Stage.HANDLING})),
    "ask": (HANDLE, frozenset({Stage.RECEIVED, Stage.HANDLING})),
    "finish": (HANDLE, frozenset({Stage.RECEIVED, Stage.HANDLING})),
    "transfer": (DISPATCH, frozenset({Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING})),
    "merge": (REORDER, frozenset({Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING})),
    "reopen": (DISPATCH, frozenset({Stage.LAPSED})),
}
"""For each act of the staff: the verb it needs and the stages in which it makes sense. Pages offer no other buttons."""


LOOKS_LAST = (Role.DUTY_SUPERVISOR,)
"""Who has the matters before their eyes for which nobody is called any more."""
TOP_CALLS = "intake.ladder.top_calls"
"""How often those at the top of the ladder are called again before a person has to look for somebody."""


def take_up_rule(urgency: str) -> str:
    return f"intake.take_up.{urgency}"


def response_rule(urgency: str) -> str:
    return "intake.response.emergency" if urgency == Urgency.EMERGENCY else "intake.response.default"


def completion_rule(contact_class: str, urgency: str) -> str:
    return f"intake.completion.{'emergency' if urgency == Urgency.EMERGENCY else contact_class}"


def next_mover(stage: str) -> Mover:
    """Who owes the next move in a stage."""
    return {
        Stage.RECEIVED: Mover.DESK,
        Stage.DISPATCHED: Mover.UNIT,
        Stage.HANDLING: Mover.UNIT,
        Stage.WAITING: Mover.PERSON,
        Stage.DONE: Mover.PERSON,
    }.get(Stage(stage), Mover.NOBODY)


TITLE_LENGTH = 24
_SENTENCE_ENDS, _PHRASE_ENDS = "。！？!?；;\n", "，,、：:（("


def short_title(text: str) -> str:
    """What a matter is called: the first sentence, or as many phrases of it as fit.

    Result: at most TITLE_LENGTH characters, cut between words where none fits; "…" only then.
    """
    line = " ".join(text.split())
    sentence = next(_ends(line, _SENTENCE_ENDS), None)
    if sentence is not None:
        return line[:sentence]
    if len(line) <= TITLE_LENGTH:
        return line.rstrip(_PHRASE_ENDS)
    phrase = max(_ends(line, _PHRASE_ENDS), default=None)
    return _between_words(line) if phrase is None else line[:phrase]


def _ends(line: str, marks: str) -> Iterator[int]:
    """Where a title could end: before one of these marks, with four characters at least."""
    return (at for at, sign in enumerate(line[: TITLE_LENGTH + 1]) if sign in marks and at >= 4)


def _between_words(line: str) -> str:
    """As much as fits, not ending inside a Latin word or a number."""
    cut = TITLE_LENGTH - 1
    if line[cut - 1].isascii() and line[cut].isascii() and line[cut].isalnum():
        cut = next((at for at in range(cut, 3, -1) if not (line[at - 1].isascii() and line[at - 1].isalnum())), cut)
    return line[:cut].rstrip() + "…"
