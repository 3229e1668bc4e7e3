"""迟延履行利息: what a debtor owes for paying a judgment late, beside the interest the document itself names."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, share
from fengqiao.disputes.calculators.words import Words, day, money, percent, plain
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue


class Payment(Input):
    on: Day
    amount_fen: Fen


class Instalment(Input):
    due: Day
    amount_fen: Fen


class General(Input):
    """Interest the judgment itself orders; `until` "payment" or a day."""

    percent: Number
    from_: Day = ask("起", "From", ..., alias="from")
    until: Literal["payment"] | Day = "payment"
    day_basis: Literal[360, 365] = 365


class DelayInput(Input):
    """`debt`: the money owed without interest and costs."""

    debt_fen: Fen | None = ask("未付的本金等（元，不含利息和诉讼费）", "Money owed, without interest and costs (yuan)")
    performance_ended_on: Day | None = ask("履行期最后一天", "Last day to perform")
    no_term_in_document: bool = ask("文书没有写履行期", "The document names no day", False)
    effective_on: Day | None = ask("文书生效日", "In force since")
    paid_on: Day | None = ask("付清日期", "Paid on")
    payments: tuple[Payment, ...] = ask(
        "分次付款", "Payments", (), max_length=60, hint=("每行：日期 金额", "One a line: day amount")
    )
    instalments: tuple[Instalment, ...] = ask(
        "分期应付", "Instalments due", (), max_length=60, hint=("每行：到期日 金额", "One a line: due day amount")
    )
    not_counted_days: Count = ask(
        "不计入的天数",
        "Days not counted",
        0,
        hint=("非被执行人申请的中止、再审停止执行的时间", "Stays the debtor did not ask for"),
    )
    not_counted_reason: str = ask("不计入的原因", "Why not counted", "")
    judged_general_interest: General | None = ask("判决确定的一般利息", "Interest ordered by the judgment")
    interest_percent: Number | None = ask("判决确定的年利率（%）", "Yearly rate in the judgment (%)")
    interest_from: Day | None = ask("判决利息从哪天起", "That interest runs from")


def calculate(given: DelayInput, law: Law) -> Result:
    """The doubled part: debt × rate a day × days, payments meeting the debt first.

    Units: fen. Days: day of payment less last day of the term. Basis: 法释〔2014〕8号 1-4; CPL 264.
    """
    answer = Answer()
    if given.instalments:
        return _instalments(given, law, answer)
    start = given.effective_on if given.no_term_in_document else given.performance_ended_on
    if start is None or given.debt_fen is None:
        raise Refused("delay.facts_missing", _("Please fill in the debt and the last day to perform."))
    if given.payments:
        return _payments(given, start, law, answer)
    end = _needed(given.paid_on)
    days = max(0, (end - start).days - given.not_counted_days)
    _say_start(given, start, law, answer)
    part = _doubled(answer, given.debt_fen, days, _rate(law, start))
    answer.value("doubled_part", "money", half_up(part), "加倍部分", "Doubled part")
    answer.value("days", "count", days, "天数", "Days")
    _say_general(given, start, end, part, law, answer)
    _say_order(law, start, answer)
    return answer.result()


def _needed(value: dt.date | None) -> dt.date:
    if value is None:
        raise Refused("delay.facts_missing", _("Please fill in the debt and the last day to perform."))
    return value


def _rate(law: Law, on: dt.date) -> RuleValue:
    return law.rule("delay.daily_rate", on)


def _doubled(answer: Answer, debt_fen: int, days: int, rule: RuleValue) -> Fraction:
    part = debt_fen * share(rule) * days
    answer.step(
        "{d} × 每天{r} × {n}天 = {p}。",
        "{d} × {r} a day × {n} days = {p}.",
        rule,
        d=money(debt_fen),
        r=percent(share(rule)),
        n=days,
        p=money(half_up(part)),
    )
    return part


def _say_start(given: DelayInput, start: dt.date, law: Law, answer: Answer) -> None:
    if given.no_term_in_document:
        answer.step(
            "文书没有写履行期，自生效（{day}）起算。",
            "The document names no term: counted from its effect, {day}.",
            law.rule("delay.no_term", start),
            day=day(start),
        )
    if given.not_counted_days:
        answer.step(
            "非被执行人造成的停止执行{n}天不计入。",
            "{n} days of a stay the debtor did not ask for are left out.",
            law.rule("delay.not_counted", start),
            n=given.not_counted_days,
        )


def _say_order(law: Law, on: dt.date, answer: Answer) -> None:
    answer.step(
        "付款先抵本金等债务，最后抵加倍部分；诉讼费不作基数。",
        "Payments meet the debt first, the doubled part last; court costs are no part of the base.",
        law.rule("delay.order", on),
        law.rule("delay.costs_outside", on),
    )


def _say_general(given: DelayInput, start: dt.date, end: dt.date, part: Fraction, law: Law, answer: Answer) -> None:
    general = given.judged_general_interest
    if general is None and given.interest_percent is not None and given.interest_from is not None:
        general = General.model_validate({"percent": given.interest_percent, "from": given.interest_from})
    if general is None:
        return
    until = general.until if isinstance(general.until, dt.date) else end
    days = (until - general.from_).days
    interest = (given.debt_fen or 0) * general.percent / 100 * days / general.day_basis
    answer.step(
        "一般利息照判决算：{d} × {r}% × {n}天 ÷ {b} = {i}。",
        "Interest as judged: {d} × {r}% × {n} days ÷ {b} = {i}.",
        law.rule("delay.general", start),
        d=money(given.debt_fen or 0),
        r=plain(general.percent),
        n=days,
        b=general.day_basis,
        i=money(half_up(interest)),
    )
    answer.value("general_interest", "money", half_up(interest), "一般利息", "Interest as judged")
    answer.value("total_interest", "money", half_up(interest + part), "利息合计", "Interest in all")


def _payments(given: DelayInput, start: dt.date, law: Law, answer: Answer) -> Result:
    rule, left, since = _rate(law, start), given.debt_fen or 0, start
    total, segments = Fraction(0), []
    stops = sorted(given.payments, key=lambda one: one.on)
    for payment in stops:
        days = max(0, (payment.on - since).days)
        if payment.on > start:
            segments.append(days)
            total += _doubled(answer, left, days, rule)
        left, since = max(0, left - payment.amount_fen), max(since, payment.on)
    if left and given.paid_on and given.paid_on > since:
        segments.append((given.paid_on - since).days)
        total += _doubled(answer, left, segments[-1], rule)
    answer.value("doubled_part", "money", half_up(total), "加倍部分", "Doubled part")
    answer.value("segments_days", "count", segments, "各段天数", "Days of each stretch")
    answer.value("debt_left", "money", 0 if given.paid_on else left, "未付债务", "Debt left")
    _say_order(law, start, answer)
    return answer.result()


def _instalments(given: DelayInput, law: Law, answer: Answer) -> Result:
    end = _needed(given.paid_on)
    parts, days = Fraction(0), []
    for one in given.instalments:
        days.append(max(0, (end - one.due).days))
        parts += _doubled(answer, one.amount_fen, days[-1], _rate(law, one.due))
    answer.value("doubled_part", "money", half_up(parts), "加倍部分", "Doubled part")
    answer.value("days", "count", days, "各期天数", "Days of each")
    answer.step(
        "分期履行的，从每期届满分别计算。",
        "Each instalment is counted from its own due day.",
        law.rule("delay.instalments", given.instalments[0].due),
    )
    return answer.result()


CALCULATOR = Calculator(
    name="delay_interest",
    title=Words("迟延履行利息", "Interest for paying a judgment late"),
    lead=Words(
        "判决或司法确认后不按期付款，要加付多少。", "What is added when a judgment or confirmed agreement is paid late."
    ),
    group="money",
    icon="clock-exclamation",
    input=DelayInput,
    run=calculate,
    variants=(
        Variant(
            "once",
            Words("一次付清", "Paid at once"),
            (
                "debt_fen",
                "performance_ended_on",
                "?paid_on",
                "?not_counted_days",
                "?interest_percent",
                "?interest_from",
            ),
        ),
        Variant("payments", Words("分次付款", "Paid in parts"), ("debt_fen", "performance_ended_on", "payments")),
        Variant("instalments", Words("分期履行", "Due in instalments"), ("instalments", "?paid_on")),
        Variant(
            "no_term",
            Words("文书没写履行期", "No term in the document"),
            ("debt_fen", "effective_on", "?paid_on"),
            {"no_term_in_document": True},
        ),
    ),
)
