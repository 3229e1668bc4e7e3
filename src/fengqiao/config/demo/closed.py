"""Closed matters of three causes, in bulk, and one running matter that is weighed against them.

Enough of each cause that its figures may be shown (30), by arithmetic instead of chance so that every load is alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from fengqiao.config.demo.district import District
from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ClaimKind, ConsentBy, ConsentTo, NewDispute, NewParty, PartyKind, Side, Source
from fengqiao.disputes.models import Dispute, DisputeAccount, Party
from fengqiao.kernel import numbers
from fengqiao.kernel.actor import system
from fengqiao.mediation import actions
from fengqiao.mediation.actions import Kind
from fengqiao.mediation.models import Mediation, Mediator
from fengqiao.mediation.models_agreement import Agreement, Term
from fengqiao.people import access
from fengqiao.people.models import Membership

KINDS = (
    # topic, where, how many, smallest amount and step (fen), whether a firm is asked to pay
    ("物业服务合同", "港云社区", 92, 96_000, 17_500, False),
    ("民间借贷", "槐荫社区", 94, 1_200_000, 260_000, False),
    ("预付式消费", "港云社区", 90, 60_000, 21_300, True),
)
FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"


def lay_down(district: District, *, at: dt.datetime) -> int:
    """Closed matters up to `at`. Must run in a scope that sees everything. Result: how many."""
    mediator = Mediator.objects.select_related("body__organisation").get(user=district.users["xuguilan"])
    made = [_put(kind, district, mediator, at=at) for kind in KINDS]
    return sum(made)


def _put(kind: tuple[str, str, int, int, int, bool], district: District, mediator: Mediator, *, at: dt.datetime) -> int:
    topic, where, n, least, step, is_firm = kind
    place = district.areas[where]
    code = numbers.issue_many("012", at.date(), n)
    rows = []
    for i, number in enumerate(code):
        closed = at - dt.timedelta(days=20 + 10 * i, hours=i % 7)
        one = Dispute(
            number=number, source=Source.IMPORT, topic=topic, amount_fen=least + step * (i * 7 % 23),
            opened_at=closed - dt.timedelta(days=34 + i * 5 % 21), demanded_at=closed - dt.timedelta(days=35 + i),
            stage="closed", mover="nobody", desk=district.units["h12368"], court=district.units["court"],
            unit=mediator.body.organisation, closed_at=closed, changed_at=closed,
        )  # fmt: skip
        if not _is_settled(i):
            one.closed_at = closed + dt.timedelta(days=60 + i * 13 % 90) if i % 8 else closed
            one.docketed_at = closed if i % 8 else None
            one.closed_at, one.changed_at = min(one.closed_at, at), min(one.closed_at, at)
        one.put_in(place)
        rows.append(one)
    Dispute.objects.bulk_create(rows)
    DisputeAccount.objects.bulk_create(DisputeAccount(dispute=one, changed_at=one.opened_at) for one in rows)
    parties = _parties(rows, is_firm)
    held = _mediations(rows, mediator)
    _agreements(rows, held, parties, mediator)
    return n


def _is_settled(i: int) -> bool:
    return i % 2 == 0 or i % 5 == 1


def _parties(rows: list[Dispute], is_firm: bool) -> dict[int, list[Party]]:
    def both() -> Iterator[Party]:
        for i, one in enumerate(rows):
            first, second = (FAMILY_NAMES[(i * step) % len(FAMILY_NAMES)] for step in (1, 5))
            yield Party(dispute=one, side=Side.APPLICANT, name=f"{first}某", joined_at=one.opened_at)
            kind = PartyKind.LEGAL if is_firm else PartyKind.NATURAL
            name = f"{second}记健身服务有限公司" if is_firm else f"{second}某某"
            yield Party(dispute=one, side=Side.RESPONDENT, name=name, kind=kind, joined_at=one.opened_at)

    found: dict[int, list[Party]] = {}
    for party in Party.objects.bulk_create(both()):
        found.setdefault(party.dispute_id, []).append(party)
    return found


def _mediations(rows: list[Dispute], mediator: Mediator) -> list[Mediation]:
    made = []
    for i, one in enumerate(rows):
        ended = one.docketed_at or one.changed_at
        held = Mediation(
            dispute=one, kind=Kind.PEOPLES, stage="ended", unit=mediator.body.organisation, mediator=mediator,
            offered_at=one.opened_at, sent_at=one.opened_at, ended_at=ended,
            accepted_at=ended - dt.timedelta(days=9 + i * 3 % 17), ground="agreed" if _is_settled(i) else "gap",
        )  # fmt: skip
        held.put_in(one.place)  # type: ignore[arg-type]
        made.append(held)
    return Mediation.objects.bulk_create(made)


def _agreements(
    rows: list[Dispute], held: list[Mediation], parties: dict[int, list[Party]], mediator: Mediator
) -> None:
    made = []
    for i, (one, mediation) in enumerate(zip(rows, held, strict=True)):
        if not _is_settled(i):
            continue
        is_performed = i % 9 != 4
        ended = mediation.ended_at or one.opened_at
        made.append(
            Agreement(
                dispute=one,
                mediation=mediation,
                unit=mediator.body.organisation,
                version=1,
                kind=Kind.PEOPLES,
                status="performed" if is_performed else "effective",
                drafted_at=ended,
                actor="job:demo",
                text_sha256=hashlib.sha256(one.number.encode()).hexdigest(),
                effective_at=ended,
                completed_at=ended,
                performed_at=one.closed_at if is_performed else None,
            )
        )
    Agreement.objects.bulk_create(made)
    Term.objects.bulk_create(
        Term(
            agreement=one,
            order=1,
            kind="pay",
            creditor=parties[one.dispute_id][0],
            debtor=parties[one.dispute_id][1],
            text="一次付清",
            manner="银行转账",
            amount_fen=(one.dispute.amount_fen or 0) * (65 + i * 7 % 31) // 100,
        )
        for i, one in enumerate(made)
    )


def weigh(district: District, *, at: dt.datetime) -> Any:
    """One matter in mediation that both sides have weighed: the fees of two winters, part of them disputed."""
    actor = system("demo")
    new = NewDispute(
        source=Source.DIRECT, desk_id=district.units["h12368"].pk, place_id=district.areas["港云社区"].pk,
        demanded_at=at - dt.timedelta(days=6), topic="物业服务合同", amount_fen=418_000,
        facts="两年物业费未交；业主说电梯停用三个月、漏水未修，应当少交。", court_id=district.units["court"].pk,
        parties=(
            NewParty(Side.APPLICANT, "云锦物业服务有限公司", kind=PartyKind.LEGAL),
            NewParty(Side.RESPONDENT, "方建国", phone="13812340455"),
        ),
    )  # fmt: skip
    began = at - dt.timedelta(days=6)
    number = disputes.open_dispute(new=new, actor=actor, at=began).number
    actions.offer(number=number, kind=Kind.PEOPLES, evenings=True, actor=actor, at=began)
    ours, theirs = dispute_queries.parties(Dispute.objects.get(number=number))
    edge: dict[str, Any] = {"number": number, "at": began}
    for party in (ours, theirs):
        disputes.consent(party_id=party.pk, to=(ConsentTo.MEDIATION,), by=ConsentBy.PHONE, actor=actor, **edge)
    actions.send_list(actor=actor, **edge)
    listed = Mediation.objects.get(dispute__number=number).candidates.select_related("mediator__user")
    wanted = listed.filter(mediator__user=district.users["xuguilan"]).first() or listed[0]
    for party in (ours, theirs):
        actions.choose(party_id=party.pk, candidate_id=wanted.pk, actor=actor, **edge)
    mediator = access.actor_for(Membership.objects.get(user=wanted.mediator.user))
    actions.accept(number=number, actor=mediator, at=began + dt.timedelta(hours=3))
    disputes.claim(
        party_id=ours.pk, kind=ClaimKind.MONEY, text="付清两年物业费", amount_fen=418_000, actor=actor, **edge
    )
    later: dict[str, Any] = {"number": number, "at": at - dt.timedelta(days=2)}
    for party, sums in ((ours, (318_000, 418_000)), (theirs, (250_000, 352_000))):
        own = dispute_queries.actor_of_party(party.pk)
        for fen in sums:
            actions.reckon(low_fen=fen, high_fen=fen, actor=own, **later)
    return number
