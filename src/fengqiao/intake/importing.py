"""Whole files of messages through the same way as single ones: understood, owned, dispatched, on the clock.

Work goes in portions of one transaction each, so a broken run loses at most a portion's time and no row; a row's key
makes it arrive once however often its file is sent. Rows that cannot be taken go to a file beside the first one.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from fengqiao.intake import events, rules, tables
from fengqiao.intake.actions.receiving import Draft, assemble
from fengqiao.intake.models import Contact, Entry, ImportRun
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import Channel, EntryKind, Mover, Stage, Urgency
from fengqiao.intake.understanding.understand import Understanding
from fengqiao.intake.understood import Reader, Reading
from fengqiao.kernel import bulk, deadlines, numbers, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.people import actions as people
from fengqiao.people.models import Area

PORTION = 2000
OLD = dt.timedelta(days=30)
"""An older message counts from the day it reached us: nobody here could have answered before."""

REJECTED = ("line", "reason")
"""The columns of a file of rejected rows before those of the file itself."""

Progress = Callable[[ImportRun], None]


@dataclasses.dataclass(frozen=True)
class Rejected:
    """A row that was not taken, and why."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Arrived:
    """A row that can be taken: its draft and the account it came from."""

    draft: Draft
    reporter: str


@dataclasses.dataclass(frozen=True)
class _Portion:
    taken: list[Arrived]
    refused: list[Rejected]
    understood: Future[list[Understanding]]


def _messages(taken: Sequence[Arrived]) -> list[tuple[str, str]]:
    return [(one.draft.title, one.draft.text) for one in taken]


def rejected_path(path: Path) -> Path:
    return path.with_name(f"{path.stem}.rejected.csv")


def import_file(
    path: Path,
    *,
    actor: Actor,
    at: dt.datetime,
    columns: dict[str, str] | None = None,
    mapping: str = "auto",
    channel: Channel = Channel.IMPORT,
    progress: Progress = lambda run: None,
) -> ImportRun:
    """Import one CSV or XLSX file; call again to go on where it stopped.

    Raises tables.BadFile when it is no table of messages. Refuses: Forbidden without the right to import.
    """
    actor.require(rules.IMPORT)
    header = tables.header(path)
    names = columns or tables.guess_columns(header)
    tables.check_columns(names, header)
    started = ImportRun.objects.filter(started_at__isnull=False)
    run, _made = started.get_or_create(
        file_hash=tables.file_hash(path),
        mapping=mapping,
        defaults={"file_name": path.name, "started_at": at, "actor": actor.id},
    )
    if run.finished_at is not None:
        progress(run)
        return run
    if run.stopped_at is not None:
        run.stopped_at = None
        run.save(update_fields=["stopped_at"])
    _trim_rejected(rejected_path(path), run.read)
    importer = Importer(mapping=mapping, channel=channel, actor=actor, at=at)
    rows = tables.rows(path, names)
    go_on(run, rows, importer, keep=lambda refused: _write_rejected(rejected_path(path), refused, header), at=at,
          progress=progress)  # fmt: skip
    return run


def go_on(
    run: ImportRun,
    rows: Iterable[tables.Row],
    importer: Importer,
    *,
    keep: Callable[[Sequence[Rejected]], None],
    at: dt.datetime,
    progress: Progress = lambda run: None,
    enough: Callable[[], bool] = lambda: False,
) -> None:
    """Take what is left of a file in, portion by portion, until its end, an interruption, or `enough`.

    `keep` puts rows that were not taken away, in the transaction of their portion. A second job on the same run finds
    that the first has moved on, and leaves it alone.
    """
    for portion, readings, refused in importer.understood(islice(rows, run.read, None)):
        with transaction.atomic():
            if not _may_go_on(run):
                return
            made, known = importer.write(portion, readings, run)
            run.read += len(portion) + len(refused)
            run.made, run.known, run.rejected = run.made + made, run.known + known, run.rejected + len(refused)
            run.moved_at = at
            run.save()
            keep(refused)
        progress(run)
        if enough():
            return
    run.finished_at, run.total = at, run.read
    run.save()
    progress(run)


def _may_go_on(run: ImportRun) -> bool:
    """Whether the run still stands where we left it, with nobody's hand on it. Locks it."""
    now = ImportRun.objects.select_for_update().get(pk=run.pk)
    return (now.read, now.stopped_at, now.finished_at) == (run.read, None, None)


class Importer:
    """Reference data of one run, loaded once. Understanding of the next portion goes on while one is written."""

    def __init__(self, *, mapping: str, channel: Channel, actor: Actor, at: dt.datetime) -> None:
        self._mapping, self._channel, self._actor, self._at = mapping, channel, actor, at
        with scoping.unscoped("intake.import"):
            self._router = Router.load()
            self._reader = Reader()
            self._codes = dict(
                Area.objects.filter(kind="street").exclude(number_code="").values_list("pk", "number_code")
            )

    def understood(self, rows: Iterable[tables.Row]) -> Iterator[tuple[list[Arrived], list[Reading], list[Rejected]]]:
        """Portions of rows with what they are about."""
        rows = iter(rows)
        with ThreadPoolExecutor(max_workers=1) as pool:
            waiting: deque[_Portion] = deque()
            while lines := list(islice(rows, PORTION)):
                taken, refused = self._drafts(lines)
                waiting.append(_Portion(taken, refused, pool.submit(self._look, taken)))
                if len(waiting) > 1:
                    yield self._settled(waiting.popleft())
            while waiting:
                yield self._settled(waiting.popleft())

    def _look(self, taken: Sequence[Arrived]) -> list[Understanding]:
        return self._reader.look(_messages(taken), at=[one.draft.received_at or self._at for one in taken])

    def _settled(self, portion: _Portion) -> tuple[list[Arrived], list[Reading], list[Rejected]]:
        readings = self._reader.settle(_messages(portion.taken), portion.understood.result())
        return portion.taken, readings, portion.refused

    def _drafts(self, lines: Sequence[tables.Row]) -> tuple[list[Arrived], list[Rejected]]:
        taken: list[Arrived] = []
        refused: list[Rejected] = []
        for row in lines:
            try:
                taken.append(self._draft(row))
            except ValueError as error:
                refused.append(Rejected(row.line, str(error), row.whole))
        return taken, refused

    def _draft(self, row: tables.Row) -> Arrived:
        text = row.get("text") or row.get("title")
        if not text:
            raise ValueError(_("No text."))
        if "\x00" in text:
            raise ValueError(_("The text holds characters no text has."))
        try:
            received = tables.moment(row.get("received_at"))
        except ValueError:
            raise ValueError(_("Not a date: %s") % row.get("received_at")) from None
        if received is not None and received > self._at + dt.timedelta(days=1):
            raise ValueError(_("The date lies in the future: %s") % row.get("received_at"))
        return Arrived(
            Draft(
                text=text,
                title=row.get("title"),
                name=row.get("name")[:60],
                phone=row.get("phone"),
                location_text=row.get("location"),
                respondent=row.get("respondent"),
                received_at=received,
                source_key=self._key(row, text),
            ),
            row.get("reporter"),
        )

    def _key(self, row: tables.Row, text: str) -> str:
        """What makes the row arrive once: its own key, else its content."""
        own = row.get("key")
        if own:
            return f"{self._mapping}:{own}"[:80]
        content = "\0".join((row.get("received_at"), row.get("reporter"), row.get("phone"), text))
        return f"{self._mapping}#{hashlib.sha256(content.encode()).hexdigest()[:40]}"

    def write(self, portion: Sequence[Arrived], readings: Sequence[Reading], run: ImportRun) -> tuple[int, int]:
        """Write one portion in one transaction. Result: how many were made, how many were known already."""
        with scoping.unscoped("intake.import"):
            known = set(
                Contact.objects.filter(source_key__in=[one.draft.source_key for one in portion]).values_list(
                    "source_key", flat=True
                )
            )
            fresh: dict[str, tuple[Arrived, Reading]] = {}
            for one, reading in zip(portion, readings, strict=True):
                if one.draft.source_key not in known:
                    fresh.setdefault(str(one.draft.source_key), (one, reading))
            contacts = self._contacts(list(fresh.values()))
            if contacts:
                self._store(contacts, run)
        return len(contacts), len(portion) - len(contacts)

    def _contacts(self, fresh: Sequence[tuple[Arrived, Reading]]) -> list[Contact]:
        persons = people.bulk_persons(
            [(one.reporter or one.draft.name, one.draft.phone) for one, _reading in fresh], at=self._at
        )
        contacts = []
        for (one, reading), person in zip(fresh, persons, strict=True):
            contact = assemble(
                one.draft, reading, place=reading.sure_place, channel=self._channel, router=self._router, at=self._at
            )
            _dispatch(contact)
            contact.person = person
            contacts.append(contact)
        self._number(contacts)
        return contacts

    def _number(self, contacts: Sequence[Contact]) -> None:
        groups: dict[tuple[str, dt.date], list[Contact]] = {}
        for contact in contacts:
            code = self._codes.get(contact.street_id or 0, "000")
            groups.setdefault((code, self._counts_from(contact).date()), []).append(contact)
        for (code, day), members in groups.items():
            for contact, number in zip(members, numbers.issue_many(code, day, len(members)), strict=True):
                contact.number = number

    def _counts_from(self, contact: Contact) -> dt.datetime:
        return contact.received_at if self._at - contact.received_at <= OLD else self._at

    def _store(self, contacts: list[Contact], run: ImportRun) -> None:
        clocks = [
            deadlines.NewDeadline(contact.number, kind, rule_key, began, contact.owner_id, Mover.UNIT, contact)
            for contact in contacts
            for began in [self._counts_from(contact)]
            for kind, rule_key in (
                ("response", rules.response_rule(contact.urgency)),
                ("take_up", rules.take_up_rule(contact.urgency)),
                ("completion", rules.completion_rule(contact.clock_class, contact.urgency)),
            )
        ]
        earliest = deadlines.start_many(clocks, at=self._at, actor=self._actor)
        for contact in contacts:
            contact.due_at, contact.due_kind = earliest[contact.number]
        bulk.insert_many(contacts)
        bulk.insert_rows(Entry, _ENTRY, (line for contact in contacts for line in self._lines(contact)))
        log.record(
            events.ContactsImported(
                run=run.pk,
                count=len(contacts),
                urgent=tuple(contact.number for contact in contacts if contact.urgency != Urgency.ORDINARY),
            ),
            actor=self._actor.id,
            at=self._at,
        )

    def _lines(self, contact: Contact) -> Iterator[tuple[object, ...]]:
        """The two lines of history of an imported contact, as rows under _ENTRY."""
        who = (self._actor.id, self._actor.name, self._actor.organisation_id, "", False)
        sent = {"unit": contact.unit_id, "by_rule": True}
        yield contact.pk, contact.received_at, EntryKind.RECEIVED, Jsonb({"channel": self._channel}), *who
        yield contact.pk, self._at, EntryKind.DISPATCHED, Jsonb(sent), *who


_ENTRY = ("contact_id", "at", "kind", "facts", "actor", "actor_name", "organisation_id", "text", "is_internal")


def _dispatch(contact: Contact) -> None:
    """To the unit suggested, and at once: a file has no clerk in front of it, and a unit can send back."""
    contact.unit_id = contact.suggestions["unit"]["value"]
    contact.stage, contact.mover, contact.moves = Stage.DISPATCHED, Mover.UNIT, 1


def _write_rejected(path: Path, refused: Sequence[Rejected], header: Sequence[str]) -> None:
    """Add rows with their reasons and all their columns, so that they can be mended and sent again as they lie."""
    if not refused:
        return
    is_new = not path.exists()
    with path.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow([*REJECTED, *header])
        for one in refused:
            writer.writerow([one.line, one.reason, *one.cells])


def _trim_rejected(path: Path, read: int) -> None:
    """Leave only the rows of this run that were dealt with: none at its start, no doubles after a broken one."""
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    kept = [row for row in rows if row and row[0].isdecimal() and int(row[0]) <= read]
    if not kept:
        path.unlink()
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *kept])
