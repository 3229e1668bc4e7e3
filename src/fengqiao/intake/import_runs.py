"""Files of messages sent in on the page or by a system: looked at, started, interrupted, gone on with.

The work itself is done by jobs of a few seconds each (`portions`), so that nothing urgent waits behind a long file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from fengqiao.intake import events, importing, rules, tables
from fengqiao.intake.models import ImportMapping, ImportRejection, ImportRun
from fengqiao.intake.rules import Channel
from fengqiao.kernel import events as log
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused

MOST_MB = 30
JOB_S = 5.0
"""A job ends after this time and leaves the rest to the next one."""
SILENT = dt.timedelta(minutes=2)
"""A run that has not moved for this long can be pushed on."""
WAITING_DAYS = 7
FINISHED_DAYS = 30
AUTO = "auto"
SHOWN_ROWS = 5


def visible_to(actor: Actor) -> QuerySet[ImportRun]:
    """The runs of the actor's own organisation."""
    if actor.organisation_id is None:
        return ImportRun.objects.none()
    return ImportRun.objects.filter(organisation_id=actor.organisation_id)


@transaction.atomic
def send_in(*, upload: UploadedFile[Any], mapping: str = AUTO, actor: Actor, at: dt.datetime) -> ImportRun:
    """Keep a file and guess what its columns mean; nothing is imported before `start`.

    Refuses: import.file for what is no table of messages, import.too_big; Forbidden without the right to import.
    """
    actor.require(rules.IMPORT)
    name = upload.name or ""
    kind = Path(name).suffix.lower().lstrip(".")
    if (upload.size or 0) > MOST_MB << 20:
        raise Refused("import.too_big", _("This file is larger than %(most)s MB.") % {"most": MOST_MB})
    if kind not in {"csv", "tsv", "txt", "xlsx"} or not upload.size:
        raise Refused("import.file", _("Only CSV and XLSX files with rows can be imported."))
    if (files.judge(upload) if kind == "xlsx" else kind) != kind:
        raise Refused("import.file", _("Only CSV and XLSX files with rows can be imported."))
    upload.seek(0)
    kept_as = "xlsx" if kind == "xlsx" else "txt"
    file = files.keep(upload.read(), kind=kept_as, name=f"import.{kind}", actor=actor, at=at)
    saved = _saved(mapping)
    run = ImportRun(
        file_hash=file.sha256,
        file_name=Path(name).name[:200],
        mapping=saved.name if saved else AUTO,
        channel=saved.channel if saved else Channel.IMPORT,
        file=file,
        organisation_id=actor.organisation_id,
        sent_at=at,
        actor=actor.id,
        actor_name=actor.name[:60],
    )
    try:
        head = header(run)
        run.columns = {ours: theirs for ours, theirs in saved.columns.items() if theirs in head} if saved else {}
        run.columns = run.columns or tables.guess_columns(head, strict=False)
    except tables.BadFile as error:
        raise Refused("import.file", str(error)) from error
    run.save()
    return run


def _saved(mapping: str) -> ImportMapping | None:
    if mapping in {"", AUTO}:
        return None
    found = ImportMapping.objects.filter(name=mapping).first()
    if found is None:
        raise Refused("import.mapping", _("No mapping has this name."))
    return found


def _kind(run: ImportRun) -> str:
    return Path(run.file_name).suffix.lower().lstrip(".")


def _path(run: ImportRun) -> Path:
    assert run.file is not None, "a run of the command line has no file here"
    return files.local_path(run.file)


def header(run: ImportRun) -> list[str]:
    return tables.header(_path(run), _kind(run))


def first_rows(run: ImportRun) -> list[tuple[str, ...]]:
    """The first rows as they stand, to see whether the columns were guessed right."""
    try:
        return [row.whole for row in islice(tables.rows(_path(run), {}, _kind(run)), SHOWN_ROWS)]
    except tables.BadFile:
        return []


@transaction.atomic
def start(
    *, pk: int, columns: dict[str, str], channel: str, save_as: str = "", actor: Actor, at: dt.datetime
) -> ImportRun:
    """Begin with these columns, and keep them under a name for the next file of the kind.

    Result: the run, or the earlier one of the same file and mapping, which then goes on if it was interrupted.
    Refuses: import.columns without a column of text; import.known when another office has sent in the same file.
    """
    actor.require(rules.IMPORT)
    run = _locked(pk, actor)
    if run.started_at is not None:
        raise Refused("import.started", _("This file has been started already."))
    try:
        tables.check_columns(columns, header(run))
    except tables.BadFile as error:
        raise Refused("import.columns", str(error)) from error
    if save_as:
        ImportMapping.objects.update_or_create(name=save_as, defaults={"columns": columns, "channel": channel})
        run.mapping = save_as
    earlier = _earlier(run)
    if earlier is not None:
        _drop(run)
        return _again(earlier, actor=actor, at=at)
    run.columns, run.channel, run.started_at, run.moved_at = columns, channel, at, at
    run.save()
    log.record(events.ImportStarted(run=run.pk), actor=actor.id, at=at)
    return run


def _drop(run: ImportRun) -> None:
    """A run that never started, with its file."""
    file = run.file
    run.delete()
    files.release([file] if file else [])


@transaction.atomic
def forget_files(*, at: dt.datetime) -> int:
    """Drop what was sent in a week ago and never started, and the files of runs finished a month ago. Result: how many.

    The rows not taken go with the file: they hold what people said too, and the page says until when they can be
    fetched. The run itself stays, so that the same file sent again is known.
    """
    waiting = Q(started_at__isnull=True, sent_at__lt=at - dt.timedelta(days=WAITING_DAYS))
    finished = Q(finished_at__lt=at - dt.timedelta(days=FINISHED_DAYS), file__isnull=False)
    gone = list(ImportRun.objects.filter(waiting | finished).select_for_update(of=("self",)).select_related("file"))
    for run in gone:
        if run.started_at is None:
            _drop(run)
            continue
        file, run.file = run.file, None
        run.save(update_fields=["file"])
        run.rejections.all().delete()
        files.release([file] if file else [])
    return len(gone)


def _earlier(run: ImportRun) -> ImportRun | None:
    same = ImportRun.objects.filter(file_hash=run.file_hash, mapping=run.mapping, started_at__isnull=False)
    return same.select_for_update().first()


def _again(earlier: ImportRun, *, actor: Actor, at: dt.datetime) -> ImportRun:
    if earlier.organisation_id != actor.organisation_id:
        raise Refused("import.known", _("This very file has come in already, sent by another office."))
    if earlier.state == ImportRun.State.STOPPED:
        return resume(pk=earlier.pk, actor=actor, at=at)
    return earlier


@transaction.atomic
def stop(*, pk: int, actor: Actor, at: dt.datetime) -> ImportRun:
    """Interrupt after the portion under way. What has come in stays in."""
    actor.require(rules.IMPORT)
    run = _locked(pk, actor)
    if run.state != ImportRun.State.RUNNING:
        raise Refused("import.not_running", _("This file is not on its way."))
    run.stopped_at = at
    run.save(update_fields=["stopped_at"])
    log.record(events.ImportStopped(run=pk), actor=actor.id, at=at)
    return run


@transaction.atomic
def resume(*, pk: int, actor: Actor, at: dt.datetime) -> ImportRun:
    """Go on where it stopped. Refuses: import.not_stopped while it moves, or when nothing is left."""
    actor.require(rules.IMPORT)
    run = _locked(pk, actor)
    if run.state not in {ImportRun.State.STOPPED, ImportRun.State.FAILED} and not is_silent(run, at=at):
        raise Refused("import.not_stopped", _("This file is not interrupted."))
    run.stopped_at, run.moved_at, run.error = None, at, ""
    run.save(update_fields=["stopped_at", "moved_at", "error"])
    log.record(events.ImportStarted(run=pk), actor=actor.id, at=at)
    return run


def is_silent(run: ImportRun, *, at: dt.datetime) -> bool:
    """Whether a run that should move has not for a while: its worker was killed."""
    return run.state == ImportRun.State.RUNNING and run.moved_at is not None and at - run.moved_at > SILENT


def _locked(pk: int, actor: Actor) -> ImportRun:
    found = visible_to(actor).select_for_update().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def portions(*, run_id: int, at: dt.datetime) -> bool:
    """Take some portions in. Result: whether more is left to do now."""
    run = ImportRun.objects.select_related("file").get(pk=run_id)
    if run.state != ImportRun.State.RUNNING:
        return False
    until = time.monotonic() + JOB_S
    who = Actor(id=run.actor, name=run.actor_name, organisation_id=run.organisation_id)
    importer = importing.Importer(mapping=run.mapping, channel=Channel(run.channel), actor=who, at=at)
    try:
        importing.go_on(
            run,
            tables.rows(_path(run), run.columns, _kind(run)),
            importer,
            keep=lambda refused: _keep(run, refused),
            at=at,
            enough=lambda: time.monotonic() >= until,
        )
    except tables.BadFile as error:
        ImportRun.objects.filter(pk=run.pk).update(error=str(error)[:300])
        return False
    run.refresh_from_db()
    return run.state == ImportRun.State.RUNNING


def _keep(run: ImportRun, refused: Sequence[importing.Rejected]) -> None:
    with scoping.unscoped("intake.import"):
        ImportRejection.objects.bulk_create(
            ImportRejection(
                run=run, line=one.line, reason=one.reason[:300], cells=[_storable(cell) for cell in one.cells]
            )
            for one in refused
        )


def _storable(cell: str) -> str:
    """PostgreSQL keeps no NUL."""
    return cell.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def rejected_rows(run: ImportRun) -> Iterator[str]:
    """The rows not taken, as lines of a CSV file with reasons and all their columns: mend them and send them again."""
    yield "\ufeff" + _line([*importing.REJECTED, *header(run)])
    for one in run.rejections.order_by("line"):
        yield _line([str(one.line), one.reason, *one.cells])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell[:1] in "=+-@\t" else cell for cell in cells])
    return out.getvalue()
