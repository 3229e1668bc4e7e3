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
