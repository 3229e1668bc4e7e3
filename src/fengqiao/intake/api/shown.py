"""From rows to answers. Everything that leaves by the API passes here, so that nothing internal slips out beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest

from fengqiao.intake import plain, queries, rules
from fengqiao.intake.api import schemas
from fengqiao.intake.models import Attachment, Category, Contact, Entry
from fengqiao.intake.rules import EntryKind, Stage
from fengqiao.intake.told import WORDS_OF
from fengqiao.kernel import deadlines, numbers, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.people import access

MOST_LINES = 500
OPEN_FACTS = frozenset({"to", "into", "parts", "about"})
"""Facts of a line that may leave the house. Ids of ours and whatever else a verb notes stay inside."""


def contact_of(request: HttpRequest, number: str) -> Contact:
    """The contact of an address, if the caller may see it. Absent and unseen are one 404."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    written = numbers.normalise(number)
    found = queries.visible_to(actor).filter(number=written) if written else Contact.objects.none()
    contact: Contact | None = _with_names(found).first()
    if contact is None:
        raise Http404
    return contact


def _with_names(rows: Any) -> Any:
    return queries.with_names(rows).select_related("category", "place", "unit", "desk", "parent", "merged_into")


def after(contact: Contact, actor: Actor) -> dict[str, Any]:
    """The matter as it stands after a deed, also when the deed has taken it out of the caller's sight."""
    fresh = _with_names(queries.visible_to(actor)).filter(pk=contact.pk).first()
    if fresh is None:
        with scoping.unscoped("intake.api.after"):
            fresh = _with_names(Contact.objects.all()).get(pk=contact.pk)
        fresh.parent = None
    return brief(fresh) if actor.may(rules.READ) else brief(fresh) | {"parent": None}


def sees_inside(actor: Actor, contact: Contact) -> bool:
    """Whether internal lines are for the caller: a member or system of the unit in hand that may handle matters."""
    return actor.may(rules.HANDLE) and actor.organisation_id is not None and actor.organisation_id == contact.owner_id


def brief(contact: Contact) -> dict[str, Any]:
    return {
        "number": contact.number,
        "channel": contact.channel,
        "received_at": contact.received_at,
        "changed_at": contact.changed_at,
        "title": contact.title,
        "text": contact.text,
        "category": _category(contact.category),
        "place": _named(contact.place),
        "location_text": contact.location_text,
        "latitude": contact.latitude,
        "longitude": contact.longitude,
        "urgency": contact.urgency,
        "clock_class": contact.clock_class,
        "stage": contact.stage,
        "status": plain.status(contact).headline,
        "next_move": contact.mover,
        "desk": _named(contact.desk),
        "unit": _named(contact.unit),
        "due_at": contact.due_at,
        "due_kind": contact.due_kind,
        "responded_at": contact.responded_at,
        "done_at": contact.done_at,
        "closed_at": contact.closed_at,
        "is_accepted": contact.stage == Stage.ACCEPTED,
        "times_reopened": contact.reopened,
        "parent": contact.parent.number if contact.parent is not None else None,
        "merged_into": contact.merged_into.number if contact.merged_into is not None else None,
    }


def detail(contact: Contact, actor: Actor) -> dict[str, Any]:
    inside = sees_inside(actor, contact)
    is_staff = actor.may(rules.READ)
    lines = queries.history(contact, internal=inside)[:MOST_LINES]
    told: dict[str, Any] = brief(contact)
    if not is_staff:
        told["parent"] = None
    return told | {
        "person": _person(contact) if is_staff else None,
        "helping": [_named(share.organisation) for share in contact.shares.select_related("organisation")],
        "clocks": [_clock(one) for one in deadlines.for_subjects([contact.number])[contact.number]],
        "timeline": [_line(line, inside=inside, with_names=is_staff) for line in lines],
        "files": [file(one) for one in queries.files(contact, internal=inside)],
    }


def file(one: Attachment) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "name": one.name,
        "kind": one.file.kind,
        "size": one.file.size,
        "is_internal": one.is_internal,
    }


def receipt(given: Any, *, with_code: bool) -> schemas.Receipt:
    contact = given.contact
    shown = schemas.ContactOut.model_validate(brief(contact))
    return schemas.Receipt(
        number=contact.number, code=given.code if with_code else None, is_repeat=given.is_repeat, contact=shown
    )


def _line(line: Entry, *, inside: bool, with_names: bool) -> dict[str, Any]:
    attached: Iterable[Attachment] = line.attachments.all()
    return {
        "at": line.at,
        "kind": line.kind,
        "name": str(EntryKind(line.kind).label),
        "text": line.text if inside or line.kind in WORDS_OF else "",
        "organisation": _named(line.organisation),
        "by": line.actor_name if with_names else "",
        "is_internal": line.is_internal,
        "facts": {key: value for key, value in line.facts.items() if key in OPEN_FACTS},
        "files": [file(one) for one in attached if inside or not one.is_internal],
    }


def _clock(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "state": one.state,
        "rule": one.rule_key,
        "began_at": one.began_at,
        "due_at": one.due_at,
        "is_provisional": one.is_provisional,
        "met_at": one.met_at,
    }


def _person(contact: Contact) -> dict[str, str] | None:
    person = contact.person
    if person is None or contact.is_anonymous or contact.wants_secrecy:
        return None
    return dataclasses.asdict(access.masked(person))


def _named(row: Any) -> dict[str, str] | None:
    return {"code": row.code, "name": row.name} if row is not None else None


def _category(row: Category | None) -> dict[str, str] | None:
    return {"code": row.code, "name": row.name_zh} if row is not None else None
