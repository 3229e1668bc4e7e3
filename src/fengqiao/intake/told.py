"""What the person concerned is told 告知: the one way by which a contact leaves the house.

Page, paper, PDF and data all show a `Story`. It is made from public lines only, in the words of `plain`; whatever is
internal is never even read, so no template can show it by mistake.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from fengqiao.intake import plain, queries
from fengqiao.intake.models import Attachment, Contact, Entry, Rating
from fengqiao.intake.rules import CLOSED, About, EntryKind, Stage, short_title
from fengqiao.kernel import calendar, deadlines
from fengqiao.kernel.models import Deadline, Holiday
from fengqiao.people.models import Organisation
from fengqiao.shell import said

WORDS_OF = frozenset(
    {
        EntryKind.ANSWER,
        EntryKind.PROGRESS,
        EntryKind.ASKED,
        EntryKind.SUPPLEMENT,
        EntryKind.DONE,
        EntryKind.ACCEPTED,
        EntryKind.OBJECTED,
        EntryKind.POSTPONED,
        EntryKind.REOPENED,
        EntryKind.WITHDRAWN,
        EntryKind.TRANSFERRED,
    }
)
"""Lines whose own text was written for the person, or by them."""

STEPS = (
    (frozenset({Stage.RECEIVED}), "received"),
    (frozenset({Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING, Stage.TRANSFERRED, Stage.MERGED}), "working"),
    (frozenset({Stage.DONE}), "checking"),
    (frozenset({Stage.ACCEPTED, Stage.LAPSED, Stage.WITHDRAWN}), "closed"),
)


@dataclasses.dataclass(frozen=True)
class File:
    """`is_image`: shown as a thumbnail."""

    uid: str
    name: str
    size: int
    is_image: bool


@dataclasses.dataclass(frozen=True)
class Line:
    """One step of the history: what happened, and the words that were said with it."""

    at: dt.datetime
    head: str
    words: str
    files: tuple[File, ...]


UNITS = {"working_days": "working_day", "working_hours": "hour", "hours": "hour", "minutes": "minute"}


@dataclasses.dataclass(frozen=True)
class Badge:
    """A clock as the shell draws it, in words for the person."""

    state: str
    unit: str
    amount: int
    is_late: bool

    def text(self, language: str) -> str:
        chinese = said.is_chinese(language)
        if self.state == "met":
            return (
                ("办了，晚了些" if self.is_late else "说到做到")
                if chinese
                else ("done late" if self.is_late else "kept")
            )
        if self.state == "paused":
            return "等您答复" if chinese else "waiting for you"
        if self.state == "today" and self.amount == 0:
            return "今天到期" if chinese else "due today"
        words = said.count(self.amount, UNITS.get(self.unit, "day"), language=language)
        if self.state == "over":
            return f"已超{words}" if chinese else f"{words} late"
        return f"剩{words}" if chinese else f"{words} left"


def _badge(clock: Deadline, *, at: dt.datetime) -> Badge:
    seen = deadlines.remaining(clock, at)
    return Badge(seen.state, seen.unit, seen.amount, seen.is_late)


@dataclasses.dataclass(frozen=True)
class Promise:
    """Something we owe by a date."""

    what: str
    kind: str
    due_at: dt.datetime
    unit: str
    badge: Badge
    is_paused: bool


@dataclasses.dataclass(frozen=True)
class Step:
    name: str
    is_done: bool
    is_now: bool


@dataclasses.dataclass(frozen=True)
class Story:
    """Everything the person reads of one contact. `sealed_text` is their own sentence, for their own page alone."""

    number: str
    title: str
    text: str
    sealed_text: str
    place: str
    received_at: dt.datetime
    status: plain.Status
    steps: tuple[Step, ...]
    promises: tuple[Promise, ...]
    lines: tuple[Line, ...]
    files: tuple[File, ...]
    deeds: frozenset[str]
    asked: str
    done_words: str
    rated: Mapping[str, int]


def story(contact: Contact, *, at: dt.datetime) -> Story:
    """The contact as its person reads it now, newest line first."""
    entries = [entry for entry in queries.history(contact, internal=False) if not entry.is_internal]
    units = _units(entries)
    return Story(
        number=contact.number,
        title=short_title(contact.title),
        text=contact.text,
        sealed_text=contact.sealed_text,
        place=_place(contact),
        received_at=contact.received_at,
        status=plain.status(contact),
        steps=_steps(Stage(contact.stage)),
        promises=tuple(_promises(contact, at=at)),
        lines=tuple(_line(entry, contact, units) for entry in entries),
        files=tuple(_file(one) for one in queries.files(contact, internal=False)),
        deeds=deeds(contact),
        asked=_last_words(entries, EntryKind.ASKED),
        done_words=_last_words(entries, EntryKind.DONE),
        rated=_rated(contact),
    )


def deeds(contact: Contact) -> frozenset[str]:
    """What the person may do now."""
    stage = Stage(contact.stage)
    found = set()
    if stage not in CLOSED:
        found |= {"add", "withdraw"}
    if stage == Stage.DONE:
        found.add("decide")
    if stage == Stage.LAPSED:
        found.add("reopen")
    done = set(contact.ratings.filter(answered_at__isnull=False).values_list("about", flat=True))
    if contact.responded_at is not None and About.ANSWER not in done and stage != Stage.WITHDRAWN:
        found.add("rate_answer")
    if stage == Stage.ACCEPTED and About.RESULT not in done:
        found.add("rate_result")
    return frozenset(found)


def _place(contact: Contact) -> str:
    place = contact.place.name if contact.place is not None else ""
    if place and contact.location_text.startswith(place):
        return contact.location_text
    return " ".join(part for part in (place, contact.location_text) if part)


def _steps(stage: Stage) -> tuple[Step, ...]:
    names = {
        "received": _("Received"),
        "working": _("Being dealt with"),
        "checking": _("You check"),
        "closed": _("Closed"),
    }
    here = next(index for index, (stages, _name) in enumerate(STEPS) if stage in stages)
    return tuple(
        Step(names[name], is_done=index < here, is_now=index == here) for index, (_stages, name) in enumerate(STEPS)
    )


def _promises(contact: Contact, *, at: dt.datetime) -> list[Promise]:
    """What was promised to the person, in the order of the dates. Clocks between offices are not promises to them."""
    what = {
        "response": _("A first answer"),
        "completion": _("To have it done"),
        "progress": _("Word on how far it is"),
    }
    clocks = deadlines.for_subjects([contact.number])[contact.number]
    latest = {clock.kind: clock for clock in clocks if clock.state != Deadline.State.CANCELLED}
    found = [
        Promise(
            what=what[kind],
            kind=kind,
            due_at=clock.due_at,
            unit=clock.unit,
            badge=_badge(clock, at=at),
            is_paused=clock.state == Deadline.State.PAUSED,
        )
        for kind, clock in latest.items()
        if kind in what and not (kind == "progress" and clock.met_at is not None)
    ]
    return sorted(found, key=lambda promise: promise.due_at)


def _units(entries: Collection[Entry]) -> dict[int, str]:
    ids = {int(entry.facts["unit"]) for entry in entries if entry.facts.get("unit")}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _line(entry: Entry, contact: Contact, units: Mapping[int, str]) -> Line:
    kind = EntryKind(entry.kind)
    office = entry.organisation.name if entry.organisation is not None else contact.desk.name
    words = {
        "office": office,
        "unit": units.get(int(entry.facts.get("unit") or 0), office),
        "to": str(entry.facts.get("to", "")),
        "other": str(entry.facts.get("into", "")),
        "parts": "、".join(str(part) for part in entry.facts.get("parts", ())),
    }
    return Line(
        at=entry.at,
        head=_head(kind, is_paper=bool(entry.facts.get("paper"))) % words,
        words=entry.text if kind in WORDS_OF else "",
        files=tuple(_file(one) for one in entry.attachments.all() if not one.is_internal),
    )


def _head(kind: EntryKind, *, is_paper: bool) -> str:
    if is_paper and kind in {EntryKind.ACCEPTED, EntryKind.OBJECTED}:
        return {
            EntryKind.ACCEPTED: _("You signed on paper that it is done; %(office)s entered it"),
            EntryKind.OBJECTED: _("You wrote on paper that it is not done; %(office)s entered it"),
        }[kind]
    return {
        EntryKind.RECEIVED: _("You told us, and we have it"),
        EntryKind.DISPATCHED: _("It was given to %(unit)s"),
        EntryKind.TAKEN: _("%(office)s has taken it in hand"),
        EntryKind.ANSWER: _("%(office)s answered you"),
        EntryKind.PROGRESS: _("%(office)s told you how far it is"),
        EntryKind.ASKED: _("%(office)s asked you for something"),
        EntryKind.SUPPLEMENT: _("You added something"),
        EntryKind.DONE: _("%(office)s says it is done"),
        EntryKind.ACCEPTED: _("You accepted it"),
        EntryKind.OBJECTED: _("You said it is not done, and it went back"),
        EntryKind.POSTPONED: _("You want to decide in some days"),
        EntryKind.LAPSED: _("Closed without your answer, after two notices"),
        EntryKind.REOPENED: _("Opened again"),
        EntryKind.WITHDRAWN: _("You took it back"),
        EntryKind.TRANSFERRED: _("Passed on to %(to)s"),
        EntryKind.MERGED: _("It goes on under number %(other)s"),
        EntryKind.SPLIT: _("Several matters were in it; they now have their own numbers: %(parts)s"),
        EntryKind.DISPUTE: _("Mediation was offered; you may go to court at any time all the same"),
        EntryKind.UNDONE: _("A step was taken back"),
        EntryKind.RATED: _("You gave your rating"),
        EntryKind.NOTICE: _("We wrote to you"),
    }.get(kind, _("Something changed"))


def _file(one: Attachment) -> File:
    return File(str(one.uid), one.name, one.file.size, is_image=one.file.kind in {"jpeg", "png", "webp"})


def _last_words(entries: Collection[Entry], kind: EntryKind) -> str:
    return next((entry.text for entry in entries if entry.kind == kind), "")


def _rated(contact: Contact) -> dict[str, int]:
    given = Rating.objects.filter(contact=contact, answered_at__isnull=False, score__isnull=False)
    return {about: int(score) for about, score in given.values_list("about", "score") if score is not None}


HOLIDAYS = (
    (("元旦", "New Year"), "元旦假期", "New Year's Day holiday"),
    (("春节", "Spring"), "春节假期", "Spring Festival holiday"),
    (("清明", "Tomb"), "清明假期", "Qingming holiday"),
    (("劳动", "Labour"), "五一假期", "May Day holiday"),
    (("端午", "Dragon"), "端午假期", "Dragon Boat holiday"),
    (("中秋", "Mid-autumn"), "中秋假期", "Mid-Autumn holiday"),
    (("国庆", "National"), "国庆假期", "National Day holiday"),
)
"""How people call the holidays, by the beginnings of their official names."""


def first_promise(contact: Contact, *, at: dt.datetime) -> Promise | None:
    """What the receipt promises: the first answer."""
    return next((promise for promise in _promises(contact, at=at) if promise.kind == "response"), None)


def promise_words(contact: Contact, *, now: dt.datetime, language: str) -> str:
    """The promise as one sentence for paper: "5月7日（周四）下班前答复您。五一假期不算。"."""
    promise = first_promise(contact, at=now)
    if promise is None:
        return ""
    day = said.promise(promise.due_at, now=now, language=language)
    words = f"{day}答复您。" if said.is_chinese(language) else f"An answer by {day}."
    note = promise_note(contact, language=language)
    return f"{words}{note}" if said.is_chinese(language) else f"{words} {note}".strip()


def promise_note(contact: Contact, *, language: str) -> str:
    """Which holiday between receipt and promise does not count, and which day is the first that does."""
    promise = first_promise(contact, at=contact.received_at)
    if promise is None or promise.unit != "working_days":
        return ""
    start, end = said.day_of(contact.received_at), said.day_of(promise.due_at)
    return holiday_words(
        [(row.day, row.kind, row.name) for row in Holiday.objects.filter(day__gt=start, day__lte=end)],
        first=calendar.current().add_working_days(start, 1).day,
        language=language,
    )


def holiday_words(days: Collection[tuple[dt.date, str, str]], *, first: dt.date, language: str) -> str:
    """ "五一假期不算，5月6日是第1个工作日。"; "" when no holiday lies between."""
    off = [_holiday_name(name, language) for _day, kind, name in sorted(days) if kind == Holiday.Kind.HOLIDAY]
    names = list(dict.fromkeys(off))
    if not names:
        return ""
    if said.is_chinese(language):
        return f"{'、'.join(names)}不算，{first.month}月{first.day}日是第1个工作日。"
    does = "does" if len(names) == 1 else "do"
    listed = said.listed(names, language=language)
    return f"The {listed} {does} not count; {first.day} {said.MONTHS_EN[first.month - 1]} is working day 1."


def _holiday_name(official: str, language: str) -> str:
    for beginnings, chinese, english in HOLIDAYS:
        if official.startswith(beginnings):
            return chinese if said.is_chinese(language) else english
    return "法定假期" if said.is_chinese(language) else "public holiday"
