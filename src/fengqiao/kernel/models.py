"""Tables of the kernel. Append-only ones are guarded by triggers in the migrations."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
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


# Interfaces


class IdempotencyKey(models.Model):
    """One deed another system asked for under a key of its own, and what it was answered.

    Written in the transaction of the deed: either both are there or neither. `answer` is sealed, since it may hold
    what somebody told.
    """

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=220)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    answer = SealedField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="one_deed_a_key")]

    def __str__(self) -> str:
        return f"{self.caller} {self.request}"


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


# Calendar, rules, deadlines


class ReferenceVersion(models.Model):
    """A token that changes with a small table, so that every process knows when to read it again."""

    name = models.CharField(max_length=30, primary_key=True)
    token = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a recurring job last did its work."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%F %T}"


class CalendarYear(models.Model):
    """Whether the holidays of a year are announced. A year whose whole list was typed in is left alone by imports."""

    class Status(models.TextChoices):
        OFFICIAL = "official", _("announced")
        PROVISIONAL = "provisional", _("not announced, weekends only")

    year = models.PositiveSmallIntegerField(primary_key=True)
    status = models.CharField(max_length=12, choices=Status.choices)
    is_edited = models.BooleanField(default=False)

    class Meta:
        ordering = ("year",)

    def __str__(self) -> str:
        return str(self.year)


class Holiday(models.Model):
    """A day that differs from its weekday: off although a weekday, or worked although a weekend.

    One corrected by hand (`is_edited`) stays when an import brings the rest of its year; it may be ordinary again.
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("day off")
        MAKE_UP = "make_up", _("make-up working day")
        ORDINARY = "ordinary", _("ordinary day")

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60)
    is_edited = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Rule(models.Model):
    """One number from law or policy in one version: what counts never changes, a new version follows it."""

    class Kind(models.TextChoices):
        LAW = "law", _("law")
        POLICY = "policy", _("policy of this district")
        CONVENTION = "convention", _("our convention")

    class Unit(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        HOURS = "hours", _("hours")
        PROCEDURAL_HOURS = "procedural_hours", _("hours, from the next full hour")
        WORKING_HOURS = "working_hours", _("working hours")
        WORKING_DAYS = "working_days", _("working days")
        DAYS = "days", _("days")
        MONTHS = "months", _("months")
        YEARS = "years", _("years")
        TIME = "time", _("time of day")
        COUNT = "count", _("number")
        PERCENT = "percent", _("percent")
        FEN = "fen", _("fen")
        TEXT = "text", _("text")

    class Ends(models.TextChoices):
        CLOSING = "closing", _("at closing time")
        MIDNIGHT = "midnight", _("at the end of the day")

    key = models.CharField(max_length=80)
    value = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, choices=Unit.choices)
    moves = models.BooleanField(default=False)
    ends = models.CharField(max_length=10, choices=Ends.choices, default=Ends.CLOSING)
    jurisdiction = models.CharField(max_length=30, default="national")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    instrument = models.CharField(max_length=200)
    article = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    is_verified = models.BooleanField(default=False)
    note_en = models.CharField(max_length=400)
    note_zh = models.CharField(max_length=400)

    class Meta:
        ordering = ("key", "jurisdiction", "valid_from")
        constraints = [
            models.UniqueConstraint(fields=["key", "jurisdiction", "valid_from"], name="rule_version"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="rule_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.valid_from}"

    @property
    def note(self) -> str:
        return self.note_en if (get_language() or "").startswith("en") else self.note_zh


class Deadline(models.Model):
    """One clock on one matter: by which rule, until when, whose it is and who owes the next move.

    The place columns are copies, for queues; the times follow from rule, beginning, pauses and calendar alone
    (`periods.reckon`) and are computed anew whenever one of these changes.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        MET = "met", _("kept")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    class Mover(models.TextChoices):
        DESK = "desk", _("the front desk")
        UNIT = "unit", _("the unit")
        PERSON = "person", _("the person")
        SUPERVISOR = "supervisor", _("the supervisor")

    class Pause(models.TextChoices):
        PERSON = "person", pgettext_lazy("clock", "waiting for the person")
        APPRAISAL = "appraisal", _("waiting for an appraisal")
        PROCEDURE = "procedure", _("waiting for another procedure")
        FORCE_MAJEURE = "force_majeure", _("force majeure")

    subject = models.CharField(max_length=30)
    kind = models.CharField(max_length=30)
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="+", db_index=False)
    rule_key = models.CharField(max_length=80)
    unit = models.CharField(max_length=20, choices=Rule.Unit.choices)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    plain_due_at = models.DateTimeField()
    is_provisional = models.BooleanField(default=False)
    owner_id = models.BigIntegerField(null=True)
    mover = models.CharField(max_length=12, choices=Mover.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    pauses = models.JSONField(default=list)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=20, choices=Pause.choices, blank=True, default="")
    met_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)
    city_id = models.IntegerField(null=True)
    district_id = models.IntegerField(null=True)
    street_id = models.IntegerField(null=True)
    community_id = models.IntegerField(null=True)
    grid_id = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject"], name="deadline_subject"),
            models.Index(
                fields=["warn_at"], name="deadline_to_warn", condition=models.Q(state="running", warned_at__isnull=True)
            ),
            models.Index(fields=["due_at"], name="deadline_to_lapse", condition=models.Q(state="running")),
            models.Index(
                fields=["next_step_at"], name="deadline_to_escalate", condition=models.Q(next_step_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                name="one_open_deadline_of_a_kind",
                condition=models.Q(state__in=["running", "paused"]) | models.Q(state="missed", met_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=(models.Q(state="paused") & models.Q(paused_at__isnull=False) & ~models.Q(pause_reason=""))
                | (~models.Q(state="paused") & models.Q(paused_at__isnull=True)),
                name="deadline_paused_since_and_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="met") | models.Q(met_at__isnull=False), name="deadline_met_is_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something: running, paused, or missed and not done yet."""
        return self.state in {"running", "paused"} or (self.state == "missed" and self.met_at is None)

    @property
    def next_mover(self) -> str:
        """Who owes the next move now: while the clock waits for the person, the person does."""
        return "person" if self.pause_reason == "person" and self.state == "paused" else self.mover
