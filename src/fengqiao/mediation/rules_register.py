"""Vocabulary of the register, of teams and templates, and of home visits; the order of a day's stops."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import permit
from fengqiao.kernel.errors import Text
from fengqiao.mediation.rules import CLOSED_TO_COMMERCIAL, MAY_CHARGE, BodyKind, FeePolicy
from fengqiao.people.rules import Role


class Change(TextChoices):
    """What a dated line of the public register tells."""

    ENTERED = "entered", _("entered in the register")
    ENTRY = "entry", _("entry changed")
    JOINED = "joined", _("mediator joined")
    LEFT = "left", _("mediator left")
    PAGE = "page", _("mediator's page changed")
    CLOSED = "closed", _("takes no new matters")
    OPENED = "opened", _("takes new matters again")


class TeamPart(TextChoices):
    """Who sits in a fast-track team 速裁团队."""

    MEDIATOR = "mediator", _("mediator")
    ASSISTANT = "assistant", _("judge assistant")
    JUDGE = "judge", _("judge")


ROLE_OF_PART = {
    TeamPart.MEDIATOR: Role.MEDIATOR,
    TeamPart.ASSISTANT: Role.JUDGE_ASSISTANT,
    TeamPart.JUDGE: Role.JUDGE,
}


class TemplateKind(TextChoices):
    """What a template is for."""

    TERM = "term", _("term of an agreement")
    FACTS = "facts", _("facts and record")
    QUESTION = "question", _("question to both sides")


class VisitResult(TextChoices):
    """How a home visit went."""

    WAITING = "", _("not visited yet")
    DONE = "done", _("done")
    NOT_MET = "not_met", _("nobody met")


TEAMS = permit("mediation.teams", {Role.JUDGE_ASSISTANT, Role.COURT_MANAGER})
TEMPLATES = permit(
    "mediation.templates", {Role.MEDIATOR, Role.ORGANISATION_MANAGER, Role.JUDGE_ASSISTANT, Role.COURT_MANAGER}
)
TEAM_MATTERS = permit("mediation.team_matters", {Role.JUDGE_ASSISTANT, Role.COURT_MANAGER, Role.MEDIATOR, Role.JUDGE})
KEEP = permit("mediation.keep_register", {Role.ORGANISATION_MANAGER, Role.ADMINISTRATOR, Role.COURT_MANAGER})

MOST_STOPS = 8
"""More does not fit into a day with some time for each."""
VISIT_MINUTES, LEG_MINUTES, KM_MINUTES = 40, 10, 4
"""A visit; setting out and finding the door; each kilometre of the way."""


@dataclasses.dataclass(frozen=True)
class Spot:
    """Where a stop lies: coordinates where the place has them, and the ids from the grid up to the city."""

    key: int
    latitude: float | None = None
    longitude: float | None = None
    places: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Leg:
    """One stop of a day with the way to it. Units: `km` as the crow flies, None where no coordinates are known."""

    key: int
    km: float | None
    minutes: int


def km_between(one: Spot, other: Spot) -> float | None:
    """As the crow flies. Units: km."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    north = (other.latitude - one.latitude) * 111.2
    east = (other.longitude - one.longitude) * 111.2 * math.cos(math.radians(one.latitude))
    return math.hypot(north, east)


def _apart(one: Spot, other: Spot) -> float:
    """How far two spots lie apart: by coordinates, else by how many levels up their places meet. Units: about km."""
    km = km_between(one, other)
    if km is not None:
        return km
    shared = next((n for n, place in enumerate(one.places) if place in other.places), len(one.places) + 1)
    return float(shared * shared)


def route(start: Spot, stops: Sequence[Spot]) -> list[Leg]:
    """The order of a day: from where one stands always to the nearest stop left; of equals the first in order.

    Simple enough to be told to the person who walks it; a day has eight stops at most.
    """
    legs, here, left = [], start, list(stops)
    while left:
        nearest = min(left, key=lambda stop: (_apart(here, stop), stop.key))
        km = km_between(here, nearest)
        legs.append(Leg(nearest.key, km, LEG_MINUTES + math.ceil((km or 0) * KM_MINUTES)))
        left.remove(nearest)
        here = nearest
    return legs


def slots(begins: dt.datetime, legs: Sequence[Leg], *, minutes: int = VISIT_MINUTES) -> list[dt.datetime]:
    """When each stop begins: the way before it counted in, then on to the next five minutes, as people write it."""
    found, now = [], begins
    for leg in legs:
        now += dt.timedelta(minutes=leg.minutes)
        now += dt.timedelta(minutes=-now.minute % 5)
        found.append(now)
        now += dt.timedelta(minutes=minutes)
    return found


@dataclasses.dataclass(frozen=True)
class Problem:
    """What the law does not allow in an entry, at which field."""

    field: str
    code: str
    message: Text
    law: Text


def entry_problems(*, kind: str, fee_policy: str, tariff: str, licence: str, fields: Sequence[str]) -> list[Problem]:
    """What stands against an entry of the register.

    Basis: 人民调解法 4; 商事调解条例 2, 16; 在线调解规则 5.
    """
    charges = fee_policy == FeePolicy.TARIFF
    found = []
    if charges and kind not in MAY_CHARGE:
        words = _("This kind of organisation mediates free of charge.")
        found.append(Problem("fee_policy", "body.free", words, _("People's Mediation Law art. 4")))
    if charges and not tariff.strip():
        words = _("Whoever charges publishes the tariff.")
        found.append(Problem("tariff", "body.tariff", words, _("Online Mediation art. 5")))
    if kind == BodyKind.COMMERCIAL and not licence.strip():
        words = _("A commercial mediation organisation names its licence.")
        found.append(Problem("licence", "body.licence", words, _("Commercial Mediation Regulations")))
    if kind == BodyKind.COMMERCIAL and CLOSED_TO_COMMERCIAL & set(fields):
        words = _("Commercial mediation may not take family, labour or consumer matters.")
        found.append(Problem("fields", "body.fields", words, _("Commercial Mediation Regulations art. 2")))
    return found
