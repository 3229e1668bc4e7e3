"""What each statutory paper says, with the article behind every part of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from fengqiao.mediation.papers import (
    Block,
    Matter,
    Strip,
    day,
    due,
    fields,
    heading,
    items,
    moment,
    money,
    sides,
    signatures,
    table,
    text,
    to_sign,
)


@dataclasses.dataclass(frozen=True)
class Due:
    """One deed or instalment as printed. Units: fen."""

    what: str
    plain_on: dt.date
    due_on: dt.date
    amount_fen: int | None = None
    is_provisional: bool = False

    @property
    def words(self) -> str:
        return due(self.plain_on, self.due_on, is_provisional=self.is_provisional)


@dataclasses.dataclass(frozen=True)
class TermText:
    """One term as printed."""

    words: str
    manner: str = ""
    amount_fen: int | None = None
    duties: tuple[Due, ...] = ()

    @property
    def line(self) -> str:
        parts = [self.words.rstrip("。")]
        if self.amount_fen is not None:
            parts.append(f"金额{money(self.amount_fen)}")
        if self.manner:
            parts.append(f"方式：{self.manner}")
        if len(self.duties) == 1:
            parts.append(f"期限：{self.duties[0].words}前")
        elif self.duties:
            parts.append(f"分{len(self.duties)}期，见下表")
        return "；".join(parts) + "。"


def agreement(
    matter: Matter, *, facts: str, issues: str, responsibility: str, place: str, terms: Sequence[TermText],
    settles_all: bool, strips: Sequence[Strip], on_paper: bool,
) -> list[Block]:  # fmt: skip
    """Basis: 人民调解法 29; 人民调解工作若干规定 35."""
    blocks = [
        *sides(matter),
        fields(
            ("纠纷编号", matter.number), ("纠纷类型", matter.cause), ("调解组织", matter.organisation),
            ("调解员", matter.mediator),
        ),
        heading("一、纠纷主要事实"), text(facts),
        heading("二、争议事项"), text(issues),
        heading("三、各方当事人的责任"), text(responsibility),
        heading("四、达成的协议内容、履行方式和期限"), items([term.line for term in terms]),
    ]  # fmt: skip
    blocks += [_plan_of(term) for term in terms if len(term.duties) > 1]
    blocks += [
        fields(("履行地点", place)),
        text("本协议所涉纠纷一次了结，各方就此无其他争议。" if settles_all else "本协议只了结上列事项，其余另行处理。"),
        text(
            "本协议由各方自愿达成，对各方具有法律约束力，各方应当按约定履行。"
            "各方可以自协议生效之日起三十日内共同向人民法院申请司法确认；经确认有效，一方拒绝履行的，对方可以申请强制执行。"
        ),
        text(
            "本协议在纸质文本上签名、盖章或者按指印。"
            if on_paper
            else "本协议以电子方式签署的，签署人身份、时间与文本散列一并记录。"
        ),
        signatures(strips),
    ]
    return blocks


def _plan_of(term: TermText) -> Block:
    return table(
        ("期次", "金额", "最后履行日"),
        [
            (f"第{n}期", money(one.amount_fen) if one.amount_fen is not None else one.what, one.words)
            for n, one in enumerate(term.duties, start=1)
        ],
    )


def plan(matter: Matter, terms: Sequence[TermText]) -> list[Block]:
    blocks = [*sides(matter), fields(("纠纷编号", matter.number), ("依据", "各方签署的调解协议书"))]
    for term in terms:
        if term.duties:
            blocks += [heading(term.words), _plan_of(term)]
    blocks.append(
        text("期限最后一日是法定休息日的，以休息日结束的次日为最后一日（民法典第二百零三条）；调休上班日不顺延。")
    )
    return blocks


def application(matter: Matter, *, facts: str, wishes: Sequence[str], asked_at: dt.datetime) -> list[Block]:
    """Basis: 人民调解法 17; 诉讼时效规定 12 (the request interrupts limitation)."""
    return [
        *sides(matter),
        fields(("纠纷类型", matter.cause), ("申请时间", moment(asked_at))),
        heading("纠纷简要情况"), text(facts or "见各方陈述。"),
        heading("申请事项"), items(list(wishes) or ["请求主持调解。"]),
        text("人民调解委员会已告知：调解以自愿为前提，不收取费用；不得因调解而阻止当事人依法通过仲裁、行政、司法等途径维护权利。"),
        text("自申请之日起，诉讼时效依法中断。"),
        signatures(to_sign(matter)[:1]),
    ]  # fmt: skip


def record(
    matter: Matter, *, held_at: dt.datetime, is_online: bool, words: str, strips: Sequence[Strip]
) -> list[Block]:
    """Basis: 人民调解法 27; 在线调解规则 17, 22."""
    return [
        fields(
            ("时间", moment(held_at)), ("方式", "在线" if is_online else "现场"),
            ("调解组织", matter.organisation), ("调解员", matter.mediator), ("纠纷类型", matter.cause),
        ),
        *sides(matter),
        text("已核对各方身份，告知调解自愿、保密原则、虚假调解的法律后果以及当事人的权利义务。"),
        text(words),
        signatures(strips),
    ]  # fmt: skip


def certificate(
    matter: Matter, *, kind: str, accepted_at: dt.datetime | None, effective_at: dt.datetime, agreement_number: str
) -> list[Block]:
    """Basis: 民事诉讼法解释 354 (papers of a joint application)."""
    return [
        *sides(matter),
        text(
            f"上列当事人因{matter.cause}，由本组织{matter.organisation}主持调解（{kind}），调解员{matter.mediator}。"
            + (f"本组织于{moment(accepted_at)}接受。" if accepted_at else "")
        ),
        text(f"各方自愿达成调解协议，编号{agreement_number}，于{moment(effective_at)}生效。特此证明。"),
        fields(("调解组织", matter.organisation)),
    ]


def confirmation(
    matter: Matter, *, agreement_number: str, effective_at: dt.datetime, last_on: dt.date, strips: Sequence[Strip]
) -> list[Block]:
    """Basis: 民事诉讼法 205; 民事诉讼法解释 353, 354; 司法确认程序规定 3."""
    names = "、".join(side.name for side in matter.sides)
    return [
        *sides(matter),
        heading("请求事项"),
        text(f"请求裁定确认{names}于{day(effective_at.date())}生效的调解协议（编号{agreement_number}）有效。"),
        heading("事实和理由"),
        text(
            f"申请人因{matter.cause}，经{matter.organisation}主持调解，自愿达成调解协议。申请的最后一日为{day(last_on)}。"
            "申请人出于解决纠纷的目的自愿达成协议，没有恶意串通、规避法律的行为；"
            "如因协议内容给他人造成损害，愿意承担相应的法律责任。"
        ),
        heading("附件"), items(["调解协议书", "调解组织主持调解的证明", "身份证明、住址和联系方式"]),
        fields(("此致", matter.court)),
        signatures(strips),
    ]  # fmt: skip


def facts(matter: Matter, *, listed: Sequence[str], signed: Sequence[tuple[str, dt.datetime]]) -> list[Block]:
    """Basis: 特邀调解规定 22; 在线调解规则 18."""
    return [
        *sides(matter),
        text(
            "各方对下列事实没有争议。本表单独签署，在后续程序中无需就这些事实举证；调解中为达成协议作出的让步不在其内。"
        ),
        items(listed),
        signatures([Strip(name, "", moment(at)) for name, at in signed] or to_sign(matter)),
    ]


def service(matter: Matter, *, electronic: bool) -> list[Block]:
    """Basis: 在线诉讼规则 29–31; 民事诉讼法 90; 在线调解规则 17."""
    return [
        *sides(matter),
        fields(("同意电子送达", "是" if electronic else "否（以纸质方式送达）")),
        items(
            [
                "送达地址适用于调解、司法确认以及后续的诉讼和执行程序；变更的，应当及时书面告知。",
                "因提供的地址不准确、拒不提供地址或者变更后未告知，导致文书未能实际接收的，文书退回之日视为送达之日。",
                "同意电子送达的，文书到达确认的电子地址所在系统之日视为送达；可以要求提供纸质文书。",
            ]
        ),
        signatures(to_sign(matter)),
    ]


def docketing(matter: Matter, *, claims: Sequence[str], facts_text: str, proofs: Sequence[str]) -> list[Block]:
    """Basis: 民事诉讼法 122, 124, 126."""
    return [
        *sides(matter),
        fields(("案由", matter.cause)),
        heading("诉讼请求"), items(list(claims) or ["（起诉时写明）"]),
        heading("事实和理由"), text(facts_text or "（起诉时写明）"),
        heading("证据"), items(list(proofs) or ["（起诉时列明）"]),
        text("调解中的陈述、让步和调解方案不在本诉状及附件之内。"),
        fields(("此致", matter.court)),
        signatures(to_sign(matter)[:1]),
    ]  # fmt: skip


def ruling(
    matter: Matter, *, is_valid: bool, agreement_number: str, terms: Sequence[TermText], applied_on: dt.date,
    decided_on: dt.date, ground: str, judge: str, objection_until: dt.date | None,
) -> list[Block]:  # fmt: skip
    """Basis: 民事诉讼法 205, 206; 民事诉讼法解释 356–358, 372."""
    names = "、".join(side.name for side in matter.sides)
    opening = (
        f"申请人{names}申请确认调解协议效力一案，本院于{day(applied_on)}受理后，依照特别程序进行了审查，通知各方到场核实。"
        f"经{matter.organisation}主持调解，各方于调解协议（编号{agreement_number}）中约定："
    )
    if is_valid:
        result = [
            text("本院经审查认为，申请人达成的调解协议，符合司法确认调解协议的法定条件。依照《中华人民共和国民事诉讼法》第二百零六条规定，裁定如下："),
            text(f"申请人{names}达成的上述调解协议有效。当事人应当按照调解协议的约定自觉履行义务。一方当事人拒绝履行或者未全部履行的，对方当事人可以向人民法院申请执行。"),
        ]  # fmt: skip
    else:
        result = [
            text(f"本院经审查认为：{ground}。依照《中华人民共和国民事诉讼法》第二百零六条规定，裁定如下："),
            text("驳回申请。当事人可以通过调解方式变更原调解协议或者达成新的调解协议，也可以向人民法院提起诉讼。"),
        ]
    objection = (
        f"当事人对确认裁定有异议的，应当自收到裁定之日起十五日内提出；即日送达的，至{day(objection_until)}。"
        "利害关系人有异议的，自知道或者应当知道其民事权益受到侵害之日起六个月内提出。"
        if objection_until is not None
        else ""
    )
    return [
        *sides(matter),
        text(opening),
        items([term.line for term in terms]),
        *[_plan_of(term) for term in terms if len(term.duties) > 1],
        *result,
        *([text(objection)] if objection else []),
        text("本案不收取费用。"),
        fields(("审判员", judge), ("日期", day(decided_on)), ("法院", matter.court)),
    ]


def enforcement(
    matter: Matter, *, ruling_number: str, open_duties: Sequence[tuple[str, str]], last_on: dt.date | None
) -> list[Block]:
    """Basis: 民事诉讼法 206, 250; 民事诉讼法解释 460."""
    return [
        *sides(matter),
        fields(("执行依据", ruling_number), ("申请执行的最后一日", day(last_on) if last_on else "")),
        heading("请求事项"), text("请求强制执行下列到期未履行的义务："),
        table(("到期日", "未履行内容"), open_duties),
        fields(("此致", matter.court)),
        signatures(to_sign(matter)[:1]),
    ]  # fmt: skip
