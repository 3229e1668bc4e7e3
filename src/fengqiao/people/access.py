"""From a signed-in user to the actor of this request, and back: which duty, which place, which purpose."""

from __future__ import annotations

import datetime as dt

from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.people.models import Area, Membership, User
from fengqiao.people.rules import UNIT_ROLES, AreaKind, Role

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
    held = user.memberships.select_related("organisation", "area").order_by("pk")
    return [membership for membership in held if membership.runs_on(on)]


def actor_for(membership: Membership) -> Actor:
    """The actor of one duty. An organisation without a place of its own acts in the whole installation."""
    area: Area | None = membership.area or membership.organisation.place
    level = LEVEL_OF_KIND.get(AreaKind(area.kind), "grid") if area else "all"
    if Role(membership.role) in UNIT_ROLES:
        level = "unit"
    area_id = None if area is None or level in {"all", "unit"} else getattr(area, f"{level}_id")
    return Actor(
        id=f"member:{membership.pk}",
        name=membership.user.name,
        role=membership.role,
        level=level,
        area_id=area_id,
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        person_id=membership.user.person_id,
        purposes=frozenset(membership.purposes),
    )


def resident_of(user: User) -> Actor:
    """A signed-in person without any duty: a resident who sees their own matters."""
    return Actor(id=f"user:{user.pk}", name=user.name, role="resident", user_id=user.pk, person_id=user.person_id)


def choose(user: User | None, *, chosen: int | None, on: dt.date) -> tuple[Actor, list[Membership]]:
    """The actor of a request: the duty chosen in the session if it still runs, else the first, else the resident."""
    if user is None or not user.is_active:
        return PUBLIC, []
    held = duties(user, on=on)
    for membership in held:
        if membership.pk == chosen:
            return actor_for(membership), held
    return (actor_for(held[0]) if held else resident_of(user)), held
