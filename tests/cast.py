"""The standing cast of the tests: one small district, its desks and units, and people who appear in every story.

`cast()` makes them once per test. Names and places follow the journeys; everything is invented.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from fengqiao.intake.models import Category, DispatchRule
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.people import access
from fengqiao.people.models import Area, Membership, Organisation, Person, User
from fengqiao.people.rules import AreaKind, OrganisationKind, Role

MORNING = dt.datetime(2026, 3, 10, 9, 0, tzinfo=CHINA)


def area(code: str, name: str, kind: AreaKind, parent: Area | None = None, **more: object) -> Area:
    """A place with its ancestor columns; its own column holds its own id."""
    made = Area(code=code, name=name, kind=kind, parent=parent, full_name=(parent.full_name if parent else "") + name)
    for level in ("city", "district", "street", "community", "grid"):
        setattr(made, f"{level}_id", getattr(parent, f"{level}_id") if parent else None)
    for field, value in more.items():
        setattr(made, field, value)
    made.save()
    if kind in ("city", "district", "street", "community", "grid"):
        setattr(made, f"{kind}_id", made.pk)
        made.save()
    return made


def organisation(code: str, name: str, kind: OrganisationKind, place: Area) -> Organisation:
    made = Organisation(code=code, name=name, kind=kind)
    made.put_in(place)
    made.save()
    return made


def member(username: str, name: str, role: Role, unit: Organisation, place: Area | None = None) -> Actor:
    """A user with one duty, as the actor of a request."""
    user = User.objects.create(username=username, name=name)
    duty = Membership.objects.create(user=user, organisation=unit, role=role, area=place, starts_on=dt.date(2020, 1, 1))
    return access.actor_for(duty)


@dataclasses.dataclass
class Cast:
    city: Area
    district: Area
    qiaoxi: Area
    nanwan: Area
    gangyun: Area
    huaiyin: Area
    garden: Area
    grid: Area
    centre: Organisation
    hotline: Organisation
    qiaoxi_office: Organisation
    nanwan_office: Organisation
    gangyun_committee: Organisation
    huaiyin_committee: Organisation
    garden_committee: Organisation
    heating: Organisation
    housing: Organisation
    heat: Category
    noise: Category
    lin: Actor
    fang: Actor
    han: Actor
    han_of_nanwan: Actor
    wan: Actor
    duan: Actor
    shi: Actor
    officer_of_housing: Actor
    supervisor: Actor
    administrator: Actor
    auditor: Actor
    chen: Person


def cast() -> Cast:
    province = area("99", "岚省", AreaKind.PROVINCE)
    city = area("9901", "岚川市", AreaKind.CITY, province)
    district = area("990101", "云汀区", AreaKind.DISTRICT, city)
    qiaoxi = area("990101001", "桥西街道", AreaKind.STREET, district, number_code="001")
    nanwan = area("990101003", "南湾街道", AreaKind.STREET, district, number_code="003")
    gangyun = area("990101001001", "港云社区", AreaKind.COMMUNITY, qiaoxi, aliases=["云锦小区"])
    huaiyin = area("990101001002", "槐荫社区", AreaKind.COMMUNITY, qiaoxi)
    garden = area("990101003001", "南湾花园社区", AreaKind.COMMUNITY, nanwan)
    grid = area("990101001001-03", "港云第3网格", AreaKind.GRID, gangyun)
    centre = organisation("centre", "云汀区综治中心", OrganisationKind.DISTRICT_CENTRE, district)
    hotline = organisation("12368", "云汀区12368热线", OrganisationKind.HOTLINE, district)
    office = OrganisationKind.STREET_OFFICE
    committee = OrganisationKind.COMMUNITY
    qiaoxi_office = organisation("qiaoxi", "桥西街道办事处", office, qiaoxi)
    nanwan_office = organisation("nanwan", "南湾街道办事处", office, nanwan)
    gangyun_committee = organisation("gangyun", "港云社区居委会", committee, gangyun)
    huaiyin_committee = organisation("huaiyin", "槐荫社区居委会", committee, huaiyin)
    garden_committee = organisation("garden", "南湾花园社区居委会", committee, garden)
    heating = organisation("heating", "区城管委供热办", OrganisationKind.DEPARTMENT, district)
    housing = organisation("housing", "区住建委", OrganisationKind.DEPARTMENT, district)
    heat = Category.objects.get_or_create(
        code="t.heat", defaults={"name_zh": "供暖不热", "name_en": "Heating", "clock_class": "utility"}
    )[0]
    noise = Category.objects.get_or_create(
        code="t.noise", defaults={"name_zh": "邻里噪声", "name_en": "Noise", "clock_class": "ordinary"}
    )[0]
    DispatchRule.objects.create(category=heat, target=heating)
    DispatchRule.objects.create(category=noise, level="community")
    return Cast(
        city=city,
        district=district,
        qiaoxi=qiaoxi,
        nanwan=nanwan,
        gangyun=gangyun,
        huaiyin=huaiyin,
        garden=garden,
        grid=grid,
        centre=centre,
        hotline=hotline,
        qiaoxi_office=qiaoxi_office,
        nanwan_office=nanwan_office,
        gangyun_committee=gangyun_committee,
        huaiyin_committee=huaiyin_committee,
        garden_committee=garden_committee,
        heating=heating,
        housing=housing,
        heat=heat,
        noise=noise,
        lin=member("lin", "林晓梅", Role.GRID_WORKER, gangyun_committee, grid),
        fang=member("fang", "方静", Role.COMMUNITY_WORKER, gangyun_committee, gangyun),
        han=member("han", "韩璐", Role.CLERK, qiaoxi_office, qiaoxi),
        han_of_nanwan=member("nan", "南湾受理员", Role.CLERK, nanwan_office, nanwan),
        wan=member("wan", "万芳", Role.DISPATCHER, centre, district),
        duan=member("duan", "段敏", Role.OPERATOR, hotline, district),
        shi=member("shi", "石磊", Role.OFFICER, heating, district),
        officer_of_housing=member("zhu", "住建经办", Role.OFFICER, housing, district),
        supervisor=member("li", "黎文远", Role.DUTY_SUPERVISOR, centre, district),
        administrator=member("zeng", "曾一凡", Role.ADMINISTRATOR, centre, district),
        auditor=member("helan", "贺兰", Role.AUDITOR, centre, district),
        chen=Person.objects.create(name="陈立秋", created_at=MORNING),
    )
