"""The tables against themselves: each event its leaf, each record its commitment, the files their tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from fengqiao.evidence import audit, queries, settled, verifier
from fengqiao.evidence.models import Leaf, Log

_UNEQUAL = """
SELECT count(*) FILTER (WHERE l.id IS NULL AND p.event_id IS NULL), count(*) FILTER (WHERE e.id IS NULL), min(e.id)
FILTER (WHERE l.id IS NULL AND p.event_id IS NULL)
FROM kernel_event AS e FULL JOIN (SELECT id, event_id FROM evidence_leaf WHERE event_id IS NOT NULL) AS l
  ON l.event_id = e.id LEFT JOIN evidence_pending AS p ON p.event_id = e.id
WHERE l.id IS NULL OR e.id IS NULL
"""


def problems(*, records: bool = True) -> Iterator[str]:
    """Everything that is not as it must be, one line each."""
    yield from _events()
    policy = settled.policy()
    for log in Log.objects.order_by("pk"):
        known = verifier.Policy(tuple(settled.keys(log)), policy.witnesses, policy.groups, policy.quorum)
        folder = Path(settings.EVIDENCE_ROOT) / log.folder
        checkpoint, found = audit.audit(folder, known)
        yield from (f"{log.origin}: {problem}" for problem in found)
        if checkpoint is not None:
            yield from _tables(log, checkpoint, records=records)
    for kind, count in queries.open_incidents().items():
        yield f"incidents not settled: {kind} {count}"


def _events() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_UNEQUAL)
        unsealed, without, first = cursor.fetchone()
    if unsealed:
        yield f"events without a leaf and without a number: {unsealed}, the first is {first}"
    if without:
        yield f"leaves whose event is gone: {without}"


def _tables(log: Log, checkpoint: verifier.Checkpoint, *, records: bool) -> Iterator[str]:
    kept = log.checkpoints.filter(size=checkpoint.size).values_list("root", flat=True).first()
    if kept != checkpoint.root.hex():
        yield f"{log.origin}: the checkpoint shown is not one we kept"
    count = 0
    for leaf in Leaf.objects.filter(log=log, index__lt=checkpoint.size).order_by("index").iterator(2000):
        if leaf.index != count:
            yield f"{log.origin}: leaf {count} is not in the tables"
            return
        count += 1
        if records and leaf.number is not None:
            yield from (f"{log.origin}: leaf {leaf.index} {problem}" for problem in _record(leaf))
    if count != checkpoint.size:
        yield f"{log.origin}: {count} leaves in the tables, {checkpoint.size} shown"


def _record(leaf: Leaf) -> Iterator[str]:
    if settled.vault().is_destroyed(leaf.number or 0):
        return
    words = queries.words_of(leaf)
    told = json.loads(leaf.entry)
    if words is None:
        yield "has words that cannot be opened"
    elif verifier.commitment(bytes.fromhex(words["salt"]), words["record"].encode()) != (told["commit"], told["sm3"]):
        yield "does not commit to its record"
