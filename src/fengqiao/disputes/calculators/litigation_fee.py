"""案件受理费: what a court charges for a case, for every kind of case, halved at most once."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, charged, fen, half_up, share, span
from fengqiao.disputes.calculators.words import Words, money, percent
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

KINDS = {
    "property": ("财产案件（要钱要物）", "Property claim"),
    "mixed": ("既有财产请求又有非财产请求", "Property and other claims together"),
    "divorce": ("离婚", "Divorce"),
    "personality": ("侵害人格权", "Personality rights"),
    "other_non_property": ("其他非财产案件", "Other, no amount"),
    "ip": ("知识产权（没有争议金额）", "Intellectual property without an amount"),
    "labour": ("劳动争议", "Labour dispute"),
    "wage_note": ("凭工资欠条起诉", "Suit on a wage note"),
    "administrative": ("行政案件", "Administrative case"),
    "administrative_special": ("商标、专利、海事行政案件", "Trademark, patent or maritime administrative case"),
    "jurisdiction_objection": ("管辖权异议不成立", "Objection to jurisdiction that fails"),
    "public_notice": ("公示催告", "Public summons on a lost instrument"),
    "award_set_aside": ("撤销仲裁裁决", "Setting aside an arbitration award"),
    "judicial_confirmation": ("申请司法确认", "Judicial confirmation"),
    "special": ("其他特别程序", "Other special procedure"),
}
Kind = Literal[
    "property",
    "mixed",
    "divorce",
    "personality",
    "other_non_property",
    "ip",
    "labour",
    "wage_note",
    "administrative",
    "administrative_special",
    "jurisdiction_objection",
    "public_notice",
    "award_set_aside",
    "judicial_confirmation",
    "special",
]


class FeeInput(Input):
    """Amounts in yuan. `base`: the point inside the range that the province has set; without it the range is shown."""

    kind: Kind = ask("案件类型", "Kind of case", "property", choices=KINDS)
    claim_fen: Fen | None = ask("请求金额（元）", "Amount claimed (yuan)")
    property_claims: tuple[Fen, ...] = ask(
        "各项财产请求（元）", "Property claims (yuan)", (), max_length=60, hint=("每行一项", "One a line")
    )
    non_property_claims: Count = ask("非财产请求的项数", "Number of claims without an amount", 0)
    claims: Count = ask("请求项数", "Number of claims", 1)
    property_fen: Fen = ask("分割的共同财产（元）", "Property to be divided (yuan)", 0, validate_default=False)
    damages_fen: Fen = ask("损害赔偿金额（元）", "Damages claimed (yuan)", 0, validate_default=False)
    amount_fen: Fen | None = ask("金额（元）", "Amount (yuan)")
    base_fen: Fen | None = ask(
        "本省规定的每件收费（元）",
        "Fee per case set by the province (yuan)",
        hint=("不知道可以不填，按幅度列出", "Leave empty if unknown: the range is shown"),
    )
    procedure: Literal["ordinary", "simplified", "small_claims"] = ask(
        "程序",
        "Procedure",
        "ordinary",
        choices={
            "ordinary": ("普通程序", "Ordinary"),
            "simplified": ("简易程序", "Simplified"),
            "small_claims": ("小额诉讼", "Small claims"),
        },
    )
    outcome: Literal["judgment", "mediated", "withdrawn", "dismissed_inadmissible"] = ask(
        "结果",
        "Outcome",
        "judgment",
        choices={
            "judgment": ("判决", "Judgment"),
            "mediated": ("调解结案", "Settled by mediation"),
            "withdrawn": ("撤诉", "Withdrawn"),
            "dismissed_inadmissible": ("不予受理或驳回起诉", "Not accepted or dismissed as inadmissible"),
        },
    )
    counterclaim_fen: Fen | None = ask("反诉金额（元）", "Counterclaim (yuan)")
    joined: bool = ask("反诉合并审理", "Counterclaim heard together", False)
    stage: Literal["first", "appeal"] = ask(
        "审级", "Instance", "first", choices={"first": ("一审", "First"), "appeal": ("二审", "Appeal")}
    )
    appealed_amount_fen: Fen | None = ask("不服部分的金额（元）", "Amount still contested (yuan)")
    reduced_to_fen: Fen | None = ask("请求减少到（元）", "Claim reduced to (yuan)")
    when: Literal["before end of court investigation", "later"] = ask(
        "何时减少",
        "Reduced when",
        "before end of court investigation",
        choices={
            "before end of court investigation": ("法庭调查终结前", "Before the end of court investigation"),
            "later": ("法庭调查终结后", "Later"),
        },
    )
    filed_on: Day | None = ask("起诉日期", "Filed on")


@dataclasses.dataclass(frozen=True)
class _Full:
    """The fee before halving: one sum, or a range where the province has not been named."""

    low: Fraction
    high: Fraction


def calculate(given: FeeInput, law: Law) -> Result:
    """Fee of a case. Units: fen. Basis: 诉讼费用交纳办法 8, 13, 15-18, 21, 27; CPI 201, 206."""
    on, answer = given.filed_on or law.today, Answer()
    if given.kind in {"judicial_confirmation", "special"}:
        rule = law.rule("fee.special_procedure", on)
        answer.value("fee", "money", fen(rule), "应交", "To pay")
        answer.step(
            "特别程序（包括司法确认）不收费。", "Special procedures, confirmation included, cost nothing.", rule
        )
        return answer.result()
    full = _full(given, law, answer)
    ground = _halving(given, law)
    if given.outcome == "dismissed_inadmissible":
        return _dismissed(full, law, answer, given)
    if given.reduced_to_fen is not None:
        return _reduced(given, law, answer, full)
    _say_fee(answer, full, ground, law, given)
    _say_counterclaim(answer, given, law, full, ground)
    _say_labour_beside(answer, given, law)
    _say_relief(answer, given, law)
    return answer.result()


# -- the whole fee -------------------------------------------------------------------------------------------------


def _full(given: FeeInput, law: Law, answer: Answer) -> _Full:
    on = given.filed_on or law.today
    if given.kind in {"property", "mixed", "wage_note"}:
        return _one(_property(given, law, answer))
    if given.kind in FIXED:
        rule = law.rule(FIXED[given.kind], on)
        answer.step("这类案件每件收{fee}。", "Cases of this kind cost {fee} each.", rule, fee=money(fen(rule)))
        return _one(Fraction(fen(rule)))
    return _ranged(given, law, answer)


def _one(fee: Fraction) -> _Full:
    return _Full(fee, fee)


def _property(given: FeeInput, law: Law, answer: Answer) -> Fraction:
    on = given.filed_on or law.today
    amount, rules = given.claim_fen or 0, [law.rule("fee.property", on)]
    if given.property_claims:
        amount = sum(given.property_claims)
        rules.append(law.rule("fee.claims_added", on))
        answer.step(
            "各项财产请求合并计算：{sum}。", "Property claims are added up: {sum}.", rules[-1], sum=money(amount)
        )
    if given.stage == "appeal" and given.appealed_amount_fen is not None:
        amount = given.appealed_amount_fen
        rules.append(law.rule("fee.appeal", on))
        answer.step(
            "上诉只按不服的部分交：{sum}。",
            "On appeal only the contested part counts: {sum}.",
            rules[-1],
            sum=money(amount),
        )
    if given.kind == "mixed":
        rule = law.rule("fee.mixed", on)
        answer.step(
            "既有财产请求又有非财产请求的，按财产案件交。",
            "With property and other claims together the property tariff applies.",
            rule,
        )
    return tariff(answer, rules[0], amount)


def tariff(answer: Answer, rule: RuleValue, amount_fen: int) -> Fraction:
    """Say how a tariff was gone through."""
    fee, lines = charged(rule, amount_fen)
    parts = " + ".join(
        f"{line.part_fen / 100:,.2f}×{percent(line.rate)}" if line.rate else f"{float(line.charge) / 100:,.2f}"
        for line in lines
    )
    answer.step(
        "金额{amount}，分段累计：{parts} = {fee}。",
        "Amount {amount}, in steps: {parts} = {fee}.",
        rule,
        amount=money(amount_fen),
        parts=parts,
        fee=money(half_up(fee)),
    )
    return fee


FIXED = {
    "labour": "fee.labour",
    "administrative": "fee.administrative",
    "administrative_special": "fee.administrative_special",
    "public_notice": "fee.public_notice",
    "award_set_aside": "fee.award_set_aside",
}
RANGES = {
    "divorce": "fee.divorce.base",
    "personality": "fee.personality.base",
    "other_non_property": "fee.other_non_property.base",
    "ip": "fee.ip.base",
    "jurisdiction_objection": "fee.jurisdiction_objection",
}


def _ranged(given: FeeInput, law: Law, answer: Answer) -> _Full:
    """Kinds with a range per case, set by the province, plus a share of property or damages."""
    on = given.filed_on or law.today
    rule = law.rule(RANGES[given.kind], on)
    low, high = span(rule.value)
    if given.base_fen is not None and not low <= given.base_fen <= high:
        raise Refused(
            "fee.base_out_of_range",
            _("The fee per case lies outside the range the law allows."),
            law=f"{rule.instrument} {rule.article}",
        )
    if given.base_fen is not None:
        low = high = given.base_fen
        answer.step("每件{base}（本省规定）。", "Per case {base}, as the province has set.", rule, base=money(low))
    else:
        answer.step(
            "每件{low}至{high}，由省里规定。",
            "Per case {low} to {high}; the province sets the point.",
            rule,
            low=money(low),
            high=money(high),
        )
    if given.kind == "other_non_property" and given.claims > 1:
        answer.step(
            "多项非财产请求按一件交。",
            "Several claims without an amount count as one.",
            law.rule("fee.non_property_once", on),
        )
    more = Fraction(0)
    if given.kind == "divorce":
        more = tariff(answer, law.rule("fee.divorce.property", on), given.property_fen)
    if given.kind == "personality":
        more = tariff(answer, law.rule("fee.personality.damages", on), given.damages_fen)
    return _Full(low + more, high + more)


# -- halving, refunds ----------------------------------------------------------------------------------------------


def _halving(given: FeeInput, law: Law) -> list[RuleValue]:
    """The grounds for half the fee: however many there are, it is halved once."""
    on, found = given.filed_on or law.today, []
    if given.outcome in {"mediated", "withdrawn"}:
        found.append(law.rule("fee.half.settled", on))
    if given.procedure != "ordinary" and given.stage == "first":
        found.append(law.rule("fee.half.simplified", on))
    return found


def _say_fee(answer: Answer, full: _Full, grounds: list[RuleValue], law: Law, given: FeeInput) -> None:
    factor = share(grounds[0]) if grounds else Fraction(1)
    if grounds:
        rules = [*grounds, law.rule("fee.half.once", given.filed_on or law.today)]
        answer.step("减半交纳，只减一次。", "Half the fee; it is halved only once.", *rules)
    if full.low == full.high:
        answer.value("fee", "money", half_up(full.low * factor), "应交", "To pay")
        if grounds:
            answer.value("full_fee", "money", half_up(full.low), "不减半时", "Without halving")
        return
    answer.value("fee_low", "money", half_up(full.low * factor), "最少", "At least")
    answer.value("fee_high", "money", half_up(full.high * factor), "最多", "At most")


def _say_counterclaim(answer: Answer, given: FeeInput, law: Law, full: _Full, grounds: list[RuleValue]) -> None:
    if given.counterclaim_fen is None:
        return
    on = given.filed_on or law.today
    fee = tariff(answer, law.rule("fee.property", on), given.counterclaim_fen)
    if given.joined:
        rule = law.rule("fee.half.joined", on)
        answer.step("合并审理的反诉减半交纳。", "A counterclaim heard together costs half.", rule)
        fee *= share(rule)
    elif grounds:
        fee *= share(grounds[0])
    answer.value("claim_fee", "money", half_up(full.low * (share(grounds[0]) if grounds else 1)), "本诉", "Claim")
    answer.value("counterclaim_fee", "money", half_up(fee), "反诉", "Counterclaim")


def _say_labour_beside(answer: Answer, given: FeeInput, law: Law) -> None:
    if given.kind != "wage_note":
        return
    on = given.filed_on or law.today
    note, labour = law.rule("fee.wage_note", on), law.rule("fee.labour", on)
    grounds = _halving(given, law)
    beside = Fraction(fen(labour)) * (share(grounds[0]) if grounds else 1)
    answer.step(
        "凭工资欠条起诉按哪个标准，法律没有写明；实践中多按财产案件，劳动争议标准列在旁边。",
        "No text says which tariff a suit on a wage note follows; practice takes the property tariff, the labour fee stands beside it.",
        note,
        labour,
    )
    answer.value("labour_fee", "money", half_up(beside), "按劳动争议", "By the labour tariff")


def _say_relief(answer: Answer, given: FeeInput, law: Law) -> None:
    on = given.filed_on or law.today
    waive, reduce, defer = (law.rule(f"fee.relief.{name}", on) for name in ("waive", "reduce", "defer"))
    answer.step(
        "确有困难的，可以向法院申请缓交、减交（不少于{p}%）或者免交。",
        "Who is in need may ask the court to defer, reduce (by {p}% at least) or waive the fee.",
        defer,
        reduce,
        waive,
        p=reduce.value,
    )
    if given.kind in {"labour", "wage_note"}:
        rule = law.rule("fee.wage_not_prepaid", on)
        answer.step("要工资的案件不用先交。", "A claim for wages need not be prepaid.", rule)


def _dismissed(full: _Full, law: Law, answer: Answer, given: FeeInput) -> Result:
    rule = law.rule("fee.inadmissible", given.filed_on or law.today)
    answer.value("fee", "money", fen(rule), "应交", "To pay")
    if full.low == full.high:
        answer.value("refund", "money", half_up(full.low), "退还", "Comes back")
    answer.step(
        "不予受理、驳回起诉的不收费，已交的全部退还。",
        "Not accepted or dismissed as inadmissible: no fee, what was paid comes back.",
        rule,
    )
    return answer.result()


def _reduced(given: FeeInput, law: Law, answer: Answer, full: _Full) -> Result:
    on = given.filed_on or law.today
    rule = law.rule("fee.reduced_claim", on)
    paid = half_up(full.low)
    due = half_up(tariff(answer, law.rule("fee.property", on), given.reduced_to_fen or 0))
    refund = max(0, paid - due) if given.when == "before end of court investigation" else 0
    answer.value("fee", "money", paid - refund, "应交", "To pay")
    answer.value("paid", "money", paid, "已交", "Paid before")
    answer.value("refund", "money", refund, "退还", "Comes back")
    answer.step(
        "在法庭调查终结前减少请求的，退还差额。",
        "A claim reduced before the end of court investigation: the difference comes back.",
        rule,
    )
    return answer.result()


_MORE = ("procedure", "outcome", "?filed_on")
CALCULATOR = Calculator(
    name="litigation_fee",
    title=Words("诉讼费", "Court fee"),
    lead=Words("打官司要先交多少钱，调解了能省多少。", "What a suit costs at the start, and what mediation saves."),
    group="costs",
    icon="building-bank",
    input=FeeInput,
    run=calculate,
    variants=(
        Variant("property", Words("要钱要物", "Money or things"), ("claim_fen", *_MORE), {"kind": "property"}),
        Variant(
            "mixed",
            Words("多项请求", "Several claims"),
            ("property_claims", "?non_property_claims", *_MORE),
            {"kind": "mixed"},
        ),
        Variant("divorce", Words(*KINDS["divorce"]), ("property_fen", "?base_fen", *_MORE), {"kind": "divorce"}),
        Variant(
            "personality", Words(*KINDS["personality"]), ("damages_fen", "?base_fen", *_MORE), {"kind": "personality"}
        ),
        Variant("labour", Words(*KINDS["labour"]), _MORE, {"kind": "labour"}),
        Variant("wage_note", Words(*KINDS["wage_note"]), ("claim_fen", *_MORE), {"kind": "wage_note"}),
        Variant(
            "counterclaim",
            Words("有反诉", "With a counterclaim"),
            ("claim_fen", "counterclaim_fen", *_MORE),
            {"kind": "property", "joined": True},
        ),
        Variant(
            "appeal",
            Words("上诉", "Appeal"),
            ("claim_fen", "appealed_amount_fen", "outcome", "?filed_on"),
            {"kind": "property", "stage": "appeal"},
        ),
        Variant(
            "reduced",
            Words("减少请求", "Claim reduced"),
            ("claim_fen", "reduced_to_fen", "when", "?filed_on"),
            {"kind": "property"},
        ),
        Variant("other", Words("其他案件", "Other cases"), ("kind", "?base_fen", *_MORE), {}),
    ),
)
