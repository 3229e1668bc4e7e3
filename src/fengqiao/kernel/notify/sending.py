"""Writing notices and getting them out: rows with the change they tell of, one job each, bounded tries."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.types import JSONDict

from fengqiao.kernel import clock, events, limits
from fengqiao.kernel.models import Notice, NoticeOptOut
from fengqiao.kernel.notify import ports, templates

TRIES = 6
FIRST_PAUSE_S = 60
"""The pause grows fourfold: 1, 4, 16, 64 and 256 minutes, so that the last of six tries comes after 5 h 41 min."""

WAKING = (dt.time(8), dt.time(20, 30))
A_DAY = "messages a day"
OUTSIDE, RINGING = frozenset({"email", "sms", "chat"}), frozenset({"sms", "chat"})
NotBefore = Callable[[dt.datetime], dt.datetime]


@dataclasses.dataclass(frozen=True)
class Recipient:
    """Whom to tell and where. `user_id` brings the notice into the app; empty addresses are no channel."""

    user_id: int | None = None
    language: str = "zh-hans"
    email: str = ""
    phone: str = ""
    chat: str = ""

    def addresses(self) -> dict[str, str]:
        found = {"email": self.email, "sms": self.phone, "chat": self.chat}
        return ({"app": ""} if self.user_id else {}) | {channel: to for channel, to in found.items() if to}


@dataclasses.dataclass(frozen=True)
class NoticeFailed(events.Fact):
    """A notice did not get out after all tries. Whoever owns the subject sees it and finds another way."""

    kind: ClassVar[str] = "notice.failed"
    number: str
    notice_id: int
    channel: str
    template: str


def waking(at: dt.datetime) -> dt.datetime:
    """The first moment from `at` on when a message may make a telephone ring: 8:00 to 20:30, every day."""
    here = at.astimezone(clock.CHINA)
    if WAKING[0] <= here.time() < WAKING[1]:
        return at
    day = here.date() if here.time() < WAKING[0] else here.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, WAKING[0], tzinfo=clock.CHINA)


def notify(
    to: Recipient,
    template: str,
    context: Mapping[str, object],
    *,
    subject: str,
    at: dt.datetime,
    actor: str,
    not_before: NotBefore | None = None,
) -> list[Notice]:
    """Tell one person, on every channel that is open to them. Result: one notice a channel, maybe none."""
    return notify_many([to], template, context, subject=subject, at=at, actor=actor, not_before=not_before)


@transaction.atomic
def notify_many(
    to: Iterable[Recipient],
    template: str,
    context: Mapping[str, object],
    *,
    subject: str,
    at: dt.datetime,
    actor: str,
    not_before: NotBefore | None = None,
) -> list[Notice]:
    """Tell many: three statements whatever their number.

    SMS and chat wait for waking hours; with `not_before` every way out of the house waits for the moment it says.
    """
    kind = templates.get(template)
    values = {name: str(context[name]) for name in kind.placeholders - templates.SECRETS}
    secret = json.dumps({name: str(context[name]) for name in kind.placeholders & templates.SECRETS})
    people = list(to)
    closed = {} if kind.is_urgent else _opted_out(people)
    later = at if kind.is_urgent else (not_before or waking)(at)
    waits = RINGING if not_before is None else OUTSIDE
    rows = [
        Notice(
            user_id=person.user_id, address=address, channel=channel, language=person.language, template=template,
            context=values, secret="" if channel == "app" else secret, subject=subject, actor=actor, created_at=at,
            due_at=later if channel in waits else at,
            state=Notice.State.SENT if channel == "app" else Notice.State.QUEUED,
            sent_at=at if channel == "app" else None,
        )
        for person in people
        for channel, address in person.addresses().items()
        if channel in kind.channels and channel not in closed.get(person.user_id, ())
    ]  # fmt: skip
    Notice.objects.bulk_create(rows)
    waiting: dict[dt.datetime, list[int]] = defaultdict(list)
    for row in rows:
        if row.state == Notice.State.QUEUED:
            waiting[row.due_at].append(row.pk)
    for due, ids in waiting.items():
        later_than_now = due if due > at else None
        deliver.configure(schedule_at=later_than_now, priority=templates.priority(template)).batch_defer(
            *_arguments(ids)
        )
    return rows


def _arguments(ids: list[int]) -> list[JSONDict]:
    return [{"notice_id": pk} for pk in ids]


def _opted_out(people: list[Recipient]) -> dict[int | None, set[str]]:
    closed: dict[int | None, set[str]] = defaultdict(set)
    ids = {person.user_id for person in people if person.user_id}
    for user_id, channel in NoticeOptOut.objects.filter(user_id__in=ids).values_list("user_id", "channel"):
        closed[user_id].add(channel)
    return closed


@jobs.task(name="kernel.notify.deliver", queue="notices", retry=3)
def deliver(notice_id: int) -> None:
    """One try. A worker that dies between sending and noting it sends again: at least once, with the same reference."""
    at = clock.now()
    with transaction.atomic():
        notice = Notice.objects.select_for_update(skip_locked=True).filter(pk=notice_id).first()
        if notice is None or notice.state != Notice.State.QUEUED:
            return
        notice.tries += 1
        try:
            _send(notice, at)
        except ports.DeliveryError as error:
            _note_failure(notice, error, at)
        except Exception as error:  # a port may break in ways of its own: that must not become silence
            _note_failure(notice, ports.DeliveryError(type(error).__name__), at)
        else:
            notice.state, notice.sent_at, notice.last_error = Notice.State.SENT, at, ""
            notice.address = notice.secret = ""
        notice.save()


def _send(notice: Notice, at: dt.datetime) -> None:
    kind = templates.get(notice.template)
    most = settings.SMS_PER_DAY
    counts = notice.channel == "sms" and notice.tries == 1 and not kind.is_urgent
    if counts and not limits.hit(f"sms:{notice.address}", most, 86_400, at):
        raise ports.DeliveryError(f"more than {most} {A_DAY}", is_final=True)
    words = kind.filled(notice.language, notice.context | json.loads(notice.secret or "{}"))
    ports.port(notice.channel).send(
        address=notice.address, title=words.title, text=words.text, reference=f"fq-notice-{notice.pk}"
    )


def _note_failure(notice: Notice, error: ports.DeliveryError, at: dt.datetime) -> None:
    """Try again after a growing pause, or give up where everybody can see it."""
    notice.last_error = str(error)[:200]
    if error.is_final or notice.tries >= TRIES:
        notice.state = Notice.State.FAILED
        fact = NoticeFailed(notice.subject, notice.pk, notice.channel, notice.template)
        events.record(fact, actor="job:notify", at=at)
        return
    notice.due_at = at + dt.timedelta(seconds=FIRST_PAUSE_S * 4 ** (notice.tries - 1))
    again = deliver.configure(schedule_at=notice.due_at, priority=templates.priority(notice.template))
    again.defer(notice_id=notice.pk)


def rescue(*, at: dt.datetime) -> int:
    """Give notices a new job whose own was lost (half an hour past due and still waiting). Result: how many."""
    late = Notice.objects.filter(state=Notice.State.QUEUED, due_at__lt=at - dt.timedelta(minutes=30))
    ids = list(late.values_list("pk", flat=True)[:1000])
    if ids:
        Notice.objects.filter(pk__in=ids).update(due_at=at)
        deliver.batch_defer(*_arguments(ids))
    return len(ids)


def unread(user_id: int) -> int:
    """How many in the app are unread. One index look-up."""
    return Notice.objects.filter(user_id=user_id, channel="app", state=Notice.State.SENT).count()


def mark_read(*, user_id: int, at: dt.datetime, ids: Iterable[int] | None = None) -> int:
    """Mark a person's own notices, or all of theirs, as read. Others' ids are passed over. Result: how many."""
    mine = Notice.objects.filter(user_id=user_id, channel="app", state=Notice.State.SENT)
    if ids is not None:
        mine = mine.filter(pk__in=list(ids))
    return mine.update(state=Notice.State.READ, read_at=at)


def choose(*, user_id: int, channel: str, is_open: bool) -> None:
    """Close or open a channel for one person. The app cannot be closed; urgent notices pass anyway."""
    assert channel in templates.CHANNELS[1:], channel
    if is_open:
        NoticeOptOut.objects.filter(user_id=user_id, channel=channel).delete()
    else:
        NoticeOptOut.objects.get_or_create(user_id=user_id, channel=channel)
