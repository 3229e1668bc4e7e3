"""From a signed-in user to the actor of this request, and back: which duty, which place, which purpose."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import LEVELS, MEDIATION, PUBLIC, Actor, permit
from fengqiao.kernel.errors import Text
from fengqiao.people.models import ApiKey, Area, Membership, Person, User
from fengqiao.people.rules import INSTALLATION_WIDE, UNIT_ROLES, WALLS, AreaKind, Role, mask_name, mask_phone

M = TypeVar("M", bound=Model)

READ_NOTICES = permit("notices.read", set(Role))
"""Everybody who is signed in reads their own notices (the page lies in the shell, which knows no roles)."""

_offered: dict[str, Text] = {}
"""Verbs a connected system may be given, with what they mean in words."""

_offered_events: dict[str, Text] = {}
"""Kinds of event a webhook may ask for, with what they mean in words."""

LEVEL_OF_KIND = {
    AreaKind.PROVINCE: "all",
    AreaKind.CITY: "city",
    AreaKind.DISTRICT: "district",
    AreaKind.STREET: "street",
    AreaKind.COMMUNITY: "community",
    AreaKind.GRID: "grid",
}


def duties(user: User, *, on: dt.date) -> list[Membership]:
    """The memberships a user holds that day, oldest first. One query."""
    held = user.memberships.select_related("organisation__place", "area").order_by("pk")
    found = [membership for membership in held if membership.runs_on(on)]
    for membership in found:
        membership.user = user
    return found


def actor_for(membership: Membership) -> Actor:
    """The actor of one duty. Some roles see what their organisation handles, the others their place.

    Without a place, neither of its own nor of its organisation, a duty sees what its organisation holds and no more;
    only the roles of INSTALLATION_WIDE then see everything.
    """
    area: Area | None = membership.area or membership.organisation.place
    level = _level(Role(membership.role), area)
    area_id = getattr(area, f"{level}_id") if level in LEVELS else None
    return Actor(
        id=f"member:{membership.pk}",
        name=membership.user.name,
        role=membership.role,
        level="unit" if level in LEVELS and area_id is None else level,
        area_id=area_id,
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        person_id=membership.user.person_id,
        purposes=frozenset(membership.purposes),
        compartments=WALLS.get(Role(membership.role), frozenset()),
    )


def _level(role: Role, area: Area | None) -> str:
    if role in UNIT_ROLES:
        return "unit"
    if area is None:
        return "all" if role in INSTALLATION_WIDE else "unit"
    return LEVEL_OF_KIND.get(AreaKind(area.kind), "grid")


def offer_scope(verb: str, label: Text) -> None:
    """A context says which of its verbs a key may open, and how an administrator reads that."""
    _offered[verb] = label


def offer_event(kind: str, label: Text) -> None:
    """A context says which of its events other systems may hear of."""
    _offered_events[kind] = label


def offered_events() -> dict[str, Text]:
    return dict(_offered_events)


def offered_scopes() -> dict[str, Text]:
    return dict(_offered)


def actor_of_key(key: ApiKey) -> Actor:
    """A connected system acts like a duty of its organisation, in the verbs it was given and no others."""
    area: Area | None = key.area or key.organisation.place
    level = _level(Role(key.role), area)
    area_id = getattr(area, f"{level}_id") if level in LEVELS else None
    return Actor(
        id=f"key:{key.pk}",
        name=key.name,
        role=key.role,
        level="unit" if level == "all" or (level in LEVELS and area_id is None) else level,
        area_id=area_id,
        organisation_id=key.organisation_id,
        only=frozenset(key.scopes),
        compartments=WALLS.get(Role(key.role), frozenset()) - {MEDIATION},
    )


def resident_of(user: User) -> Actor:
    """A signed-in person without any duty: a resident who sees their own matters."""
    return Actor(
        id=f"user:{user.pk}",
        name=user.name,
        role="resident",
        user_id=user.pk,
        person_id=user.person_id,
        compartments=WALLS[Role.RESIDENT],
    )


def opened_by_code(number: str, matter_id: int) -> Actor:
    """Whoever shows the number and code of a matter: that one matter, as the person concerned."""
    return Actor(id=f"resident:{number}", role="resident", matter_id=matter_id, compartments=WALLS[Role.RESIDENT])


BY_CODE = "signed_in_by_code"
"""What a session remembers of somebody who signed in by a code sent to the phone."""


def choose(
    user: User | None, *, chosen: int | None, on: dt.date, as_resident: bool = False
) -> tuple[Actor, list[Membership]]:
    """The actor of a request: the duty chosen in the session if it still runs, else the first, else the resident.

    `as_resident`: signed in by a code sent to the phone, which opens a resident's own matters and no duty.
    """
    if user is None or not user.is_active:
        return PUBLIC, []
    if as_resident:
        return resident_of(user), []
    held = duties(user, on=on)
    for membership in held:
        if membership.pk == chosen:
            return actor_for(membership), held
    return (actor_for(held[0]) if held else resident_of(user)), held


@dataclasses.dataclass(frozen=True)
class Masked:
    """What everybody who may read a matter sees of its person."""

    name: str
    phone: str


def masked(person: Person) -> Masked:
    return Masked(mask_name(person.name), mask_phone(person.phone))


def filters_on() -> bool:
    """False only inside a test that looks at the net alone."""
    return not scoping.net_only()


def narrow(
    queryset: QuerySet[M], actor: Actor, *, unit: Iterable[str] = (), matter: str = "", person: Iterable[str] = ()
) -> QuerySet[M]:
    """The rows inside the actor's place; with `unit` also those their organisation holds.

    `matter` names the column of the one matter opened by number and code, `person` columns naming the actor themselves.
    Works on every table with ancestor columns. A test can switch it off to see the net under it.
    """
    if actor.level == "all" or not filters_on():
        return queryset
    keys = {f"{actor.level}_id": actor.area_id} if actor.level in LEVELS else {}
    keys |= dict.fromkeys(unit, actor.organisation_id)
    keys |= dict.fromkeys(person, actor.person_id)
    keys |= {matter: actor.matter_id} if matter else {}
    allowed = Q()
    for column, value in keys.items():
        if value is not None:
            allowed |= Q(**{column: value})
    return queryset.filter(allowed) if allowed else queryset.none()
