"""Lays out the demonstration district: places, organisations, people and the rules of dispatch."""

from __future__ import annotations

import dataclasses
import datetime as dt

from pypinyin import Style, lazy_pinyin

from fengqiao.config.demo import people, places
from fengqiao.intake.models import Category, DispatchRule
from fengqiao.kernel import bulk
from fengqiao.people.models import Area, Membership, Organisation, User
from fengqiao.people.rules import AreaKind
from fengqiao.people.rules import OrganisationKind as Kind

OFFICE_HOURS = {day: [["08:30", "12:00"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LEVELS = ("city", "district", "street", "community", "grid")
BUILDINGS = 12
HOTLINES = {"h12368": "12368", "h12345": "12345"}
"""All others get a number that no telephone has: none begins with 1 after the area code."""

RULES: tuple[tuple[str, str, str], ...] = (
    ("utilities.heating", "heating", ""),
    ("utilities.water", "water", ""),
    ("utilities.drain", "", "street"),
    ("utilities.power", "power", ""),
    ("utilities.gas", "gas", ""),
    ("utilities.telecom", "telecom", ""),
    ("housing.property", "", "street"),
    ("housing.building", "", "community"),
    ("housing.purchase", "housing", ""),
    ("housing.land", "housing", ""),
    ("housing.rent", "", "community"),
    ("city.sanitation", "", "street"),
    ("city.order", "", "street"),
    ("city.works", "cityops", ""),
    ("city.safety", "", "community"),
    ("traffic.parking", "", "community"),
    ("traffic.road", "transport", ""),
    ("traffic.public", "transport", ""),
    ("environment.noise.site", "environment", ""),
    ("environment.noise.life", "", "community"),
    ("environment.air", "environment", ""),
    ("environment.water", "water", ""),
    ("consumer.prepaid", "market", ""),
    ("consumer", "market", ""),
    ("labour", "labour", ""),
    ("public.school", "education", ""),
    ("public.health", "health", ""),
    ("public.culture", "sports", ""),
    ("justice.neighbour", "", "community"),
    ("justice.family", "", "street"),
    ("justice", "h12368", ""),
)
"""(category, fixed unit or "", level of the place's own unit or "")."""


@dataclasses.dataclass
class District:
    """What the stories need to know of the ground they happen on."""

    district: Area
    areas: dict[str, Area]
    units: dict[str, Organisation]
    users: dict[str, User]


def lay_out(*, at: dt.datetime) -> District:
    """Places, organisations, people, dispatch rules. Must run in one transaction."""
    areas = _places()
    units = _units(areas)
    users = _workers(areas, units, at=at)
    _rules(units)
    return District(areas[places.DISTRICT[1]], areas, units, users)


def _area(code: str, name: str, kind: AreaKind, parent: Area | None, **more: object) -> Area:
    made = Area(
        code=code,
        name=name,
        kind=kind,
        parent=parent,
        full_name=(parent.full_name if parent else "") + name,
        pinyin="".join(lazy_pinyin(name))[:200],
        initials="".join(lazy_pinyin(name, style=Style.FIRST_LETTER))[:40],
        **more,
    )
    for level in LEVELS:
        setattr(made, f"{level}_id", getattr(parent, f"{level}_id") if parent else None)
    return made


def _keep(made: list[Area]) -> None:
    """Save places; those of a scope level learn their own id."""
    for area, key in zip(made, bulk.take_ids(Area, len(made)), strict=True):
        area.pk = key
        if area.kind in LEVELS:
            setattr(area, f"{area.kind}_id", key)
    Area.objects.bulk_create(made)


def _places() -> dict[str, Area]:
    province = _area(*places.PROVINCE, AreaKind.PROVINCE, None)
    _keep([province])
    city = _area(*places.CITY, AreaKind.CITY, province)
    _keep([city])
    district = _area(*places.DISTRICT, AreaKind.DISTRICT, city, residents=places.RESIDENTS)
    _keep([district])
    found = {area.name: area for area in (province, city, district)}
    streets = [
        _area(
            f"{district.code}{n:03d}", s.name, AreaKind.STREET, district, number_code=f"{n:03d}", residents=s.residents
        )
        for n, s in enumerate(places.STREETS, start=1)
    ]
    _keep(streets)
    communities: list[tuple[Area, places.Community]] = []
    for street, plan in zip(streets, places.STREETS, strict=True):
        found[street.name] = street
        share = plan.residents // len(plan.communities)
        for n, one in enumerate(plan.communities, start=1):
            area = _area(
                f"{street.code}{n:03d}",
                one.name,
                AreaKind.COMMUNITY,
                street,
                aliases=list(one.estates),
                residents=share,
            )
            communities.append((area, one))
    _keep([area for area, _plan in communities])
    found |= {area.name: area for area, _plan in communities}
    grids = [
        _area(f"{area.code}-{n:02d}", f"{area.name}第{n}网格", AreaKind.GRID, area)
        for area, plan in communities
        for n in range(1, plan.grids + 1)
    ]
    _keep(grids)
    found |= {grid.name: grid for grid in grids}
    _keep([_building(found[area.name], plan, n) for area, plan in communities for n in range(1, BUILDINGS + 1)])
    return found


def _building(community: Area, plan: places.Community, number: int) -> Area:
    estate = plan.estates[(number - 1) % len(plan.estates)]
    return _area(f"{community.code}-B{number:02d}", f"{estate}{number}号楼", AreaKind.BUILDING, community)


def _units(areas: dict[str, Area]) -> dict[str, Organisation]:
    district = areas[places.DISTRICT[1]]
    plan = [(unit.code, unit.name, unit.kind, areas[unit.place] if unit.place else district) for unit in people.UNITS]
    for street in places.STREETS:
        here = areas[street.name]
        plan.append((f"street:{street.name}", f"{street.name}办事处", Kind.STREET_OFFICE, here))
        plan.append((f"mediation:{street.name}", f"{street.name}人民调解委员会", Kind.MEDIATION, here))
        for one in street.communities:
            kind, body = (Kind.VILLAGE, "村民委员会") if one.is_village else (Kind.COMMUNITY, "居民委员会")
            plan.append((f"community:{one.name}", f"{one.name}{body}", kind, areas[one.name]))
    for n, field in enumerate(people.MEDIATION_FIELDS, start=1):
        plan.append((f"mediation:field:{n:02d}", f"区{field}纠纷人民调解委员会", Kind.MEDIATION, district))
    for n, name in enumerate(people.OTHER_MEDIATION, start=1):
        plan.append((f"mediation:other:{n:02d}", name, Kind.MEDIATION, district))
    made = []
    for n, (code, name, kind, place) in enumerate(plan, start=1):
        phone = HOTLINES.get(code, f"0101236{8000 + n}")
        unit = Organisation(code=code, name=name, kind=kind, working_hours=OFFICE_HOURS, phone=phone)
        unit.put_in(place)
        made.append(unit)
    Organisation.objects.bulk_create(made)
    return {unit.code: unit for unit in made}


def _workers(areas: dict[str, Area], units: dict[str, Organisation], *, at: dt.datetime) -> dict[str, User]:
    from django.contrib.auth.hashers import make_password

    password = make_password(people.PASSWORD)
    users = [
        User(username=worker.username, name=worker.name, password=password, phone=f"1380000{9000 + n}")
        for n, worker in enumerate(people.every())
    ]
    User.objects.bulk_create(users)
    known = {user.username: user for user in users}
    Membership.objects.bulk_create(
        Membership(
            user=known[worker.username],
            organisation=units[unit],
            role=role,
            area=areas[place] if place else None,
            starts_on=at.date() - dt.timedelta(days=400),
        )
        for worker in people.every()
        for role, unit, place in worker.duties
    )
    return known


def _rules(units: dict[str, Organisation]) -> None:
    categories = {category.code: category for category in Category.objects.all()}
    DispatchRule.objects.bulk_create(
        DispatchRule(category=categories[code], target=units.get(unit), level=level) for code, unit, level in RULES
    )
