"""Questions about contacts. Every one that shows rows starts from `visible_to(actor)`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from fengqiao.intake.models import RANK, Alert, Attachment, Category, Contact, Entry, Share
from fengqiao.intake.rules import CLOSED, TOP_CALLS, URGENCY_ORDER, Mover, Stage, Urgency
from fengqiao.kernel import rulebook
from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.kernel.cached import Cached
from fengqiao.people import access
from fengqiao.people import queries as people
from fengqiao.people.models import Person

CLOSING_SOON = dt.timedelta(hours=24)
MOST_COUNTED = 999
"""Counts beside menus and filters stop here and read “999+”: an exact count of a million rows helps nobody."""


def visible_to(actor: Actor) -> QuerySet[Contact]:
    """The contacts an actor may read: their place, what their organisation handles or helps with, or their own.

    A connected system also reads what it sent in.
    """
    everything = Contact.objects.all()
    if not access.filters_on() or actor.level == "all":
        return everything
    if actor.matter_id is not None:
        return everything.filter(pk=actor.matter_id)
    if actor.role == "resident":
        return everything.filter(person_id=actor.person_id) if actor.person_id else everything.none()
    sent_in = Q(source_id=actor.organisation_id) if actor.is_system else Q()
    if actor.level == "unit" and actor.organisation_id is not None:
        helps = Exists(Share.objects.filter(contact=OuterRef("pk"), organisation_id=actor.organisation_id))
        return everything.filter(Q(unit_id=actor.organisation_id) | helps | sent_in)
    if actor.level in LEVELS and actor.area_id is not None:
        return everything.filter(Q(**{f"{actor.level}_id": actor.area_id}) | sent_in)
    return everything.none()


def in_hand_of(actor: Actor) -> QuerySet[Contact]:
    """What an officer's own unit has to do; quicker than everything it may see."""
    return visible_to(actor).filter(unit_id=actor.organisation_id, closed_at__isnull=True)


@dataclasses.dataclass(frozen=True)
class Pile:
    """One filter of the queue: its name and what it holds."""

    key: str
    where: Q


def piles(actor: Actor, *, at: dt.datetime) -> list[Pile]:
    """The filters of the queue in their order; “my turn” first."""
    end_of_day = at.replace(hour=23, minute=59, second=59, microsecond=0)
    is_desk = actor.level != "unit" and actor.may("intake.dispatch")
    mine = Q(mover=Mover.DESK) if is_desk else Q(mover=Mover.UNIT, unit_id=actor.organisation_id)
    if is_desk and actor.organisation_id is not None:
        mine |= Q(mover=Mover.UNIT, unit_id=actor.organisation_id)
    return [
        Pile("mine", mine),
        Pile("unsent", Q(stage=Stage.RECEIVED, mover=Mover.DESK)),
        Pile("today", _due(at, end_of_day) & ~Q(mover=Mover.PERSON)),
        Pile("over", _due(None, at) & ~Q(mover=Mover.PERSON)),
        Pile("others", ~mine & ~Q(mover=Mover.NOBODY)),
        Pile("paused", Q(stage=Stage.WAITING)),
    ]


def _due(after: dt.datetime | None, until: dt.datetime) -> Q:
    """Limits that end between two moments, said in the order of the queue so that its index finds them."""
    start = int(after.timestamp()) + 1 if after else 0
    found = Q()
    for rank in range(len(URGENCY_ORDER)):
        found |= Q(queue_key__gte=rank * RANK + start, queue_key__lte=rank * RANK + int(until.timestamp()))
    return found


def open_for(actor: Actor) -> QuerySet[Contact]:
    """What is open in the actor's scope. A unit that helps nobody is asked for its own alone: an index knows that."""
    unit_id = actor.organisation_id
    if actor.level == "unit" and unit_id is not None and not Share.objects.filter(organisation_id=unit_id).exists():
        return in_hand_of(actor)
    return visible_to(actor).filter(closed_at__isnull=True)


def capped_count(rows: QuerySet[Contact]) -> int:
    """How many, but never more than MOST_COUNTED + 1."""
    return rows.order_by()[: MOST_COUNTED + 1].values("pk").count()


def history(contact: Contact, *, internal: bool) -> QuerySet[Entry]:
    """The lines of a contact, newest first; without the internal ones for everybody outside the house."""
    lines = contact.entries.select_related("organisation").prefetch_related("attachments__file")
    return lines if internal else lines.filter(is_internal=False)


def files(contact: Contact, *, internal: bool) -> QuerySet[Attachment]:
    found = contact.attachments.select_related("file")
    return found if internal else found.filter(is_internal=False)


def former_of_phone(phone_index: str, actor: Actor, *, most: int = 5) -> QuerySet[Contact]:
    """Earlier matters of a caller, within the actor's scope, newest first."""
    return (
        visible_to(actor)
        .filter(person__phone_index=phone_index)
        .select_related("category", "unit", "place")
        .order_by("-received_at", "-id")[:most]
    )


def children(contact: Contact) -> QuerySet[Contact]:
    return contact.children.select_related("unit", "place").order_by("received_at", "id")


def similar(contact: Contact, actor: Actor, *, days: int = 30, most: int = 5) -> QuerySet[Contact]:
    """Others of the same issue around the same time, within the actor's scope."""
    if contact.issue_key is None:
        return Contact.objects.none()
    since = contact.received_at - dt.timedelta(days=days)
    return (
        visible_to(actor)
        .filter(issue_key=contact.issue_key, received_at__gte=since)
        .exclude(pk=contact.pk)
        .exclude(stage=Stage.MERGED)
        .order_by("-received_at", "-id")[:most]
    )


def called_in_vain(actor: Actor, *, at: dt.datetime) -> QuerySet[Contact]:
    """Open urgent matters in scope for which everybody was called, the top again as often as the rule says, in vain."""
    most = rulebook.rule(TOP_CALLS, on=at.date()).whole
    calls = Alert.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    again = calls.annotate(n=Count("pk") - Count("organisation", distinct=True)).values("n")
    running = Alert.objects.filter(contact=OuterRef("pk")).filter(Q(taken_at__isnull=False) | Q(take_by__gt=at))
    urgent = visible_to(actor).filter(closed_at__isnull=True, queue_key__lt=2 * RANK)
    return (
        urgent.filter(~Exists(running), ~Q(urgency=Urgency.ORDINARY))
        .annotate(again=Subquery(again))
        .filter(again__gte=most)
    )


CATEGORIES = "categories"
_categories = Cached(CATEGORIES, lambda: {one.pk: one for one in Category.objects.order_by("code")})


def categories_by_id() -> dict[int, Category]:
    """Every category, kept in memory."""
    return _categories.get()


def categories() -> list[Category]:
    """All active categories, parents before children."""
    return [one for one in categories_by_id().values() if one.is_active]


@dataclasses.dataclass(frozen=True)
class Standing:
    """How an area or unit stands: counts with what they rest on. Rates are None while nothing is due."""

    received: int
    open: int
    over: int
    responded: int
    due_response: int
    solved: int
    lapsed: int
    decided: int

    @property
    def response_rate(self) -> float | None:
        return self.responded / self.due_response if self.due_response else None

    @property
    def resolution_rate(self) -> float | None:
        return self.solved / self.decided if self.decided else None


def standing(rows: QuerySet[Contact], *, at: dt.datetime) -> Standing:
    """Counts over any scoped set. Only acceptances are solved; lapsed ones are decided but never solved."""
    found = rows.aggregate(
        received=Count("pk"),
        open=Count("pk", filter=Q(closed_at__isnull=True)),
        over=Count("pk", filter=Q(closed_at__isnull=True, due_at__lte=at) & ~Q(mover=Mover.PERSON)),
        responded=Count("pk", filter=Q(responded_at__isnull=False)),
        due_response=Count("pk", filter=Q(responded_at__isnull=False) | Q(due_kind="response", due_at__lte=at)),
        solved=Count("pk", filter=Q(stage=Stage.ACCEPTED)),
        lapsed=Count("pk", filter=Q(stage=Stage.LAPSED)),
        decided=Count("pk", filter=Q(stage__in=[Stage.ACCEPTED, Stage.LAPSED])),
    )
    return Standing(**found)


def daily(rows: QuerySet[Contact], *, since: dt.date) -> dict[dt.date, int]:
    """Received per day."""
    counted = (
        rows.filter(received_at__date__gte=since)
        .annotate(day=TruncDate("received_at"))
        .values("day")
        .annotate(n=Count("pk"))
        .order_by("day")
    )
    return {row["day"]: row["n"] for row in counted}


def ownerless() -> QuerySet[Contact]:
    """Must be empty: open contacts nobody would find on any desk. The database forbids it; the health page looks."""
    return Contact.objects.filter(closed_at__isnull=True, desk__isnull=True)


def with_names(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    """For files and long tables: category, place, unit and desk joined. A page of rows is named cheaper by `Names`."""
    return rows.select_related("category", "place", "unit", "desk")


def closed_stages() -> Iterable[str]:
    return sorted(CLOSED)


def persons_in(actor: Actor) -> QuerySet[Person]:
    """The persons named by contacts the actor may read."""
    return Person.objects.filter(Exists(visible_to(actor).filter(person=OuterRef("pk"))))


people.register_person_scope(persons_in)
