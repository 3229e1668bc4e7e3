"""Vocabulary of judicial confirmation, the guard list, the competent court; pure functions."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import permit
from fengqiao.kernel.calendar import WorkCalendar
from fengqiao.kernel.errors import Text
from fengqiao.kernel.states import Machine
from fengqiao.people.rules import Role


class Status(TextChoices):
    """Where a confirmation stands."""

    JOINING = "joining", _("waiting for the other side to join")
    APPLIED = "applied", _("applied, to be accepted")
    ACCEPTED = "accepted", _("accepted, to be heard")
    HEARD = "heard", _("heard, to be decided")
    DECIDED = "decided", _("decided")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


STATUSES = Machine(
    "confirmation",
    {
        Status.JOINING: {Status.APPLIED, Status.WITHDRAWN},
        Status.APPLIED: {Status.ACCEPTED, Status.NOT_ACCEPTED, Status.WITHDRAWN},
        Status.ACCEPTED: {Status.HEARD, Status.WITHDRAWN},
        Status.HEARD: {Status.HEARD, Status.DECIDED, Status.WITHDRAWN},
        Status.DECIDED: set(),
        Status.NOT_ACCEPTED: set(),
        Status.WITHDRAWN: set(),
    },
)
LIVE = (Status.JOINING, Status.APPLIED, Status.ACCEPTED, Status.HEARD)
WITH_THE_COURT = (Status.APPLIED, Status.ACCEPTED, Status.HEARD)


class Excluded(TextChoices):
    """Why a court does not take an application (CPI 355)."""

    OUTSIDE = "outside", _("not for a civil court to decide")
    WRONG_COURT = "wrong_court", _("another court is competent")
    STATUS = "status", _("whether a marriage, parentage or adoption is valid, invalid or ended")
    SPECIAL = "special", _("other special procedures, public notice or bankruptcy")
    OWNERSHIP = "ownership", _("who owns a thing, land or an intellectual property right")


EXCLUSIONS = {
    "outside": Excluded.OUTSIDE,
    "status": Excluded.STATUS,
    "special": Excluded.SPECIAL,
    "ownership": Excluded.OWNERSHIP,
}


class Rejected(TextChoices):
    """Why a court rejects an agreement (CPI 358)."""

    LAW = "law", _("against mandatory law")
    HARM = "harm", _("harms the state, the public or others")
    MORALS = "morals", _("against good morals")
    UNWILLING = "unwilling", _("not of free will")
    UNCLEAR = "unclear", _("its content is not clear")
    OTHER = "other", _("another reason")


REJECTED_TEXTS = {
    Rejected.LAW: "调解协议违反法律强制性规定",
    Rejected.HARM: "调解协议损害国家利益、社会公共利益、他人合法权益",
    Rejected.MORALS: "调解协议违背公序良俗",
    Rejected.UNWILLING: "调解协议违反自愿原则",
    Rejected.UNCLEAR: "调解协议内容不明确",
    Rejected.OTHER: "调解协议存在其他不能进行司法确认的情形",
}


class Mode(TextChoices):
    """How both were heard."""

    VIDEO = "video", _("by video")
    COURT = "court", _("at the court")
    ON_SITE = "on_site", _("where the parties are")


# -- the guard list ---------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the guard list looks at. `last_on`: the last day of the thirty, moved off a rest day."""

    is_sealed: bool
    last_on: dt.date | None
    today: dt.date
    is_registered: bool
    is_definite: bool
    touches: frozenset[str]
    has_court: bool
    joined: int = 0
    parties: int = 0


@dataclasses.dataclass(frozen=True)
class Point:
    """One point of the list: whether it holds, why, and the article. `code`: what is refused where it does not."""

    key: str
    is_met: bool
    name: Text
    reason: Text
    code: str
    law: Text


def points(facts: Facts) -> list[Point]:
    """The guard list of the green channel, point by point, in the order in which it is looked at.

    Basis: 民事诉讼法 205; 人民调解法 33; 民事诉讼法解释 354, 355, 358; 在线调解规则 19.
    """
    excluded = [EXCLUSIONS[one] for one in sorted(facts.touches) if one in EXCLUSIONS]
    in_time = facts.last_on is not None and facts.today <= facts.last_on
    cpl = _("Civil Procedure Law art. 205")
    return [
        Point(
            "sealed", facts.is_sealed, _("Signed and sealed"),
            _("Every party, the mediator and the organisation have signed.")
            if facts.is_sealed else _("A signature or the seal is still missing."),
            "agreement.unsealed", _("Online Mediation art. 19; People's Mediation Law art. 29"),
        ),
        Point(
            "in_time", in_time or not facts.is_sealed, _("Within thirty days"),
            _("Thirty days from its effect: the last day is not over.")
            if in_time else _("Thirty days from its effect: the last day is over."),
            "confirmation.too_late", cpl,
        ),
        Point(
            "registered", facts.is_registered, _("Lawful organisation"),
            _("The organisation is on the register.")
            if facts.is_registered else _("The organisation is not on the register, or its licence is over."),
            "confirmation.organisation", cpl,
        ),
        Point(
            "definite", facts.is_definite, _("Definite content"),
            _("Who, to whom, what and by when are all there.")
            if facts.is_definite else _("Payer, payee, sum, deed or day is missing."),
            "confirmation.unclear", _("Civil Procedure Interpretation art. 358"),
        ),
        Point(
            "not_excluded", not excluded, _("Nothing excluded"),
            excluded[0].label if excluded else _("Nothing in it is excluded from confirmation."),
            "confirmation.excluded", _("Civil Procedure Interpretation art. 355"),
        ),
        Point(
            "third_party", "third_party" not in facts.touches, _("Nobody else is harmed"),
            _("It touches nobody who is not a party.")
            if "third_party" not in facts.touches else _("It touches rights of somebody who is not a party."),
            "confirmation.third_party", _("Civil Procedure Interpretation art. 358"),
        ),
        Point(
            "court", facts.has_court, _("Competent court"),
            _("A competent court is known.") if facts.has_court else _("No competent court is known yet."),
            "confirmation.no_court", cpl,
        ),
    ]  # fmt: skip


def first_unmet(found: Iterable[Point]) -> Point | None:
    return next((point for point in found if not point.is_met), None)


# -- the competent court ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class CourtChoice:
    """A court both may choose, and why."""

    court_id: int
    why: str


class Why(TextChoices):
    INVITED = "invited", _("this court invited the organisation to mediate")
    SUBJECT = "subject", _("where the matter lies")
    ORGANISATION = "organisation", _("where the mediation organisation is")
    PARTY = "party", _("where a party lives")


def competent(
    *, inviting_court_id: int | None, subject: int | None, organisation: int | None, parties: Sequence[int] = ()
) -> list[CourtChoice]:
    """Courts that may confirm. The arguments are ids of basic courts of those places.

    A court that invited the organisation to mediate confirms alone. Otherwise the parties choose among the courts of
    their homes, of the matter and of the organisation; of two that both were asked, the first to docket.
    Basis: 民事诉讼法 205; 民事诉讼法解释 352.
    """
    if inviting_court_id is not None:
        return [CourtChoice(inviting_court_id, Why.INVITED)]
    asked = [(subject, Why.SUBJECT), (organisation, Why.ORGANISATION), *((one, Why.PARTY) for one in parties)]
    found: dict[int, CourtChoice] = {}
    for court_id, why in asked:
        if court_id is not None and court_id not in found:
            found[court_id] = CourtChoice(court_id, why)
    return list(found.values())


# -- numbers and days -------------------------------------------------------------------------------------------------

KIND = "诉前调确"


def case_number(*, year: int, prefix: str, sequence: int) -> str:
    """（2026）岚0101诉前调确38号."""
    assert sequence >= 1, sequence
    return f"（{year}）{prefix}{KIND}{sequence}号"


def objection_until(served_on: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """A party's objection, from receipt of the ruling. Basis: 民事诉讼法解释 372."""
    return calendar.add_days(served_on, days, shift=True).day


def enforce_until(last_on: dt.date, years: int, calendar: WorkCalendar) -> dt.date:
    """The last day to ask for enforcement, from the last day of the term of performance. Basis: 民事诉讼法 250."""
    return calendar.add_years(last_on, years, shift=True).day


NEEDED = ("application", "agreement", "certificate", "identity", "contact")
"""Papers of an application (CPI 354; 2011 Provisions art. 3)."""


class Needed(TextChoices):
    APPLICATION = "application", _("joint application")
    AGREEMENT = "agreement", _("sealed agreement")
    CERTIFICATE = "certificate", _("certificate that the organisation mediated")
    IDENTITY = "identity", _("identity of every party")
    CONTACT = "contact", _("address or telephone of every party")


def lacking(there: Collection[str]) -> list[str]:
    return [one for one in NEEDED if one not in there]


READ = permit("court.confirmations", {Role.JUDGE_ASSISTANT, Role.JUDGE, Role.COURT_MANAGER})
APPLY = permit("court.apply", {Role.RESIDENT, Role.MEDIATOR})
ACCEPT = permit("court.accept", {Role.JUDGE_ASSISTANT})
DECIDE = permit("court.decide", {Role.JUDGE})
ENFORCE = permit("court.enforce", {Role.RESIDENT})
