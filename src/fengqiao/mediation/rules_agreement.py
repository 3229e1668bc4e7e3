"""Vocabulary of the agreement: elements, plan, signatures, effect, performance; pure functions."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import permit
from fengqiao.kernel.calendar import WorkCalendar, add_months
from fengqiao.kernel.errors import Text
from fengqiao.kernel.states import Machine
from fengqiao.mediation.rules import COORDINATORS, Field, Kind
from fengqiao.people.rules import Role


class Status(TextChoices):
    """Where an agreement stands. One of a mediation is live at a time; a changed text is a new version."""

    DRAFT = "draft", _("being written")
    SIGNING = "signing", _("out for signature")
    EFFECTIVE = "effective", _("in effect")
    PERFORMED = "performed", _("performed")
    REPLACED = "replaced", _("replaced")


STATUSES = Machine(
    "agreement",
    {
        Status.DRAFT: {Status.SIGNING, Status.REPLACED},
        Status.SIGNING: {Status.EFFECTIVE, Status.REPLACED},
        Status.EFFECTIVE: {Status.PERFORMED},
        Status.PERFORMED: {Status.EFFECTIVE},
        Status.REPLACED: set(),
    },
)
IN_EFFECT = (Status.EFFECTIVE, Status.PERFORMED)


class Touches(TextChoices):
    """What an agreement touches besides money and deeds. Each changes how it is signed, or whether it is confirmed."""

    PERSONAL = "personal", _("marriage, adoption, inheritance, support or other personal relations")
    STATUS = "status", _("whether a marriage, parentage or adoption is valid, invalid or ended")
    UTILITIES = "utilities", _("stopping water, heat, gas or power supply")
    OWNERSHIP = "ownership", _("who owns a thing, land or an intellectual property right")
    SPECIAL = "special", _("other special procedures, public notice or bankruptcy")
    OUTSIDE = "outside", _("something no civil court decides")
    THIRD_PARTY = "third_party", _("rights of somebody who is not a party")


PAPER_ONLY = frozenset({Touches.PERSONAL, Touches.STATUS, Touches.UTILITIES})
"""Not by electronic signature (Electronic Signature Law 3)."""


def is_paper_only(touches: Collection[str], field: str) -> bool:
    """Whether this agreement must be signed on paper.

    Basis: 电子签名法 3 — 婚姻、收养、继承等人身关系；停止供水、供热、供气等公用事业服务.
    """
    return field == Field.FAMILY or bool(PAPER_ONLY & set(touches))


class TermKind(TextChoices):
    PAY = "pay", _("pays")
    ACT = "act", _("does")
    OMIT = "omit", _("refrains")


class Method(TextChoices):
    """How somebody signed."""

    STROKE = "stroke", _("by hand on the screen, with a one-time code")
    CERTIFICATE = "certificate", _("with a certificate of their own")
    PAPER = "paper", _("on paper")
    ACCOUNT = "account", _("signed in, by hand on the screen")
    SEAL = "seal", _("electronic seal")
    PAPER_SEAL = "paper_seal", _("seal on paper")


ELECTRONIC = frozenset({Method.STROKE, Method.CERTIFICATE})


class Signer(TextChoices):
    PARTY = "party", _("party")
    MEDIATOR = "mediator", _("mediator")
    ORGANISATION = "organisation", _("mediation organisation")


@dataclasses.dataclass(frozen=True)
class Signed:
    """One signature as the rules see it."""

    signer: str
    at: dt.datetime


PARTIES_SIGNED = frozenset({Kind.DELEGATED, Kind.ENTRUSTED})
"""Kinds of mediation whose agreement takes effect when all parties have signed, not with the seal."""


def effect_at(kind: str, signatures: Iterable[Signed]) -> dt.datetime:
    """The moment an agreement takes effect, once every signature and the seal are there.

    Delegated or entrusted by a court: the last party's signature. Everything else: the last of parties, mediator, seal.
    Basis: 人民调解法 29; 特邀调解规定 24; 在线调解规则 19; 劳动争议调解仲裁法 14; commercial: 商事调解条例 22 names
    signature and seal, not the day: the later one counts.
    """
    everything = list(signatures)
    counted = [one for one in everything if one.signer == Signer.PARTY] if kind in PARTIES_SIGNED else everything
    return max(one.at for one in counted)


# -- elements ---------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Wish:
    """One term as somebody wrote it. `days`: the plain days it is due; several are instalments of one payment.

    Units: fen.
    """

    kind: str
    debtor_id: int
    text: str
    creditor_id: int | None = None
    amount_fen: int | None = None
    manner: str = ""
    days: tuple[dt.date, ...] = ()
    shares_fen: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Missing:
    """An element that is not there: code, what to add, article."""

    code: str
    message: Text
    law: Text


PML_29 = _("People's Mediation Law art. 29")


def missing(
    *, parties: Sequence[str], facts: str, issues: str, duties: str, place: str, terms: Sequence[Wish]
) -> list[Missing]:
    """What the law asks of a written agreement and this one lacks, in the order of the paper.

    Basis: 人民调解法 29; 人民调解工作若干规定 35 (place); 民事诉讼法解释 358 (what is unclear is not confirmed).
    """
    wanted = [
        ("parties", len([name for name in parties if name.strip()]) >= 2, _("Both parties with their names.")),
        ("facts", bool(facts.strip()), _("The main facts of the dispute.")),
        ("issues", bool(issues.strip()), _("What they disagree about.")),
        ("responsibility", bool(duties.strip()), _("The responsibility of each party.")),
        ("terms", bool(terms), _("What they agreed.")),
    ]
    found = [Missing(code, message, PML_29) for code, is_there, message in wanted if not is_there]
    if not place.strip():
        found.append(Missing("place", _("Where it is to be done."), _("People's Mediation Provisions art. 35")))
    for number, term in enumerate(terms, start=1):
        found += [Missing(f"term.{number}.{code}", message, PML_29) for code, message in _term_gaps(term)]
    return found


def _term_gaps(term: Wish) -> list[tuple[str, Text]]:
    gaps: list[tuple[str, Text]] = []
    if not term.text.strip():
        gaps.append(("text", _("Say in a sentence what this term is.")))
    if term.kind == TermKind.PAY:
        if not term.amount_fen or term.amount_fen <= 0:
            gaps.append(("amount", _("How much is to be paid.")))
        elif sum(term.shares_fen or (term.amount_fen,)) != term.amount_fen:
            gaps.append(("shares", _("The instalments do not add up to the amount.")))
        if term.creditor_id is None or term.creditor_id == term.debtor_id:
            gaps.append(("creditor", _("To whom it is to be paid.")))
        if not term.manner.strip():
            gaps.append(("manner", _("How it is to be done.")))
    if term.kind != TermKind.OMIT and not term.days:
        gaps.append(("days", _("By when it is to be done.")))
    if list(term.days) != sorted(set(term.days)) or (term.shares_fen and len(term.shares_fen) != len(term.days)):
        gaps.append(("order", _("Each instalment needs a day of its own, the earlier first.")))
    return gaps


# -- plan -------------------------------------------------------------------------------------------------------------


def shares(amount_fen: int, n: int) -> tuple[int, ...]:
    """An amount in n instalments: equal ones, the fen that do not divide in the first.

    Units: fen. Result: n amounts that add up exactly.
    """
    assert amount_fen > 0 and n >= 1, (amount_fen, n)
    each, rest = divmod(amount_fen, n)
    return (each + rest, *([each] * (n - 1)))


def monthly(first: dt.date, n: int) -> tuple[dt.date, ...]:
    """n plain days, a month apart; a day the month does not have is its last day (Civil Code 202)."""
    return tuple(add_months(first, month) for month in range(n))


@dataclasses.dataclass(frozen=True)
class DueDay:
    """`plain`: the day agreed; `day`: after moving off a rest day; provisional where the year is not announced."""

    plain: dt.date
    day: dt.date
    is_provisional: bool


def due_day(plain: dt.date, calendar: WorkCalendar) -> DueDay:
    """The last day to perform. A rest day moves to the next working day; a make-up Saturday does not move.

    Basis: 民法典 203.
    """
    day = calendar.next_working_day(plain)
    return DueDay(plain, day, calendar.is_provisional(plain, day))


# -- documents --------------------------------------------------------------------------------------------------------


class Paper(TextChoices):
    """Statutory papers we issue, each numbered and to be checked by anybody."""

    APPLICATION = "application", _("application for mediation")
    AGREEMENT = "agreement", _("mediation agreement")
    RECORD = "record", _("record of proceedings")
    CERTIFICATE = "certificate", _("certificate of mediation")
    CONFIRMATION = "confirmation", _("joint application for judicial confirmation")
    FACTS = "facts", _("undisputed facts")
    SERVICE = "service", _("service address confirmation")
    PLAN = "plan", _("instalment plan")
    DOCKETING = "docketing", _("docketing set")
    RULING = "ruling", _("ruling on confirmation")
    ENFORCEMENT = "enforcement", _("application for enforcement")


SIGNS: dict[str, str] = {
    Paper.APPLICATION: "申",
    Paper.AGREEMENT: "协",
    Paper.RECORD: "笔",
    Paper.CERTIFICATE: "证",
    Paper.CONFIRMATION: "确",
    Paper.FACTS: "实",
    Paper.SERVICE: "送",
    Paper.PLAN: "期",
    Paper.DOCKETING: "诉",
    Paper.RULING: "裁",
    Paper.ENFORCEMENT: "执",
}


class Wall(TextChoices):
    """Who may read an issued paper."""

    MEDIATION = "mediation", _("the mediation side")
    AGREEMENT = "agreement", _("the mediation side, and whoever confirms")
    CASE = "case", _("the case side")
    OPEN = "open", _("whoever sees the matter")


WALLS: dict[str, Wall] = {
    Paper.APPLICATION: Wall.CASE,
    Paper.RECORD: Wall.MEDIATION,
    Paper.FACTS: Wall.OPEN,
    Paper.SERVICE: Wall.CASE,
    Paper.PLAN: Wall.AGREEMENT,
    Paper.AGREEMENT: Wall.AGREEMENT,
    Paper.CERTIFICATE: Wall.AGREEMENT,
    Paper.CONFIRMATION: Wall.AGREEMENT,
    Paper.DOCKETING: Wall.CASE,
    Paper.RULING: Wall.AGREEMENT,
    Paper.ENFORCEMENT: Wall.AGREEMENT,
}


class Check(TextChoices):
    """What the public check page says about an uploaded file."""

    ISSUED = "issued", _("This is the paper we issued, unchanged.")
    DRAFT = "draft", _("This is the text that went out for signature, without seal.")
    CHANGED = "changed", _("This is not the paper we issued: its content differs.")


# -- performance ------------------------------------------------------------------------------------------------------


class Said(TextChoices):
    """How a report of performance was answered."""

    WAITING = "waiting", _("waiting for the other side")
    ACCEPTED = "accepted", _("accepted")
    DENIED = "denied", _("not received")


class FollowKind(TextChoices):
    TALK = "talk", _("talk after performance")
    WATCH = "watch", _("watch whether it comes back")


class Outcome(TextChoices):
    CALM = "calm", _("all is quiet")
    AGAIN = "again", _("it has come back")
    UNREACHED = "unreached", _("nobody was reached")


@dataclasses.dataclass(frozen=True)
class Standing:
    """How one due deed or instalment stands on a day. Units: fen, days."""

    is_done: bool
    is_over: bool
    late_days: int
    left_fen: int


def standing(
    *, due_on: dt.date, amount_fen: int | None, accepted_fen: int, done_on: dt.date | None, today: dt.date
) -> Standing:
    """Performed by its day is on time, also at 23:59 of a moved day; later is late by calendar days."""
    left = max((amount_fen or 0) - accepted_fen, 0)
    if done_on is not None:
        return Standing(True, False, max((done_on - due_on).days, 0), left)
    over = (today - due_on).days
    return Standing(False, over > 0, max(over, 0), left)


DRAFT = permit("mediation.draft", {Role.MEDIATOR})
SIGN = permit("mediation.sign", {Role.RESIDENT, Role.MEDIATOR})
SEAL = permit("mediation.seal", {Role.ORGANISATION_MANAGER, Role.MEDIATOR})
PERFORM = permit("mediation.perform", {Role.RESIDENT, Role.MEDIATOR, *COORDINATORS})
FOLLOW_UP = permit("mediation.follow_up", {Role.MEDIATOR, Role.COMMUNITY_WORKER, Role.CLERK})
AGREEMENTS = permit("mediation.agreements", {Role.MEDIATOR, Role.ORGANISATION_MANAGER, Role.JUDGE, Role.RESIDENT})
FIGURES = permit("mediation.figures", {Role.ORGANISATION_MANAGER, Role.COURT_MANAGER, Role.LEADER, Role.MEDIATOR})
