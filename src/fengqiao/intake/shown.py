"""How contacts look to the staff: rows, suggestion chips, clocks, lines of history. Reads, never writes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.intake import queries
from fengqiao.intake.models import Category, Contact, Entry
from fengqiao.intake.rules import Channel, EntryKind, Mover, Stage, Urgency
from fengqiao.kernel import deadlines
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.kernel.models import Deadline
from fengqiao.people.models import Area, Organisation, Person
from fengqiao.people.rules import mask_name, mask_phone
from fengqiao.shell import said

FIELDS = ("category", "place", "unit", "urgency")
FIELD_NAMES: dict[str, Text] = {
    "category": gettext_lazy("Category"),
    "place": gettext_lazy("Place"),
    "unit": gettext_lazy("Handled by"),
    "urgency": gettext_lazy("Urgency"),
}
CLOCK_NAMES: dict[str, Text] = {
    "response": gettext_lazy("First answer"),
    "take_up": gettext_lazy("Taking up"),
    "progress": gettext_lazy("Progress"),
    "completion": gettext_lazy("Completion"),
    "acceptance": gettext_lazy("Acceptance by the person"),
    "reply": gettext_lazy("Reply of the person"),
}
UNITS_OF_TIME = {"working_days": "working_day", "days": "calendar_day", "hours": "hour", "minutes": "minute"}
LONG_OVER_HOURS = 72
"""From here on a limit of hours that has passed is told in days: nobody reads "548 hours late"."""


@dataclasses.dataclass(frozen=True)
class Clock:
    """A running or ended clock as a badge shows it: state, words in the unit of its rule."""

    state: str
    unit: str
    amount: int
    due_at: dt.datetime
    is_late: bool = False
    is_provisional: bool = False
    kind: str = ""

    @property
    def name(self) -> Text:
        return CLOCK_NAMES.get(self.kind, self.kind)

    def text(self, language: str) -> str:
        chinese = said.is_chinese(language)
        if self.state == "paused":
            return "暂停" if chinese else "paused"
        if self.state == "met":
            return ("超时后办结" if self.is_late else "按时") if chinese else ("done late" if self.is_late else "kept")
        if self.unit == "minutes" and self.amount >= 60:
            return self._left(said.span(self.amount * 60, language=language), chinese)
        if self.state == "over" and self.unit == "hours" and self.amount >= LONG_OVER_HOURS:
            return self._left(said.count(self.amount // 24, "calendar_day", language=language), chinese)
        words = said.count(self.amount, UNITS_OF_TIME.get(self.unit, "day"), language=language)
        if self.state == "today" and self.amount == 0:
            return "今天到期" if chinese else "due today"
        return self._left(words, chinese)

    def _left(self, words: str, chinese: bool) -> str:
        if self.state == "over":
            return f"已超{words}" if chinese else f"{words} late"
        return f"剩{words}" if chinese else f"{words} left"


def clock_of(deadline: Deadline, at: dt.datetime) -> Clock:
    seen = deadlines.remaining(deadline, at)
    return Clock(seen.state, seen.unit, seen.amount, seen.due_at, seen.is_late, seen.is_provisional, kind=deadline.kind)


def clocks(number: str, *, at: dt.datetime) -> list[Clock]:
    """Every clock of a matter that means something, oldest first."""
    found = [one for one in deadlines.for_subjects([number])[number] if one.state != "cancelled"]
    return [clock_of(one, at) for one in found]


@dataclasses.dataclass(frozen=True)
class Chip:
    label: str
    is_sure: bool = True
    reasons: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Option:
    value: str
    label: str
    pressed: bool = False


@dataclasses.dataclass(frozen=True)
class Guess:
    """One field to be decided: at most two options. Unsure: nothing is pressed and the person chooses."""

    field: str
    options: tuple[Option, ...]
    is_sure: bool
    reasons: tuple[str, ...] = ()

    @property
    def name(self) -> Text:
        return FIELD_NAMES[self.field]

    @property
    def key(self) -> int:
        return FIELDS.index(self.field) + 1

    @property
    def pressed(self) -> str:
        return next((option.value for option in self.options if option.pressed), "")


class Names:
    """The categories, places and units that rows and their suggestions speak of: two queries for a whole page.

    Joined to the rows instead, the database plans and carries each of them anew: four times its time.
    """

    def __init__(self, contacts: Iterable[Contact]) -> None:
        places: set[int] = set()
        units: set[int] = set()
        for contact in contacts:
            places |= {contact.place_id or 0, *_guessed(contact, "place")}
            units |= {contact.unit_id or 0, contact.desk_id, *_guessed(contact, "unit")}
        self.categories = queries.categories_by_id()
        self.places = Area.objects.in_bulk(places - {0})
        self.units = Organisation.objects.in_bulk(units - {0})

    def put_on(self, contact: Contact) -> None:
        """Give the row what it names, so that reading `contact.unit` asks nobody again."""
        if contact.category_id in self.categories:
            contact.category = self.categories[contact.category_id]
        contact.place = self.places.get(contact.place_id or 0)
        contact.unit = self.units.get(contact.unit_id or 0)
        contact.desk = self.units[contact.desk_id]

    def of(self, field: str, key: Any) -> str:
        if not key:
            return ""
        if field == "category":
            found = self.categories.get(int(key))
            return category_name(found) if found else ""
        rows: dict[int, Any] = self.places if field == "place" else self.units
        row = rows.get(int(key))
        return row.name if row else ""


def _guessed(contact: Contact, field: str) -> set[int]:
    guess = (contact.suggestions or {}).get(field) or {}
    return {int(guess[key]) for key in ("value", "second") if guess.get(key)}


def category_name(category: Category | None) -> str:
    return category.name if category is not None else ""


@dataclasses.dataclass(frozen=True)
class Line:
    """One row of the queue. `waits_for`: who owes the next step, "" once it is closed."""

    contact: Contact
    clock: Clock | dt.datetime | None
    note: str
    chips: tuple[Chip, ...]
    is_mine: bool
    waits_for: str = ""

    @property
    def pk(self) -> int:
        return self.contact.pk


def lines(contacts: Sequence[Contact], actor: Actor, *, at: dt.datetime) -> list[Line]:
    """Rows of a list with their clocks and chips; three queries however many rows."""
    running = deadlines.for_subjects([contact.number for contact in contacts])
    names = Names(contacts)
    for contact in contacts:
        names.put_on(contact)
    return [
        Line(
            contact=contact,
            clock=_row_clock(contact, running[contact.number], at),
            note=_row_note(contact),
            chips=tuple(_chips(contact, names)),
            is_mine=is_mine(contact, actor),
            waits_for=whose_move(contact)[0] if contact.is_open else "",
        )
        for contact in contacts
    ]


def is_mine(contact: Contact, actor: Actor) -> bool:
    """Whether the reader owes the next move."""
    if contact.mover == Mover.UNIT:
        return contact.unit_id is not None and contact.unit_id == actor.organisation_id
    return contact.mover == Mover.DESK and actor.may("intake.dispatch")


def _row_clock(contact: Contact, found: list[Deadline], at: dt.datetime) -> Clock | None:
    if contact.stage == Stage.WAITING:
        paused = next((one for one in found if one.state == Deadline.State.PAUSED), None)
        return clock_of(paused, at) if paused else None
    nearest = deadlines.nearest(found)
    return clock_of(nearest, at) if nearest else None


def _row_note(contact: Contact) -> str:
    return _("waiting for what the person adds") if contact.stage == Stage.WAITING else ""


def _chips(contact: Contact, names: Names) -> Iterable[Chip]:
    guesses = contact.suggestions or {}
    for field in ("category", "place"):
        own = getattr(contact, f"{field}_id")
        guess = guesses.get(field) or {}
        label = names.of(field, own) or names.of(field, guess.get("value"))
        if label:
            is_sure = bool(own) or bool(guess.get("sure"))
            yield Chip(label if is_sure else f"{label}？", is_sure)
    if contact.unit_id:
        yield Chip(names.of("unit", contact.unit_id))


def guesses(contact: Contact) -> list[Guess]:
    """The four fields a dispatch needs, each with its options."""
    names = Names([contact])
    made = [_guess(contact, field, names) for field in ("category", "place", "unit")]
    return [*made, _urgency(contact)]


def _guess(contact: Contact, field: str, names: Names) -> Guess:
    guess = (contact.suggestions or {}).get(field) or {}
    own = getattr(contact, f"{field}_id")
    first, second = own or guess.get("value"), guess.get("second")
    if own and guess.get("value") and own != guess["value"]:
        second = guess["value"]
    is_sure = bool(own) or bool(guess.get("sure"))
    options = [
        Option(str(key), names.of(field, key), pressed=is_sure and key == first)
        for key in dict.fromkeys(key for key in (first, second) if key)
        if names.of(field, key)
    ]
    return Guess(field, tuple(options), is_sure and bool(options), tuple(reasons(guess)))


def _urgency(contact: Contact) -> Guess:
    guess = (contact.suggestions or {}).get("urgency") or {}
    is_sure = bool(guess.get("sure", True))
    options = tuple(
        Option(level, str(Urgency(level).label), pressed=is_sure and contact.urgency == level)
        for level in (Urgency.ORDINARY, Urgency.URGENT, Urgency.EMERGENCY)
    )
    return Guess("urgency", options, is_sure, tuple(reasons(guess)))


def reasons(guess: dict[str, Any]) -> Iterable[str]:
    """Why the machine proposes this, in plain words: what it read."""
    for reason in guess.get("reasons") or []:
        words = [str(word) for word in reason.get("words") or []]
        if words:
            yield _("it says %(words)s") % {"words": "、".join(f"“{word}”" for word in words[:4])}


@dataclasses.dataclass(frozen=True)
class Event:
    """One line of the history."""

    entry: Entry
    title: str
    by: str
    is_now: bool


def history(entries: Sequence[Entry]) -> list[Event]:
    """The lines with units named; newest first as they come."""
    ids = {int(entry.facts[key]) for entry in entries for key in ("unit", "before") if entry.facts.get(key)}
    units = Organisation.objects.in_bulk(ids) if ids else {}
    return [
        Event(entry, _sentence(entry, units), _by(entry), is_now=position == 0)
        for position, entry in enumerate(entries)
    ]


def _by(entry: Entry) -> str:
    if entry.actor.startswith("job:"):
        return _("by itself")
    if entry.actor.startswith(("public", "resident:", "user:")):
        return _("the person concerned")
    unit = entry.organisation.name if entry.organisation else ""
    return " · ".join(part for part in (entry.actor_name, unit) if part)


def _sentence(entry: Entry, units: dict[int, Organisation]) -> str:
    facts = entry.facts
    unit = units.get(int(facts.get("unit") or 0))
    name = unit.name if unit else ""
    kind = EntryKind(entry.kind)
    if kind == EntryKind.RECEIVED:
        return _("Registered: %(channel)s") % {"channel": Channel(facts["channel"]).label if "channel" in facts else ""}
    if kind == EntryKind.DISPATCHED:
        return _("Sent to %(unit)s") % {"unit": name}
    if kind == EntryKind.MOVED:
        return _("Nobody took it in time; it went on to %(unit)s") % {"unit": name}
    if kind == EntryKind.RETURNED:
        return _("%(unit)s sent it back") % {"unit": name}
    if kind == EntryKind.ALERTED:
        told = "、".join(facts.get("told") or []) or _("nobody on duty")
        return _("Called at level %(level)s: %(unit)s, %(told)s") % {
            "level": facts.get("level", 1), "unit": name, "told": told,
        }  # fmt: skip
    if kind == EntryKind.URGENCY and facts.get("after"):
        return _("Urgency set to %(level)s") % {"level": Urgency(facts["after"]).label}
    if kind == EntryKind.NOTICE and facts.get("failed"):
        return {
            "sms": _("The text message to the person did not arrive: please call or visit"),
            "email": _("The e-mail to the person did not arrive: please call or visit"),
        }.get(facts["failed"], _("The notice to the person did not arrive: please call or visit"))
    if kind == EntryKind.TRANSFERRED:
        return _("Passed on to %(to)s") % {"to": facts.get("to", "")}
    other = facts.get("into") or facts.get("other") or facts.get("parent")
    if other:
        return f"{kind.label}：{other}"
    return str(kind.label)


@dataclasses.dataclass(frozen=True)
class Who:
    """The person concerned, masked."""

    person: Person | None
    name: str
    phone: str
    address: str
    note: str


def who(contact: Contact) -> Who:
    person = contact.person
    if person is None or contact.is_anonymous:
        return Who(None, _("anonymous"), "", "", "")
    note = _("asks that the name is not passed on") if contact.wants_secrecy else ""
    name, phone = mask_name(person.name), mask_phone(person.phone)
    return Who(person, name, phone, "＊＊＊" if person.address else "", note)


STEPS = (Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.DONE, Stage.ACCEPTED)


@dataclasses.dataclass(frozen=True)
class Step:
    label: str
    state: str


def steps(contact: Contact) -> list[Step]:
    """The stages as a line; an end other than acceptance takes the last place."""
    stage = Stage(contact.stage)
    shown = list(STEPS)
    if stage in {Stage.LAPSED, Stage.WITHDRAWN, Stage.TRANSFERRED, Stage.MERGED}:
        shown[-1] = stage
    here = Stage.HANDLING if stage == Stage.WAITING else stage
    now = shown.index(here)
    labels = [stage.label if step == here and stage == Stage.WAITING else step.label for step in shown]
    return [
        Step(str(label), "done" if place < now else "now" if place == now else "") for place, label in enumerate(labels)
    ]


def whose_move(contact: Contact) -> tuple[str, str]:
    """Who owes the next move, and which."""
    unit = contact.unit.name if contact.unit else contact.desk.name
    stage = Stage(contact.stage)
    if stage == Stage.RECEIVED:
        return contact.desk.name, _("send it to the unit that handles it")
    if stage == Stage.DISPATCHED:
        return unit, _("take it in hand or send it back")
    if stage == Stage.HANDLING:
        return unit, _("answer, and report when it is done") if contact.responded_at is None else _(
            "do it and report when it is done"
        )
    if stage == Stage.WAITING:
        return _("the person concerned"), _("add what is missing; the clock stands still")
    if stage == Stage.DONE:
        return _("the person concerned"), _("say whether it is done")
    return _("nobody"), str(stage.label)
