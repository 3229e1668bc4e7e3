"""Tables of intake. A contact is the first page of a matter; its number stays to the end."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Extract, Floor
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fengqiao.intake.rules import CLOSED, About, Behalf, Channel, ClockClass, EntryKind, Mover, Stage, Urgency
from fengqiao.kernel.crypto import SealedField
from fengqiao.kernel.models import StoredFile
from fengqiao.people.models import InPlace, Organisation, Person, User
from fengqiao.shell import said

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
RANK = 10**12
NO_LIMIT = 9 * 10**11
"""Parts of `Contact.queue_key`: a step of urgency outweighs any date; without a running limit the end of its rank."""


class Category(models.Model):
    """What a contact is about: a taxonomy of up to three levels, kept as data."""

    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    level = models.PositiveSmallIntegerField(default=1)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    clock_class = models.CharField(max_length=10, choices=ClockClass.choices, blank=True)
    keywords = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the reader, as far as the district gave it a name there."""
        return self.name_zh if said.is_chinese(get_language() or "zh-hans") else self.name_en or self.name_zh


class Raw(models.Model):
    """What arrived, exactly as it arrived, committed before anything looks at it."""

    channel = models.CharField(max_length=20, choices=Channel.choices)
    received_at = models.DateTimeField()
    body = SealedField()
    actor = models.CharField(max_length=80)
    contact_number = models.CharField(max_length=30, blank=True, db_index=True)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.channel} {self.received_at:%F %T}"


class Filing(models.Model):
    """A message somebody is still writing: the answers so far, kept on the server after every step.

    Opened by a random key in a cookie, or by the short code somebody wrote down on paper; both are stored as
    fingerprints. `number` is filled once it has become a contact. Forgotten a week after the last change.
    """

    key_index = models.CharField(max_length=32, unique=True)
    code_index = models.CharField(max_length=32, unique=True)
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    answers = SealedField()
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    number = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.channel} {self.started_at:%F %T}"


class FilingFile(models.Model):
    """A photo or recording added to a message that is still being written."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class PosterRun(models.Model):
    """A stack of posters being set in the background: how many are done, and the file at the end."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    place_ids = ArrayField(models.BigIntegerField())
    size = models.CharField(max_length=2, default="a4")
    language = models.CharField(max_length=10)
    done = models.PositiveIntegerField(default=0)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.done}/{len(self.place_ids)}"


class Contact(InPlace):
    """One thing somebody told us. Always has a desk that owns it; `unit` is who handles it once dispatched.

    `due_at` repeats the earliest running time limit (kernel.deadlines) so that queues sort without a join. The
    database keeps `queue_key`, the order of the queue: urgency first, then the clock in seconds.
    `source` is the organisation whose connected system sent it in; that system may read it wherever it lies.
    `sealed_text` holds the sentence that speaks of danger to the person's own life, kept out of `text`.
    """

    number = models.CharField(max_length=20, unique=True)
    code_version = models.PositiveSmallIntegerField(default=1)
    client_id = models.UUIDField(null=True, unique=True)
    source_key = models.CharField(max_length=80, null=True, unique=True)
    source = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    received_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    sealed_text = SealedField(blank=True, default="")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="contacts")
    behalf = models.CharField(max_length=10, choices=Behalf.choices, default=Behalf.SELF)
    group_size = models.PositiveIntegerField(null=True)
    is_anonymous = models.BooleanField(default=False)
    wants_secrecy = models.BooleanField(default=False)
    location_text = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    respondent = models.CharField(max_length=120, blank=True)

    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    clock_class = models.CharField(max_length=10, choices=ClockClass.choices, default=ClockClass.ORDINARY)
    suggestions = models.JSONField(default=dict)

    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.RECEIVED)
    mover = models.CharField(max_length=8, choices=Mover.choices, default=Mover.DESK)
    desk = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    moves = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=12, blank=True)
    responded_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)

    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    issue_key = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
    queue_key = models.GeneratedField(
        expression=Case(When(urgency=Urgency.EMERGENCY, then=0), When(urgency=Urgency.URGENT, then=1), default=2)
        * Value(RANK)
        + Coalesce(Floor(Extract(F("due_at") - Value(EPOCH), "epoch")), Value(NO_LIMIT)),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, stage__in=[s for s in Stage if s not in CLOSED])
                | Q(closed_at__isnull=False, stage__in=sorted(CLOSED)),
                name="contact_closed_if_dated",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=[Stage.DISPATCHED, Stage.HANDLING]) | Q(unit__isnull=False),
                name="contact_in_hand_has_unit",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(stage=Stage.MERGED), name="contact_merged_has_target"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="contact_is_not_its_own_parent"
            ),
        ]
        indexes = [
            *(
                models.Index(
                    F(f"{level}_id"),
                    "queue_key",
                    "id",
                    name=f"contact_turn_{level}",
                    condition=Q(closed_at__isnull=True),
                )
                for level in ("city", "district", "street", "community", "grid")
            ),
            *(
                models.Index(F(f"{level}_id"), F("received_at").desc(), F("id").desc(), name=f"contact_recent_{level}")
                for level in ("city", "district", "street", "community", "grid")
            ),
            *(
                models.Index(
                    F(f"{level}_id"),
                    "queue_key",
                    "id",
                    name=f"contact_desk_{level}",
                    condition=Q(closed_at__isnull=True, mover=Mover.DESK),
                )
                for level in ("city", "district", "street", "community", "grid")
            ),
            models.Index(
                F("unit_id"), "queue_key", "id", name="contact_turn_unit", condition=Q(closed_at__isnull=True)
            ),
            models.Index(F("id"), name="contact_waiting", condition=Q(stage=Stage.WAITING)),
            models.Index(F("unit_id"), F("received_at").desc(), F("id").desc(), name="contact_recent_unit"),
            models.Index(F("person_id"), F("received_at").desc(), name="contact_person"),
            models.Index(
                F("source_id"),
                F("received_at").desc(),
                F("id").desc(),
                name="contact_source",
                condition=Q(source_id__isnull=False),
            ),
            models.Index(F("parent_id"), name="contact_parent", condition=Q(parent__isnull=False)),
            models.Index(
                F("issue_key"), F("received_at").desc(), name="contact_issue", condition=Q(issue_key__isnull=False)
            ),
            models.Index(F("changed_at"), "id", name="contact_changed"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def owner_id(self) -> int:
        """The organisation that owes the contact its care now: the unit in hand, else the desk. Never nobody."""
        return self.unit_id if self.unit_id is not None else self.desk_id


class SearchWords(models.Model):
    """The words a contact is found by. The application may not read this table: see `search.py`."""

    contact_id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        db_table = "search_words"
        indexes = [GinIndex(fields=["words"], name="search_words_words")]

    def __str__(self) -> str:
        return str(self.contact_id)


class Entry(models.Model):
    """One line of a contact's history. `is_internal` lines leave the house on no exit."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=14, choices=EntryKind.choices)
    is_internal = models.BooleanField(default=False)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=60, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=["contact", "-at", "-id"], name="entry_contact")]
        constraints = [models.CheckConstraint(condition=~Q(actor=""), name="entry_has_an_actor")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.kind}"


class Attachment(models.Model):
    """A file someone added to a contact. The stored file is shared by content; access follows the contact."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="attachments")
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    is_internal = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """A unit that works along with the leading one."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "organisation"], name="one_share_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.organisation_id}"


class Supporter(models.Model):
    """Someone with the same trouble: “me too”, without a matter of their own."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="supporters")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "person"], name="one_voice_a_person")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.person_id}"


class DispatchRule(models.Model):
    """Who handles which category where. Empty category or area: any. The closest match wins, then the lower `order`.

    `target` names a fixed organisation, or is empty and `level` says whose: the community's, the subdistrict's or the
    district's own unit of the place.
    """

    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    area = models.ForeignKey("people.Area", models.CASCADE, null=True, blank=True, related_name="+")
    urgency = models.CharField(max_length=10, choices=Urgency.choices, blank=True)
    target = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=12, blank=True)
    order = models.PositiveIntegerField(default=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("order", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=False, level="") | (Q(target__isnull=True) & ~Q(level="")),
                name="dispatch_rule_has_one_target",
            )
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} × {self.area or '*'} → {self.target or self.level}"


class Correction(models.Model):
    """A clerk chose otherwise than suggested (`suggested` is empty where nothing was). Feeds the next training."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=12)
    suggested = models.CharField(max_length=120, blank=True)
    chosen = models.CharField(max_length=120)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.field}: {self.suggested} → {self.chosen}"


class Alert(models.Model):
    """One rung of the ladder of an urgent contact: which unit was told at which level, and who took it."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="alerts")
    level = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    told = ArrayField(models.CharField(max_length=60), default=list)
    take_by = models.DateTimeField()
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "level"], name="one_alert_a_level"),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="alert_taken_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} level {self.level}"


class Rating(models.Model):
    """What the person said of answer or result, asked by someone other than the handler (or by the system).

    `is_resolved` and `score` (1–5) are empty until answered. An excluded rating keeps its reason and may be appealed.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="ratings")
    about = models.CharField(max_length=10, choices=About.choices)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_resolved = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(blank=True)
    excluded_reason = models.CharField(max_length=120, blank=True)
    excluded_by = models.CharField(max_length=80, blank=True)
    appeal = models.TextField(blank=True)
    appeal_outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(1, 5)), name="rating_score_1_to_5"
            ),
            models.UniqueConstraint(fields=["contact", "about"], name="one_rating_of_each"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.about}"


class ImportMapping(models.Model):
    """Which column of a file means what, kept under a name for the next file of the same kind."""

    name = models.CharField(max_length=60, unique=True)
    columns = models.JSONField(default=dict)
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.IMPORT)

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One file on its way in. `read` rows are dealt with and never looked at again: a broken run goes on from there.

    Sent in on the page it keeps its file and what its columns mean, belongs to the organisation of whoever sent it, and
    waits for its start; a file of the operator's own has none of these. `error` says why a file could not be read on.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be started")
        RUNNING = "running", _("coming in")
        STOPPED = "stopped", _("interrupted")
        FAILED = "failed", _("cannot be read")
        DONE = "done", _("finished")

    file_hash = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    mapping = models.CharField(max_length=60)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    columns = models.JSONField(default=dict)
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.IMPORT)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=60, blank=True)
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file_hash", "mapping"], name="one_run_of_a_file", condition=Q(started_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> State:
        if self.finished_at is not None:
            return self.State.DONE
        if self.error:
            return self.State.FAILED
        if self.started_at is None:
            return self.State.WAITING
        return self.State.STOPPED if self.stopped_at is not None else self.State.RUNNING


class ImportRejection(models.Model):
    """A row of a file sent in on the page that was not taken: its place, why, and all its cells."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    cells = ArrayField(models.TextField())

    class Meta:
        ordering = ("run", "line")
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="one_rejection_of_a_row")]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
