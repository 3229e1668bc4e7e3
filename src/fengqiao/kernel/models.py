"""Tables of the kernel. Append-only ones are guarded by triggers in the migrations."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.crypto import SealedField


class Event(models.Model):
    """One thing that happened. Written in the transaction of the change it tells of; never updated, never deleted."""

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    place_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="event_subject")]
        constraints = [models.CheckConstraint(condition=~models.Q(actor=""), name="event_has_an_actor")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


# Numbers, limits, files


class Limit(models.Model):
    """Tries within one window. The key is a fingerprint."""

    key = models.CharField(max_length=32, primary_key=True)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    hits = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.hits} until {self.ends_at}"


class StoredFile(models.Model):
    """One upload: its name and kind. The bytes lie on disk under their hash; equal bytes are kept once."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=5)
    name = models.CharField(max_length=200)
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_named_by_its_hash"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}, {self.size})"


# Notices


class Notice(models.Model):
    """One message to one person on one channel. `address` and `secret` are sealed, and wiped once it is out."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to go out")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not delivered")
        READ = "read", _("read")

    user_id = models.BigIntegerField(null=True)
    address = SealedField(blank=True)
    secret = SealedField(blank=True)
    channel = models.CharField(max_length=5)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    context = models.JSONField(default=dict)
    subject = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=6, choices=State.choices)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"], name="notice_user", condition=models.Q(channel="app")),
            models.Index(fields=["user_id"], name="notice_unread", condition=models.Q(channel="app", state="sent")),
            models.Index(fields=["subject", "id"], name="notice_subject"),
            models.Index(fields=["id"], name="notice_stuck", condition=models.Q(state__in=["queued", "failed"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel="app", user_id__isnull=False) | ~models.Q(channel="app"),
                name="notice_in_the_app_has_a_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.channel} {self.state}"


class NoticeOptOut(models.Model):
    """A channel one person has closed."""

    user_id = models.BigIntegerField()
    channel = models.CharField(max_length=5)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "channel"], name="notice_opt_out_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel}"


# Webhooks


class Webhook(models.Model):
    """A receiver of events, of one organisation. The secret is sealed."""

    organisation_id = models.BigIntegerField(db_index=True)
    url = models.CharField(max_length=500)
    secret = SealedField()
    events = ArrayField(models.CharField(max_length=60))
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.url}"


class WebhookDelivery(models.Model):
    """One event to one receiver, with what came of it."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event_id = models.BigIntegerField()
    state = models.CharField(max_length=6, default="queued")
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "event_id"], name="webhook_delivery_once")]
        indexes = [models.Index(fields=["id"], name="webhook_stuck", condition=~models.Q(state="sent"))]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.event_id} {self.state}"
