"""Who acts, in which place and for what: carried from the edge into every verb."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Protocol

from fengqiao.kernel.errors import Forbidden

LEVELS = ("city", "district", "street", "community", "grid")
"""Levels of scope, from wide to narrow. Every scoped row holds `<level>_id` for each of them."""

CASE, MEDIATION, SAFETY = "case", "mediation", "safety"
COMPARTMENTS = frozenset({CASE, MEDIATION, SAFETY})
"""Walls inside a matter. `case`: what the parties told and claim; `mediation`: what was said to settle; `safety`: why
the ordinary way was stopped, which no party may read of another. Whoever tries the matter holds none of them: stage,
dates, signed undisputed facts and the agreement cross, nothing else."""

_grants: dict[str, frozenset[str]] = {}


class Placed(Protocol):
    """Anything that carries the ancestor columns of its place."""

    city_id: int | None
    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None


def permit(verb: str, roles: Iterable[str]) -> str:
    """Register who may do `verb` ("intake.dispatch"). Called once per verb by the context that owns it."""
    assert verb not in _grants, verb
    _grants[verb] = frozenset(str(role) for role in roles)
    return verb


def verbs() -> dict[str, frozenset[str]]:
    """Every registered verb with its roles."""
    return dict(_grants)


@dataclasses.dataclass(frozen=True)
class Actor:
    """Someone who acts now, in one of their duties.

    `id` goes into events: "member:12", "resident:<matter number>", "job:<name>", "key:<api key id>", "public".
    `level` is one of LEVELS; "unit": what the actor's organisation handles; "all": jobs; "none": public, residents.
    `party_id`: the party whose own code opened the matter. `compartments`: which walls inside a matter are open.
    `only`: the verbs a connected system was given, out of those of its role; None for people and jobs.
    """

    id: str
    name: str = ""
    role: str = ""
    level: str = "none"
    area_id: int | None = None
    organisation_id: int | None = None
    user_id: int | None = None
    person_id: int | None = None
    purposes: frozenset[str] = frozenset()
    matter_id: int | None = None
    only: frozenset[str] | None = None
    party_id: int | None = None
    compartments: frozenset[str] = frozenset()

    def holds(self, compartment: str) -> bool:
        """Whether this wall is open to the actor; their part in the matter is asked apart."""
        return compartment in self.compartments

    @property
    def is_system(self) -> bool:
        """Whether a connected system acts, with a key of its organisation, and nobody in person."""
        return self.only is not None

    @property
    def is_authenticated(self) -> bool:
        return bool(self.role)

    def may(self, verb: str) -> bool:
        """Whether the role may do this at all, wherever. Unknown verbs are a mistake of ours, not of the user."""
        assert verb in _grants, f"no grant registered for {verb}"
        if self.only is not None and verb not in self.only:
            return False
        return self.role in _grants[verb] or self.role == SYSTEM_ROLE

    def covers(self, thing: Placed) -> bool:
        """Whether the thing lies inside the actor's place."""
        if self.level == "all":
            return True
        if self.level == "unit":
            return self.organisation_id is not None and getattr(thing, "unit_id", None) == self.organisation_id
        return self.level in LEVELS and self.area_id is not None and getattr(thing, f"{self.level}_id") == self.area_id

    def require(self, verb: str, area: Placed | None = None) -> None:
        """Refuses: Forbidden when the role may not, or the place is not the actor's."""
        if not self.may(verb) or (area is not None and not self.covers(area)):
            raise Forbidden(verb)


SYSTEM_ROLE = "system"
PUBLIC = Actor(id="public")


def system(name: str) -> Actor:
    """The actor of a job: `name` tells which."""
    return Actor(id=f"job:{name}", name=name, role=SYSTEM_ROLE, level="all", compartments=COMPARTMENTS)
