"""How the installation is: what an operator looks at in the morning. Counts and times only, no content."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from fengqiao.evidence import queries as evidence
from fengqiao.intake import queries
from fengqiao.kernel import heartbeat, scoping
from fengqiao.kernel.actor import Actor, permit, system
from fengqiao.kernel.models import Notice
from fengqiao.kernel.notify import sending
from fengqiao.people.rules import Role

OPERATE = permit("intake.operate", {Role.ADMINISTRATOR})
WORKER_SILENT = dt.timedelta(minutes=1)
JOB_SILENT = dt.timedelta(minutes=5)
BACKUP_OLD = dt.timedelta(hours=26)
DISK_LEFT = 0.10
NOTICES_SEEN = dt.timedelta(days=7)
NOTICE_LATE = dt.timedelta(minutes=30)


@dataclasses.dataclass(frozen=True)
class Sign:
    """One thing looked at. `advice` says what to do when it is not well."""

    key: str
    name: str
    value: str
    is_well: bool
    advice: str = ""
    at: dt.datetime | None = None


def signs(*, at: dt.datetime) -> list[Sign]:
    return [
        _database(), _worker(at), _queue(at), _notices(at), _deadlines(at), *_evidence(at), _disk(), _backup(at),
        _ownerless(), untaken(system("intake.health"), at=at),
    ]  # fmt: skip


def _row(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def _database() -> Sign:
    size, version = _row("SELECT pg_database_size(current_database()), current_setting('server_version')")
    value = _("PostgreSQL %(version)s, %(mb)s MB") % {"version": version, "mb": f"{size // 2**20:,}"}
    return Sign("database", _("Database"), value, is_well=True)


def _worker(at: dt.datetime) -> Sign:
    last = _row("SELECT max(last_heartbeat) FROM procrastinate_workers")[0]
    is_well = last is not None and at - last <= WORKER_SILENT
    return Sign(
        "worker", _("Worker"), _("alive") if is_well else _("silent"), is_well,
        _("Restart with `fengqiao up`; mails and clocks wait meanwhile, nothing is lost."), last,
    )  # fmt: skip


def _queue(at: dt.datetime) -> Sign:
    waiting, failed = _row(
        "SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()),"
        " count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs WHERE status IN ('todo', 'failed')"
    )
    value = _("%(waiting)s waiting, %(failed)s failed") % {"waiting": f"{waiting:,}", "failed": f"{failed:,}"}
    return Sign("queue", _("Jobs"), value, waiting < 5000 and failed == 0, _("Look at the failed jobs in the log."))


def _notices(at: dt.datetime) -> Sign:
    """Notices that failed for good within the week, and those whose time to go out is long over.

    A colleague's SMS above the ten of a day is no fault of the set-up: the same words wait for them in the app.
    """
    spared = Q(user_id__isnull=False, last_error__endswith=sending.A_DAY)
    stuck = Notice.objects.filter(state__in=[Notice.State.QUEUED, Notice.State.FAILED])
    failed = stuck.filter(state=Notice.State.FAILED, created_at__gte=at - NOTICES_SEEN).exclude(spared).count()
    late = stuck.filter(state=Notice.State.QUEUED, due_at__lt=at - NOTICE_LATE).count()
    value = _("%(failed)s not delivered in 7 days, %(late)s late") % {"failed": failed, "late": late}
    advice = _("Look at the mail and SMS settings. Each matter says whom to call instead.")
    return Sign("notices", _("Notices"), value, failed == 0 and late == 0, advice)


def _deadlines(at: dt.datetime) -> Sign:
    silence = heartbeat.silence("clock", at=at)
    is_well = silence is not None and silence <= JOB_SILENT
    return Sign(
        "deadlines", _("Minute job of the clocks"), _("runs") if is_well else _("has not run lately"), is_well,
        _("Nobody is warned or called while it stands still. Restart the worker."),
        at - silence if silence is not None else None,
    )  # fmt: skip


def _disk() -> Sign:
    total, _used, free = shutil.disk_usage(settings.HOME)
    value = _("%(free)s GB free of %(total)s GB") % {"free": f"{free / 2**30:,.0f}", "total": f"{total / 2**30:,.0f}"}
    return Sign("disk", _("Disk"), value, free / total >= DISK_LEFT, _("Less than a tenth is free: make room."))


def _backup(at: dt.datetime) -> Sign:
    path = Path(settings.HOME) / "last-backup.json"
    made = dt.datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["at"]) if path.exists() else None
    is_well = made is not None and at - made <= BACKUP_OLD
    advice = _("Run `fengqiao backup` every night and keep the keys elsewhere.")
    return Sign("backup", _("Last backup"), _("made") if made else _("never"), is_well, advice, made)


def _evidence(at: dt.datetime) -> list[Sign]:
    """The log: how much, how late, and whether anything speaks against it."""
    waiting, lag = evidence.waiting(at=at)
    size, open_incidents = evidence.sealed_so_far(), sum(evidence.open_incidents().values())
    silence = heartbeat.silence("evidence", at=at)
    is_well = silence is not None and silence <= JOB_SILENT and lag <= evidence.LATE
    log = Sign(
        "evidence", _("Evidence log"),
        _("%(size)s sealed, %(waiting)s waiting") % {"size": f"{size:,}", "waiting": f"{waiting:,}"}, is_well,
        _("Sealing stands still or is late. Nothing is lost; restart the worker and look at its log."),
        at - silence if silence is not None else None,
    )  # fmt: skip
    signed, asked = evidence.witnesses()
    told = _("%(signed)s of %(asked)s have signed the newest") % {"signed": signed, "asked": asked}
    witnesses = Sign(
        "witnesses", _("Witnesses of the log"), told if asked else _("none is set up"), signed == asked,
        _("Call the keepers of the witnesses that do not answer."),
    )  # fmt: skip
    incidents = Sign(
        "incidents", _("Incidents of the log"), str(open_incidents), open_incidents == 0,
        _("Look at the page of the evidence log at once; an auditor settles them."),
    )  # fmt: skip
    return [log, witnesses, incidents]


def _ownerless() -> Sign:
    with scoping.unscoped("intake.health"):
        count = queries.capped_count(queries.ownerless())
    return Sign("ownerless", _("Contacts without an owner"), str(count), count == 0, _("Must be 0: tell the makers."))


def untaken(actor: Actor, *, at: dt.datetime) -> Sign:
    """Urgent matters in the actor's scope for which everybody was called in vain. The duty supervisor's own sign."""
    with scoping.scoped(actor):
        count = queries.capped_count(queries.called_in_vain(actor, at=at))
    advice = _("Everybody on the ladder was called, the top several times. Ring somebody up and press “I take it”.")
    return Sign("untaken", _("Urgent matters nobody took"), str(count), count == 0, advice)
