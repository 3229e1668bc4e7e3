"""Organisations and mediators around the quarrel of the disputes' tests, and a mediation as far as a test wants it."""

from __future__ import annotations

import dataclasses
import datetime as dt

from tests.cast import area, member, organisation  # noqa: F401

from fengqiao.disputes.tests.ground import AT, Quarrel, both_consent, person, quarrel
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import actions
from fengqiao.mediation.models import Body, Mediation, Mediator
from fengqiao.mediation.rules import BodyKind, Field, Kind
from fengqiao.people.models import Organisation, User
from fengqiao.people.rules import OrganisationKind, Role

SENT_AT = dt.datetime(2026, 5, 9, 9, 20, tzinfo=CHINA)
ACCEPTED_AT = dt.datetime(2026, 5, 11, 14, 0, tzinfo=CHINA)


@dataclasses.dataclass
class Ground:
    quarrel: Quarrel
    committee: Organisation
    other: Organisation
    xu: Actor
    zhao: Actor
    leng: Actor
    manager: Actor
    xu_mediator: Mediator
    zhao_mediator: Mediator
    leng_mediator: Mediator

    @property
    def number(self) -> str:
        return self.quarrel.number

    @property
    def duan(self) -> Actor:
        return self.quarrel.cast.duan

    @property
    def chen(self) -> Actor:
        return person(self.quarrel.chen)

    @property
    def ma(self) -> Actor:
        return person(self.quarrel.ma)


def mediator(actor: Actor, body: Body, **more: object) -> Mediator:
    facts = {
        "fields": [Field.NEIGHBOURS],
        "languages": ["zh-hans"],
        "capacity": 12,
        "certificate": "云调培〔2026〕001",
        "since": dt.date(2025, 1, 1),
    }
    return Mediator.objects.create(user=User.objects.get(pk=actor.user_id), body=body, **facts | more)


def body(unit: Organisation, kind: BodyKind = BodyKind.PEOPLES, **more: object) -> Body:
    facts = {"fields": [Field.NEIGHBOURS], "languages": ["zh-hans"], "is_published": True}
    return Body.objects.create(organisation=unit, kind=kind, **facts | more)


def ground(**more: object) -> Ground:
    here = quarrel(**more)
    place = here.cast
    committee = organisation("med-qiaoxi", "桥西街道人民调解委员会", OrganisationKind.MEDIATION, place.qiaoxi)
    other = organisation("med-consumer", "区消费纠纷人民调解委员会", OrganisationKind.MEDIATION, place.district)
    own, second = body(committee), body(other, fields=[Field.CONSUMER])
    xu = member("xu", "许桂兰", Role.MEDIATOR, committee)
    zhao = member("zhao", "赵德顺", Role.MEDIATOR, committee)
    leng = member("leng", "冷梅", Role.MEDIATOR, other)
    return Ground(
        quarrel=here,
        committee=committee,
        other=other,
        xu=xu,
        zhao=zhao,
        leng=leng,
        manager=member("shimin", "施敏", Role.ORGANISATION_MANAGER, committee),
        xu_mediator=mediator(xu, own, evenings=True),
        zhao_mediator=mediator(zhao, own),
        leng_mediator=mediator(leng, second, fields=[Field.CONSUMER]),
    )


def offered(here: Ground, kind: Kind = Kind.DELEGATED, **more: object) -> Mediation:
    return actions.offer(number=here.number, kind=kind, actor=here.duan, at=AT, **more)


def listed(here: Ground, **more: object) -> Mediation:
    made = offered(here, **more)
    both_consent(here.quarrel)
    actions.send_list(number=here.number, actor=here.duan, at=SENT_AT)
    made.refresh_from_db()
    return made


def sent(here: Ground, **more: object) -> Mediation:
    """Both chose Xu."""
    made = listed(here, **more)
    candidate = made.candidates.get(mediator=here.xu_mediator)
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        actions.choose(number=here.number, party_id=party.pk, candidate_id=candidate.pk, actor=actor, at=SENT_AT)
    made.refresh_from_db()
    return made


def running(here: Ground, **more: object) -> Mediation:
    made = sent(here, **more)
    actions.accept(number=here.number, actor=here.xu, at=ACCEPTED_AT)
    made.refresh_from_db()
    return made
