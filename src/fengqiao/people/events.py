"""What people, places and duties tell the world."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class AreaAdded(Fact):
    kind: ClassVar[str] = "people.area_added"
    area_id: int
    code: str


@dataclasses.dataclass(frozen=True)
class AreaChanged(Fact):
    kind: ClassVar[str] = "people.area_changed"
    area_id: int
    fields: list[str]


@dataclasses.dataclass(frozen=True)
class AreaClosed(Fact):
    kind: ClassVar[str] = "people.area_closed"
    area_id: int


@dataclasses.dataclass(frozen=True)
class AreasImported(Fact):
    kind: ClassVar[str] = "people.areas_imported"
    added: int
    changed: int


@dataclasses.dataclass(frozen=True)
class OrganisationAdded(Fact):
    kind: ClassVar[str] = "people.organisation_added"
    organisation_id: int


@dataclasses.dataclass(frozen=True)
class OrganisationChanged(Fact):
    kind: ClassVar[str] = "people.organisation_changed"
    organisation_id: int
    fields: list[str]


@dataclasses.dataclass(frozen=True)
class UserAdded(Fact):
    kind: ClassVar[str] = "people.user_added"
    user_id: int


@dataclasses.dataclass(frozen=True)
class DutyStarted(Fact):
    kind: ClassVar[str] = "people.duty_started"
    membership_id: int
    user_id: int
    organisation_id: int
    role: str
    starts_on: dt.date


@dataclasses.dataclass(frozen=True)
class DutyEnded(Fact):
    kind: ClassVar[str] = "people.duty_ended"
    membership_id: int
    user_id: int
    organisation_id: int


@dataclasses.dataclass(frozen=True)
class AbsenceSet(Fact):
    kind: ClassVar[str] = "people.absence_set"
    user_id: int
    away_until: dt.date | None


@dataclasses.dataclass(frozen=True)
class AddressesSet(Fact):
    """Which of somebody's addresses for notices changed; never the addresses."""

    kind: ClassVar[str] = "people.addresses_set"
    user_id: int
    fields: list[str]


@dataclasses.dataclass(frozen=True)
class KeyIssued(Fact):
    kind: ClassVar[str] = "people.key_issued"
    key_id: int
    organisation_id: int
    role: str
    scopes: list[str]


@dataclasses.dataclass(frozen=True)
class KeyRevoked(Fact):
    kind: ClassVar[str] = "people.key_revoked"
    key_id: int
    organisation_id: int


@dataclasses.dataclass(frozen=True)
class SignInReset(Fact):
    kind: ClassVar[str] = "people.sign_in_reset"
    user_id: int


@dataclasses.dataclass(frozen=True)
class WebhookAdded(Fact):
    kind: ClassVar[str] = "people.webhook_added"
    webhook_id: int
    organisation_id: int


@dataclasses.dataclass(frozen=True)
class WebhookEnded(Fact):
    kind: ClassVar[str] = "people.webhook_ended"
    webhook_id: int
    organisation_id: int
