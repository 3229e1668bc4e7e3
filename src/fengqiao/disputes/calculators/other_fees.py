"""保全、执行、支付令、破产: fees of applications."""

from __future__ import annotations

from fractions import Fraction

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, fen, half_up, number, span
from fengqiao.disputes.calculators.litigation_fee import tariff
from fengqiao.disputes.calculators.words import Words, money


class PreservationInput(Input):
    amount_preserved_fen: Fen = ask(
        "要保全的财产金额（元）", "Value to be frozen (yuan)", ..., hint=("不涉及金额的填0", "0 if no amount")
    )
    applied_on: Day | None = ask("申请日期", "Applied on")


def preservation(given: PreservationInput, law: Law) -> Result:
    """Fee of an application to freeze property. Units: fen. Basis: 诉讼费用交纳办法 14(2), 38."""
    on, answer = given.applied_on or law.today, Answer()
    cap = law.rule("fee.preservation.cap", on)
    fee = tariff(answer, law.rule("fee.preservation", on), given.amount_preserved_fen)
    if fee > fen(cap):
        answer.step("最多不超过{cap}。", "At most {cap}.", cap, cap=money(fen(cap)))
    answer.value("fee", "money", min(half_up(fee), fen(cap)), "应交", "To pay")
    answer.step(
        "由申请人先交，可以在诉讼请求中要求对方承担。",
        "The applicant pays and may claim it from the other side.",
        law.rule("fee.preservation.bearer", on),
    )
    return answer.result()


class EnforcementInput(Input):
    amount_fen: Fen | None = ask(
        "要执行的金额（元）",
        "Amount to be enforced (yuan)",
        hint=("不涉及金额的不填", "Leave empty if there is no amount"),
    )
    applied_on: Day | None = ask("申请日期", "Applied on")


def enforcement(given: EnforcementInput, law: Law) -> Result:
    """Fee of enforcement: paid by the one enforced against, after success. Units: fen. Basis: 14(1), 20, 38."""
    on, answer = given.applied_on or law.today, Answer()
    if given.amount_fen is None:
        rule = law.rule("fee.enforcement.no_amount", on)
        low, high = span(rule.value)
        answer.value("fee_low", "money", low, "最少", "At least")
        answer.value("fee_high", "money", high, "最多", "At most")
        answer.step(
            "没有执行金额的，每件{low}至{high}。",
            "Without an amount {low} to {high} a case.",
            rule,
            low=money(low),
            high=money(high),
        )
    else:
        answer.value(
            "fee",
            "money",
            half_up(tariff(answer, law.rule("fee.enforcement", on), given.amount_fen)),
            "执行费",
            "Enforcement fee",
        )
    later = law.rule("fee.enforcement.not_prepaid", on)
    answer.step(
        "申请执行人不用先交，执行后由被执行人承担。",
        "The applicant pays nothing first; the person enforced against bears it.",
        later,
    )
    answer.value("prepaid", "flag", fen(later) > 0, "要先交吗", "Paid first?")
    answer.value("borne_by", "words", Words("被执行人", "person enforced against"), "由谁承担", "Borne by")
    return answer.result()


class PaymentOrderInput(Input):
    claim_fen: Fen = ask("请求金额（元）", "Amount claimed (yuan)", ...)
    applied_on: Day | None = ask("申请日期", "Applied on")


def payment_order(given: PaymentOrderInput, law: Law) -> Result:
    """A third of the property fee. Units: fen. Basis: 诉讼费用交纳办法 14(3), 36."""
    on, answer = given.applied_on or law.today, Answer()
    rule = law.rule("fee.payment_order", on)
    fee = tariff(answer, law.rule("fee.property", on), given.claim_fen) * number(rule)
    answer.value("fee", "money", half_up(fee), "应交", "To pay")
    answer.step(
        "支付令按财产案件的三分之一交：{fee}。",
        "A payment order costs a third of the property fee: {fee}.",
        rule,
        fee=money(half_up(fee)),
    )
    return answer.result()


class BankruptcyInput(Input):
    estate_fen: Fen = ask("破产财产总额（元）", "Estate (yuan)", ...)
    applied_on: Day | None = ask("申请日期", "Applied on")


def bankruptcy(given: BankruptcyInput, law: Law) -> Result:
    """Half the property fee on the estate, capped. Units: fen. Basis: 诉讼费用交纳办法 14(6)."""
    on, answer = given.applied_on or law.today, Answer()
    half, cap = law.rule("fee.bankruptcy", on), law.rule("fee.bankruptcy.cap", on)
    fee: Fraction = tariff(answer, law.rule("fee.property", on), given.estate_fen) * number(half)
    answer.step("减半，最高{cap}。", "Half of it, at most {cap}.", half, cap, cap=money(fen(cap)))
    answer.value("fee", "money", min(half_up(fee), fen(cap)), "应交", "To pay")
    return answer.result()


PRESERVATION = Calculator(
    name="preservation_fee",
    title=Words("保全费", "Preservation fee"),
    lead=Words("申请冻结、查封对方财产要交多少。", "What it costs to have property frozen."),
    group="costs",
    icon="lock",
    input=PreservationInput,
    run=preservation,
    variants=(Variant("all", Words("保全费", "Preservation fee"), ("amount_preserved_fen", "?applied_on")),),
)
ENFORCEMENT = Calculator(
    name="enforcement_fee",
    title=Words("执行费", "Enforcement fee"),
    lead=Words("申请强制执行的费用，由被执行人承担。", "The fee of enforcement, borne by the one enforced against."),
    group="costs",
    icon="gavel",
    input=EnforcementInput,
    run=enforcement,
    variants=(Variant("all", Words("执行费", "Enforcement fee"), ("amount_fen", "?applied_on")),),
)
PAYMENT_ORDER = Calculator(
    name="payment_order_fee",
    title=Words("支付令费用", "Payment order fee"),
    lead=Words("欠款清楚、没有别的纠葛时，比起诉便宜。", "Cheaper than a suit where the debt is clear."),
    group="costs",
    icon="file-invoice",
    input=PaymentOrderInput,
    run=payment_order,
    variants=(Variant("all", Words("支付令", "Payment order"), ("claim_fen", "?applied_on")),),
)
BANKRUPTCY = Calculator(
    name="bankruptcy_fee",
    title=Words("破产案件费用", "Bankruptcy fee"),
    lead=Words("按破产财产总额计算，减半并封顶。", "On the estate, halved and capped."),
    group="costs",
    icon="building-off",
    input=BankruptcyInput,
    run=bankruptcy,
    variants=(Variant("all", Words("破产案件", "Bankruptcy"), ("estate_fen", "?applied_on")),),
)
