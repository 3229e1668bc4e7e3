"""One neighbours' quarrel in the small district of the cast: Chen against the barbecue shop, ready to be mediated."""

from __future__ import annotations

import dataclasses
import datetime as dt

from tests.cast import Cast, cast, member, organisation

from fengqiao.disputes import actions
from fengqiao.disputes.actions import ConsentBy, ConsentTo, NewDispute, NewParty, Side, Source
from fengqiao.disputes.models import Dispute, Party
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.people.models import Organisation
from fengqiao.people.rules import OrganisationKind, Role

AT = dt.datetime(2026, 5, 8, 10, 0, tzinfo=CHINA)


@dataclasses.dataclass
class Quarrel:
    cast: Cast
    court: Organisation
    he: Actor
    wei: Actor
    jiang: Actor
    dispute: Dispute
    chen: Party
    ma: Party

    @property
    def number(self) -> str:
        return self.dispute.number


def quarrel(*, at: dt.datetime = AT, topic: str = "邻里噪声", **more: object) -> Quarrel:
    found = cast()
    court = organisation("court", "云汀区人民法院", OrganisationKind.COURT, found.district)
    he = member("he", "何苗", Role.JUDGE_ASSISTANT, court, found.district)
    wei = member("wei", "魏清", Role.JUDGE, court, found.district)
    jiang = member("jiang", "江岚", Role.JUDGE, court, found.district)
    facts = {
        "source": Source.DIRECT,
        "desk_id": found.hotline.pk,
        "place_id": found.grid.pk,
        "demanded_at": at,
        "topic": topic,
        "facts": "楼下烧烤店排风机夜里响",
        "court_id": court.pk,
        "parties": (
            NewParty(Side.APPLICANT, "陈立秋", phone="13812340421", relatives=(("陈小满", "女儿"),)),
            NewParty(Side.RESPONDENT, "马建业", phone="13912340422"),
        ),
    }
    dispute = actions.open_dispute(new=NewDispute(**facts | more), actor=found.duan, at=at)
    chen, ma = dispute.parties.order_by("pk")[:2]
    return Quarrel(found, court, he, wei, jiang, dispute, chen, ma)


def both_consent(here: Quarrel, *, at: dt.datetime = AT) -> None:
    for party in (here.chen, here.ma):
        actions.consent(
            number=here.number,
            party_id=party.pk,
            to=(ConsentTo.MEDIATION,),
            by=ConsentBy.CODE,
            actor=here.cast.duan,
            at=at,
        )


def person(party: Party) -> Actor:
    """The party, opened by its own code."""
    return Actor(
        id=f"party:{party.pk}",
        role="resident",
        party_id=party.pk,
        compartments=frozenset({"case", "mediation"}),
    )
