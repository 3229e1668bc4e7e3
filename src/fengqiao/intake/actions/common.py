"""What every verb of intake does: lock the row, write the line of history, keep queue columns true to the clocks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import rules
from fengqiao.intake.models import Attachment, Contact, Entry
from fengqiao.intake.rules import CLOSED, INTERNAL_KINDS, STAGES, EntryKind, Mover, Stage
from fengqiao.kernel import deadlines
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Deadline, StoredFile

Files = tuple[tuple[StoredFile, str], ...]


def locked(number: str) -> Contact:
    """The contact, locked and read under the actor's own scope. Absent and unseen look the same."""
    contact = Contact.objects.select_for_update(of=("self",)).select_related("place").filter(number=number).first()
    if contact is None:
        raise Http404
    return contact


def require(actor: Actor, verb: str, contact: Contact) -> None:
    """May this member of staff do this here? The unit in hand may act wherever the matter lies."""
    if actor.may(verb) and actor.organisation_id is not None and actor.organisation_id == contact.unit_id:
        return
    actor.require(verb, area=contact)


def require_person(actor: Actor, contact: Contact) -> None:
    """Only the person concerned: by number and code, by their own sign-in, or through staff who write it down.

    Refuses: Forbidden for the unit that handled it and for everybody else.
    """
    if actor.matter_id == contact.pk:
        return
    if actor.person_id is not None and actor.role == "resident" and actor.person_id == contact.person_id:
        return
    raise Forbidden("intake.own", _("Only the person concerned decides this."), code="acceptance.not_yours")


def move(contact: Contact, stage: Stage, *, at: dt.datetime) -> None:
    """Change the stage, whose move it is and the closing date together. Refuses: a move the table does not hold."""
    STAGES.check(Stage(contact.stage), stage)
    contact.stage, contact.mover = stage, rules.next_mover(stage)
    contact.closed_at = at if stage in CLOSED else None


def settle(contact: Contact, *, at: dt.datetime) -> None:
    """Take the earliest running limit into the queue columns and save."""
    earliest = deadlines.earliest(contact.number)
    contact.due_at, contact.due_kind = (earliest.due_at, earliest.kind) if earliest else (None, "")
    contact.changed_at = at
    contact.save()


def start_progress(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """From now on the person hears how it stands at least once in this time."""
    deadlines.start(
        subject=contact.number,
        kind="progress",
        rule_key="intake.progress",
        began_at=at,
        owner_id=contact.owner_id,
        mover=Mover.UNIT,
        at=at,
        actor=actor,
    )


def settle_from(since: dt.datetime) -> int:
    """The calendar changed: take the limits anew for every open matter whose limit lies after. Result: how many."""
    running = Deadline.objects.filter(subject=OuterRef("number"), state__in=["running", "missed"], met_at=None)
    first = running.order_by("due_at", "pk")
    reached = Contact.objects.filter(closed_at=None, due_at__gte=since)
    return reached.update(
        due_at=Subquery(first.values("due_at")[:1]),
        due_kind=Coalesce(Subquery(first.values("kind")[:1]), Value("")),
    )


def write(
    contact: Contact,
    kind: EntryKind,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str = "",
    files: Files = (),
    internal: bool | None = None,
    **facts: Any,
) -> Entry:
    """Add one line to the history, with its files."""
    is_internal = kind in INTERNAL_KINDS if internal is None else internal
    entry = Entry.objects.create(
        contact=contact,
        at=at,
        kind=kind,
        is_internal=is_internal,
        actor=actor.id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        text=text.strip(),
        facts=facts,
    )
    Attachment.objects.bulk_create(
        Attachment(contact=contact, entry=entry, file=file, name=name, is_internal=is_internal) for file, name in files
    )
    return entry


def words(text: str, *, field: str = "text") -> str:
    """Refuses: an empty text where the rule wants one."""
    if not text.strip():
        raise Refused(f"contact.{field}_missing", _("Please write a sentence first."))
    return text.strip()


def mover_is(contact: Contact, *movers: Mover) -> bool:
    return contact.mover in movers
