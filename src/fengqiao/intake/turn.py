"""The queue of the staff: urgency first, then the clock, first in first out; filters and pages as every list has."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import queries, rules, shown
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.rules import Channel, Stage, Urgency
from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.people.models import Area, Organisation, ReadAudit
from fengqiao.people.rules import OrganisationKind
from fengqiao.shell.listing import Column, Filter, Listing, Order

ORDER = ("queue_key", "pk")
PILES = {
    "mine": _("my turn"),
    "unsent": _("not sent yet"),
    "today": _("due today"),
    "over": _("overdue"),
    "others": _("others' turn"),
    "paused": _("clock stopped"),
}


def _below(rows: QuerySet[Contact], category_id: str) -> QuerySet[Contact]:
    """A category and what lies under it, three levels deep."""
    found = {int(category_id)}
    for _level in range(2):
        found |= set(Category.objects.filter(parent__in=found).values_list("pk", flat=True))
    return rows.filter(category_id__in=sorted(found))


def _inside(rows: QuerySet[Contact], place_id: str) -> QuerySet[Contact]:
    area = Area.objects.filter(pk=int(place_id)).first() if _is_id(place_id) else None
    if area is None:
        return rows.none()
    column = next((level for level in reversed(LEVELS) if getattr(area, f"{level}_id") == area.pk), "")
    return rows.filter(**({f"{column}_id": area.pk} if column else {"place_id": area.pk}))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _of_unit(rows: QuerySet[Contact], unit_id: str) -> QuerySet[Contact]:
    return rows.filter(unit_id=int(unit_id)) if _is_id(unit_id) else rows.none()


def _equal(name: str) -> Callable[[QuerySet[Contact], str], QuerySet[Contact]]:
    return lambda rows, value: rows.filter(**{name: value})


def category_choices(deepest: int = 3) -> list[tuple[str, str]]:
    """Active categories for a select, indented by level."""
    found = [one for one in queries.categories() if one.level <= deepest]
    return [(str(one.pk), "　" * (one.level - 1) + shown.category_name(one)) for one in found]


FILTERS: tuple[Filter[Contact], ...] = (
    Filter("text", _("Words in the title"), lambda rows, text: rows.filter(title__icontains=text), kind="text"),
    Filter("category", _("Category"), _below, lambda: category_choices(2)),
    Filter("channel", _("Channel"), _equal("channel"), Channel.choices),
    Filter("stage", _("Stage"), _equal("stage"), [(one, one.label) for one in Stage if one not in rules.CLOSED]),
    Filter("urgency", _("Urgency"), _equal("urgency"), Urgency.choices),
    Filter("place", _("Place"), _inside, kind="hidden"),
    Filter("unit", _("Unit"), _of_unit, kind="hidden"),
)
COLUMNS: tuple[Column[Contact], ...] = (
    Column("number", _("Number"), lambda one: one.number),
    Column("title", _("Title"), lambda one: one.title),
    Column("urgency", _("Urgency"), lambda one: one.get_urgency_display()),
    Column("stage", _("Stage"), lambda one: one.get_stage_display()),
    Column("due", _("Due"), lambda one: one.due_at),
    Column("category", _("Category"), lambda one: shown.category_name(one.category)),
    Column("place", _("Place"), lambda one: one.place.name if one.place else ""),
    Column("unit", _("Unit"), lambda one: one.unit.name if one.unit else ""),
    Column("channel", _("Channel"), lambda one: one.get_channel_display(), is_shown=False),
    Column("desk", _("Desk"), lambda one: one.desk.name, is_shown=False),
    Column("received", _("Received"), lambda one: one.received_at, is_shown=False),
    Column("answered", _("First answer"), lambda one: one.responded_at, is_shown=False),
)
QUEUE: Listing[Contact] = Listing(
    name="queue",
    title=_("Front desk"),
    columns=COLUMNS,
    orders=(Order("turn", _("urgency, then the clock"), "queue_key"),),
    filters=FILTERS,
    noun="matter",
    row_url=lambda one: reverse("intake:detail", args=[one.number]),
)


def rows(actor: Actor, pile: str, *, at: dt.datetime) -> QuerySet[Contact]:
    """The open contacts of one pile; any other word than a pile is all of them."""
    found = queries.open_for(actor)
    chosen = next((one for one in queries.piles(actor, at=at) if one.key == pile), None)
    return found.filter(chosen.where) if chosen else found


def first(actor: Actor, pile: str, *, at: dt.datetime, most: int, but: Collection[int] = ()) -> list[Contact]:
    """The first rows of a pile, without those of the ids in `but`."""
    found = rows(actor, pile, at=at).order_by(*ORDER)[: most + len(but)]
    return [contact for contact in found if contact.pk not in but][:most]


MOST_LOOKED_AT = 5_000
"""Counts look at the first so many of the queue and stop: beside a filter “at least” says enough."""


@dataclasses.dataclass(frozen=True)
class Counted:
    """How many wait in a pile. `is_more`: at least so many."""

    n: int
    is_more: bool

    def __str__(self) -> str:
        return f"{min(self.n, queries.MOST_COUNTED)}+" if self.is_more or self.n > queries.MOST_COUNTED else str(self.n)


def counts(actor: Actor, *, at: dt.datetime) -> dict[str, Counted]:
    """How many wait in each pile: one walk along the queue for all of them."""
    piles = queries.piles(actor, at=at)
    first = queries.open_for(actor).order_by(*ORDER)[:MOST_LOOKED_AT]
    found = first.aggregate(looked_at=Count("pk"), **{pile.key: Count("pk", filter=pile.where) for pile in piles})
    is_cut = found["looked_at"] >= MOST_LOOKED_AT
    return {pile.key: Counted(found[pile.key], is_cut) for pile in piles}


def find_by_number(actor: Actor, number: str) -> Contact | None:
    """One contact in scope with all a page about it shows, or None: absent and unseen look the same."""
    found = queries.visible_to(actor).select_related("person", "handler").filter(number=number).first()
    if found is not None:
        shown.Names([found]).put_on(found)
    return found


def count_of_related(contact: Contact) -> int:
    """How many hang on a contact: children, contacts merged into it, its parent."""
    below = Contact.objects.filter(Q(parent=contact) | Q(merged_into=contact)).count()
    return below + int(contact.parent_id is not None)


HANDLING_KINDS = frozenset(OrganisationKind) - {
    OrganisationKind.MERCHANT,
    OrganisationKind.BANK,
    OrganisationKind.INSURER,
    OrganisationKind.WITNESS,
    OrganisationKind.PSYCHOLOGY,
}
MOST_UNITS = 400


def handling_units(contact: Contact) -> list[tuple[int, str]]:
    """The units a contact may be sent to, those of its district: id and name."""
    units = Organisation.objects.filter(is_active=True, kind__in=HANDLING_KINDS)
    if contact.district_id:
        units = units.filter(district_id=contact.district_id)
    return list(units.order_by("kind", "code").values_list("pk", "name")[:MOST_UNITS])


def name_of(key: str, value: str) -> str:
    """The name of the place or unit of an address, "" when there is none."""
    model: type[Area] | type[Organisation] = Area if key == "place" else Organisation
    found = model.objects.filter(pk=int(value)).first() if _is_id(value) else None
    return found.name if found else ""


def place_of(actor: Actor) -> Area | None:
    """The place a member of staff works in."""
    return Area.objects.filter(pk=actor.area_id).first() if actor.area_id else None


def place_named(name: str) -> int | None:
    """The id of the one place in use with exactly this name."""
    found = list(Area.objects.filter(name=name.strip(), is_active=True)[:2]) if name.strip() else []
    return found[0].pk if len(found) == 1 else None


def readings(contact: Contact) -> QuerySet[ReadAudit]:
    """Who looked at personal details through this contact, newest first."""
    return ReadAudit.objects.filter(subject=contact.number).order_by("-at", "-pk")
