"""Organisations, users and their duties. A change works at the next request: the actor is read anew each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import events
from fengqiao.kernel.actor import Actor, permit
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.notify.sending import Recipient, notify
from fengqiao.people import queries
from fengqiao.people.events import (
    AbsenceSet,
    AddressesSet,
    DutyEnded,
    DutyStarted,
    OrganisationAdded,
    OrganisationChanged,
    SignInReset,
    UserAdded,
)
from fengqiao.people.models import Area, Membership, Organisation, Person, User
from fengqiao.people.notices import CHAT_SET
from fengqiao.people.rules import INSTALLATION_WIDE, STAFF, OrganisationKind, Role

CHANGE_ORGANISATIONS = permit("people.organisations.change", {Role.ADMINISTRATOR})
CHANGE_DUTIES = permit("people.duties.change", {Role.ADMINISTRATOR})
ADD_USERS = permit("people.users.add", {Role.ADMINISTRATOR})
RESET_SIGN_IN = permit("people.sign_in.reset", {Role.ADMINISTRATOR})
SET_ADDRESSES = permit("people.addresses", STAFF)
SET_ABSENCE = permit("people.absence", set(Role))
CHANGEABLE = frozenset({"name", "phone", "chat", "address", "working_hours", "capacity", "is_active", "parent"})


@transaction.atomic
def add_organisation(
    *, name: str, kind: OrganisationKind, code: str, place: Area | None, actor: Actor, at: dt.datetime, **facts: Any
) -> Organisation:
    """Register a unit in a place. Refuses: a code that is taken."""
    _require_place(actor, CHANGE_ORGANISATIONS, place)
    if Organisation.objects.filter(code=code).exists():
        raise Refused("organisation.code_taken", _("The code “%(code)s” is already used.") % {"code": code})
    assert facts.keys() <= CHANGEABLE, facts
    organisation = Organisation(name=name, kind=kind, code=code, **facts)
    if place is not None:
        organisation.put_in(place)
    organisation.save()
    events.record(
        OrganisationAdded(organisation_id=organisation.pk), actor=actor.id, at=at, place_id=organisation.place_id
    )
    return organisation


@transaction.atomic
def change_organisation(*, organisation: Organisation, actor: Actor, at: dt.datetime, **facts: Any) -> Organisation:
    """Change name, contact details, hours or capacity of a unit."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    actor.require(CHANGE_ORGANISATIONS, area=organisation)
    assert facts.keys() <= CHANGEABLE, facts
    changed = sorted(key for key, value in facts.items() if getattr(organisation, key) != value)
    if changed:
        for key in changed:
            setattr(organisation, key, facts[key])
        organisation.save(update_fields=changed)
        events.record(
            OrganisationChanged(organisation_id=organisation.pk, fields=changed),
            actor=actor.id,
            at=at,
            place_id=organisation.place_id,
        )
    return organisation


@transaction.atomic
def add_user(
    *,
    username: str,
    name: str,
    actor: Actor,
    at: dt.datetime,
    password: str | None = None,
    email: str = "",
    person: Person | None = None,
) -> User:
    """Open an account for a colleague. Without `password` they cannot sign in by password yet. Refuses: name taken."""
    if not actor.may(ADD_USERS):
        raise Forbidden(ADD_USERS)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused("user.name_taken", _("The sign-in name “%(name)s” is already used.") % {"name": username})
    user = User.objects.create_user(username, password, name=name, email=email, person=person)
    events.record(UserAdded(user_id=user.pk), actor=actor.id, at=at)
    return user


@transaction.atomic
def start_duty(
    *,
    user: User,
    organisation: Organisation,
    role: Role,
    actor: Actor,
    at: dt.datetime,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    area: Area | None = None,
    purposes: Iterable[str] = (),
    capacity: int = 0,
) -> Membership:
    """Give a user a duty in an organisation.

    Refuses: a place outside the organisation's own, the same duty twice, oneself (nobody widens their own rights),
    a duty for the whole installation given by somebody who does not see the whole installation.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).select_related("place").get(pk=organisation.pk)
    actor.require(CHANGE_DUTIES, area=organisation)
    if user.pk == actor.user_id:
        raise Refused(
            "duty.own",
            _("Nobody gives a duty to themselves."),
            next_step=_("Ask another administrator to enter it."),
        )
    _check_place(organisation, area, role, actor)
    if Membership.objects.filter(user=user, organisation=organisation, role=role, area=area, ended_at=None).exists():
        raise Refused("duty.exists", _("%(name)s already holds this duty.") % {"name": user.name})
    duty = Membership.objects.create(
        user=user,
        organisation=organisation,
        role=role,
        area=area,
        purposes=sorted(purposes),
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=capacity,
    )
    fact = DutyStarted(duty.pk, user.pk, organisation.pk, str(role), starts_on)
    events.record(fact, actor=actor.id, at=at, place_id=organisation.place_id)
    return duty


@transaction.atomic
def end_duty(*, duty: Membership, actor: Actor, at: dt.datetime) -> Membership:
    """End a duty now. The next request of that user no longer has it. Refuses: one already ended."""
    duty = Membership.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=duty.pk)
    actor.require(CHANGE_DUTIES, area=duty.organisation)
    if duty.ended_at is not None:
        raise Refused("duty.ended", _("This duty has already ended."))
    duty.ended_at = at
    duty.save(update_fields=["ended_at"])
    fact = DutyEnded(membership_id=duty.pk, user_id=duty.user_id, organisation_id=duty.organisation_id)
    events.record(fact, actor=actor.id, at=at, place_id=duty.organisation.place_id)
    return duty


@transaction.atomic
def set_absence(*, user: User, until: dt.date | None, actor: Actor, at: dt.datetime) -> User:
    """Say until when somebody is away, or that they are back. Oneself, a manager of the organisation they serve, or an
    administrator of the place."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk != actor.user_id:
        held = user.memberships.filter(ended_at=None).select_related("organisation")
        leads = actor.role == Role.ORGANISATION_MANAGER
        is_own = leads and any(duty.organisation_id == actor.organisation_id for duty in held)
        covers = actor.may(CHANGE_DUTIES) and any(actor.covers(duty.organisation) for duty in held)
        if not is_own and not covers:
            raise Forbidden(SET_ABSENCE)
    user.away_until = until
    user.save(update_fields=["away_until"])
    events.record(AbsenceSet(user_id=user.pk, away_until=until), actor=actor.id, at=at)
    return user


@transaction.atomic
def set_addresses(*, user: User, phone: str, email: str, actor: Actor, at: dt.datetime) -> User:
    """Say where the notices of a member of staff go: a mobile number, an e-mail, either or neither.

    Oneself, or an administrator whose place covers every duty that user holds.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not actor.may(SET_ADDRESSES):
        raise Forbidden(SET_ADDRESSES)
    if user.pk != actor.user_id:
        held = list(user.memberships.filter(ended_at=None).select_related("organisation"))
        if not actor.may(CHANGE_DUTIES) or not held or not all(actor.covers(duty.organisation) for duty in held):
            raise Forbidden(SET_ADDRESSES)
    given = {"phone": phone, "email": email}
    changed = sorted(name for name, value in given.items() if getattr(user, name) != value)
    if changed:
        user.phone, user.email = phone, email
        user.save(update_fields=changed)
        events.record(AddressesSet(user_id=user.pk, fields=changed), actor=actor.id, at=at)
    return user


@transaction.atomic
def set_chat(*, organisation: Organisation, chat: str, actor: Actor, at: dt.datetime) -> Organisation:
    """Say in which group chat an organisation hears, "" for none; a new one hears at once that it does."""
    organisation = change_organisation(organisation=organisation, chat=chat, actor=actor, at=at)
    if chat:
        about, words = queries.chat_subject(organisation), {"organisation": organisation.name}
        notify(
            Recipient(chat=chat),
            CHAT_SET.key,
            words,
            subject=about,
            at=at,
            actor=actor.id,
            not_before=lambda when: when,
        )
    return organisation


@transaction.atomic
def reset_sign_in(*, user: User, password: str, actor: Actor, at: dt.datetime) -> User:
    """Give somebody who cannot get in a new first password; second factors and open sessions end.

    Refuses: oneself, and Forbidden unless the actor's place covers every duty the user holds: otherwise a local
    administrator could step into the account of somebody with a wider duty.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    held = list(user.memberships.filter(ended_at=None).select_related("organisation"))
    if not actor.may(RESET_SIGN_IN) or not held or not all(actor.covers(duty.organisation) for duty in held):
        raise Forbidden(RESET_SIGN_IN)
    if user.pk == actor.user_id:
        raise Refused("user.own_reset", _("Your own password is changed on your own page."))
    user.set_password(password)
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    events.record(SignInReset(user_id=user.pk), actor=actor.id, at=at)
    return user


def _require_place(actor: Actor, verb: str, place: Area | None) -> None:
    if place is not None:
        actor.require(verb, area=place)
    elif not actor.may(verb) or actor.level != "all":
        raise Forbidden(verb)


def _check_place(organisation: Organisation, area: Area | None, role: Role, actor: Actor) -> None:
    own = organisation.place
    if area is not None and own is not None and not queries.lies_in(area, own):
        raise Refused(
            "duty.outside",
            _("“%(area)s” does not lie in the area of “%(unit)s”.") % {"area": area.name, "unit": organisation.name},
        )
    if area is None and own is None and role in INSTALLATION_WIDE and actor.level != "all":
        raise Forbidden(CHANGE_DUTIES)
