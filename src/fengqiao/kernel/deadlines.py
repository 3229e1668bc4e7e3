"""Deadlines 时限: one row per clock, one job that looks every minute, and nobody else who moves a clock.

A verb of a context says what happened (`start`, `meet`, `pause`, `resume`, `cancel`, `hand_over`); the moments follow
from rule, beginning, pauses and calendar (`periods.reckon`). The caller has checked that the actor may.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import events, periods, rulebook
from fengqiao.kernel.actor import LEVELS, Actor, Placed, system
from fengqiao.kernel.calendar import OFFICE_HOURS, WorkCalendar
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Deadline
from fengqiao.kernel.periods import Ground, Remaining, Times
from fengqiao.kernel.rulebook import RuleValue
from fengqiao.kernel.states import Machine

State = Deadline.State

STATES = Machine(
    "deadline",
    {
        State.RUNNING: {State.PAUSED, State.MET, State.MISSED, State.CANCELLED},
        State.PAUSED: {State.RUNNING, State.MET, State.CANCELLED},
        State.MISSED: {State.CANCELLED},
        State.MET: {State.RUNNING},
        State.CANCELLED: set(),
    },
)
BATCH = 500
MOST_BATCHES = 40
"""A look handles at most 20,000 clocks of each kind; the rest waits for the next minute."""


@dataclasses.dataclass(frozen=True)
class DeadlineFact(events.Fact):
    """What the job says about a clock. `tell_at`: when people should hear of it, never outside their hours."""

    number: str
    deadline_id: int
    deadline_kind: str
    owner_id: int | None
    level: int
    due_at: dt.datetime
    tell_at: dt.datetime


class Warned(DeadlineFact):
    kind: ClassVar[str] = "deadline.warned"


class Lapsed(DeadlineFact):
    """The end passed unmet; level 1 of the ladder."""

    kind: ClassVar[str] = "deadline.lapsed"


class Escalated(DeadlineFact):
    """Still not done: the next level up, 2 and higher."""

    kind: ClassVar[str] = "deadline.escalated"


@dataclasses.dataclass(frozen=True)
class Met(events.Fact):
    kind: ClassVar[str] = "deadline.met"
    number: str
    deadline_kind: str
    owner_id: int | None
    due_at: dt.datetime
    met_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class Paused(events.Fact):
    kind: ClassVar[str] = "deadline.paused"
    number: str
    deadline_kinds: Sequence[str]
    reason: str


@dataclasses.dataclass(frozen=True)
class Resumed(events.Fact):
    kind: ClassVar[str] = "deadline.resumed"
    number: str
    deadline_kinds: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Cancelled(events.Fact):
    kind: ClassVar[str] = "deadline.cancelled"
    number: str
    deadline_kinds: Sequence[str]


@dataclasses.dataclass(frozen=True)
class HandedOver(events.Fact):
    kind: ClassVar[str] = "deadline.handed_over"
    number: str
    deadline_kinds: Sequence[str]
    owner_id: int | None


@dataclasses.dataclass(frozen=True)
class Moved(events.Fact):
    """A promised end changed because the calendar did."""

    kind: ClassVar[str] = "deadline.moved"
    number: str
    deadline_kind: str
    due_at: dt.datetime
    was_due_at: dt.datetime


# -- questions -------------------------------------------------------------------------------------------------------


def for_subjects(numbers: Collection[str]) -> dict[str, list[Deadline]]:
    """The clocks of these matters, oldest first; one query for a whole page."""
    found: dict[str, list[Deadline]] = {number: [] for number in numbers}
    for deadline in Deadline.objects.filter(subject__in=found).order_by("began_at", "pk"):
        found[deadline.subject].append(deadline)
    return found


def nearest(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The open clock that ends first: the one to show on a list."""
    return min((one for one in deadlines if one.is_open), key=lambda one: one.due_at, default=None)


def earliest(subject: str) -> Deadline | None:
    """The running or missed clock of a matter that ends first; paused ones press nobody."""
    open_ones = Deadline.objects.filter(subject=subject, state__in=[State.RUNNING, State.MISSED], met_at=None)
    return open_ones.order_by("due_at", "pk").first()


def has(subject: str, kind: str) -> bool:
    """Whether a clock of this kind was ever set for the matter and not cancelled."""
    return Deadline.objects.filter(subject=subject, kind=kind).exclude(state=State.CANCELLED).exists()


def is_over(subject: str, kind: str, *, at: dt.datetime) -> bool:
    """Whether the newest clock of this kind has passed its end."""
    newest = Deadline.objects.filter(subject=subject, kind=kind).order_by("-pk").first()
    return newest is not None and at > newest.due_at


def remaining(deadline: Deadline, at: dt.datetime) -> Remaining:
    """How the clock stands, by the installation's calendar."""
    return periods.remaining(deadline, at, calendar=calendars.current())


def times_of(rule_key: str, *, began_at: dt.datetime, owner_id: int | None = None) -> Times:
    """When a period would end if it began then, without starting a clock (promises, calculators)."""
    rule = rulebook.rule(rule_key, on=_day(began_at))
    hours = calendars.hours_of([owner_id])[owner_id] if owner_id is not None else OFFICE_HOURS
    return periods.reckon(
        rule, began_at=began_at, pauses=(), ground=Ground(calendars.current(), hours, _closing(_day(began_at)))
    )


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(CHINA).date()


def _closing(day: dt.date) -> dt.time:
    return rulebook.rule("calendar.closing_time", on=day).time


def _grounds(owner_ids: Iterable[int | None], calendar: WorkCalendar | None) -> Callable[[int | None, dt.date], Ground]:
    """What the clocks of these owners stand on, each combination made once."""
    today = calendar or calendars.current()
    hours = calendars.hours_of({owner for owner in owner_ids if owner is not None})
    closing = functools.cache(_closing)

    @functools.cache
    def ground(owner_id: int | None, day: dt.date) -> Ground:
        return Ground(today, hours[owner_id] if owner_id is not None else OFFICE_HOURS, closing(day))

    return ground


# -- verbs -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class NewDeadline:
    """One clock to start. `place` is anything with ancestor columns; `mover` owes the next move."""

    subject: str
    kind: str
    rule_key: str
    began_at: dt.datetime
    owner_id: int | None
    mover: str
    place: Placed | None = None


@transaction.atomic
def start(
    *,
    subject: str,
    kind: str,
    rule_key: str,
    began_at: dt.datetime,
    owner_id: int | None,
    mover: str,
    at: dt.datetime,
    actor: Actor,
    place: Placed | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """Set a clock running. Refuses: a second clock of a kind while the first is open."""
    if _open(subject, kinds=[kind]):
        raise Refused("deadline.runs_already", _("This clock is running already."))
    new = NewDeadline(subject, kind, rule_key, began_at, owner_id, mover, place)
    return Deadline.objects.create(**_row(new, _grounds([owner_id], calendar), rulebook.rule))


def start_many(
    new: Iterable[NewDeadline], *, at: dt.datetime, actor: Actor, calendar: WorkCalendar | None = None
) -> dict[str, tuple[dt.datetime, str]]:
    """Set many clocks running at once, for imports. The caller records one event for the batch.

    Result: for each matter the end and the kind of its earliest clock.
    Raises psycopg's UniqueViolation for a second open clock of a kind: an import starts each matter once.
    """
    wanted = list(new)
    ground = _grounds([one.owner_id for one in wanted], calendar)
    rule = functools.cache(rulebook.rule)
    rows = [tuple(_row(one, ground, rule).values()) for one in wanted]
    columns = ", ".join((*_COLUMNS, *_DEFAULTS))
    rest = tuple(_DEFAULTS.values())
    copy = f"COPY kernel_deadline ({columns}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy) as table:
        for row in rows:
            table.write_row(row + rest)
    ends = sorted((row[_DUE], one.subject, one.kind) for one, row in zip(wanted, rows, strict=True))
    return {subject: (due_at, kind) for due_at, subject, kind in reversed(ends)}


_PLACE = tuple(f"{level}_id" for level in LEVELS)
_COLUMNS = (
    "subject",
    "kind",
    "rule_id",
    "rule_key",
    "unit",
    "began_at",
    "owner_id",
    "mover",
    "due_at",
    "plain_due_at",
    "warn_at",
    "is_provisional",
    *_PLACE,
)
_DUE = _COLUMNS.index("due_at")
_DEFAULTS = {"state": "running", "pauses": "[]", "pause_reason": "", "level": 0}


def _row(
    new: NewDeadline, ground: Callable[[int | None, dt.date], Ground], rule: Callable[..., RuleValue]
) -> dict[str, Any]:
    """The columns of a new clock, in the order of _COLUMNS."""
    day = _day(new.began_at)
    version = rule(new.rule_key, on=day)
    times = periods.reckon(version, began_at=new.began_at, pauses=(), ground=ground(new.owner_id, day))
    values = (
        new.subject,
        new.kind,
        version.id,
        version.key,
        version.unit,
        new.began_at,
        new.owner_id,
        new.mover,
        times.due_at,
        times.plain_due_at,
        times.warn_at,
        times.is_provisional,
        *(getattr(new.place, column, None) for column in _PLACE),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _open(subject: str, *, kinds: Collection[str] | None = None) -> list[Deadline]:
    """The open clocks of a matter, locked."""
    rows = Deadline.objects.select_for_update().filter(subject=subject).order_by("pk")
    return [row for row in rows if row.is_open and (kinds is None or row.kind in kinds)]


@transaction.atomic
def meet(*, subject: str, kind: str, at: dt.datetime, actor: Actor) -> Deadline | None:
    """What was owed is done. Kept when in time; a clock met after its end stays missed, with the date it was done.

    Result: the clock, or None where none of this kind is open.
    """
    for deadline in _open(subject, kinds=[kind]):
        if deadline.state != State.MISSED:
            in_time = at <= deadline.due_at or deadline.state == State.PAUSED
            deadline.state = State.MET if in_time else State.MISSED
        _close_pause(deadline, at=at)
        deadline.met_at, deadline.next_step_at = at, None
        deadline.save()
        events.record(Met(subject, kind, deadline.owner_id, deadline.due_at, at), actor=actor.id, at=at)
        return deadline
    return None


@transaction.atomic
def pause(
    *, subject: str, reason: str, at: dt.datetime, actor: Actor, kinds: Collection[str] | None = None
) -> list[Deadline]:
    """Stop the running clocks of a matter while someone else must act. A clock past its end cannot be saved so."""
    assert reason in Deadline.Pause.values, reason
    stopped = [one for one in _open(subject, kinds=kinds) if one.state == State.RUNNING and at <= one.due_at]
    for deadline in stopped:
        deadline.state, deadline.paused_at, deadline.pause_reason = State.PAUSED, at, reason
        deadline.save(update_fields=["state", "paused_at", "pause_reason"])
    if stopped:
        events.record(Paused(subject, [one.kind for one in stopped], reason), actor=actor.id, at=at)
    return stopped


@transaction.atomic
def resume(*, subject: str, at: dt.datetime, actor: Actor, kinds: Collection[str] | None = None) -> list[Deadline]:
    """Let paused clocks run on with exactly the time they had left."""
    waiting = [one for one in _open(subject, kinds=kinds) if one.state == State.PAUSED]
    ground = _grounds([one.owner_id for one in waiting], None)
    for deadline in waiting:
        assert deadline.paused_at is not None and deadline.paused_at <= at, "resumed before it was paused"
        _close_pause(deadline, at=at)
        deadline.state = State.RUNNING
        _reckon_anew(deadline, ground, at=at)
        deadline.save()
    if waiting:
        events.record(Resumed(subject, [one.kind for one in waiting]), actor=actor.id, at=at)
    return waiting


@transaction.atomic
def leave_out(
    *, subject: str, kind: str, since: dt.datetime, until: dt.datetime, at: dt.datetime, actor: Actor
) -> Deadline | None:
    """A stretch of time does not count for an open clock: an agreed extension, an appraisal. None: none is open."""
    assert since <= until, "a stretch that ends before it begins"
    for deadline in _open(subject, kinds=[kind]):
        was = deadline.due_at
        deadline.pauses = [*deadline.pauses, [since.isoformat(), until.isoformat()]]
        _reckon_anew(deadline, _grounds([deadline.owner_id], None), at=at)
        deadline.save()
        events.record(Moved(subject, kind, deadline.due_at, was), actor=actor.id, at=at)
        return deadline
    return None


@transaction.atomic
def cancel(*, subject: str, at: dt.datetime, actor: Actor, kinds: Collection[str] | None = None) -> list[Deadline]:
    """End open clocks without a verdict: the matter was withdrawn, merged, or went another way."""
    ended = _open(subject, kinds=kinds)
    for deadline in ended:
        deadline.state, deadline.next_step_at = State.CANCELLED, None
        _close_pause(deadline, at=at)
        deadline.save()
    if ended:
        events.record(Cancelled(subject, [one.kind for one in ended]), actor=actor.id, at=at)
    return ended


@transaction.atomic
def reopen(*, subject: str, kind: str, at: dt.datetime, actor: Actor) -> Deadline | None:
    """It was not done after all: the newest clock of this kind runs on with the time already used.

    The time between “done” and now does not count. A clock that was missed stays missed. None where nothing was met.
    """
    newest = Deadline.objects.select_for_update().filter(subject=subject, kind=kind).order_by("-pk").first()
    if newest is None or newest.is_open or newest.met_at is None:
        return None
    if newest.state == State.MET:
        newest.pauses = [*newest.pauses, [newest.met_at.isoformat(), at.isoformat()]]
        newest.state = State.RUNNING
        _reckon_anew(newest, _grounds([newest.owner_id], None), at=at)
    newest.met_at = None
    newest.save()
    events.record(Resumed(subject, [kind]), actor=actor.id, at=at)
    return newest


@transaction.atomic
def change_rule(*, subject: str, kind: str, rule_key: str, at: dt.datetime, actor: Actor) -> Deadline | None:
    """Another rule now governs an open clock (its urgency changed): same beginning, new end."""
    for deadline in _open(subject, kinds=[kind]):
        version = rulebook.rule(rule_key, on=_day(deadline.began_at))
        was = deadline.due_at
        deadline.rule_id, deadline.rule_key, deadline.unit = version.id, version.key, version.unit
        if deadline.state != State.MISSED:
            _reckon_anew(deadline, _grounds([deadline.owner_id], None), at=at)
        deadline.save()
        events.record(Moved(subject, kind, deadline.due_at, was), actor=actor.id, at=at)
        return deadline
    return None


@transaction.atomic
def hand_over(
    *,
    subject: str,
    owner_id: int | None,
    at: dt.datetime,
    actor: Actor,
    kinds: Collection[str] | None = None,
    mover: str | None = None,
    place: Placed | None = None,
) -> list[Deadline]:
    """Give open clocks to another owner: counted anew in the new owner's hours, and the new owner is warned too.

    The beginning stays: handing over buys nobody time.
    """
    given = _open(subject, kinds=kinds)
    ground = _grounds([owner_id], None)
    for deadline in given:
        deadline.owner_id, deadline.mover = owner_id, mover or deadline.mover
        if place is not None:
            for column in _PLACE:
                setattr(deadline, column, getattr(place, column))
        if deadline.state != State.MISSED:
            _reckon_anew(deadline, ground, at=at)
            deadline.warned_at = None
        deadline.save()
    if given:
        events.record(HandedOver(subject, [one.kind for one in given], owner_id), actor=actor.id, at=at)
    return given


def pass_move(*, subject: str, mover: str, at: dt.datetime, actor: Actor, kinds: Collection[str] | None = None) -> None:
    """Say who owes the next move, without touching the time."""
    rows = Deadline.objects.filter(subject=subject, state__in=[State.RUNNING, State.PAUSED, State.MISSED])
    (rows if kinds is None else rows.filter(kind__in=kinds)).update(mover=mover)


def _close_pause(deadline: Deadline, *, at: dt.datetime) -> None:
    """Keep the pause that ends now, so that the clock can be counted anew at any time."""
    if deadline.paused_at is not None:
        deadline.pauses = [*deadline.pauses, [deadline.paused_at.isoformat(), at.isoformat()]]
    deadline.paused_at, deadline.pause_reason = None, ""


def _reckon_anew(deadline: Deadline, ground: Callable[[int | None, dt.date], Ground], *, at: dt.datetime) -> None:
    pauses = [(dt.datetime.fromisoformat(since), dt.datetime.fromisoformat(until)) for since, until in deadline.pauses]
    times = periods.reckon(
        rulebook.by_id(deadline.rule_id),
        began_at=deadline.began_at,
        pauses=pauses,
        ground=ground(deadline.owner_id, _day(deadline.began_at)),
    )
    deadline.due_at, deadline.plain_due_at = times.due_at, times.plain_due_at
    deadline.warn_at, deadline.is_provisional = times.warn_at, times.is_provisional
    if deadline.warn_at > at:
        deadline.warned_at = None


_TIMES = ["due_at", "plain_due_at", "warn_at", "is_provisional", "warned_at"]


@transaction.atomic
def reckon_all_anew(*, since: dt.date, at: dt.datetime, actor: Actor) -> int:
    """The calendar changed from that day on: count every clock anew that reaches it. Result: how many ends moved."""
    reached = Q(due_at__gte=dt.datetime.combine(since, dt.time(), tzinfo=CHINA)) | Q(is_provisional=True)
    rows = Deadline.objects.select_for_update().filter(reached, state__in=[State.RUNNING, State.PAUSED])
    moved = 0
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[: BATCH * 4]):
        last = page[-1].pk
        before = {one.pk: one.due_at for one in page}
        ground = _grounds([one.owner_id for one in page], None)
        for deadline in page:
            _reckon_anew(deadline, ground, at=at)
        Deadline.objects.bulk_update(page, _TIMES, batch_size=BATCH)
        changed = [one for one in page if one.due_at != before[one.pk]]
        events.record_many(
            [Moved(one.subject, one.kind, one.due_at, before[one.pk]) for one in changed], actor=actor.id, at=at
        )
        moved += len(changed)
    return moved


# -- the job of every minute -----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Looked:
    """What one look at the clocks found."""

    lapsed: int
    warned: int
    escalated: int


def tick(at: dt.datetime) -> Looked:
    """Look at every clock: mark what lapsed, warn of what soon will, take unanswered lapses one level up.

    Batches commit one by one and skip what another worker holds; a second run at the same moment finds nothing.
    """
    running = Deadline.objects.filter(state=State.RUNNING)
    lapsed = _in_batches(lambda: running.filter(due_at__lt=at).order_by("due_at"), _lapse, at)
    warned = _in_batches(lambda: running.filter(warn_at__lte=at, warned_at=None).order_by("warn_at"), _warn, at)
    stuck = Deadline.objects.filter(state=State.MISSED, met_at=None)
    escalated = _in_batches(lambda: stuck.filter(next_step_at__lte=at).order_by("next_step_at"), _escalate, at)
    return Looked(lapsed, warned, escalated)


Step = Callable[[list[Deadline], dt.datetime], None]


def _in_batches(waiting: Callable[[], QuerySet[Deadline]], step: Step, at: dt.datetime) -> int:
    done = 0
    for _batch in range(MOST_BATCHES):
        with transaction.atomic():
            rows = list(waiting().select_for_update(skip_locked=True)[:BATCH])
            if rows:
                step(rows, at)
        done += len(rows)
        if len(rows) < BATCH:
            break
    return done


def _warn(rows: list[Deadline], at: dt.datetime) -> None:
    for row in rows:
        row.warned_at = at
    Deadline.objects.bulk_update(rows, ["warned_at"])
    _tell(Warned, rows, at)


def _lapse(rows: list[Deadline], at: dt.datetime) -> None:
    ground = _grounds([row.owner_id for row in rows], None)
    for row in rows:
        STATES.check(State(row.state), State.MISSED)
        row.state, row.next_step_at = State.MISSED, _step_at(row, 1, ground)
        if row.next_step_at is not None and row.next_step_at <= row.due_at:
            row.level, row.next_step_at = 1, _step_at(row, 2, ground)
    Deadline.objects.bulk_update(rows, ["state", "level", "next_step_at"])
    _tell(Lapsed, rows, at)


def _escalate(rows: list[Deadline], at: dt.datetime) -> None:
    ground = _grounds([row.owner_id for row in rows], None)
    for row in rows:
        row.level += 1
        row.next_step_at = _step_at(row, row.level + 1, ground)
    Deadline.objects.bulk_update(rows, ["level", "next_step_at"])
    _tell(Escalated, rows, at)


def _step_at(row: Deadline, level: int, ground: Callable[[int | None, dt.date], Ground]) -> dt.datetime | None:
    """When an unmet clock goes to this level: "<context>.escalation.<level>", ".quick" for clocks in minutes."""
    context = row.rule_key.partition(".")[0]
    ladder = "escalation.quick" if row.unit in periods.BY_THE_MINUTE else "escalation"
    day = _day(row.due_at)
    rule = rulebook.find(f"{context}.{ladder}.{level}", on=day)
    if rule is None:
        return None
    return periods.reckon(rule, began_at=row.due_at, pauses=(), ground=ground(row.owner_id, day)).due_at


def _tell(fact: type[DeadlineFact], rows: list[Deadline], at: dt.datetime) -> None:
    calendar, hours = calendars.current(), calendars.hours_of({row.owner_id for row in rows if row.owner_id})
    told = []
    for row in rows:
        own = hours.get(row.owner_id, OFFICE_HOURS) if row.owner_id else OFFICE_HOURS
        tell_at = at if row.unit in periods.BY_THE_MINUTE else calendar.next_open(at, own)
        told.append(fact(row.subject, row.pk, row.kind, row.owner_id, row.level, row.due_at, tell_at))
    events.record_many(told, actor=system("clock").id, at=at)
