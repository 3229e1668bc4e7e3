"""The standing cast and its small district. Every page test tries an insider, a colleague elsewhere and the stranger.

Xifeng district holds the subdistricts Gangyun and Nanlu; Gangyun holds the communities Lilian and Xingfu, each with
two grids. Beihe is the district next door.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.clock import CHINA
from fengqiao.people import access
from fengqiao.people.actions import add_area
from fengqiao.people.models import Area, Membership, Organisation, User
from fengqiao.people.rules import AreaKind, OrganisationKind, Role

AT = dt.datetime(2026, 4, 30, 16, 50, tzinfo=CHINA)
TODAY = AT.date()
SYSTEM = system("tests")
PASSWORD = "maple-bridge-1963"


@dataclasses.dataclass(frozen=True)
class Places:
    """The little world. Every name is a place; `lilian_1` is a grid."""

    province: Area
    city: Area
    district: Area
    other_district: Area
    street: Area
    other_street: Area
    community: Area
    other_community: Area
    grid: Area
    other_grid: Area


def places() -> Places:
    """Lay out the little world once in a test's database."""
    made: dict[str, Area] = {}
    for key, above, kind, name in (
        ("province", None, AreaKind.PROVINCE, "丰省"),
        ("city", "province", AreaKind.CITY, "丰桥市"),
        ("district", "city", AreaKind.DISTRICT, "西峰区"),
        ("other_district", "city", AreaKind.DISTRICT, "北河区"),
        ("street", "district", AreaKind.STREET, "港云街道"),
        ("other_street", "district", AreaKind.STREET, "南路街道"),
        ("community", "street", AreaKind.COMMUNITY, "里涟社区"),
        ("other_community", "street", AreaKind.COMMUNITY, "幸福社区"),
        ("grid", "community", AreaKind.GRID, "第一网格"),
        ("other_grid", "community", AreaKind.GRID, "第二网格"),
    ):
        made[key] = add_area(parent=made.get(above or ""), kind=kind, name=name, actor=SYSTEM, at=AT)
    return Places(**made)


def organisation(place: Area | None, name: str = "", kind: OrganisationKind = OrganisationKind.OTHER) -> Organisation:
    """The organisation of this name, made on first use."""
    name = name or (f"{place.name}办" if place else "总台")
    known = Organisation.objects.filter(name=name, place=place).first()
    if known is not None:
        return known
    made = Organisation(name=name, kind=kind, code=f"T{Organisation.objects.count() + 1:04d}")
    if place is not None:
        made.put_in(place)
    made.save()
    return made


def member(
    role: Role,
    place: Area | None,
    *,
    name: str = "",
    unit: Organisation | None = None,
    purposes: Iterable[str] = (),
    second_factor: bool = True,
) -> Membership:
    """A user with one duty in a place, with an authenticator where the role asks for one."""
    username = f"{role}-{User.objects.count() + 1}"
    user = User(username=username, name=name or str(Role(role).label)[:60])
    user.set_unusable_password()
    user.save()
    if second_factor:
        give_second_factor(user)
    return Membership.objects.create(
        user=user,
        organisation=unit or organisation(place),
        role=role,
        area=place if unit is not None else None,
        purposes=sorted(purposes),
        starts_on=dt.date(2026, 1, 1),
    )


def give_second_factor(user: User) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})


def actor(role: Role, place: Area | None, **more: object) -> Actor:
    return access.actor_for(member(role, place, **more))  # type: ignore[arg-type]
