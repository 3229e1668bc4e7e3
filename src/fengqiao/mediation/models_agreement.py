"""Tables of the agreement and what follows it.

Words and sums lie behind the wall of the mediation; once in effect, the house that sealed it and the judge who confirms
it read the agreement and its certificate, and nothing else.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fengqiao.kernel.crypto import SealedField
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation.rules import Kind
from fengqiao.mediation.rules_agreement import (
    IN_EFFECT,
    FollowKind,
    Method,
    Outcome,
    Paper,
    Said,
    Signer,
    Status,
    TermKind,
    Touches,
    Wall,
)
from fengqiao.people.models import InPlace, Organisation, User


class Agreement(models.Model):
    """One version of a mediation agreement 调解协议书. `text_sha256` is the hash of the very file that was signed.

    `unit`: the organisation that seals. `effective_at` follows the kind of mediation, `completed_at` is when the last
    signature or seal came.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="agreements")
    mediation = models.ForeignKey("mediation.Mediation", models.CASCADE, related_name="agreements")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    touches = ArrayField(models.CharField(max_length=12, choices=Touches.choices), default=list, blank=True)
    on_paper = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    facts = SealedField(blank=True, default="")
    issues = SealedField(blank=True, default="")
    responsibility = SealedField(blank=True, default="")
    place_of_performance = SealedField(blank=True, default="")
    settles_all = models.BooleanField(default=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    drafted_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    signing_since = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    performed_at = models.DateTimeField(null=True)
    enforcement_asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-version",)
        constraints = [
            models.UniqueConstraint(fields=["mediation", "version"], name="one_agreement_a_version"),
            models.UniqueConstraint(
                fields=["mediation"], condition=~Q(status=Status.REPLACED), name="one_live_agreement"
            ),
            models.CheckConstraint(
                condition=(Q(status__in=sorted(IN_EFFECT)) & Q(effective_at__isnull=False, completed_at__isnull=False))
                | (~Q(status__in=sorted(IN_EFFECT)) & Q(effective_at__isnull=True, completed_at__isnull=True)),
                name="agreement_in_effect_if_dated",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.DRAFT, Status.REPLACED]) | ~Q(text_sha256=""),
                name="agreement_signed_has_a_text",
            ),
            models.CheckConstraint(
                condition=Q(performed_at__isnull=False, status=Status.PERFORMED)
                | (Q(performed_at__isnull=True) & ~Q(status=Status.PERFORMED)),
                name="agreement_performed_if_dated",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-completed_at"], name="agreement_unit")]

    def __str__(self) -> str:
        return f"{self.dispute_id}/{self.version}"

    @property
    def is_in_effect(self) -> bool:
        return self.status in IN_EFFECT


class Term(models.Model):
    """One thing they agreed. An omission has no day: it holds from the effect of the agreement on."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="terms")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=TermKind.choices)
    debtor = models.ForeignKey("disputes.Party", models.PROTECT, related_name="+")
    creditor = models.ForeignKey("disputes.Party", models.PROTECT, null=True, related_name="+")
    text = SealedField()
    manner = SealedField(blank=True, default="")
    amount_fen = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("order",)
        constraints = [
            models.UniqueConstraint(fields=["agreement", "order"], name="one_term_a_place"),
            models.CheckConstraint(
                condition=Q(kind=TermKind.PAY, amount_fen__gt=0, creditor__isnull=False)
                | (~Q(kind=TermKind.PAY) & Q(amount_fen__isnull=True)),
                name="term_to_pay_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.order}"


class Duty(models.Model):
    """One deed or instalment with its day. `plain_on` is the day agreed, `due_on` after moving off a rest day.

    Units: fen. `done_on`: the day on which the last part of it was done, as the other side accepted.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="duties")
    term = models.ForeignKey(Term, models.CASCADE, related_name="duties")
    order = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField(null=True)
    plain_on = models.DateField()
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    accepted_fen = models.BigIntegerField(default=0)
    done_on = models.DateField(null=True)
    reminded_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("due_on", "order")
        verbose_name_plural = "duties"
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=models.F("plain_on")), name="duty_moves_later_only"),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gt=0), name="duty_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True)
                | Q(amount_fen__isnull=True)
                | Q(accepted_fen__gte=models.F("amount_fen")),
                name="duty_done_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="duty_open", condition=Q(done_on__isnull=True))]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.due_on}"


class Performance(models.Model):
    """Somebody says a duty was done, or a part of it. It counts once the other side has accepted it."""

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="performances")
    amount_fen = models.BigIntegerField(null=True)
    done_on = models.DateField()
    words = SealedField(blank=True, default="")
    proof = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=Said.choices, default=Said.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["duty"], condition=Q(state=Said.WAITING), name="one_waiting_performance"),
            models.CheckConstraint(
                condition=Q(state=Said.WAITING, answered_at__isnull=True)
                | (~Q(state=Said.WAITING) & Q(answered_at__isnull=False)),
                name="performance_answered_if_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty_id} {self.done_on}"


class SignOff(models.Model):
    """A party signs that the agreement was performed. With the last one the matter closes."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="sign_offs")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    signed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], condition=Q(gone_at__isnull=True), name="one_sign_off_a_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.party_id}"


class FollowUp(models.Model):
    """A talk some time after performance, and the watch whether the quarrel comes back."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="follow_ups")
    kind = models.CharField(max_length=5, choices=FollowKind.choices)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    is_content = models.BooleanField(null=True)
    words = SealedField(blank=True, default="")
    actor = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("due_on",)
        indexes = [models.Index(fields=["due_on"], name="follow_up_open", condition=Q(done_at__isnull=True))]
        constraints = [
            models.CheckConstraint(
                condition=(Q(done_at__isnull=True) & Q(outcome="")) | (Q(done_at__isnull=False) & ~Q(outcome="")),
                name="follow_up_done_says_how",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.kind}"


class Proceeding(models.Model):
    """Record of proceedings 调解笔录: what was said in a session, confirmed by each who took part."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    mediation = models.ForeignKey("mediation.Mediation", models.CASCADE, related_name="proceedings")
    held_at = models.DateTimeField()
    is_online = models.BooleanField(default=False)
    text = SealedField()
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    replaced_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("held_at", "pk")

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.held_at:%F}"


class Confirmed(models.Model):
    """A party confirms the record as it stands."""

    proceeding = models.ForeignKey(Proceeding, models.CASCADE, related_name="confirmations")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    confirmed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proceeding", "party"], name="one_confirmation_a_party")]

    def __str__(self) -> str:
        return f"{self.proceeding_id} {self.party_id}"


class SigningCode(models.Model):
    """A one-time code for one party and one text; only its fingerprint is kept."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="codes")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=32)
    text_sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["agreement", "party", "-sent_at"], name="signing_code_newest")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.party_id}"


class Signature(models.Model):
    """One signature under one text. `seal` binds who, how, when and the text's hash; a changed row does not fit it."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="signatures")
    signer = models.CharField(max_length=12, choices=Signer.choices)
    party = models.ForeignKey("disputes.Party", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    method = models.CharField(max_length=12, choices=Method.choices)
    text_sha256 = models.CharField(max_length=64)
    stroke = SealedField(blank=True, default="")
    certificate = models.CharField(max_length=200, blank=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    has_fingerprint = models.BooleanField(default=False)
    signed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("signed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], condition=Q(party__isnull=False), name="one_signature_of_a_party"
            ),
            models.UniqueConstraint(
                fields=["agreement", "signer"], condition=Q(party__isnull=True), name="one_signature_of_an_office"
            ),
            models.CheckConstraint(
                condition=~Q(method__in=[Method.STROKE, Method.ACCOUNT]) | ~Q(stroke=""), name="signature_has_a_stroke"
            ),
            models.CheckConstraint(
                condition=~Q(method__in=[Method.PAPER, Method.PAPER_SEAL]) | Q(photo__isnull=False),
                name="signature_on_paper_has_a_photo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.name}"


class Document(InPlace):
    """A paper we issued. Its number and code are printed on it; anybody may ask whether a file is the issued one."""

    number = models.CharField(max_length=40, unique=True)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Paper.choices)
    wall = models.CharField(max_length=10, choices=Wall.choices)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="documents")
    agreement = models.ForeignKey(Agreement, models.CASCADE, null=True, related_name="documents")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    is_final = models.BooleanField(default=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-issued_at", "-pk")
        indexes = [models.Index(fields=["dispute", "kind"], name="document_dispute")]

    def __str__(self) -> str:
        return self.number


class Edition(models.Model):
    """One file of a paper: the text that was signed, or the sealed one. The newest is the paper."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="editions")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, db_index=True)
    is_sealed = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.document_id} {self.sha256[:12]}"
