"""Natural persons: found again by exact number only, shown in full only for a stated purpose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from fengqiao.kernel import bulk
from fengqiao.kernel.actor import Actor, permit
from fengqiao.kernel.crypto import keyed_index
from fengqiao.kernel.errors import Forbidden
from fengqiao.people import numbers
from fengqiao.people.models import Person, ReadAudit
from fengqiao.people.rules import STAFF, RevealPurpose

REVEAL = permit("people.reveal", STAFF)
REVEALABLE = ("name", "phone", "identity_number", "address")


def phone_index(number: str) -> str:
    """The fingerprint a number (in the form of `numbers.phone`) is found by."""
    return keyed_index(number, purpose="person.phone") if number else ""


def identity_index(number: str) -> str:
    return keyed_index(number, purpose="person.identity") if number else ""


@transaction.atomic
def find_or_create_person(
    *, name: str, phone: str, at: dt.datetime, identity_number: str = "", email: str = "", address: str = ""
) -> Person:
    """The person of this telephone number and name, made when unknown. One number may belong to a family.

    Refuses: ValidationError for a number nobody can have. Without any number every call makes a new person.
    """
    phone, identity_number = numbers.phone(phone), numbers.identity(identity_number)
    by_phone, by_identity = phone_index(phone), identity_index(identity_number)
    if by_phone or by_identity:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [by_identity or by_phone])
        known = _known(name.strip(), by_phone, by_identity)
        if known is not None:
            return known
    return Person.objects.create(
        name=name.strip(),
        phone=phone,
        phone_index=by_phone,
        identity_number=identity_number,
        identity_index=by_identity,
        email=email,
        address=address,
        created_at=at,
    )


def bulk_persons(rows: Sequence[tuple[str, str]], *, at: dt.datetime) -> list[Person | None]:
    """The persons of many imported rows (name or account, phone), in their order; None where neither is given.

    A number nobody can have is kept as it was written, sealed and not searchable. Must run inside a transaction.
    """
    keys = [_row_key(name, phone) for name, phone in rows]
    wanted = {key for key in keys if key is not None}
    phones = [fingerprint for kind, fingerprint in wanted if kind == "phone"]
    accounts = [fingerprint for kind, fingerprint in wanted if kind == "account"]
    known: dict[tuple[str, str], Person] = {}
    for person in Person.objects.filter(phone_index__in=phones).order_by("-pk"):
        known["phone", person.phone_index] = person
    for person in Person.objects.filter(account_index__in=accounts).order_by("-pk"):
        known["account", person.account_index] = person
    fresh: dict[tuple[str, str], Person] = {}
    for key, (name, phone) in zip(keys, rows, strict=True):
        if key is not None and key not in known and key not in fresh:
            fresh[key] = Person(
                name=name.strip()[:60], phone=_as_written(phone), created_at=at, **{f"{key[0]}_index": key[1]}
            )
    bulk.insert_many(list(fresh.values()))
    return [(known.get(key) or fresh.get(key)) if key is not None else None for key in keys]


def _row_key(name: str, phone: str) -> tuple[str, str] | None:
    try:
        number = numbers.phone(phone)
    except ValidationError:
        number = ""
    if number:
        return "phone", phone_index(number)
    return ("account", keyed_index(name.strip(), purpose="person.account")) if name.strip() else None


def _as_written(phone: str) -> str:
    try:
        return numbers.phone(phone)
    except ValidationError:
        return phone.strip()[:40]


def _known(name: str, by_phone: str, by_identity: str) -> Person | None:
    if by_identity:
        found = Person.objects.filter(identity_index=by_identity).order_by("pk").first()
        if found is not None:
            return found
    if not by_phone:
        return None
    same_phone = Person.objects.filter(phone_index=by_phone).order_by("pk")
    if by_identity:
        same_phone = same_phone.filter(identity_index="")
    return same_phone.filter(name=name).first() if name else same_phone.first()


@transaction.atomic
def reveal(
    *,
    person: Person,
    field: str,
    purpose: RevealPurpose,
    actor: Actor,
    at: dt.datetime,
    subject: str = "",
    address: str = "",
) -> str:
    """The full value of one personal detail. Always leaves a row the person can see, also when they look themselves.

    Refuses: Forbidden for roles that handle no matters; the caller has narrowed which persons the actor may see.
    """
    assert field in REVEALABLE, field
    if not actor.may(REVEAL) and actor.person_id != person.pk:
        raise Forbidden(REVEAL)
    note_reading(
        what=f"person.{field}",
        subject=subject or f"person:{person.pk}",
        person_id=person.pk,
        purpose=str(RevealPurpose(purpose)),
        actor=actor,
        at=at,
        address=address,
    )
    return str(getattr(person, field))


def note_reading(
    *,
    what: str,
    subject: str,
    purpose: str,
    actor: Actor,
    at: dt.datetime,
    person_id: int | None = None,
    address: str = "",
    outcome: str = "seen",
) -> ReadAudit:
    """Write one row of the read audit."""
    return ReadAudit.objects.create(
        at=at,
        actor=actor.id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        what=what[:60],
        subject=subject[:60],
        person_id=person_id,
        purpose=purpose[:120],
        address=address[:60],
        outcome=outcome,
    )
