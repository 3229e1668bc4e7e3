"""From a message to a contact with a number, an owner and a running clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules, understood
from fengqiao.intake.actions.common import Files, settle, write
from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import Behalf, Channel, EntryKind, Mover, Stage, Urgency
from fengqiao.kernel import deadlines, numbers, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.people import actions as people
from fengqiao.people.models import Area
from fengqiao.people.queries import person_by_id


@dataclasses.dataclass(frozen=True)
class Draft:
    """What a channel hands over. Everything but the text may be missing."""

    text: str
    title: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = "zh-hans"
    is_anonymous: bool = False
    wants_secrecy: bool = False
    behalf: str = Behalf.SELF
    group_size: int | None = None
    place_id: int | None = None
    location_text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    respondent: str = ""
    category_id: int | None = None
    urgency: str = Urgency.ORDINARY
    received_at: dt.datetime | None = None
    client_id: uuid.UUID | None = None
    source_key: str | None = None
    person_id: int | None = None
    files: Files = ()


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What the person takes away. `is_repeat`: this very message had come in before."""

    contact: Contact
    code: str
    is_repeat: bool = False


def code_of(contact: Contact) -> str:
    """The six digits that open a contact together with its number. Derived, so that a receipt can be printed again."""
    key = bytes.fromhex(settings.INDEX_KEY)
    digest = hmac.new(key, f"receipt\0{contact.number}\0{contact.code_version}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def keep_raw(*, channel: Channel, body: dict[str, Any], actor: Actor, at: dt.datetime) -> Raw:
    """Keep what arrived before anything looks at it. Call outside any transaction: it commits at once."""
    with scoping.scoped(actor):
        return Raw.objects.create(
            channel=channel, received_at=at, actor=actor.id, body=json.dumps(body, ensure_ascii=False, default=str)
        )


@transaction.atomic
def receive(*, draft: Draft, channel: Channel, actor: Actor, at: dt.datetime, raw: Raw | None = None) -> Receipt:
    """Register one contact: number, owner, suggestions, first clocks, receipt notice.

    Refuses: an empty text; a channel of the staff used by somebody else. The same client id or source key a second
    time changes nothing and returns the first contact.
    """
    if channel in rules.STAFF_CHANNELS:
        actor.require(rules.REGISTER)
    if not draft.text.strip():
        raise Refused("contact.text_missing", _("Please tell us in a sentence what happened."))
    with scoping.unscoped("intake.receive"):
        earlier = _earlier(draft)
        if earlier is not None:
            return Receipt(earlier, code_of(earlier), is_repeat=True)
        contact = compose(draft, channel=channel, router=Router.load(), at=at)
        contact.person = _person(draft, at=at, actor=actor)
        contact.source_id = actor.organisation_id if actor.is_system else None
        contact.number = numbers.issue(_place_code(contact.place), contact.received_at.date())
        contact.save()
        write(contact, EntryKind.RECEIVED, actor=actor, at=contact.received_at, files=draft.files, channel=channel)
        _start_clocks(contact, actor=actor, at=at)
        settle(contact, at=at)
        if raw is not None:
            Raw.objects.filter(pk=raw.pk).update(contact_number=contact.number)
        log.record(
            events.ContactReceived(
                number=contact.number,
                channel=channel,
                urgency=contact.urgency,
                place_id=contact.place_id,
                received_at=contact.received_at,
            ),
            actor=actor.id,
            at=at,
            place_id=contact.place_id,
        )
    return Receipt(contact, code_of(contact))


def compose(draft: Draft, *, channel: Channel, router: Router, at: dt.datetime) -> Contact:
    """The unsaved contact: understood, placed, owned. Reads reference data only; used one by one and in batches."""
    given = Area.objects.filter(pk=draft.place_id).first() if draft.place_id else None
    reading = understood.read(draft.title.strip(), draft.text, at=at)
    place = given or _typed_place(draft, at=at) or reading.sure_place
    return assemble(draft, reading, place=place, channel=channel, router=router, at=at)


def _typed_place(draft: Draft, *, at: dt.datetime) -> Area | None:
    """The place named where somebody was asked where it is, if it is a sure one."""
    return understood.read("", draft.location_text, at=at).sure_place if draft.location_text.strip() else None


def assemble(
    draft: Draft,
    reading: understood.Reading,
    *,
    place: Area | None,
    channel: Channel,
    router: Router,
    at: dt.datetime,
) -> Contact:
    """Put draft and reading together. No query: the batch import calls it a million times."""
    category_id = draft.category_id or (reading.category_id if reading.category_is_sure else None)
    contact = Contact(
        channel=channel,
        received_at=draft.received_at or at,
        title=(reading.open_title or rules.short_title(reading.open_text.replace(understood.SEALED_MARK, "")))[:200],
        text=reading.open_text,
        sealed_text=reading.sealed_text,
        behalf=draft.behalf,
        group_size=draft.group_size,
        is_anonymous=draft.is_anonymous,
        wants_secrecy=draft.wants_secrecy,
        location_text=draft.location_text[:200],
        latitude=draft.latitude,
        longitude=draft.longitude,
        respondent=draft.respondent[:120],
        category_id=category_id,
        urgency=rules.higher(draft.urgency, reading.urgency),
        clock_class=rules.clock_class(category_class=reading.clock_class if category_id else "", channel=channel),
        suggestions=reading.as_json(router, place),
        issue_key=reading.issue_key,
        stage=Stage.RECEIVED,
        mover=Mover.DESK,
        desk_id=router.desk(place or reading.place),
        client_id=draft.client_id,
        source_key=draft.source_key,
        changed_at=at,
    )
    if place is not None:
        contact.put_in(place)
    else:
        contact.lie_with(router.holder(contact.desk_id))
    return contact


def clocks(contact: Contact) -> list[tuple[str, str, int, Mover]]:
    """The limits that run from receipt: (kind, rule, owner, who owes the move)."""
    return [
        ("response", rules.response_rule(contact.urgency), contact.desk_id, Mover.DESK),
        ("take_up", rules.take_up_rule(contact.urgency), contact.desk_id, Mover.DESK),
    ]


def _earlier(draft: Draft) -> Contact | None:
    if draft.client_id is not None:
        return Contact.objects.filter(client_id=draft.client_id).first()
    if draft.source_key is not None:
        return Contact.objects.filter(source_key=draft.source_key).first()
    return None


def _person(draft: Draft, *, at: dt.datetime, actor: Actor) -> Any:
    if draft.person_id is not None:
        return person_by_id(draft.person_id)
    if draft.is_anonymous or not (draft.name or draft.phone or draft.email):
        return None
    return people.find_or_create_person(name=draft.name, phone=draft.phone, email=draft.email, at=at)


def _place_code(place: Area | None) -> str:
    """The three digits of the subdistrict in a number; 000 while the place is unknown."""
    if place is None or place.street_id is None:
        return "000"
    return Area.objects.values_list("number_code", flat=True).get(pk=place.street_id) or "000"


def _start_clocks(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    for kind, rule_key, owner_id, mover in clocks(contact):
        deadlines.start(
            subject=contact.number,
            kind=kind,
            rule_key=rule_key,
            began_at=contact.received_at,
            owner_id=owner_id,
            mover=mover,
            at=at,
            actor=actor,
        )
