"""The register of the demonstration district: 43 mediation organisations and 160 mediators, all invented."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password

from fengqiao.config.demo import people
from fengqiao.mediation.models import Body, Interest, Mediator
from fengqiao.mediation.rules import BodyKind, FeePolicy, Field
from fengqiao.people.models import Area, Membership, Organisation, User
from fengqiao.people.rules import Role

MEDIATORS = 160
NAMED: dict[str, tuple[str, ...]] = {
    "mediation:桥西街道": ("zhaodeshun",),
    "mediation:other:09": ("xuguilan",),
}
"""Named workers and the house they mediate in."""

FIELD_OF: dict[str, Field] = {
    "物业": Field.PROPERTY, "供暖": Field.PROPERTY, "劳动争议": Field.LABOUR, "婚姻家庭": Field.FAMILY,
    "邻里": Field.NEIGHBOURS, "消费": Field.CONSUMER, "预付卡": Field.PREPAID, "金融": Field.FINANCE,
    "民间借贷": Field.FINANCE, "交通事故": Field.TRAFFIC, "医疗": Field.MEDICAL, "建设工程": Field.CONSTRUCTION,
    "知识产权": Field.IP, "保险": Field.INSURANCE, "商事": Field.COMMERCE, "教育培训": Field.EDUCATION,
    "房屋租赁": Field.HOUSING, "土地承包": Field.LAND, "老旧小区改造": Field.PROPERTY, "环境": Field.ENVIRONMENT,
    "侵权": Field.INJURY, "电梯": Field.PROPERTY, "旅游": Field.INTERNET, "互联网": Field.INTERNET,
    "青少年": Field.MINORS, "妇女儿童": Field.FAMILY, "涉侨": Field.COMMERCE,
}  # fmt: skip

OTHERS: dict[str, tuple[BodyKind, Field]] = {
    "区总工会劳动争议调解中心": (BodyKind.LABOUR, Field.LABOUR),
    "区工商联商会调解委员会": (BodyKind.TRADE, Field.COMMERCE),
    "区律师协会调解中心": (BodyKind.LAWYERS, Field.COMMERCE),
    "云汀公证处调解中心": (BodyKind.NOTARIES, Field.FAMILY),
    "区妇联婚姻家庭辅导室": (BodyKind.SECTORAL, Field.FAMILY),
    "区残联维权调解室": (BodyKind.SECTORAL, Field.INJURY),
    "区退役军人服务中心调解室": (BodyKind.ADMINISTRATIVE, Field.NEIGHBOURS),
    "区侨联调解工作室": (BodyKind.SECTORAL, Field.COMMERCE),
    "许大姐调解室": (BodyKind.ROOM, Field.NEIGHBOURS),
    "老兵调解工作室": (BodyKind.ROOM, Field.NEIGHBOURS),
}
SERVED = {"许大姐调解室": ("港云社区", "槐荫社区"), "老兵调解工作室": ("站前社区",)}
"""Rooms that serve a neighbourhood, not the whole district."""

STORIES = {
    "许大姐调解室": "许桂兰退休前在居委会干了三十年。“有话坐下说，茶我来泡。”晚上和周末也开门，先听双方各说一遍，再一起坐。",
    "老兵调解工作室": "几位退役老兵轮流值守，邻里停车、噪声、漏水，先到现场看，再请双方谈。",
}


def lay_out(units: dict[str, Organisation], users: dict[str, User], areas: dict[str, Area], *, at: dt.datetime) -> None:
    """Bodies for every mediation organisation, mediators up to 160. Must run in one transaction."""
    houses = [unit for code, unit in units.items() if code.startswith("mediation:")]
    bodies = [_body(unit, units["court"], at=at) for unit in houses]
    for body in bodies:
        body.places = [areas[name].pk for name in SERVED.get(body.organisation.name, ())]
    Body.objects.bulk_create(bodies)
    by_code = {body.organisation.code: body for body in bodies}
    named = [(by_code[code], users[name]) for code, names in NAMED.items() for name in names]
    made = [*named, *_more(bodies, MEDIATORS - len(named), at=at)]
    Mediator.objects.bulk_create(_mediator(body, user, n, at=at) for n, (body, user) in enumerate(made))
    nephew = Mediator.objects.get(user=users["zhaodeshun"])
    Interest.objects.create(mediator=nephew, kind="relative", name="阿莱烧烤", declared_at=at)


def _body(unit: Organisation, court: Organisation, *, at: dt.datetime) -> Body:
    name = unit.name
    kind, field = OTHERS.get(name, (BodyKind.SECTORAL if name.startswith("区") else BodyKind.PEOPLES, None))
    fields = [field] if field else [one for word, one in FIELD_OF.items() if f"区{word}纠纷" in name]
    if not fields:
        fields = [Field.NEIGHBOURS, Field.FAMILY, Field.PROPERTY, Field.HOUSING, Field.INJURY, Field.CONSUMER]
    charges = kind in {BodyKind.LAWYERS, BodyKind.NOTARIES}
    return Body(
        organisation=unit,
        kind=kind,
        fields=[str(one) for one in fields],
        languages=["zh-hans"],
        fee_policy=FeePolicy.TARIFF if charges else FeePolicy.FREE,
        tariff="标的额10万元以下每件500元，超过部分按公布标准；调不成不收费（示范）" if charges else "",
        inviting_court=court,
        invited_on=dt.date(2024, 1, 2),
        strengths_zh="熟悉本地情况，上门方便" if not charges else "法律关系复杂的合同纠纷",
        strengths_en="Knows the neighbourhood, comes to the door" if not charges else "Contracts with difficult law",
        room_story=STORIES.get(name, ""),
        is_published=True,
    )


def _more(bodies: list[Body], count: int, *, at: dt.datetime) -> list[tuple[Body, User]]:
    """Further mediators, spread evenly over the houses, each with an account and a duty."""
    password = make_password(people.PASSWORD)
    users = [User(username=f"mediator{n:03d}", name=people.name_of(n + 300), password=password) for n in range(count)]
    User.objects.bulk_create(users)
    placed = [(bodies[n % len(bodies)], user) for n, user in enumerate(users)]
    Membership.objects.bulk_create(
        Membership(
            user=user, organisation=body.organisation, role=Role.MEDIATOR, starts_on=at.date() - dt.timedelta(days=400)
        )
        for body, user in placed
    )
    return placed


def _mediator(body: Body, user: User, n: int, *, at: dt.datetime) -> Mediator:
    is_room = body.kind == BodyKind.ROOM
    return Mediator(
        user=user,
        body=body,
        fields=list(body.fields),
        languages=["zh-hans", "en"] if n % 12 == 5 else ["zh-hans"],
        capacity=30 if str(Field.FINANCE) in body.fields else 12,
        evenings=is_room or n % 4 == 0,
        hours_zh="周一至周五 18:00—20:30，周末上午" if is_room else "工作日 8:30—17:30",
        hours_en="Mon–Fri 18:00–20:30, weekend mornings" if is_room else "Working days 8:30–17:30",
        is_resident=is_room,
        is_elder=is_room,
        certificate=f"云调培〔2025〕{n + 1:03d}",
        since=dt.date(2025, 1, 2),
    )
