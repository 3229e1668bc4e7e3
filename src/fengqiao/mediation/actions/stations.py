"""Judges' stations and legal workrooms: hours, bookings, questions and answers in general."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, queries, rules
from fengqiao.mediation.models import Booking, Inquiry, Slot, Station
from fengqiao.mediation.rules import Profession
from fengqiao.people import access
from fengqiao.people.models import User
from fengqiao.people.rules import Role

PROFESSION_OF_ROLE = {
    Role.JUDGE: Profession.JUDGE,
    Role.PROSECUTOR: Profession.PROSECUTOR,
    Role.POLICE: Profession.POLICE,
    Role.LAWYER: Profession.LAWYER,
    Role.NOTARY: Profession.NOTARY,
}
MOST_OPEN_BOOKINGS = 3
"""A person holds at most so many talks at a time, so that there is room for others."""


def _changed(station_id: int, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    log.record(events.StationChanged(station_id=station_id, deed=deed), actor=actor.id, at=at)


def _place(row: Any, station: Station) -> None:
    if station.place is not None:
        row.put_in(station.place)


def _holds(user_id: int, role: Role, *, on: dt.date) -> bool:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user is not None and any(duty.role == role for duty in access.duties(user, on=on))


@transaction.atomic
def keep_hours(
    *, station_id: int, user_id: int, profession: Profession, starts_at: dt.datetime, ends_at: dt.datetime,
    minutes: int, actor: Actor, at: dt.datetime,
) -> Slot:  # fmt: skip
    """Somebody keeps hours at a station. Refuses: somebody without that duty; hours gone by or crossing other ones."""
    if not actor.may(rules.ROSTER):
        raise Forbidden(rules.ROSTER)
    station = Station.objects.select_related("place").filter(pk=station_id, is_active=True).first()
    if station is None:
        raise Http404
    if ends_at <= starts_at or starts_at <= at:
        raise Refused("slot.times", _("The hours must lie ahead and end after they begin."))
    role = next(role for role, one in PROFESSION_OF_ROLE.items() if one == profession)
    if not _holds(user_id, role, on=starts_at.date()):
        raise Refused("slot.duty", _("This person does not hold that duty on the day."))
    crossing = Slot.objects.filter(user_id=user_id, cancelled_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if crossing.exists():
        raise Refused("slot.crosses", _("This person keeps other hours at that time."))
    made = Slot(
        station=station, user_id=user_id, profession=profession, starts_at=starts_at, ends_at=ends_at, minutes=minutes
    )
    _place(made, station)
    made.save()
    _changed(station.pk, "hours", actor=actor, at=at)
    return made


def _held(person_id: int, at: dt.datetime) -> int:
    return Booking.objects.filter(person_id=person_id, cancelled_at=None, starts_at__gt=at).count()


@transaction.atomic
def book(
    *, slot_id: int, starts_at: dt.datetime, about: str, actor: Actor, at: dt.datetime, number: str = "",
    person_id: int | None = None,
) -> Booking:  # fmt: skip
    """A talk at a station, by a person for themselves or by staff. A station advises; it decides nothing.

    Refuses: a time that is taken, gone by or not offered; a judge who tries or checks the very matter named.
    """
    if not actor.may(rules.BOOK):
        raise Forbidden(rules.BOOK)
    slot = Slot.objects.select_for_update(of=("self",)).select_related("station__place").filter(pk=slot_id).first()
    if slot is None or slot.cancelled_at is not None:
        raise Http404
    if starts_at <= at or starts_at not in rules.times(slot.starts_at, slot.ends_at, slot.minutes):
        raise Refused("booking.time", _("This time is not offered. Please choose another one."))
    own = actor.person_id if actor.role == "resident" else person_id
    with scoping.unscoped("mediation.book"):
        if number and disputes.deciders(number) & {slot.user_id}:
            raise Refused("booking.decider", _("This judge decides the matter and gives no advice on it."))
        if slot.bookings.filter(starts_at=starts_at, cancelled_at=None).exists():
            raise Refused("booking.taken", _("Somebody was quicker. Please choose another time."))
        if own is not None and _held(own, at) >= MOST_OPEN_BOOKINGS:
            raise Refused("booking.many", _("You hold three talks already. Please take one back first."))
        made = Booking(
            slot=slot, starts_at=starts_at, user_id=actor.user_id, person_id=own, number=number, about=about.strip(),
            booked_at=at, actor=actor.id,
        )  # fmt: skip
        _place(made, slot.station)
        made.save()
    _changed(slot.station_id, "booked", actor=actor, at=at)
    return made


@transaction.atomic
def cancel_booking(*, uid: Any, actor: Actor, at: dt.datetime) -> Booking:
    """Taken back by whoever booked it. Refuses: a talk of the past."""
    found = Booking.objects.select_for_update(of=("self",)).select_related("slot").filter(uid=uid).first()
    own = found is not None and (found.person_id or 0) == (actor.person_id or -1)
    if found is None or not (own or found.user_id == actor.user_id):
        raise Http404
    if found.starts_at <= at:
        raise Refused("booking.past", _("This talk is over."))
    with scoping.unscoped("mediation.cancel_booking"):
        found.cancelled_at = found.cancelled_at or at
        found.save(update_fields=["cancelled_at"])
    _changed(found.slot.station_id, "booking_cancelled", actor=actor, at=at)
    return found


@transaction.atomic
def inquire(*, station_id: int, text: str, actor: Actor, at: dt.datetime, field: str = "") -> Inquiry:
    """A question to a station, without a name. Nothing of it is shown before a person of the law publishes it."""
    station = Station.objects.select_related("place").filter(pk=station_id, is_active=True).first()
    if station is None:
        raise Http404
    if len(text.strip()) < 5:
        raise Refused("inquiry.short", _("Please write a sentence first."))
    with scoping.unscoped("mediation.inquire"):
        made = Inquiry(
            station=station, field=field, text=text.strip()[:2000], asked_at=at, person_id=actor.person_id,
            actor=actor.id,
        )  # fmt: skip
        _place(made, station)
        made.save()
    _changed(station.pk, "asked", actor=actor, at=at)
    return made


@transaction.atomic
def answer_inquiry(
    *, inquiry_id: int, text: str, articles: str, publish: bool, actor: Actor, at: dt.datetime
) -> Inquiry:
    """A judge, prosecutor, police officer, lawyer or notary of the station or its roster answers in general.

    Somebody of another station meets nothing. Refuses: an empty answer; a second one; publishing what names a person
    or a number.
    """
    if not actor.may(rules.ANSWER):
        raise Forbidden(rules.ANSWER)
    with scoping.unscoped("mediation.answer_inquiry"):
        own = queries.own_stations(actor).values("pk")
        found = (
            Inquiry.objects.select_for_update(of=("self",))
            .select_related("station")
            .filter(pk=inquiry_id, station__in=own)
            .first()
        )
        if found is None:
            raise Http404
        if found.answered_at is not None:
            raise Refused("inquiry.answered", _("This was answered already."))
        if not text.strip():
            raise Refused("inquiry.empty", _("Please write a sentence first."))
        if publish and rules.NAMES_SOMEBODY.search(f"{found.text} {text}"):
            raise Refused(
                "inquiry.personal",
                _("There is a telephone or identity number in it, so it cannot be published."),
                next_step=_("Answer without publishing."),
            )
        found.answer, found.articles = text.strip(), articles.strip()[:200]
        found.answered_at, found.answered_by_id, found.is_published = at, actor.user_id, publish
        found.profession = PROFESSION_OF_ROLE[Role(actor.role)]
        found.save()
    _changed(found.station_id, "answered", actor=actor, at=at)
    return found
