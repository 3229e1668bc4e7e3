"""Which organisations hear of an event by webhook: the unit in hand, its desk, the one whose system sent it in."""

from __future__ import annotations

import datetime as dt

from fengqiao.intake import events
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import EntryKind
from fengqiao.kernel import webhooks
from fengqiao.kernel.errors import Text
from fengqiao.kernel.events import Fact
from fengqiao.kernel.models import Event

OPEN: tuple[type[Fact], ...] = (
    events.ContactReceived,
    events.ContactDispatched,
    events.ContactTaken,
    events.ContactAnswered,
    events.ProgressTold,
    events.MoreAsked,
    events.ContactSupplemented,
    events.ContactDone,
    events.ContactAccepted,
    events.ContactObjected,
    events.ContactLapsed,
    events.ContactReopened,
    events.ContactWithdrawn,
    events.ContactTransferred,
    events.ContactMerged,
)
"""What the person may know, and so the system that sent their matter in."""

INSIDE: tuple[type[Fact], ...] = (
    events.ContactReturned,
    events.ContactMoved,
    events.ContactLinked,
    events.ContactSplit,
    events.UrgencyChanged,
    events.AlertTold,
    events.AlertTaken,
    events.ActUndone,
    events.ContactRated,
    events.SupporterJoined,
)
"""For the unit in hand and the desk alone. That an internal note was written is told to nobody."""

TOLD = (*OPEN, *INSIDE)
KINDS = tuple(sorted(fact.kind for fact in TOLD))
LABELS: dict[str, Text] = {
    fact.kind: kind.label
    for fact, kind in (
        (events.ContactReceived, EntryKind.RECEIVED),
        (events.ContactDispatched, EntryKind.DISPATCHED),
        (events.ContactTaken, EntryKind.TAKEN),
        (events.ContactAnswered, EntryKind.ANSWER),
        (events.ProgressTold, EntryKind.PROGRESS),
        (events.MoreAsked, EntryKind.ASKED),
        (events.ContactSupplemented, EntryKind.SUPPLEMENT),
        (events.ContactDone, EntryKind.DONE),
        (events.ContactAccepted, EntryKind.ACCEPTED),
        (events.ContactObjected, EntryKind.OBJECTED),
        (events.ContactLapsed, EntryKind.LAPSED),
        (events.ContactReopened, EntryKind.REOPENED),
        (events.ContactWithdrawn, EntryKind.WITHDRAWN),
        (events.ContactTransferred, EntryKind.TRANSFERRED),
        (events.ContactMerged, EntryKind.MERGED),
        (events.ContactReturned, EntryKind.RETURNED),
        (events.ContactMoved, EntryKind.MOVED),
        (events.ContactLinked, EntryKind.LINKED),
        (events.ContactSplit, EntryKind.SPLIT),
        (events.UrgencyChanged, EntryKind.URGENCY),
        (events.AlertTold, EntryKind.ALERTED),
        (events.AlertTaken, EntryKind.ACKNOWLEDGED),
        (events.ActUndone, EntryKind.UNDONE),
        (events.ContactRated, EntryKind.RATED),
        (events.SupporterJoined, EntryKind.JOINED),
    )
}
"""What each kind is called where a webhook is set up."""

_OPEN_KINDS = frozenset(fact.kind for fact in OPEN)


def tell(event_id: int, *, number: str, at: dt.datetime) -> None:
    """Offer one event to the webhooks it concerns. A listener may run twice; a delivery is made once."""
    event = Event.objects.get(pk=event_id)
    contact = Contact.objects.filter(number=number).only("unit_id", "desk_id", "source_id").first()
    if contact is not None:
        webhooks.deliver(event, organisations=concerned(contact, event), at=at)


def concerned(contact: Contact, event: Event) -> set[int]:
    """The ids of the organisations: also the unit a matter has just left or come from."""
    found = {contact.unit_id, contact.desk_id}
    if event.kind in {events.ContactReturned.kind, events.ContactDispatched.kind, events.ContactMoved.kind}:
        found |= {event.facts.get("unit_id"), event.facts.get("from_id")}
    if event.kind in _OPEN_KINDS:
        found.add(contact.source_id)
    return {one for one in found if one is not None}
