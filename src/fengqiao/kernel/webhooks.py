"""Webhooks: events told to other systems over HTTPS, signed, tried again, and visible when they fail.

A receiver checks `Fengqiao-Signature: t=<unix time>,v1=<hex>`, the HMAC-SHA256 with its secret over "<t>.<body>", and
drops what is older than five minutes or whose `Fengqiao-Delivery` it has seen. Any 2xx means taken; 410 ends it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import secrets
import socket
from collections.abc import Collection, Iterable
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from fengqiao.kernel import clock, events
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Event, Webhook, WebhookDelivery

TRIES = 8
FIRST_PAUSE_S = 30
"""The pause grows fourfold: 30 s, 2 min, 8 min, 32 min, 2 h, 8.5 h, 34 h; the eighth try comes after about two days."""

TIMEOUT_S = 10.0


@dataclasses.dataclass(frozen=True)
class WebhookFailed(events.Fact):
    """A receiver did not take an event after all tries, or ended the subscription (410)."""

    kind: ClassVar[str] = "webhook.failed"
    number: str
    webhook_id: int
    event_id: int
    reason: str


@dataclasses.dataclass(frozen=True)
class WebhookTested(events.Fact):
    """Somebody wants to see whether a receiver hears us."""

    kind: ClassVar[str] = "webhook.tested"
    webhook_id: int


class Unreachable(Exception):
    """The receiver did not take it this time. The text is safe to show to the owner of the webhook."""


def subscribe(*, organisation_id: int, url: str, kinds: Iterable[str], at: dt.datetime) -> tuple[Webhook, str]:
    """Add a receiver. Result: the row and the secret, which is shown this once.

    Refuses: webhook.address when it is not https or not on the public network.
    """
    try:
        _target(url)
    except Unreachable as error:
        raise Refused(
            "webhook.address",
            _("This address cannot receive events: it must be https and reachable from the public network."),
        ) from error
    secret = secrets.token_urlsafe(32)
    row = Webhook.objects.create(
        organisation_id=organisation_id, url=url, secret=secret, events=sorted(set(kinds)), made_at=at
    )
    return row, secret


def signature(secret: str, *, body: bytes, at: dt.datetime) -> str:
    """The value of the header `Fengqiao-Signature`."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


@transaction.atomic
def deliver(event: Event, *, organisations: Collection[int], at: dt.datetime) -> list[WebhookDelivery]:
    """Offer an event to the webhooks of the organisations it concerns. Running twice delivers once.

    The caller says whom it concerns: a webhook sees no more than its organisation may.
    """
    ready = Webhook.objects.filter(is_active=True, organisation_id__in=organisations, events__contains=[event.kind])
    rows = [WebhookDelivery(webhook=hook, event_id=event.pk, due_at=at) for hook in ready]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    made = WebhookDelivery.objects.filter(event_id=event.pk, webhook__in=ready, tries=0, state="queued")
    for row in made:
        send.defer(delivery_id=row.pk)
    return list(made)


@transaction.atomic
def try_out(hook: Webhook, *, actor: str, at: dt.datetime) -> WebhookDelivery:
    """Send one event that means nothing, to see whether the receiver takes it."""
    event = events.record(WebhookTested(webhook_id=hook.pk), actor=actor, at=at)
    row = WebhookDelivery.objects.create(webhook=hook, event_id=event.pk, due_at=at)
    send.defer(delivery_id=row.pk)
    return row


@jobs.task(name="kernel.webhooks.send", queue="webhooks", retry=3)
def send(delivery_id: int) -> None:
    """One try of one delivery."""
    at = clock.now()
    with transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("webhook")
        row = rows.filter(pk=delivery_id, state="queued").first()
        if row is None:
            return
        event = Event.objects.get(pk=row.event_id)
        row.tries += 1
        try:
            row.status = _post(row, event, at)
        except Unreachable as error:
            row.last_error = str(error)[:200]
            row.status = None
        _settle(row, event, at)
        row.save()


def body_of(event: Event) -> bytes:
    """What is sent: ids and facts, never a story about a person."""
    told = {
        "id": event.pk,
        "kind": event.kind,
        "subject": event.subject,
        "at": event.at.astimezone(clock.CHINA).isoformat(),
    }
    return json.dumps(told | {"facts": event.facts}, ensure_ascii=False, separators=(",", ":")).encode()


def _post(row: WebhookDelivery, event: Event, at: dt.datetime) -> int:
    """Send to the address that was checked, not to whatever the name means a moment later. Result: the status."""
    import httpx  # a fifth of a second, which no start of a process should wait for

    target, host = _target(row.webhook.url)
    body = body_of(event)
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "User-Agent": "Fengqiao-Webhook/1",
        "Fengqiao-Event": event.kind,
        "Fengqiao-Delivery": str(row.pk),
        "Fengqiao-Signature": signature(row.webhook.secret, body=body, at=at),
    }
    name = urlsplit(row.webhook.url).hostname
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", target, content=body, headers=headers, extensions={"sni_hostname": name}) as answer,
        ):
            return answer.status_code
    except httpx.HTTPError as error:
        raise Unreachable(type(error).__name__) from error


def _settle(row: WebhookDelivery, event: Event, at: dt.datetime) -> None:
    """Done, again later, or given up where the owner sees it."""
    if row.status is not None and 200 <= row.status < 300:
        row.state, row.sent_at, row.last_error = "sent", at, ""
        return
    if row.status is not None:
        row.last_error = f"HTTP {row.status}"
    if row.status == 410:
        Webhook.objects.filter(pk=row.webhook_id).update(is_active=False)
    if row.status == 410 or row.tries >= TRIES:
        row.state = "failed"
        fact = WebhookFailed(event.subject, row.webhook_id, event.pk, row.last_error)
        events.record(fact, actor="job:webhooks", at=at)
        return
    row.due_at = at + dt.timedelta(seconds=FIRST_PAUSE_S * 4 ** (row.tries - 1))
    send.configure(schedule_at=row.due_at).defer(delivery_id=row.pk)


def rescue(*, at: dt.datetime) -> int:
    """Give deliveries a new job whose own was lost (half an hour past due). Result: how many."""
    late = WebhookDelivery.objects.filter(state="queued", due_at__lt=at - dt.timedelta(minutes=30))
    ids = list(late.values_list("pk", flat=True)[:1000])
    WebhookDelivery.objects.filter(pk__in=ids).update(due_at=at)
    for pk in ids:
        send.defer(delivery_id=pk)
    return len(ids)


def _target(url: str) -> tuple[str, str]:
    """The address to call, with the name resolved, and the Host header. Raises Unreachable.

    Every address behind the name must be public, else a receiver could make us knock at our own doors.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = {str(info[4][0]) for info in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError, UnicodeError) as error:
        raise Unreachable("the name cannot be resolved") from error
    if not parts.hostname or parts.username or not found or not all(_allowed(parts.scheme, one) for one in found):
        raise Unreachable("the address is not public https")
    first = sorted(found, key=lambda one: (":" in one, one))[0]
    place = f"[{first}]" if ":" in first else first
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{place}:{port}{path}", parts.netloc


def _allowed(scheme: str, address: str) -> bool:
    found = ipaddress.ip_address(address.split("%", 1)[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    if settings.WEBHOOK_LOOPBACK and inner.is_loopback:
        return scheme in {"http", "https"}
    return scheme == "https" and bool(inner.is_global) and not inner.is_multicast and found.is_global
