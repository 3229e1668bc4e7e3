"""Tables of mediation: the registry, one mediation of a dispute and what belongs to it, rosters and home visits."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fengqiao.kernel.crypto import SealedField
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation import room_models
from fengqiao.mediation.rules import (
    Answer,
    BodyKind,
    ChallengeResult,
    FeePolicy,
    Field,
    Ground,
    InterestKind,
    Kind,
    Layer,
    Procedure,
    Profession,
    ReturnReason,
    SlotKind,
    Stage,
    Team,
)
from fengqiao.mediation.rules_register import VisitResult
from fengqiao.people.models import InPlace, Organisation, Person, User

assert room_models  # the tables of the room belong to this application


def _codes(most: int) -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(models.CharField(max_length=most), default=list, blank=True)


# -- the registry -----------------------------------------------------------------------------------------------------


class Body(models.Model):
    """What is published of a mediation organisation 调解组织. `places`: areas it serves; empty means its own place."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="mediation_body")
    kind = models.CharField(max_length=14, choices=BodyKind.choices)
    fields = _codes(20)
    languages = _codes(10)
    places = ArrayField(models.IntegerField(), default=list, blank=True)
    fee_policy = models.CharField(max_length=8, choices=FeePolicy.choices, default=FeePolicy.FREE)
    tariff = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=60, blank=True)
    licence_until = models.DateField(null=True, blank=True)
    inviting_court = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    invited_on = models.DateField(null=True, blank=True)
    hours_zh = models.CharField(max_length=80, blank=True)
    hours_en = models.CharField(max_length=80, blank=True)
    profile_zh = models.TextField(blank=True)
    profile_en = models.TextField(blank=True)
    strengths_zh = models.CharField(max_length=200, blank=True)
    strengths_en = models.CharField(max_length=200, blank=True)
    room_story = models.TextField(blank=True)
    is_published = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "bodies"
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_policy=FeePolicy.FREE)
                | (~Q(kind__in=[BodyKind.PEOPLES, BodyKind.SECTORAL, BodyKind.LABOUR]) & ~Q(tariff="")),
                name="body_peoples_mediation_is_free",
            ),
            models.CheckConstraint(
                condition=~Q(kind=BodyKind.COMMERCIAL) | ~Q(licence=""), name="body_commercial_is_licensed"
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name


class Mediator(models.Model):
    """One mediator of one organisation. `capacity`: open mediations at a time, 0 without limit. `paused_at`: no new
    matters until a person decides (a complaint). `reserve_until_trained`: in the pool, not yet certified."""

    user = models.OneToOneField(User, models.PROTECT, related_name="mediator")
    body = models.ForeignKey(Body, models.PROTECT, related_name="mediators")
    fields = _codes(20)
    languages = _codes(10)
    places = ArrayField(models.IntegerField(), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(default=12)
    evenings = models.BooleanField(default=False)
    hours_zh = models.CharField(max_length=80, blank=True)
    hours_en = models.CharField(max_length=80, blank=True)
    profile_zh = models.CharField(max_length=400, blank=True)
    profile_en = models.CharField(max_length=400, blank=True)
    is_resident = models.BooleanField(default=False)
    is_elder = models.BooleanField(default=False)
    team = models.CharField(max_length=10, choices=Team.choices, blank=True)
    certificate = models.CharField(max_length=40, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    is_published = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["body"], name="mediator_body")]

    def __str__(self) -> str:
        return self.user.name


class Interest(models.Model):
    """What a mediator declared: to whom they are tied and how. Read by matching, shown to the parties when it bites."""

    mediator = models.ForeignKey(Mediator, models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=10, choices=InterestKind.choices)
    name = models.CharField(max_length=120)
    credit_code = models.CharField(max_length=18, blank=True)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name"], name="interest_name")]

    def __str__(self) -> str:
        return self.name


# -- one mediation ----------------------------------------------------------------------------------------------------


class Mediation(InPlace):
    """One try at settling a dispute. `unit` is the organisation it was sent to, `mediator` who accepted it.

    The clock begins at `accepted_at`. `ground` is one of the eight on which it ends; what was said stays in the room.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="mediations")
    attempt = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    procedure = models.CharField(max_length=10, choices=Procedure.choices, blank=True)
    field = models.CharField(max_length=20, choices=Field.choices, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PROPOSED)
    layer = models.CharField(max_length=10, choices=Layer.choices, default=Layer.MEDIATOR)
    court = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    mediator = models.ForeignKey(Mediator, models.PROTECT, null=True, related_name="mediations", db_index=False)
    is_online = models.BooleanField(default=False)
    evenings = models.BooleanField(default=False)
    offered_at = models.DateTimeField()
    chosen_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    extended_to = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ground = models.CharField(max_length=12, choices=Ground.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=~Q(stage=Stage.ENDED), name="one_live_mediation_of_a_dispute"
            ),
            models.CheckConstraint(
                condition=(Q(stage=Stage.ENDED) & Q(ended_at__isnull=False) & ~Q(ground=""))
                | (~Q(stage=Stage.ENDED) & Q(ended_at__isnull=True) & Q(ground="")),
                name="mediation_ended_has_a_ground",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.RUNNING) | (Q(mediator__isnull=False) & Q(accepted_at__isnull=False)),
                name="mediation_running_was_accepted",
            ),
            models.CheckConstraint(
                condition=(Q(kind=Kind.ENTRUSTED) & ~Q(procedure="")) | (~Q(kind=Kind.ENTRUSTED) & Q(procedure="")),
                name="mediation_entrusted_names_procedure",
            ),
        ]
        indexes = [
            models.Index(
                F("mediator_id"), F("due_at").asc(nulls_last=True), "id",
                name="mediation_turn_mediator", condition=~Q(stage=Stage.ENDED),
            ),
            models.Index(
                F("unit_id"), F("due_at").asc(nulls_last=True), "id",
                name="mediation_turn_unit", condition=~Q(stage=Stage.ENDED),
            ),
            models.Index(
                F("court_id"), F("due_at").asc(nulls_last=True), "id",
                name="mediation_turn_court", condition=~Q(stage=Stage.ENDED),
            ),
            *(
                models.Index(
                    F(f"{level}_id"), F("due_at").asc(nulls_last=True), "id",
                    name=f"mediation_turn_{level}", condition=~Q(stage=Stage.ENDED),
                )
                for level in ("city", "district", "street", "community", "grid")
            ),
            models.Index(F("mediator_id"), F("ended_at").desc(), name="mediation_ended_mediator"),
            models.Index(F("unit_id"), F("ended_at").desc(), name="mediation_ended_unit"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dispute_id}/{self.attempt}"

    @property
    def is_open(self) -> bool:
        return self.stage != Stage.ENDED


class Candidate(models.Model):
    """A mediator the parties may choose, with the reasons they read."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="candidates")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()
    reasons = _codes(10)
    load = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveSmallIntegerField(default=0)
    proposed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("order", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["mediation", "mediator"], condition=Q(gone_at__isnull=True), name="one_candidacy_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.mediator_id}"


class Choice(models.Model):
    """A party says whom it would take. The mediation goes out when every party has named the same one."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="choices")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="choices")
    chosen_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mediation", "party"], name="one_choice_a_party")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.candidate_id}"


class Assignment(models.Model):
    """A mediation was sent to somebody, by joint choice or by the court, and how that was answered."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="assignments")
    body = models.ForeignKey(Body, models.PROTECT, related_name="+")
    mediator = models.ForeignKey(Mediator, models.PROTECT, null=True, related_name="+")
    by_choice = models.BooleanField()
    sent_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=14, choices=ReturnReason.choices, blank=True)
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(answer=Answer.WAITING), name="one_waiting_assignment"
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=[Answer.DECLINED, Answer.RETURNED]) | ~Q(reason=""),
                name="assignment_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.answer}"


class Disclosure(models.Model):
    """A mediator tells of a tie to a party. The parties may go on with them, each in writing, or ask for another."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="disclosures")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=InterestKind.choices)
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    waived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.kind}"


class Challenge(models.Model):
    """A party asks for another mediator, with or without a reason."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="challenges")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    mediator = models.ForeignKey(Mediator, models.PROTECT, related_name="+")
    reason = SealedField(blank=True, default="")
    asked_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=ChallengeResult.choices, default=ChallengeResult.WAITING)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.result}"


class HandOver(models.Model):
    """From one layer to the next. `tried` is ticked, never written; what must be said in words is in the note, which
    the mediator's side alone can read."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="hand_overs")
    from_layer = models.CharField(max_length=10, choices=Layer.choices)
    to_layer = models.CharField(max_length=10, choices=Layer.choices)
    to_user = models.ForeignKey(User, models.PROTECT, related_name="+")
    tried = _codes(10)
    handed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.to_layer}"


class Note(models.Model):
    """The mediator's own notes. Mediation compartment, and not even the parties read them."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="notes")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    text = SealedField()
    written_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return str(self.mediation_id)


class Question(models.Model):
    """A general question to the judge on call, and the answer. It carries no offer: neither judge nor record of the
    court reads a concession here. Read by the mediator, the parties and that judge."""

    mediation = models.ForeignKey(Mediation, models.CASCADE, related_name="questions")
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="+")
    judge = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = SealedField()
    asked_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    answer = SealedField(blank=True, default="")
    articles = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=["judge"],
                name="question_waiting",
                condition=Q(answered_at__isnull=True, taken_back_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.asked_at:%F}"


# -- hours, questions and visits --------------------------------------------------------------------------------------


class Station(InPlace):
    """A judges' station 法官工作站 or a legal workroom 社区法律工作室: where, and what it is called."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=10, choices=SlotKind.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Slot(InPlace):
    """Hours somebody keeps at a station: who, of which profession, from when to when, how long a talk lasts."""

    station = models.ForeignKey(Station, models.CASCADE, related_name="slots")
    profession = models.CharField(max_length=10, choices=Profession.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=20)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start")]
        indexes = [models.Index(fields=["station", "starts_at"], name="slot_station")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts_at:%F %R}"


class Booking(InPlace):
    """One talk at a station. `person` or `user` books; a number is told only where one exists."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="bookings")
    starts_at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=20, blank=True)
    about = SealedField(blank=True, default="")
    booked_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "starts_at"], condition=Q(cancelled_at__isnull=True), name="one_booking_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.starts_at:%R}"


class Inquiry(InPlace):
    """A question to a workroom, without a name, and its answer. Published only when a person of the law says so."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    station = models.ForeignKey(Station, models.PROTECT, related_name="inquiries")
    field = models.CharField(max_length=20, choices=Field.choices, blank=True)
    text = models.TextField()
    asked_at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=80)
    answer = models.TextField(blank=True)
    articles = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    profession = models.CharField(max_length=10, choices=Profession.choices, blank=True)
    is_published = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "inquiries"
        indexes = [
            models.Index(fields=["station", "-asked_at"], name="inquiry_station"),
            models.Index(fields=["asked_at"], name="inquiry_waiting", condition=Q(answered_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_published=True) | Q(answered_at__isnull=False), name="inquiry_published_is_answered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.asked_at:%F}"


class Trip(InPlace):
    """One round of home visits on one day: who goes, from where, in which order the stops lie."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    on = models.DateField()
    starts_at = models.DateTimeField()
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["user", "on"], name="trip_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"


class Visit(InPlace):
    """A home visit for a party who cannot come. Counted by place only; the mark behind it is a consent of its own."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey("disputes.Dispute", models.CASCADE, related_name="visits")
    party = models.ForeignKey("disputes.Party", models.CASCADE, related_name="+")
    trip = models.ForeignKey(Trip, models.PROTECT, null=True, related_name="visits")
    order = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(default=40)
    purpose = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    address = SealedField(blank=True, default="")
    km = models.FloatField(null=True)
    told_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=8, choices=VisitResult.choices, blank=True, default="")
    report = SealedField(blank=True, default="")
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    signed = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("trip", "order", "pk")
        constraints = [
            models.CheckConstraint(
                condition=(Q(trip__isnull=True) & Q(starts_at__isnull=True))
                | (Q(trip__isnull=False) & Q(starts_at__isnull=False)),
                name="visit_on_a_trip_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(result="") & Q(done_at__isnull=True)) | (~Q(result="") & Q(done_at__isnull=False)),
                name="visit_with_a_result_is_dated",
            ),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="one_open_visit_a_party",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.starts_at}"


# The tables of the agreement and what follows stand in a file of their own.
from fengqiao.mediation import models_agreement, models_register, models_weigh  # noqa: E402

for _model in (models_agreement.Agreement, models_register.RegisterLine, models_weigh.Reckoning):
    assert _model._meta.app_label == "mediation"
