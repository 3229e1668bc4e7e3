"""Tell open pages that something of theirs changed: that, never what. They ask for it under their own scope."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "fq_live"
LONGEST = 7_900


def tell(*topics: str, kind: str = "changed", mark: int | None = None) -> None:
    """Sent by PostgreSQL when the transaction commits, and not at all when it rolls back.

    `topics` are "user:12", "unit:5", "<level>:<area id>", "room:<uid>:<channel>"; the streams of those who may hear
    them pass it on. `mark`: how far the thing has come (the number of its newest line), for streams that count by it.
    """
    payload = json.dumps({"topics": topics, "kind": kind} | ({} if mark is None else {"mark": mark}))
    assert topics and len(payload.encode()) < LONGEST, "NOTIFY carries less than 8,000 bytes"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
