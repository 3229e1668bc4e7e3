"""Tables of evidence. Leaves and checkpoints are append-only by trigger; numbering of events is a trigger too."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Log(models.Model):
    """The log of one unit and year. `unit_id` is the district (or city) of the events, 0 for events without a place.

    `size` counts the leaves that have their place; what strangers see is the newest checkpoint.
    """

    origin = models.CharField(max_length=200, unique=True)
    unit_id = models.IntegerField()
    unit = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    size = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_id", "year"], name="one_log_a_unit_and_year")]

    def __str__(self) -> str:
        return self.origin

    @property
    def folder(self) -> str:
        return f"{self.unit}/{self.year}"


class Leaf(models.Model):
    """One entry in its place. `number` names its keys in the vault, `sealed` holds the record under them.

    The constraint to the log is left out: it would cost a look-up a leaf, and neither row can ever be removed.
    Without an event: a gap, a file that was deposited, or a leaf adopted from the files after a restore.
    """

    log = models.ForeignKey(Log, models.PROTECT, related_name="leaves", db_constraint=False)
    index = models.BigIntegerField()
    event_id = models.BigIntegerField(null=True, unique=True)
    subject = models.CharField(max_length=60, blank=True)
    number = models.BigIntegerField(null=True)
    entry = models.TextField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="leaf_has_its_place")]
        indexes = [models.Index(fields=["subject", "id"], name="leaf_subject", condition=~Q(subject=""))]

    def __str__(self) -> str:
        return f"{self.log_id} {self.index}"


class Counter(models.Model):
    """How many events of a unit were recorded in each lane. Written by the trigger on events, in their transaction."""

    unit_id = models.IntegerField()
    lane = models.SmallIntegerField()
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_id", "lane"], name="counter_of_a_lane")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.lane} {self.last}"


class Counted(models.Model):
    """Up to which number of a lane everything is sealed, or reported missing."""

    unit_id = models.IntegerField()
    lane = models.SmallIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_id", "lane"], name="counted_lane")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.lane} {self.n}"


class Pending(models.Model):
    """An event that waits for its place, with its number in a lane. Written by the trigger."""

    event_id = models.BigIntegerField(primary_key=True)
    unit_id = models.IntegerField()
    lane = models.SmallIntegerField()
    n = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit_id", "lane", "n"], name="pending_number")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.lane} {self.n}"


class Checkpoint(models.Model):
    """A size and root we signed: written before it is shown, so that no second root of a size can ever be signed."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="one_root_a_size")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.size}"


class Cosignature(models.Model):
    """The line of one witness under a checkpoint."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=100)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="a_witness_signs_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.witness}"


class WitnessState(models.Model):
    """What we last heard of a witness about a log."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+")
    witness = models.CharField(max_length=100)
    size = models.BigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    is_refused = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "witness"], name="state_of_a_witness")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.witness} {self.size}"


class Anchor(models.Model):
    """A checkpoint shown to an outside authority, and what it gave back."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="anchors")
    authority = models.CharField(max_length=100)
    token = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "authority"], name="anchored_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.authority}"


class Incident(models.Model):
    """Something that must not happen: events removed before they were sealed, files that contradict the tables."""

    class Kind(models.TextChoices):
        MISSING = "missing", _("events are gone")
        ROLLBACK = "rollback", _("the published log is longer than the tables")
        FORK = "fork", _("two roots for one size")
        REFUSED = "refused", _("a witness refused")

    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(F("id").desc(), name="incident_open", condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


class Hold(models.Model):
    """保全: what belongs to a matter is kept until somebody lifts this. Says why, and when it is looked at again."""

    subject = models.CharField(max_length=60, db_index=True)
    reason = models.CharField(max_length=300)
    review_on = models.DateField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.subject} until {self.review_on}"


class Erasure(models.Model):
    """A wish to have the contents of a matter erased: asked, granted by two persons, carried out by a job.

    `events` names single sealed facts; empty: all of the matter. While a hold lies on the matter it waits.
    """

    subject = models.CharField(max_length=60, db_index=True)
    events = ArrayField(models.BigIntegerField(), default=list)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    first_by = models.CharField(max_length=80, blank=True)
    second_by = models.CharField(max_length=80, blank=True)
    granted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    records = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_at=None) | (~Q(first_by="") & ~Q(second_by="") & ~Q(first_by=F("second_by"))),
                name="erasure_granted_by_two",
            ),
            models.CheckConstraint(condition=Q(done_at=None) | Q(granted_at__isnull=False), name="erasure_was_granted"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.asked_at:%F}"


class Package(models.Model):
    """举证包 given out: for whom, on what ground, by whom. The bytes are made anew each time and not kept."""

    subject = models.CharField(max_length=60, db_index=True)
    recipient = models.CharField(max_length=120)
    ground = models.CharField(max_length=300)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.subject} {self.recipient}"
