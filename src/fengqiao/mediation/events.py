"""What mediation tells the world. Ids, stages and moments; nothing anybody said."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from fengqiao.kernel.events import Fact


@dataclasses.dataclass(frozen=True)
class MediationFact(Fact):
    number: str
    mediation_id: int


@dataclasses.dataclass(frozen=True)
class Offered(MediationFact):
    kind: ClassVar[str] = "mediation.offered"
    way: str


@dataclasses.dataclass(frozen=True)
class ListSent(MediationFact):
    """The candidates went out to the parties, with the reasons."""

    kind: ClassVar[str] = "mediation.list_sent"
    mediator_ids: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Sent(MediationFact):
    """Sent to an organisation and mediator, by joint choice or by assignment."""

    kind: ClassVar[str] = "mediation.sent"
    organisation_id: int
    mediator_id: int | None
    by_choice: bool


@dataclasses.dataclass(frozen=True)
class Accepted(MediationFact):
    """The clock starts here."""

    kind: ClassVar[str] = "mediation.accepted"
    mediator_id: int
    accepted_at: dt.datetime
    due_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class Declined(MediationFact):
    """Declined, returned, or no answer in time."""

    kind: ClassVar[str] = "mediation.declined"
    organisation_id: int
    answer: str


@dataclasses.dataclass(frozen=True)
class Disclosed(MediationFact):
    kind: ClassVar[str] = "mediation.disclosed"
    disclosure_id: int


@dataclasses.dataclass(frozen=True)
class Challenged(MediationFact):
    kind: ClassVar[str] = "mediation.challenged"
    challenge_id: int
    result: str


@dataclasses.dataclass(frozen=True)
class HandedOver(MediationFact):
    kind: ClassVar[str] = "mediation.handed_over"
    to_layer: str
    to_user_id: int


@dataclasses.dataclass(frozen=True)
class JudgeAsked(MediationFact):
    kind: ClassVar[str] = "mediation.judge_asked"
    question_id: int
    judge_id: int


@dataclasses.dataclass(frozen=True)
class JudgeAnswered(MediationFact):
    kind: ClassVar[str] = "mediation.judge_answered"
    question_id: int


@dataclasses.dataclass(frozen=True)
class Extended(MediationFact):
    kind: ClassVar[str] = "mediation.extended"
    extended_to: dt.date


@dataclasses.dataclass(frozen=True)
class Ended(MediationFact):
    kind: ClassVar[str] = "mediation.ended"
    ground: str
    way: str
    ended_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class MediationChanged(MediationFact):
    kind: ClassVar[str] = "mediation.changed"
    deed: str


@dataclasses.dataclass(frozen=True)
class RoomChanged(MediationFact):
    """A sitting of the room began, ended, was recorded, or its record was confirmed. Never what was said or offered."""

    kind: ClassVar[str] = "mediation.room_changed"
    room: int
    deed: str


@dataclasses.dataclass(frozen=True)
class VisitChanged(Fact):
    """A home visit was asked for, planned, confirmed, called off, done, or nobody was met."""

    kind: ClassVar[str] = "mediation.visit_changed"
    number: str
    visit_id: int
    deed: str


@dataclasses.dataclass(frozen=True)
class TeamChanged(Fact):
    """A team was made or changed, or was given a matter."""

    kind: ClassVar[str] = "mediation.team_changed"
    team_id: int
    deed: str
    number: str = ""


@dataclasses.dataclass(frozen=True)
class TemplateChanged(Fact):
    """A template got a new version, or ended. The words stand in the version."""

    kind: ClassVar[str] = "mediation.template_changed"
    template_id: int
    version: int
    deed: str


@dataclasses.dataclass(frozen=True)
class RegistryChanged(Fact):
    """A line of the public register of organisations and mediators changed."""

    kind: ClassVar[str] = "mediation.registry_changed"
    organisation_id: int
    deed: str


@dataclasses.dataclass(frozen=True)
class StationChanged(Fact):
    """Hours, bookings, questions of a station or workroom, home visits."""

    kind: ClassVar[str] = "mediation.station_changed"
    station_id: int
    deed: str


# -- the agreement and after ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class AgreementFact(MediationFact):
    agreement_id: int


@dataclasses.dataclass(frozen=True)
class AgreementChanged(AgreementFact):
    """Written, sent out for signature, replaced, a code asked for."""

    kind: ClassVar[str] = "agreement.changed"
    deed: str


@dataclasses.dataclass(frozen=True)
class AgreementSigned(AgreementFact):
    kind: ClassVar[str] = "agreement.signed"
    signer: str
    method: str
    text_sha256: str
    signature_seal: str


@dataclasses.dataclass(frozen=True)
class AgreementEffective(AgreementFact):
    """Every signature and the seal are there."""

    kind: ClassVar[str] = "agreement.effective"
    effective_at: dt.datetime
    file_sha256: str


@dataclasses.dataclass(frozen=True)
class PerformanceSaid(AgreementFact):
    kind: ClassVar[str] = "agreement.performance_said"
    duty_id: int
    performance_id: int


@dataclasses.dataclass(frozen=True)
class PerformanceAnswered(AgreementFact):
    kind: ClassVar[str] = "agreement.performance_answered"
    duty_id: int
    performance_id: int
    answer: str
    is_whole: bool


@dataclasses.dataclass(frozen=True)
class AgreementPerformed(AgreementFact):
    kind: ClassVar[str] = "agreement.performed"
    performed_at: dt.datetime


@dataclasses.dataclass(frozen=True)
class AgreementReopened(AgreementFact):
    kind: ClassVar[str] = "agreement.reopened"
    duty_id: int


@dataclasses.dataclass(frozen=True)
class EnforcementPrepared(AgreementFact):
    kind: ClassVar[str] = "agreement.enforcement_prepared"
    document_id: int


@dataclasses.dataclass(frozen=True)
class FollowedUp(AgreementFact):
    kind: ClassVar[str] = "agreement.followed_up"
    follow_up_id: int
    outcome: str


@dataclasses.dataclass(frozen=True)
class DocumentIssued(Fact):
    kind: ClassVar[str] = "document.issued"
    number: str
    document_id: int
    paper: str
    file_sha256: str
