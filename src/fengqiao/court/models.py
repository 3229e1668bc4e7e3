"""Tables of judicial confirmation. They carry ids, dates and codes; the words stay in the agreement."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fengqiao.court.rules import LIVE, WITH_THE_COURT, Excluded, Mode, Rejected, Status
from fengqiao.people.models import InPlace, Organisation, User

BY = (("code", "code"), ("sign_in", "sign_in"), ("paper", "paper"), ("oral", "oral"), ("phone", "phone"))


class Register(models.Model):
    """The prefix of a court's case numbers and the last one given, year by year."""

    court = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=12)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "year"], name="one_register_a_year")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.year}"


class Confirmation(InPlace):
    """One joint application for confirmation of one agreement, until the ruling and the objections."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="confirmations")
    agreement = models.ForeignKey("mediation.Agreement", models.CASCADE, related_name="confirmations")
    court = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.JOINING)
    last_on = models.DateField()
    opened_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    both_appeared = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    lacking = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    lacking_until = models.DateField(null=True)
    number = models.CharField(max_length=60, blank=True)
    accepted_at = models.DateTimeField(null=True)
    judge = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    heard_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_valid = models.BooleanField(null=True)
    rejected = models.CharField(max_length=10, choices=Rejected.choices, blank=True)
    excluded = models.CharField(max_length=12, choices=Excluded.choices, blank=True)
    ruling = models.ForeignKey("mediation.Document", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status__in=[*LIVE, Status.DECIDED]), name="one_live_confirmation"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="one_confirmation_a_number"),
            models.CheckConstraint(
                condition=Q(
                    status=Status.DECIDED, decided_at__isnull=False, is_valid__isnull=False, heard_at__isnull=False
                )
                | (~Q(status=Status.DECIDED) & Q(decided_at__isnull=True, is_valid__isnull=True)),
                name="confirmation_decided_after_hearing",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.ACCEPTED, Status.HEARD, Status.DECIDED]) | ~Q(number=""),
                name="confirmation_accepted_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(is_valid=False) | ~Q(rejected=""), name="confirmation_rejected_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                F("court_id"), F("due_at").asc(nulls_last=True), "id", name="confirmation_queue",
                condition=Q(status__in=WITH_THE_COURT),
            ),
            models.Index(F("judge_id"), F("due_at").asc(nulls_last=True), name="confirmation_judge"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"{self.dispute_id}"


class Joined(models.Model):
    """A party applies, for itself."""

    confirmation = models.ForeignKey(Confirmation, models.CASCADE, related_name="joined")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    by = models.CharField(max_length=10, choices=BY)
    joined_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "joined"
        constraints = [models.UniqueConstraint(fields=["confirmation", "party"], name="one_joining_a_party")]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.party_id}"


class Served(models.Model):
    """The ruling reached a party; the fifteen days for an objection begin."""

    confirmation = models.ForeignKey(Confirmation, models.CASCADE, related_name="served")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    served_at = models.DateTimeField()
    objection_until = models.DateField()
    objected_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "served"
        constraints = [models.UniqueConstraint(fields=["confirmation", "party"], name="one_service_a_party")]

    def __str__(self) -> str:
        return f"{self.confirmation_id} {self.party_id}"
