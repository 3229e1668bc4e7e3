"""同样的事: how many neighbours told us of the same trouble. A number only, and only when nobody can be recognised."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.db.models import QuerySet

from fengqiao.intake.models import Contact
from fengqiao.kernel import scoping
from fengqiao.people.models import Area


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """Others of the same place with the same trouble: a number, never who or what they wrote."""

    place: str
    category: str
    count: int
    days: int
    may_join: bool


NEIGHBOUR_DAYS = 3
FEWEST_NEIGHBOURS = 5


def of(contact: Contact) -> Neighbours | None:
    """How many others there are, when they are too many to be recognised. None otherwise."""
    if contact.community_id is None or contact.issue_key is None:
        return None
    with scoping.unscoped("intake.neighbours"):
        count = _of_same_issue(contact).values("person_id").distinct().count()
        place = Area.objects.filter(pk=contact.community_id).values_list("name", flat=True).first() or ""
        category = contact.category.name if contact.category is not None else ""
    if count < FEWEST_NEIGHBOURS or not category:
        return None
    return Neighbours(place, category, count, NEIGHBOUR_DAYS, may_join=contact.person_id is not None)


def to_join(contact: Contact) -> Contact | None:
    """The first open matter of the same issue, to hear its answer too."""
    if of(contact) is None:
        return None
    with scoping.unscoped("intake.neighbours"):
        return _of_same_issue(contact).filter(closed_at__isnull=True).order_by("received_at", "pk").first()


def _of_same_issue(contact: Contact) -> QuerySet[Contact]:
    since = contact.received_at - dt.timedelta(days=NEIGHBOUR_DAYS)
    same = Contact.objects.filter(
        issue_key=contact.issue_key, community_id=contact.community_id, received_at__gte=since
    )
    others = same.exclude(pk=contact.pk)
    return others if contact.person_id is None else others.exclude(person_id=contact.person_id)
