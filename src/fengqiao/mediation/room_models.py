"""Tables of the mediation room. Every one lies behind the wall of mediation (`migrations/…_room_net.py`), every word in
it is sealed; what is private to a side carries that side's channel."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fengqiao.disputes.actions import ConsentBy, Side
from fengqiao.kernel.crypto import SealedField
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation.room_rules import (
    Answer,
    CardKind,
    CardState,
    Channel,
    CheckedBy,
    Hand,
    LineKind,
    OfferState,
    RoundState,
    SignalKind,
)

MEDIATION, DISPUTE, PARTY = "mediation.Mediation", "disputes.Dispute", "disputes.Party"


class Room(models.Model):
    """One sitting 一次会议: from the mediator's opening to its end, be it an hour or, in writing, many days."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    mediation = models.ForeignKey(MEDIATION, models.CASCADE, related_name="rooms")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    n = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mediation", "n"], name="one_sitting_of_a_number"),
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(ended_at__isnull=True), name="one_live_room_of_a_mediation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.n}"

    @property
    def step(self) -> str:
        """Name of this sitting among the consents: agreed to per sitting, taken back per sitting."""
        return f"room {self.n}"


class RoomEntry(models.Model):
    """A party comes in: identity checked, warned of sham mediation, last seen. One row a party and sitting."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="entries")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=10, choices=CheckedBy.choices, blank=True)
    checker = models.CharField(max_length=80, blank=True)
    warned_at = models.DateTimeField(null=True)
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.SELF)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "party"], name="one_entry_a_party"),
            models.CheckConstraint(
                condition=(Q(checked_at__isnull=True) & Q(checked_by="") & Q(checker=""))
                | (Q(checked_at__isnull=False) & ~Q(checked_by="") & ~Q(checker="")),
                name="entry_checked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.party_id}"


class RoomLine(models.Model):
    """One line of the talk. `n` counts within its channel, so that no gap tells of another one; `client_id` makes
    sending the same line twice one line. `ref`: what a line without words points at."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="lines")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    n = models.PositiveIntegerField()
    client_id = models.UUIDField()
    kind = models.CharField(max_length=9, choices=LineKind.choices, default=LineKind.SAY)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    party = models.ForeignKey(PARTY, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.SELF)
    text = SealedField(blank=True, default="")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    ref = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("n",)
        constraints = [
            models.UniqueConstraint(fields=["room", "channel", "n"], name="one_line_of_a_number"),
            models.UniqueConstraint(fields=["room", "actor", "client_id"], name="one_line_of_a_sending"),
            models.CheckConstraint(condition=~Q(actor=""), name="room_line_has_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.channel} {self.n}"


class LineAck(models.Model):
    """A party confirms a line both agreed on 共同确认."""

    line = models.ForeignKey(RoomLine, models.CASCADE, related_name="acks")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "party"], name="one_ack_a_party")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.party_id}"


class RoomCard(models.Model):
    """One card of the whiteboard: an issue for all, or an interest of a side, private until it is shown."""

    mediation = models.ForeignKey(MEDIATION, models.CASCADE, related_name="cards")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=CardKind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    state = models.CharField(max_length=6, choices=CardState.choices, default=CardState.OPEN)
    text = SealedField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CardKind.INTEREST) | Q(channel=Channel.JOINT), name="card_issues_are_for_all"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class RoomOffer(models.Model):
    """An offer, a counter-offer, or a proposal of the mediator: terms in words, perhaps a sum, and how long it stands.

    Units: fen in `sum_in_fen`, sealed like the words."""

    mediation = models.ForeignKey(MEDIATION, models.CASCADE, related_name="room_offers")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, models.CASCADE, related_name="offers")
    n = models.PositiveSmallIntegerField()
    party = models.ForeignKey(PARTY, models.CASCADE, null=True, related_name="+")
    answers = models.ForeignKey("self", models.CASCADE, null=True, related_name="counters")
    terms = SealedField()
    sum_in_fen = SealedField(blank=True, default="")
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=9, choices=OfferState.choices, default=OfferState.OPEN)
    settled_at = models.DateTimeField(null=True)
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.SELF)
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("-n",)
        constraints = [
            models.UniqueConstraint(fields=["mediation", "n"], name="one_offer_of_a_number"),
            models.CheckConstraint(
                condition=Q(state=OfferState.OPEN, settled_at__isnull=True)
                | (~Q(state=OfferState.OPEN) & Q(settled_at__isnull=False)),
                name="room_offer_settled_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.n}"

    @property
    def amount_fen(self) -> int | None:
        return int(self.sum_in_fen) if self.sum_in_fen else None


class OfferAnswer(models.Model):
    """What a party says to an offer. The one who made it has said yes by making it."""

    offer = models.ForeignKey(RoomOffer, models.CASCADE, related_name="given")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    answer = models.CharField(max_length=4, choices=Answer.choices)
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.SELF)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "party"], name="one_answer_a_party")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.answer}"


class BlindRound(models.Model):
    """One round of sealed offers 双方密封报价. The numbers lie in envelopes under a key outside the database, which
    is destroyed with the round; only where they met is written down.

    Units: fen in `distance_fen`; `met_in_fen`, sealed, is the middle where they met.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    mediation = models.ForeignKey(MEDIATION, models.CASCADE, related_name="rounds")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, models.CASCADE, related_name="rounds")
    n = models.PositiveSmallIntegerField()
    about = SealedField()
    demanding = models.CharField(max_length=10, choices=Side.choices, default=Side.APPLICANT)
    distance_fen = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=RoundState.choices, default=RoundState.OPEN)
    closed_at = models.DateTimeField(null=True)
    met_in_fen = SealedField(blank=True, default="")
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("-n",)
        constraints = [
            models.UniqueConstraint(fields=["mediation", "n"], name="one_round_of_a_number"),
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(state=RoundState.OPEN), name="one_open_round_of_a_mediation"
            ),
            models.CheckConstraint(condition=Q(distance_fen__gte=0), name="round_distance_not_negative"),
            models.CheckConstraint(
                condition=Q(state=RoundState.OPEN, closed_at__isnull=True)
                | (~Q(state=RoundState.OPEN) & Q(closed_at__isnull=False)),
                name="round_closed_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(met_in_fen="") | Q(state=RoundState.AGREED), name="round_keeps_agreed_numbers_alone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.n}"

    @property
    def met_fen(self) -> int | None:
        return int(self.met_in_fen) if self.met_in_fen else None


class Envelope(models.Model):
    """That a side has sealed its number, and the sealed number. Gone with the round."""

    round = models.ForeignKey(BlindRound, models.CASCADE, related_name="envelopes")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    sealed = models.BinaryField()
    sealed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "side"], name="one_envelope_a_side")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.side}"


class Understanding(models.Model):
    """A party says in its own words what an agreement means, before anybody signs."""

    mediation = models.ForeignKey(MEDIATION, models.CASCADE, related_name="understandings")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    about = models.CharField(max_length=40)
    words = SealedField()
    is_free = models.BooleanField()
    is_enough = models.BooleanField()
    hand = models.CharField(max_length=8, choices=Hand.choices, default=Hand.SELF)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["mediation", "about"], name="understanding_about")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.about}"


class RoomRecord(models.Model):
    """Record of proceedings 调解笔录 of a sitting. A new text replaces the old one and is confirmed anew."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="records")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    text = SealedField()
    written_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    replaced_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=Q(replaced_at__isnull=True), name="one_current_record")
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.written_at:%F}"


class RecordConfirmation(models.Model):
    """A party confirms the record of proceedings, or confirms it with a remark."""

    record = models.ForeignKey(RoomRecord, models.CASCADE, related_name="confirmations")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    by = models.CharField(max_length=10, choices=ConsentBy.choices)
    remark = SealedField(blank=True, default="")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "party"], name="one_confirmed_line_a_party")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.party_id}"


class RoomAlert(models.Model):
    """A private word that called the mediator. Safety compartment: no other party ever sees a trace."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="alerts")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    party = models.ForeignKey(PARTY, models.CASCADE, related_name="+")
    by_person = models.BooleanField()
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["room"], name="alert_waiting", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.room_id} {self.raised_at:%F}"


class RoomSignal(models.Model):
    """What one browser tells another to reach a picture. Lives a minute."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="signals")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    sender = models.CharField(max_length=20)
    to = models.CharField(max_length=20)
    kind = models.CharField(max_length=9, choices=SignalKind.choices)
    body = SealedField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "to", "id"], name="signal_to")]

    def __str__(self) -> str:
        return f"{self.room_id} {self.kind}"


class RoomRecording(models.Model):
    """One recording, under a key of its own outside the database. Destroying the key erases it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    room = models.ForeignKey(Room, models.CASCADE, related_name="recordings")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    keep_until = models.DateField()
    erased_at = models.DateTimeField(null=True)
    tracks = ArrayField(models.CharField(max_length=20), default=list)
    size = models.BigIntegerField(default=0)
    actor = models.CharField(max_length=80)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=Q(stopped_at__isnull=True), name="one_live_recording_of_a_room"
            )
        ]

    def __str__(self) -> str:
        return str(self.uid)


class RecordingPiece(models.Model):
    """One second of one picture, sealed in a file of its own name."""

    recording = models.ForeignKey(RoomRecording, models.CASCADE, related_name="pieces")
    dispute = models.ForeignKey(DISPUTE, models.CASCADE, related_name="+")
    track = models.CharField(max_length=20)
    n = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("track", "n")
        constraints = [models.UniqueConstraint(fields=["recording", "track", "n"], name="one_piece_of_a_number")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.track} {self.n}"


__all__ = [
    "BlindRound", "Envelope", "LineAck", "OfferAnswer", "RecordConfirmation", "RecordingPiece", "Room", "RoomAlert",
    "RoomCard", "RoomEntry", "RoomLine", "RoomOffer", "RoomRecord", "RoomRecording", "RoomSignal", "Understanding",
]  # fmt: skip
