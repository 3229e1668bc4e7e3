"""Who handles what where: dispatch rules with the district as backstop. Loaded once, asked many times."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from fengqiao.intake.models import Category, DispatchRule
from fengqiao.intake.rules import Urgency
from fengqiao.kernel.errors import Refused
from fengqiao.people.models import Area, Organisation
from fengqiao.people.rules import OrganisationKind

LEVEL_KINDS = {
    "community": (OrganisationKind.COMMUNITY, OrganisationKind.VILLAGE),
    "street": (OrganisationKind.STREET_OFFICE,),
    "district": (OrganisationKind.DISTRICT_CENTRE,),
}


@dataclasses.dataclass(frozen=True)
class Route:
    """Where a contact should go: the first choice, one alternative, and why."""

    unit_id: int
    second_id: int | None
    rule_id: int | None
    is_backstop: bool


@dataclasses.dataclass(frozen=True)
class _Rule:
    id: int
    category_ids: frozenset[int] | None
    area_id: int | None
    area_width: int
    urgency: str
    target_id: int | None
    level: str
    closeness: tuple[int, int, int, int]


class NoBackstop(Refused):
    """The installation has no district centre to fall back on."""


class Router:
    """The dispatch rules of now. Build one per request or batch; `route` is pure and quick."""

    def __init__(
        self,
        rules: Iterable[DispatchRule],
        categories: Iterable[Category],
        units: Iterable[Organisation],
        areas: dict[int, Area],
    ) -> None:
        self._below = _descendants(categories)
        self._areas = areas
        self._offices: dict[tuple[str, int], int] = {}
        self._units: dict[int, Organisation] = {}
        centres: list[int] = []
        for unit in units:
            self._units[unit.pk] = unit
            for level, kinds in LEVEL_KINDS.items():
                place = getattr(unit, f"{level}_id")
                if unit.kind in kinds and place is not None:
                    self._offices.setdefault((level, place), unit.pk)
            if unit.kind == OrganisationKind.DISTRICT_CENTRE:
                centres.append(unit.pk)
        if not centres:
            raise NoBackstop("intake.no_backstop", "No district governance centre is registered.")
        self._backstop = centres[0]
        self._rules = sorted((self._compile(rule) for rule in rules), key=lambda rule: rule.closeness)

    @classmethod
    def load(cls) -> Router:
        """Read rules, categories and the units that can own a contact: four queries."""
        kinds = [kind for kinds in LEVEL_KINDS.values() for kind in kinds]
        rules = list(DispatchRule.objects.filter(is_active=True).select_related("area"))
        return cls(
            rules,
            Category.objects.all(),
            Organisation.objects.filter(is_active=True, kind__in=kinds).order_by("pk"),
            {rule.area.pk: rule.area for rule in rules if rule.area},
        )

    def _compile(self, rule: DispatchRule) -> _Rule:
        depth = -rule.category.level if rule.category else 0
        width = _narrowness(rule.area) if rule.area else 0
        return _Rule(
            id=rule.pk,
            category_ids=self._below.get(rule.category_id) if rule.category_id else None,
            area_id=rule.area_id,
            area_width=width,
            urgency=rule.urgency,
            target_id=rule.target_id,
            level=rule.level,
            closeness=(depth, -width, 0 if rule.urgency else 1, rule.order),
        )

    def desk(self, place: Area | None) -> int:
        """The front desk that owns a contact: the subdistrict office of the place, else the district centre."""
        return self._office("street", place) or self._office("district", place) or self._backstop

    def holder(self, unit_id: int) -> Organisation:
        """The organisation of a desk."""
        return self._units[unit_id]

    def route(self, *, category_id: int | None, place: Area | None, urgency: str = Urgency.ORDINARY) -> Route:
        """The unit to handle it. Always answers: unclear competence goes to the district."""
        found: list[tuple[int, int]] = []
        for rule in self._rules:
            unit = self._target(rule, category_id, place, urgency)
            if unit is not None and unit not in [known for known, _ in found]:
                found.append((unit, rule.id))
            if len(found) == 2:
                break
        backstop = self._office("district", place) or self._backstop
        if not found:
            return Route(backstop, self._office("street", place), None, is_backstop=True)
        second = found[1][0] if len(found) > 1 else self._office("street", place)
        return Route(found[0][0], second if second != found[0][0] else backstop, found[0][1], is_backstop=False)

    def above(self, unit_id: int, place: Area | None) -> int:
        """One level up from a unit: community → subdistrict → district."""
        ladder = [self._office("community", place), self._office("street", place), self._office("district", place)]
        known = [office for office in ladder if office is not None]
        if unit_id in known[:-1]:
            return known[known.index(unit_id) + 1]
        return known[-1] if known and known[-1] != unit_id else self._backstop

    def _target(self, rule: _Rule, category_id: int | None, place: Area | None, urgency: str) -> int | None:
        if rule.category_ids is not None and category_id not in rule.category_ids:
            return None
        if rule.urgency and rule.urgency != urgency:
            return None
        if rule.area_id is not None and not _inside(place, self._areas[rule.area_id]):
            return None
        return rule.target_id if rule.target_id is not None else self._office(rule.level, place)

    def _office(self, level: str, place: Area | None) -> int | None:
        if place is None:
            return None
        area_id = getattr(place, f"{level}_id")
        return self._offices.get((level, area_id)) if area_id is not None else None


def _descendants(categories: Iterable[Category]) -> dict[int, frozenset[int]]:
    """For each category, itself and everything below it."""
    parents = {category.pk: category.parent_id for category in categories}
    below: dict[int, set[int]] = {pk: {pk} for pk in parents}
    for pk in parents:
        above = parents[pk]
        while above is not None:
            below[above].add(pk)
            above = parents[above]
    return {pk: frozenset(members) for pk, members in below.items()}


def _narrowness(area: Area) -> int:
    return sum(
        getattr(area, f"{level}_id") is not None for level in ("city", "district", "street", "community", "grid")
    )


def _inside(place: Area | None, area: Area) -> bool:
    level = next(
        (
            name
            for name in ("grid", "community", "street", "district", "city")
            if getattr(area, f"{name}_id") == area.pk
        ),
        None,
    )
    return place is not None and level is not None and getattr(place, f"{level}_id") == area.pk
