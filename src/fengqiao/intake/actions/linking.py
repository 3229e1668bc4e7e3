"""Many people, one trouble: merge what one person said twice, link what many say, split what holds several things."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules
from fengqiao.intake.actions.alerting import needs_person
from fengqiao.intake.actions.common import locked, move, require, settle, write
from fengqiao.intake.models import Contact, Supporter
from fengqiao.intake.rules import CLOSED, EntryKind, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.people.models import Person


@transaction.atomic
def merge(*, number: str, into: str, actor: Actor, at: dt.datetime) -> Contact:
    """The same person told the same thing twice: one matter remains, both numbers lead to it.

    Refuses: two different persons (link them instead: each is answered and accepts alone); itself; a closed target.
    """
    contact, target = _pair(number, into)
    require(actor, rules.REORDER, contact)
    require(actor, rules.REORDER, target)
    if contact.person_id is None or contact.person_id != target.person_id:
        raise Refused(
            "contact.other_person",
            _("These came from different people. Link them instead, so that each gets an answer."),
        )
    needs_person(contact)
    move(contact, Stage.MERGED, at=at)
    contact.merged_into = target
    deadlines.cancel(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.MERGED, actor=actor, at=at, internal=False, into=into)
    write(target, EntryKind.MERGED, actor=actor, at=at, internal=True, other=number)
    log.record(events.ContactMerged(number=number, into=into), actor=actor.id, at=at)
    return contact


@transaction.atomic
def link(*, number: str, parent: str, actor: Actor, at: dt.datetime) -> Contact:
    """Put a contact below another of the same issue. Each keeps its number, its answer and its acceptance."""
    contact, head = _pair(number, parent)
    require(actor, rules.REORDER, contact)
    require(actor, rules.REORDER, head)
    if head.parent_id is not None:
        head = Contact.objects.select_for_update().get(pk=head.parent_id)
    if contact.children.exists() or head.pk == contact.pk:
        raise Refused("contact.has_children", _("Other matters are linked to this one already."))
    contact.parent = head
    contact.changed_at = at
    contact.save(update_fields=["parent", "changed_at"])
    write(contact, EntryKind.LINKED, actor=actor, at=at, internal=True, parent=head.number)
    log.record(events.ContactLinked(number=number, parent=head.number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def split(*, number: str, texts: tuple[str, ...], actor: Actor, at: dt.datetime) -> list[Contact]:
    """One message held several matters: each further one gets its own number and a clock from the first receipt."""
    from fengqiao.intake.actions.receiving import Draft, receive

    contact = locked(number)
    require(actor, rules.REORDER, contact)
    parts = [text.strip() for text in texts if text.strip()]
    if not parts:
        raise Refused("contact.text_missing", _("Please say what the other matter is."))
    made = []
    for position, text in enumerate(parts, start=1):
        draft = Draft(
            text=text,
            person_id=contact.person_id,
            is_anonymous=contact.is_anonymous,
            behalf=contact.behalf,
            place_id=contact.place_id,
            location_text=contact.location_text,
            received_at=contact.received_at,
            source_key=f"split:{number}:{contact.entries.filter(kind=EntryKind.SPLIT).count()}:{position}",
        )
        made.append(receive(draft=draft, channel=rules.Channel(contact.channel), actor=actor, at=at).contact)
    numbers = tuple(part.number for part in made)
    write(contact, EntryKind.SPLIT, actor=actor, at=at, internal=False, parts=list(numbers))
    log.record(events.ContactSplit(number=number, parts=numbers), actor=actor.id, at=at)
    return made


@transaction.atomic
def join(*, number: str, person: Person, actor: Actor, at: dt.datetime) -> Supporter:
    """“Me too”: adds a voice without a matter of its own; the person hears the common answer."""
    with scoping.unscoped("intake.join"):
        contact = locked(number)
        if contact.stage in CLOSED:
            raise Refused("contact.closed", _("This matter is closed. You can tell us about a new one."))
        supporter, made = Supporter.objects.get_or_create(contact=contact, person=person, defaults={"at": at})
        if made:
            write(contact, EntryKind.JOINED, actor=actor, at=at, internal=True)
            log.record(events.SupporterJoined(number=number), actor=actor.id, at=at)
    return supporter


def _pair(number: str, other: str) -> tuple[Contact, Contact]:
    """Both rows, locked in the order of their numbers so that two clerks cannot block each other."""
    if number == other:
        raise Refused("contact.same", _("This is the same matter."))
    rows = {key: locked(key) for key in sorted((number, other))}
    first, second = rows[number], rows[other]
    if second.stage in CLOSED:
        raise Refused("contact.closed", _("The other matter is closed."))
    return first, second
