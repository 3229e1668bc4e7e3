"""Places, organisations, people and their duties."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fengqiao.kernel.crypto import SealedField
from fengqiao.people.rules import AreaKind, OrganisationKind, Role


class InPlace(models.Model):
    """Base of every row that belongs to a place: the ids of all places above it, filled by `put_in`."""

    place = models.ForeignKey("people.Area", models.PROTECT, null=True, blank=True, related_name="+")
    city_id = models.IntegerField(null=True, editable=False)
    district_id = models.IntegerField(null=True, editable=False)
    street_id = models.IntegerField(null=True, editable=False)
    community_id = models.IntegerField(null=True, editable=False)
    grid_id = models.IntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def put_in(self, area: Area) -> None:
        """Move the row to `area`, with its ancestor columns."""
        self.place = area
        self._lie_as(area)

    def lie_with(self, holder: InPlace) -> None:
        """The place is not known: those who work where the holder lies see the row meanwhile."""
        self.place = None
        self._lie_as(holder)

    def _lie_as(self, other: Area | InPlace) -> None:
        for level in ("city", "district", "street", "community", "grid"):
            setattr(self, f"{level}_id", getattr(other, f"{level}_id"))


class Area(models.Model):
    """A place: province to street from the official divisions, below that made by the district.

    Each row holds the ids of the places above it and of itself (`street_id` of a street is its own id).
    """

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=AreaKind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    full_name = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=40, blank=True)
    aliases = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    residents = models.IntegerField(null=True, blank=True)
    households = models.IntegerField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    number_code = models.CharField(max_length=3, blank=True)
    is_active = models.BooleanField(default=True)
    city_id = models.IntegerField(null=True)
    district_id = models.IntegerField(null=True)
    street_id = models.IntegerField(null=True)
    community_id = models.IntegerField(null=True)
    grid_id = models.IntegerField(null=True)

    class Meta:
        ordering = ("code",)
        indexes = [
            models.Index(fields=["parent", "code"], name="area_parent"),
            models.Index(fields=["name"], name="area_name"),
            models.Index(fields=["district_id", "kind"], name="area_district_kind"),
            models.Index(fields=["street_id", "kind"], name="area_street_kind"),
            models.Index(fields=["community_id"], name="area_community"),
            models.Index(fields=["grid_id"], name="area_grid"),
            models.Index(fields=["name", "code"], name="area_name_prefix", opclasses=["varchar_pattern_ops"] * 2),
            models.Index(fields=["pinyin"], name="area_pinyin_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["initials"], name="area_initials_prefix", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class Organisation(InPlace):
    """A unit that handles matters, mediates, judges, supervises or is complained about."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    code = models.CharField(max_length=30, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    phone = models.CharField(max_length=30, blank=True)
    chat = SealedField(blank=True, default="")
    address = models.CharField(max_length=200, blank=True)
    working_hours = models.JSONField(default=dict, blank=True)
    capacity = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)
        indexes = [models.Index(fields=["district_id", "kind"], name="organisation_district_kind")]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A natural person. Phone, e-mail, address and identity number are sealed; the numbers are found by keyed index."""

    name = models.CharField(max_length=60, blank=True)
    phone = SealedField(blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, db_index=True)
    identity_number = SealedField(blank=True, default="")
    identity_index = models.CharField(max_length=32, blank=True, db_index=True)
    account_index = models.CharField(max_length=32, blank=True, db_index=True)
    email = SealedField(blank=True, default="")
    address = SealedField(blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"person {self.pk}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """Someone who can sign in. What they may do follows from memberships, never from flags here.

    `phone` and `email` are where their notices go, and nothing else: nobody signs in by them.
    """

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    phone = SealedField(blank=True, default="")
    email = SealedField(blank=True, default="")
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="user")
    is_active = models.BooleanField(default=True)
    away_until = models.DateField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name


class Membership(models.Model):
    """One duty of one user: role, organisation, place and the days it is held."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role.choices)
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    purposes = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    capacity = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "area"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_membership_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    def runs_on(self, day: dt.date) -> bool:
        """Whether the duty is held that day. One ended by an administrator is over at once."""
        return self.ended_at is None and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class ReadAudit(models.Model):
    """Who saw which personal detail of which matter or person, when and what for. Append-only."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=60, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    person_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=20, default="seen")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-at"], name="read_audit_subject"),
            models.Index(fields=["person_id", "-at"], name="read_audit_person"),
            models.Index(fields=["actor", "-at"], name="read_audit_actor"),
            models.Index(fields=["organisation_id", "-at"], name="read_audit_organisation"),
            models.Index(fields=["-at"], name="read_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.what} {self.subject}"


class SignInCode(models.Model):
    """A one-time code sent to a phone. Only its fingerprint is kept."""

    phone_index = models.CharField(max_length=32, db_index=True)
    code_index = models.CharField(max_length=32)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code of {self.sent_at}"


class ApiKey(models.Model):
    """The key of a connected system: whose it is, as which duty it acts, and which verbs of that duty it may do.

    Only a fingerprint of the secret is kept; `prefix` names the key in lists and logs.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=12, unique=True)
    secret_index = models.CharField(max_length=32)
    role = models.CharField(max_length=30, choices=Role.choices)
    scopes = ArrayField(models.CharField(max_length=60))
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    expires_on = models.DateField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(scopes=[]), name="api_key_opens_something")]

    def __str__(self) -> str:
        return f"fq_{self.prefix}_…"

    def works_on(self, day: dt.date) -> bool:
        return self.revoked_at is None and day <= self.expires_on
