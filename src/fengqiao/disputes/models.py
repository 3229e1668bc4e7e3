"""Tables of disputes. A dispute keeps the number of the contact it came from.

`DisputeAccount`, `Claim` and `Proof` belong to the case compartment, `Line.compartment` says which line belongs where;
row-level security holds all of it (`net.py`).
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fengqiao.disputes.rules import (
    ENDED,
    AgentKind,
    ClaimKind,
    Compartment,
    ConsentBy,
    ConsentTo,
    InterruptKind,
    LineKind,
    LinkKind,
    Mover,
    PartyKind,
    SeatRole,
    Side,
    Source,
    Stage,
)
from fengqiao.kernel.crypto import SealedField
from fengqiao.kernel.models import StoredFile
from fengqiao.people.models import InPlace, Organisation, Person, User

LEVELS = ("city", "district", "street", "community", "grid")


class Cause(models.Model):
    """One line of the official table of civil causes of action 民事案件案由, of one version of it."""

    version = models.CharField(max_length=20)
    code = models.CharField(max_length=12)
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    part = models.CharField(max_length=60)
    group = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="one_cause_of_a_code")]
        indexes = [models.Index(fields=["name"], name="cause_name")]

    def __str__(self) -> str:
        return self.name


class Dispute(InPlace):
    """One matter between parties. `desk` always owns it; `unit` is who has it in hand.

    `demanded_at` is the provable moment of the request: limitation is interrupted by it. `contact_id` names the
    contact it came from, whose code opens it. `due_at` repeats the earliest running limit for lists.
    """

    number = models.CharField(max_length=20, unique=True)
    contact_id = models.BigIntegerField(null=True, unique=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    source_key = models.CharField(max_length=80, null=True, unique=True)
    cause = models.ForeignKey(Cause, models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=60, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    location_text = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    demanded_at = models.DateTimeField()
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.OPEN)
    mover = models.CharField(max_length=12, choices=Mover.choices, default=Mover.DESK)
    is_confidential = models.BooleanField(default=True)
    desk = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    court = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    docketing_asked_at = models.DateTimeField(null=True)
    docketed_at = models.DateTimeField(null=True)
    case_number = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, stage__in=[one for one in Stage if one not in ENDED])
                | Q(closed_at__isnull=False, stage__in=sorted(ENDED)),
                name="dispute_closed_if_dated",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.DOCKETED) | Q(docketed_at__isnull=False), name="dispute_docketed_is_dated"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gte=0), name="dispute_amount_not_negative"
            ),
        ]
        indexes = [
            *(
                models.Index(
                    F(f"{level}_id"),
                    F("due_at").asc(nulls_last=True),
                    "id",
                    name=f"dispute_turn_{level}",
                    condition=Q(closed_at__isnull=True),
                )
                for level in LEVELS
            ),
            *(
                models.Index(F(f"{level}_id"), F("opened_at").desc(), F("id").desc(), name=f"dispute_recent_{level}")
                for level in LEVELS
            ),
            models.Index(F("unit_id"), F("opened_at").desc(), F("id").desc(), name="dispute_recent_unit"),
            models.Index(F("court_id"), F("opened_at").desc(), F("id").desc(), name="dispute_recent_court"),
            models.Index(F("cause_id"), F("opened_at").desc(), name="dispute_cause"),
            models.Index(
                F("topic"),
                F("opened_at").desc(),
                F("id").desc(),
                name="dispute_like",
                condition=Q(cause__isnull=True, closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def name(self) -> str:
        """What it is called on pages: its cause, else its topic. Never anything the parties said."""
        return self.cause.name if self.cause is not None else self.topic


class Seat(InPlace):
    """The part somebody has in a dispute, from when to when. A live seat opens the dispute; an ended one bars for ever
    what the law bars. One of organisation, user, person or contact says who."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=12, choices=SeatRole.choices)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    party = models.ForeignKey("Party", models.CASCADE, null=True, related_name="seats", db_index=False)
    contact_id = models.BigIntegerField(null=True)
    side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False)
                | Q(user__isnull=False)
                | Q(person__isnull=False)
                | Q(party__isnull=False)
                | Q(contact_id__isnull=False),
                name="seat_is_somebodys",
            ),
            models.UniqueConstraint(
                fields=["dispute", "role", "user"],
                condition=Q(left_at__isnull=True, user__isnull=False),
                name="one_live_seat_a_role",
            ),
        ]
        indexes = [
            models.Index(fields=["dispute", "role"], name="seat_dispute"),
            *(
                models.Index(
                    F(f"{column}"),
                    "dispute",
                    name=f"seat_{column.removesuffix('_id')}",
                    condition=Q(left_at__isnull=True, **{f"{column}__isnull": False}),
                )
                for column in ("organisation_id", "user_id", "person_id", "party_id", "contact_id")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.role}"


class DisputeAccount(models.Model):
    """What the parties say happened. Case compartment: whoever tries the matter learns it from pleadings, not here."""

    dispute = models.OneToOneField(Dispute, models.CASCADE, related_name="account")
    facts = SealedField(blank=True, default="")
    wish = SealedField(blank=True, default="")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.dispute_id)


class Party(models.Model):
    """One party on one side. Telephone and address live with the person, sealed; `safe_contact` shuts every way by
    which the other side or a shared letter box could learn where the party is."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties")
    side = models.CharField(max_length=10, choices=Side.choices)
    kind = models.CharField(max_length=10, choices=PartyKind.choices, default=PartyKind.NATURAL)
    name = models.CharField(max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    credit_code = models.CharField(max_length=18, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    is_minor = models.BooleanField(default=False)
    safe_contact = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    code_version = models.PositiveSmallIntegerField(default=1)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "parties"
        indexes = [
            models.Index(fields=["dispute", "side"], name="party_dispute"),
            models.Index(fields=["credit_code"], name="party_credit_code", condition=~Q(credit_code="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_minor=True) | Q(kind=PartyKind.NATURAL), name="party_minor_is_a_person"
            ),
            models.CheckConstraint(
                condition=Q(credit_code="") | ~Q(kind=PartyKind.NATURAL), name="party_credit_code_of_firms"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Relative(models.Model):
    """Somebody close to a party, as the party declared, so that no relative of theirs mediates. Case compartment."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="relatives")
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """Who speaks for a party: agent, lawyer, guardian, legal representative, spokesperson of several."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="agents")
    kind = models.CharField(max_length=20, choices=AgentKind.choices)
    name = models.CharField(max_length=60)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    may_settle = models.BooleanField(default=False)
    authority = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """One party agreed to one thing. Taken back, the row stays with the moment it ended."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="consents")
    to = models.CharField(max_length=20, choices=ConsentTo.choices)
    step = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=10, choices=ConsentBy.choices)
    given_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    paper = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "to", "step"], condition=Q(withdrawn_at__isnull=True), name="one_live_consent"
            ),
            models.CheckConstraint(condition=~Q(actor=""), name="consent_has_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.to}"


class Refusal(models.Model):
    """One party said no to mediation, clearly. It stops the mediation and nobody asks again unless that party does."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="refusals")
    by = models.CharField(max_length=10, choices=ConsentBy.choices)
    said_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party"], condition=Q(lifted_at__isnull=True), name="one_live_refusal")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.said_at:%F}"


class Claim(models.Model):
    """What a party asks for. Case compartment."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="claims")
    party = models.ForeignKey(Party, models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=10, choices=ClaimKind.choices, default=ClaimKind.MONEY)
    text = SealedField()
    amount_fen = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=ClaimKind.MONEY) | Q(amount_fen__gt=0), name="claim_for_money_has_an_amount"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class Proof(models.Model):
    """A file that shall show something. Case compartment; `only_side` keeps it from the other side until its owner
    brings it forward."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="proofs")
    party = models.ForeignKey(Party, models.CASCADE, null=True, related_name="proofs")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    shows = SealedField(blank=True, default="")
    only_side = models.CharField(max_length=10, choices=Side.choices, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """Two disputes that belong together."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="links")
    other = models.ForeignKey(Dispute, models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=14, choices=LinkKind.choices)
    made_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "other", "kind"], name="one_link_of_a_kind"),
            models.CheckConstraint(condition=~Q(dispute=F("other")), name="link_joins_two"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}-{self.other_id}"


class FactSheet(models.Model):
    """Undisputed facts 无争议事实, written apart from everything else. The one paper of mediation that crosses to
    whoever tries the matter, and only once every party has signed it."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="fact_sheets")
    facts = ArrayField(models.CharField(max_length=400))
    written_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    signed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(replaced_at__isnull=True), name="one_current_fact_sheet"
            ),
            models.CheckConstraint(condition=~Q(facts=[]), name="fact_sheet_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.written_at:%F}"


class FactSignature(models.Model):
    """A party confirms the list of undisputed facts as it stands."""

    sheet = models.ForeignKey(FactSheet, models.CASCADE, related_name="signatures")
    party = models.ForeignKey(Party, models.CASCADE, related_name="+")
    by = models.CharField(max_length=10, choices=ConsentBy.choices)
    signed_at = models.DateTimeField()
    actor = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "party"], name="one_signature_a_party")]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.party_id}"


class Interrupt(models.Model):
    """Something that stops the ordinary way and names a duty. Safety compartment: no party ever sees a trace."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="interrupts")
    kind = models.CharField(max_length=10, choices=InterruptKind.choices)
    note = SealedField(blank=True, default="")
    raised_at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    told = models.CharField(max_length=120, blank=True)
    done_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=80, blank=True)
    lift_reason = SealedField(blank=True, default="")
    stage_before = models.CharField(max_length=12, choices=Stage.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "kind"], condition=Q(lifted_at__isnull=True), name="one_live_interrupt_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | ~Q(told=""), name="interrupt_done_names_who_was_told"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_by=""), name="interrupt_lifted_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"


class Line(models.Model):
    """One line of a dispute's history. `facts` holds ids and codes; `text` behind a wall is sealed."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    kind = models.CharField(max_length=16, choices=LineKind.choices)
    compartment = models.CharField(max_length=10, choices=Compartment.choices, default=Compartment.OPEN)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    text = SealedField(blank=True, default="")
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["dispute", "-at", "-id"], name="line_dispute")]
        constraints = [
            models.CheckConstraint(condition=~Q(actor=""), name="line_has_an_actor"),
            models.CheckConstraint(
                condition=~Q(compartment=Compartment.OPEN) | Q(text=""), name="line_open_carries_no_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"
