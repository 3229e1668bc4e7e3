"""双倍工资、代通知金、拖欠工资: other sums from employment."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.severance import SeveranceInput, base_and_months
from fengqiao.disputes.calculators.words import Words, day, money, plain
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused

KINDS = {
    "double_wage": ("没签劳动合同的双倍工资", "Double wage without a written contract"),
    "notice_pay_art40": ("代通知金", "Pay instead of notice"),
    "art40_total": ("补偿加代通知金", "Severance and pay instead of notice"),
    "wage_arrears_extra": ("拖欠工资的加付", "Extra for late wages"),
    "final_award": ("仲裁是否一裁终局", "Is the award final?"),
}


class LabourInput(Input):
    kind: Literal["double_wage", "notice_pay_art40", "art40_total", "wage_arrears_extra", "final_award"] = ask(
        "算什么", "What", "double_wage", choices=KINDS
    )
    hired_on: Day | None = ask("入职日期", "Hired on")
    contract_signed_on: Day | None = ask(
        "签合同日期", "Contract signed on", hint=("一直没签的不填", "Leave empty if never")
    )
    left_on: Day | None = ask("离职日期", "Left on")
    month_wage_fen: Fen | None = ask("月工资（元）", "Monthly wage (yuan)")
    last_month_wage_fen: Fen | None = ask("上个月工资（元）", "Wage of the month before (yuan)")
    avg_month_wage_12m_fen: Fen | None = ask("12个月平均工资（元）", "12-month average wage (yuan)")
    local_avg_month_wage_fen: Fen | None = ask("当地月平均工资（元）", "Local average wage (yuan)")
    start: Day | None = ask("入职日期", "Began work on")
    last_day: Day | None = ask("最后工作日", "Last day of work")
    notice_given: bool = ask("提前30天通知了", "Thirty days' notice given", False)
    due_fen: Fen | None = ask("欠付工资（元）", "Wages due (yuan)")
    ordered_and_unpaid: bool = ask("劳动部门责令后仍不付", "Ordered by the authority and still unpaid", True)
    items_fen: tuple[Fen, ...] = ask(
        "各项金额（元）", "Each item (yuan)", (), max_length=60, hint=("每行一项", "One a line")
    )
    monthly_minimum_wage_fen: Fen | None = ask("当地月最低工资（元）", "Local minimum wage (yuan)")


def calculate(given: LabourInput, law: Law) -> Result:
    """Units: fen. Basis: LCL 40, 82, 85; Regulations 6, 7, 20; LDL 47."""
    answer = Answer()
    _RUNS[given.kind](given, law, answer)
    return answer.result()


def _needed(*values: object) -> None:
    if any(value is None for value in values):
        raise Refused("labour.facts_missing", _("Please fill in all the fields of this calculation."))


def _notice(given: LabourInput, law: Law, answer: Answer) -> None:
    _needed(given.last_month_wage_fen)
    rule = law.rule("labour.notice_pay", given.last_day or law.today)
    amount = (given.last_month_wage_fen or 0) * rule.whole
    answer.value("amount", "money", amount, "代通知金", "Pay instead of notice")
    answer.step(
        "按上个月工资，不是12个月平均：{a}。",
        "The wage of the month before, not the 12-month average: {a}.",
        rule,
        a=money(amount),
    )


def _total(given: LabourInput, law: Law, answer: Answer) -> None:
    _needed(given.start, given.last_day, given.avg_month_wage_12m_fen)
    if not given.notice_given:
        _needed(given.last_month_wage_fen)
    assert given.start and given.last_day and given.avg_month_wage_12m_fen is not None
    asked = SeveranceInput.model_construct(
        start=given.start,
        last_day=given.last_day,
        avg_month_wage_12m_fen=given.avg_month_wage_12m_fen,
        local_avg_month_wage_fen=given.local_avg_month_wage_fen,
        local_minimum_wage_fen=None,
    )
    base, months, _capped = base_and_months(asked, law, answer)
    severance = half_up(base * months)
    rule = law.rule("labour.notice_pay", given.last_day)
    notice = 0 if given.notice_given else (given.last_month_wage_fen or 0) * rule.whole
    answer.value("total", "money", severance + notice, "合计", "In all")
    answer.value("severance", "money", severance, "经济补偿", "Severance")
    answer.value("notice_pay", "money", notice, "代通知金", "Pay instead of notice")
    answer.step(
        "没有提前30天通知的，多付上个月工资{w}。",
        "Without 30 days' notice: the wage of the month before on top, {w}.",
        rule,
        w=money(notice),
    )


def _double_wage(given: LabourInput, law: Law, answer: Answer) -> None:
    """From the day after one full month to the day before signing, at most eleven months."""
    _needed(given.hired_on, given.month_wage_fen, given.contract_signed_on or given.left_on)
    assert given.hired_on and given.month_wage_fen is not None
    on = max(given.hired_on, dt.date(2008, 1, 1))
    after, most, times = (law.rule(f"labour.double_wage.{name}", on) for name in ("after", "most", "times"))
    start = add_months(given.hired_on, after.whole)
    latest = add_months(start, most.whole) - dt.timedelta(days=1)
    ends = [latest]
    if given.contract_signed_on:
        ends.append(given.contract_signed_on - dt.timedelta(days=1))
    if given.left_on:
        ends.append(given.left_on)
    end = min(ends)
    if end < start:
        answer.value("extra", "money", 0, "多付的一倍", "Extra wage")
        answer.step(
            "入职一个月内签了合同或离职的，没有双倍工资。",
            "Signed or left within the first month: no double wage.",
            after,
        )
        return
    months = (end + dt.timedelta(days=1) - start).days and _whole_months(start, end)
    rest_from = add_months(start, months)
    rest = _rest(rest_from, end, law)
    extra = half_up(given.month_wage_fen * (months + rest) * number(times))
    answer.value("extra", "money", extra, "多付的一倍", "Extra wage")
    answer.value("from", "date", start, "从", "From")
    answer.value("to", "date", end, "到", "To")
    answer.value("months", "count", months, "整月数", "Full months")
    rules = [after, most, times] + ([law.rule("labour.double_wage.broken_month", on)] if rest else [])
    answer.step(
        "从用工满一个月的次日（{a}）到签合同前一天（最多{m}个月）：{b}，共{n}个月，每月多付一倍。",
        "From the day after one full month ({a}) to the day before signing, at most {m} months: to {b}, {n} months, one more wage each.",
        *rules,
        a=day(start),
        m=most.whole,
        b=day(end),
        n=plain(months + rest),
    )


def _whole_months(start: dt.date, end: dt.date) -> int:
    after = end + dt.timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    return months - (add_months(start, months) > after)


def _rest(start: dt.date, end: dt.date, law: Law) -> Fraction:
    """A broken month as working days out of the working days of that month."""
    if start > end:
        return Fraction(0)
    before, one = start - dt.timedelta(days=1), add_months(start, 1) - dt.timedelta(days=1)
    whole = law.calendar.working_days_between(before, one)
    return Fraction(law.calendar.working_days_between(before, end), whole) if whole else Fraction(0)


def _arrears(given: LabourInput, law: Law, answer: Answer) -> None:
    _needed(given.due_fen)
    low, high = law.rule("labour.arrears.low", law.today), law.rule("labour.arrears.high", law.today)
    factor = 1 if given.ordered_and_unpaid else 0
    answer.value(
        "extra_low", "money", half_up((given.due_fen or 0) * share(low)) * factor, "最少加付", "Extra at least"
    )
    answer.value(
        "extra_high", "money", half_up((given.due_fen or 0) * share(high)) * factor, "最多加付", "Extra at most"
    )
    answer.step(
        "劳动部门责令支付后逾期不付的，加付{a}%到{b}%。",
        "Unpaid after the authority's order: {a}% to {b}% more.",
        low,
        high,
        a=low.value,
        b=high.value,
    )


def _final(given: LabourInput, law: Law, answer: Answer) -> None:
    _needed(given.monthly_minimum_wage_fen)
    rule = law.rule("labour.final_award.times", law.today)
    limit = (given.monthly_minimum_wage_fen or 0) * rule.whole
    answer.value("final", "flag", all(item <= limit for item in given.items_fen), "一裁终局", "Final?")
    answer.value("limit", "money", limit, "每项不超过", "Each item at most")
    answer.step(
        "每项都不超过月最低工资{n}个月（{l}）的，裁决为终局。",
        "Final when each item is within {n} months of minimum wage, {l}.",
        rule,
        n=rule.whole,
        l=money(limit),
    )


_RUNS = {
    "double_wage": _double_wage,
    "notice_pay_art40": _notice,
    "art40_total": _total,
    "wage_arrears_extra": _arrears,
    "final_award": _final,
}
CALCULATOR = Calculator(
    name="labour_pay",
    title=Words("双倍工资与拖欠工资", "Double wage and late wages"),
    lead=Words(
        "没签合同、没提前通知、拖欠工资，分别能要多少。", "No contract, no notice, late wages: what may be claimed."
    ),
    group="work",
    icon="cash",
    input=LabourInput,
    run=calculate,
    variants=(
        Variant(
            "double_wage",
            Words(*KINDS["double_wage"]),
            ("hired_on", "?contract_signed_on", "?left_on", "month_wage_fen"),
            {"kind": "double_wage"},
        ),
        Variant("arrears", Words(*KINDS["wage_arrears_extra"]), ("due_fen",), {"kind": "wage_arrears_extra"}),
        Variant("notice", Words(*KINDS["notice_pay_art40"]), ("last_month_wage_fen",), {"kind": "notice_pay_art40"}),
        Variant(
            "final", Words(*KINDS["final_award"]), ("items_fen", "monthly_minimum_wage_fen"), {"kind": "final_award"}
        ),
    ),
)
