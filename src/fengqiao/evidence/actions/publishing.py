"""From places in the tables to files that anybody may fetch: entries, tiles, then the checkpoint.

The tables alone decide what lies where, so writing is the same bytes each time, whoever writes. After a crash at any
step the next turn writes what is missing. A root is kept in a table with one row a size before anybody sees it: two
roots for one size cannot both be signed.
"""

from __future__ import annotations

import datetime as dt
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from fengqiao.evidence import settled, signing, steps, tiles, verifier
from fengqiao.evidence.models import Checkpoint, Incident, Leaf, Log
from fengqiao.evidence.store import Store
from fengqiao.kernel import scoping

CHUNK = 16_384
NAME = "checkpoint"


class Contradiction(Exception):
    """Files and tables say different things. An incident was recorded; nothing is written until it is settled."""


def shown(log: Log, store: Store) -> verifier.Checkpoint:
    """What strangers see now."""
    try:
        raw = store.read(NAME)
    except tiles.Missing:
        return verifier.Checkpoint(log.origin, 0, tiles.EMPTY_ROOT)
    return verifier.parse_checkpoint(verifier.parse_note(raw))


def publish(log: Log, *, at: dt.datetime) -> Checkpoint | None:
    """Show everything that has its place. Result: the new checkpoint, None when nothing is new or somebody is at it.

    Raises Contradiction.
    """
    store = settled.store_of(log)
    with _alone(log) as is_alone:
        if not is_alone:
            return None
        log.refresh_from_db()
        before = shown(log, store)
        if before.size == log.size:
            return None
        if before.size > log.size:
            raise _incident(Incident.Kind.ROLLBACK, log, at=at, shown=before.size, held=log.size)
        _check_past(log, before, at=at)
        return _publish(log, store, before, at=at)


def _publish(log: Log, store: Store, before: verifier.Checkpoint, *, at: dt.datetime) -> Checkpoint:
    for start in range(before.size, log.size, CHUNK):
        _write(log, store, start, min(start + CHUNK, log.size))
    root = tiles.root(store.read, log.size)
    checkpoint = verifier.Checkpoint(log.origin, log.size, root)
    note = signing.sign_checkpoint(checkpoint, settled.signers(log)).decode()
    steps.reach("signed")
    kept, _new = Checkpoint.objects.get_or_create(
        log=log, size=log.size, defaults={"root": root.hex(), "note": note, "at": at}
    )
    if kept.root != root.hex():
        raise _incident(Incident.Kind.FORK, log, at=at, size=log.size)
    steps.reach("kept")
    store.write_all([(NAME, kept.note.encode())])
    steps.reach("shown")
    return kept


def _write(log: Log, store: Store, start: int, end: int) -> None:
    found = Leaf.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
    entries = [entry.encode() for entry in found.values_list("entry", flat=True)]
    assert len(entries) == end - start, f"{log}: leaves {start} to {end} are not all there"
    store.write_all(tiles.grow_entries(store.read, start, entries))
    steps.reach("entries")
    store.write_all(tiles.grow(store.read, start, [tiles.leaf_hash(entry) for entry in entries]))
    steps.reach("tiles")


def _check_past(log: Log, before: verifier.Checkpoint, *, at: dt.datetime) -> None:
    """What was shown must be what we signed at that size."""
    if before.size == 0:
        return
    kept = Checkpoint.objects.filter(log=log, size=before.size).values_list("root", flat=True).first()
    if kept != before.root.hex():
        raise _incident(Incident.Kind.FORK, log, at=at, size=before.size)


def _incident(kind: Incident.Kind, log: Log, *, at: dt.datetime, **facts: int) -> Contradiction:
    """Record it once."""
    what = log.origin
    if not Incident.objects.filter(kind=kind, what=what, settled_at=None).exists():
        Incident.objects.create(at=at, kind=kind, what=what, facts=facts)
    return Contradiction(f"{kind} {what} {facts}")


@contextmanager
def _alone(log: Log) -> Iterator[bool]:
    """One writer of a log's files at a time on this machine; ends with the process, however it ends."""
    folder = Path(settings.EVIDENCE_ROOT) / log.folder
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def adopt(log: Log, *, at: dt.datetime) -> int:
    """After a restore: take the leaves that were shown and are not in the tables any more back from the files.

    They keep their places, so the log goes on without a fork; their records stay unknown. Result: how many.
    Raises Contradiction when the files do not lead to their own checkpoint.
    """
    store = settled.store_of(log)
    with _alone(log) as is_alone, scoping.unscoped("evidence.adopt"):
        assert is_alone, "somebody is publishing"
        log = Log.objects.select_for_update().get(pk=log.pk)
        before = shown(log, store)
        if before.size <= log.size:
            return 0
        if tiles.root(store.read, before.size) != before.root or not _agree(log, store, before.size):
            raise Contradiction(f"the files of {log} do not lead to their checkpoint")
        raw = store.read(NAME).decode()
        start = log.size
        entries = list(tiles.read_entries(store.read, before.size, start))
        Leaf.objects.bulk_create(
            Leaf(log=log, index=index, entry=entry.decode(), sealed=b"") for index, entry in enumerate(entries, start)
        )
        Log.objects.filter(pk=log.pk).update(size=before.size)
        Checkpoint.objects.get_or_create(
            log=log, size=before.size, defaults={"root": before.root.hex(), "note": raw, "at": at}
        )
        return len(entries)


def _agree(log: Log, store: Store, size: int) -> bool:
    """Whether the entries hash to the lowest tiles, and those of the tables are the same."""
    held = Leaf.objects.filter(log=log).order_by("index").values_list("entry", flat=True).iterator(CHUNK)
    tree = tiles.Tree(store.read, size)
    for index, entry in enumerate(tiles.read_entries(store.read, size)):
        ours = next(held, None)
        if tree.complete(0, index) != tiles.leaf_hash(entry) or (ours is not None and ours.encode() != entry):
            return False
    return True
