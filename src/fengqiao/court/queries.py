"""Questions about confirmations. Rows start from `visible_to(actor)`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from fengqiao.court import rules
from fengqiao.court.models import Confirmation
from fengqiao.court.rules import CourtChoice, Facts, Point, Status
from fengqiao.disputes import queries as disputes
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import queries as mediation
from fengqiao.mediation.queries import ForCourt
from fengqiao.people import access
from fengqiao.people.models import Organisation
from fengqiao.people.rules import OrganisationKind

CONFIRM = "confirm"
"""The clock of the thirty days, started with the effect of the agreement."""


def visible_to(actor: Actor) -> QuerySet[Confirmation]:
    """Parties and mediator see their own; the court's desk what lies with its court; a judge what is theirs."""
    rows = Confirmation.objects.select_related("dispute__cause", "court", "judge", "ruling")
    if not access.filters_on() or (actor.level == "all" and actor.compartments):
        return rows
    if actor.role == "judge":
        return rows.filter(judge_id=actor.user_id or 0)
    if actor.role in {"judge_assistant", "court_manager"}:
        return rows.filter(court_id=actor.organisation_id or 0).exclude(status=Status.JOINING)
    if actor.role == "organisation_manager":
        seen = disputes.visible_to(actor).filter(pk=OuterRef("dispute"))
        return rows.filter(Exists(seen))
    own = disputes.seats_of(actor).filter(role__in=("mediator", "party", "agent"), dispute=OuterRef("dispute"))
    return rows.filter(Exists(own))


def of_matter(number: str, actor: Actor) -> Confirmation | None:
    return visible_to(actor).filter(dispute__number=number).order_by("-pk").first()


def queue(actor: Actor) -> QuerySet[Confirmation]:
    """What lies with the court: both at the door first, then by the nearest end."""
    rows = visible_to(actor).filter(status__in=rules.WITH_THE_COURT)
    waits_at_the_door = Q(status=Status.APPLIED, both_appeared=True)
    return rows.annotate(at_the_door=waits_at_the_door).order_by("-at_the_door", F("due_at").asc(nulls_last=True), "pk")


def last_day(number: str) -> dt.date | None:
    """The last of the thirty days, moved off a rest day; None before the agreement took effect."""
    clocks = deadlines.for_subjects([f"{number}/d"])[f"{number}/d"]
    found = [one.due_at for one in clocks if one.kind == CONFIRM]
    return found[-1].astimezone(CHINA).date() if found else None


def courts(dispute: Any, agreement: ForCourt) -> list[CourtChoice]:
    """The competent courts of this agreement."""
    inviting = agreement.inviting_court_id
    return rules.competent(
        inviting_court_id=inviting,
        subject=_basic_court(dispute.district_id) or dispute.court_id,
        organisation=_basic_court(agreement.unit_place_id),
    )


def _basic_court(district_id: int | None) -> int | None:
    if district_id is None:
        return None
    found = Organisation.objects.filter(district_id=district_id, kind=OrganisationKind.COURT, is_active=True)
    return found.order_by("code").values_list("pk", flat=True).first()


def guard(dispute: Any, *, today: dt.date) -> tuple[ForCourt | None, list[Point]]:
    """The agreement as the desk may know it, and the guard list. The caller has checked the actor."""
    agreement = mediation.for_court(dispute.number, on=today)
    with scoping.unscoped("court.guard"):
        facts = Facts(
            is_sealed=agreement is not None and agreement.is_sealed,
            last_on=last_day(dispute.number),
            today=today,
            is_registered=agreement is not None and agreement.is_registered,
            is_definite=agreement is not None and agreement.is_definite,
            touches=agreement.touches if agreement is not None else frozenset(),
            has_court=agreement is not None and bool(courts(dispute, agreement)),
        )
    return agreement, rules.points(facts)


def papers_there(confirmation: Confirmation) -> set[str]:
    """Which papers of an application are there. Counts, never contents. Call with everything in scope."""
    agreement = mediation.for_court(confirmation.dispute.number, on=confirmation.opened_at.date())
    kinds = agreement.papers if agreement is not None else frozenset()
    there: set[str] = {one for one in ("agreement", "certificate") if one in kinds}
    if "confirmation" in kinds:
        there.add("application")
    parties = list(disputes.parties(confirmation.dispute))
    if all(_identified(party) for party in parties):
        there.add("identity")
    if all(party.person is not None and (party.person.phone or party.person.address) for party in parties):
        there.add("contact")
    return there


def _identified(party: Any) -> bool:
    return bool(party.credit_code) or (party.person is not None and bool(party.person.identity_index))


@dataclasses.dataclass(frozen=True)
class EnforcementDay:
    """A duty's last day, and the last day to have it enforced."""

    duty_id: int
    due_on: dt.date
    until: dt.date
    is_done: bool


def enforcement_days(confirmation: Confirmation) -> list[EnforcementDay]:
    """For each instalment its own two years. Basis: 民事诉讼法 250."""
    calendar = calendars.current()
    found = []
    for duty_id, due_on, is_done in mediation.last_days(confirmation.agreement_id):
        years = rulebook.rule("court.enforcement.apply", on=due_on).whole
        found.append(EnforcementDay(duty_id, due_on, rules.enforce_until(due_on, years, calendar), is_done))
    return found


@dataclasses.dataclass(frozen=True)
class Figures:
    """Confirmations asked for, decided, and found valid."""

    applied: int
    decided: int
    valid: int


def figures(actor: Actor) -> Figures:
    rows = visible_to(actor).filter(applied_at__isnull=False)
    return Figures(
        **rows.aggregate(
            applied=Count("pk"),
            decided=Count("pk", filter=Q(status=Status.DECIDED)),
            valid=Count("pk", filter=Q(is_valid=True)),
        )
    )
