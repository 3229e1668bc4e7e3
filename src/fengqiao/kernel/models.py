"""Tables of the kernel. Append-only ones are guarded by triggers in the migrations."""

from __future__ import annotations

from django.db import models


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
