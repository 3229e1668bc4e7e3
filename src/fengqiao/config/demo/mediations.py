"""A few disputes on their way through mediation, told by the same verbs as the pages."""

from __future__ import annotations

import dataclasses
import datetime as dt

from fengqiao.config.demo.district import District
from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo, NewDispute, NewParty, PartyKind, Side, Source
from fengqiao.kernel.actor import Actor, system
from fengqiao.mediation import actions
from fengqiao.mediation.actions import Kind
from fengqiao.mediation.models import Mediation, Mediator, Slot, Station
from fengqiao.people import access
from fengqiao.people.models import Membership


@dataclasses.dataclass(frozen=True)
class Quarrel:
    """`until`: how far it has come: offered, listed, sent or running."""

    place: str
    topic: str
    ours: str
    theirs: str
    facts: str
    until: str
    amount_fen: int | None = None
    is_firm: bool = False


QUARRELS = (
    Quarrel(
        "港云社区",
        "邻里噪声",
        "陈立秋",
        "马建业",
        "楼下烧烤店的排风扇对着卧室，夜里响到两点，劝过几次没有用。",
        "running",
    ),
    Quarrel("槐荫社区", "相邻漏水", "秦素珍", "楼上业主", "楼上卫生间漏水，天花板鼓包，修过一次又漏。", "sent", 320000),
    Quarrel(
        "港云社区", "物业服务合同", "郝霞", "云锦物业服务有限公司", "电梯停了三周，物业费照收。", "listed", 118000, True
    ),
    Quarrel("槐荫社区", "邻里停车", "钱立新", "周晓东", "固定车位被占，双方在楼下吵了两回。", "offered"),
)


def tell(district: District, *, at: dt.datetime) -> None:
    """Open each and take it as far as it has come. Must run in one transaction that sees everything."""
    room = Mediator.objects.select_related("user").get(user=district.users["xuguilan"])
    xu = access.actor_for(Membership.objects.get(user=room.user))
    for days, quarrel in zip((9, 3, 2, 1), QUARRELS, strict=True):
        _one(quarrel, district, room, xu, at=at - dt.timedelta(days=days))


def stations(district: District, *, at: dt.datetime) -> None:
    """A judges' station and a legal workroom with hours of the coming days, and questions with and without an answer."""
    judge = access.actor_for(Membership.objects.filter(user=district.users["jianglan"], role="judge").get())
    for kind, name, place in (
        ("station", "港云法官工作站", "港云社区"),
        ("workroom", "槐荫社区法律工作室", "槐荫社区"),
    ):
        made = Station(kind=kind, name=name, phone="12368", organisation=district.units["court"])
        made.address = f"{place}党群服务中心一层"
        made.put_in(district.areas[place])
        made.save()
        for days in (1, 3, 7):
            begins = (at + dt.timedelta(days=days)).replace(hour=14, minute=0, second=0, microsecond=0)
            slot = Slot(station=made, profession="judge", user=district.users["jianglan"], starts_at=begins)
            slot.ends_at = begins + dt.timedelta(hours=2)
            slot.put_in(district.areas[place])
            slot.save()
        asked = actions.inquire(station_id=made.pk, text=ANSWERED[0], field="neighbours", actor=system("demo"), at=at)
        actions.answer_inquiry(
            inquiry_id=asked.pk, text=ANSWERED[1], articles="民法典第288条", publish=True, actor=judge, at=at
        )
        actions.inquire(station_id=made.pk, text="邻居把鞋柜放在楼道里，可以要求搬走吗？", actor=system("demo"), at=at)


ANSWERED = (
    "楼上漏水，先找谁？",
    "先请物业一起查明漏点并拍照留存；是楼上的管道或防水，可以要求楼上修复、赔偿。谈不拢可以申请人民调解，不收费。",
)


def _one(quarrel: Quarrel, district: District, room: Mediator, xu: Actor, *, at: dt.datetime) -> None:
    actor = system("demo")
    theirs = PartyKind.LEGAL if quarrel.is_firm else PartyKind.NATURAL
    new = NewDispute(
        source=Source.DIRECT,
        desk_id=district.units["h12368"].pk,
        place_id=district.areas[quarrel.place].pk,
        demanded_at=at,
        topic=quarrel.topic,
        amount_fen=quarrel.amount_fen,
        facts=quarrel.facts,
        court_id=district.units["court"].pk,
        parties=(
            NewParty(Side.APPLICANT, quarrel.ours, phone="13812340421"),
            NewParty(Side.RESPONDENT, quarrel.theirs, kind=theirs),
        ),
    )
    dispute = disputes.open_dispute(new=new, actor=actor, at=at)
    actions.offer(number=dispute.number, kind=Kind.DELEGATED, evenings=True, actor=actor, at=at)
    if quarrel.until == "offered":
        return
    for party in dispute_queries.parties(dispute):
        disputes.consent(
            number=dispute.number, party_id=party.pk, to=(ConsentTo.MEDIATION,), by=ConsentBy.PHONE, actor=actor, at=at
        )
    actions.send_list(number=dispute.number, actor=actor, at=at)
    if quarrel.until == "listed":
        return
    mediation = Mediation.objects.get(dispute=dispute)
    wanted = mediation.candidates.filter(mediator=room).first() or mediation.candidates.first()
    assert wanted is not None
    for party in dispute_queries.parties(dispute):
        actions.choose(number=dispute.number, party_id=party.pk, candidate_id=wanted.pk, actor=actor, at=at)
    if quarrel.until == "running":
        actions.accept(number=dispute.number, actor=xu, at=at + dt.timedelta(hours=3))
