"""民间借贷利息: interest on private loans, held under four times the one-year LPR, with its change of 20 August 2020."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.words import Words, day, money, plain
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

OUTSIDE = "local small-loan company under financial supervision"
LENDERS = {
    "private": ("个人或一般企业", "A person or an ordinary firm"),
    "bank": ("银行等金融机构", "A bank or other financial institution"),
    OUTSIDE: ("小额贷款公司等地方金融组织", "A small-loan company or other supervised local lender"),
}


class Payment(Input):
    """One repayment."""

    on: Day
    amount_fen: Fen


class CapInput(Input):
    formed_on: Day = ask("借款日期", "Loan made on", ...)
    lender: Literal["private", "bank", "local small-loan company under financial supervision"] = ask(
        "谁出借", "Lender", "private", choices=LENDERS
    )


def cap(given: CapInput, law: Law) -> Result:
    """The highest yearly rate a court protects. Units: percent. Basis: LOAN 25; 法释〔2020〕27号."""
    answer = Answer()
    if given.lender != "private":
        answer.value("cap_applies", "flag", False, "适用上限吗", "Does the cap apply?")
        answer.step(
            "金融机构和受监管的地方金融组织不适用民间借贷规定。",
            "Financial institutions and supervised local lenders are outside these rules.",
            law.rule("loan.outside", max(given.formed_on, NEW_RULE)),
        )
        return answer.result()
    if given.formed_on < NEW_RULE:
        return _old_cap(given, law, answer)
    rate, lpr = _cap(given.formed_on, law, answer)
    answer.value("cap_percent", "percent", rate * 100, "年利率上限", "Highest yearly rate")
    answer.value("lpr_1y", "percent", number(lpr), "一年期LPR", "One-year LPR")
    answer.value("cap_applies", "flag", True, "适用上限吗", "Does the cap apply?")
    return answer.result()


NEW_RULE = dt.date(2020, 8, 20)
"""From this day four times the LPR; the rows of the table say the same."""


def _cap(on: dt.date, law: Law, answer: Answer, *, filing: RuleValue | None = None) -> tuple[Fraction, RuleValue]:
    lpr, times = law.rule("rate.lpr.1y", on), law.rule("loan.cap.times", on)
    rate = share(lpr) * number(times)
    what = Words("起诉日", "the day of filing") if filing else Words("合同成立日", "the day the loan was made")
    rules = (times, lpr, filing) if filing else (times, lpr)
    answer.step(
        "{what}（{day}）的一年期LPR是{lpr}%，{n}倍为上限：{cap}%。",
        "One-year LPR of {what} ({day}): {lpr}%; {n} times that is the cap: {cap}%.",
        *rules,
        what=what,
        day=day(on),
        lpr=plain(number(lpr), least=2),
        n=int(number(times)),
        cap=plain(rate * 100, least=2),
    )
    return rate, lpr


def _old_cap(given: CapInput, law: Law, answer: Answer) -> Result:
    enforced, void = law.rule("loan.old.enforced", given.formed_on), law.rule("loan.old.void", given.formed_on)
    answer.value(
        "cap_percent", "percent", number(enforced), "2020年8月19日前受保护的年利率", "Protected until 19 Aug 2020"
    )
    answer.step(
        "2020年8月20日以前：年利率{a}%以内受保护，超过{b}%的部分无效；之后按起诉时LPR的四倍。",
        "Before 20 Aug 2020: up to {a}% a year was protected, above {b}% void; later four times the LPR of the filing day.",
        enforced,
        void,
        a=enforced.value,
        b=void.value,
    )
    return answer.result()


# -- interest ------------------------------------------------------------------------------------------------------


class LoanInput(Input):
    """Rates are yearly, in percent. `repaid_on`: the day the loan came back, or the day up to which is counted."""

    principal_fen: Fen | None = ask("实际借到的本金（元）", "Principal really received (yuan)")
    iou_fen: Fen | None = ask("借条写的金额（元）", "Amount on the note (yuan)")
    deducted_at_payout_fen: Fen = ask(
        "预先扣掉的利息（元）", "Interest kept back at payout (yuan)", 0, validate_default=False
    )
    formed_on: Day | None = ask("借款日期", "Loan made on")
    due_on: Day | None = ask("约定还款日", "Due on")
    repaid_on: Day | None = ask("还清日期或算到哪一天", "Repaid on, or count until")
    suit_filed_on: Day | None = ask("起诉日期", "Suit filed on")
    agreed_percent: Number | None = ask(
        "约定年利率（%）", "Agreed yearly rate (%)", hint=("月息1分就是年利率12%", "1% a month is 12% a year")
    )
    agreed_text: str = ask("约定不明的原话", "Unclear words on interest", "")
    overdue_percent: Number | None = ask("约定逾期年利率（%）", "Agreed overdue rate (%)")
    penalty_percent: Number | None = ask(
        "约定违约金及其他费用，折成年（%）", "Penalty and other fees, as a yearly rate (%)"
    )
    between_natural_persons: bool = ask("双方都是个人", "Both are natural persons", True)
    interest_unpaid: bool = ask("利息没有付过", "Interest not paid yet", True)
    old_rule_claimed: bool = ask("请求旧规定计算旧段", "The older rule is claimed for the older part", True)
    payments: tuple[Payment, ...] = ask(
        "中途还款", "Repayments on the way", (), max_length=60, hint=("每行：日期 金额", "One a line: day amount")
    )
    paid_interest_percent: Number | None = ask("已付利息的年利率（%）", "Yearly rate of the interest paid (%)")
    period_days: Count | None = ask("付息天数", "Days it was paid for")
    refund_asked: bool = ask("要求退还多付的利息", "Asks for interest back", False)
    first_principal_fen: Fen | None = ask("最初本金（元，滚动借款）", "First principal (yuan, rolled over)")
    day_basis: Literal[360, 365] = ask("一年按几天算", "Days in a year", 365)


@dataclasses.dataclass(frozen=True)
class _Terms:
    """The rates that may be claimed, and since when each."""

    rate: Fraction
    overdue: Fraction
    due_on: dt.date | None


def calculate(given: LoanInput, law: Law) -> Result:
    """Interest in term and overdue under the cap. Simple interest, first day counted, last not.

    Units: fen. Refuses: loans from before 2015-09-01, days out of order. Basis: LOAN 9, 24-31; Civil Code 561, 680.
    """
    answer = Answer()
    if given.refund_asked and given.paid_interest_percent is not None:
        return _returned(given, law, answer)
    principal = _principal(given, law, answer)
    if given.formed_on is None or given.repaid_on is None:
        return answer.result()
    if given.repaid_on < given.formed_on:
        raise Refused("loan.days_reversed", _("The day of repayment lies before the day of the loan."))
    if given.formed_on < NEW_RULE <= given.repaid_on or given.formed_on < NEW_RULE:
        return _split(given, principal, law, answer)
    terms = _terms(given, law, answer)
    if given.payments:
        return _with_payments(given, principal, terms, law, answer)
    return _straight(given, principal, terms, law, answer)


def _principal(given: LoanInput, law: Law, answer: Answer) -> int:
    if given.principal_fen is not None and not given.deducted_at_payout_fen:
        return given.principal_fen
    whole = given.iou_fen if given.iou_fen is not None else given.principal_fen
    if whole is None:
        raise Refused("loan.principal_missing", _("Please fill in how much was lent."))
    if given.deducted_at_payout_fen > whole:
        raise Refused("loan.deducted_too_much", _("More was kept back than was lent."))
    principal = whole - given.deducted_at_payout_fen
    rule = law.rule("loan.deducted", max(given.formed_on or law.today, NEW_RULE))
    answer.step(
        "预先扣除的利息不算本金：{a} − {b} = {c}。",
        "Interest kept back is no principal: {a} − {b} = {c}.",
        rule,
        a=money(whole),
        b=money(given.deducted_at_payout_fen),
        c=money(principal),
    )
    answer.value("principal", "money", principal, "本金", "Principal")
    return principal


def _terms(given: LoanInput, law: Law, answer: Answer) -> _Terms:
    """The agreed rates, each held under the cap."""
    assert given.formed_on is not None
    limit, _lpr = _cap(given.formed_on, law, answer)
    agreed = _agreed(given, law, answer)
    rate = min(agreed, limit)
    if agreed > limit:
        answer.step(
            "约定年利率{a}%超过上限，按{b}%算。",
            "The agreed {a}% is above the cap: {b}% counts.",
            law.rule("loan.cap.times", given.formed_on),
            a=plain(agreed * 100),
            b=plain(limit * 100, least=2),
        )
    return _Terms(rate, _overdue(given, rate, limit, law, answer), given.due_on)


def _agreed(given: LoanInput, law: Law, answer: Answer) -> Fraction:
    assert given.formed_on is not None
    if given.agreed_percent is not None:
        return given.agreed_percent / 100
    rule = law.rule("loan.no_interest", max(given.formed_on, dt.date(2021, 1, 1)))
    if given.agreed_text:
        answer.step(
            "个人之间利息约定不明的，视为没有利息。",
            "Between natural persons an unclear clause counts as no interest.",
            rule,
        )
    else:
        answer.step("没有约定利息的，借期内没有利息。", "Without an agreed rate there is no interest in term.", rule)
    return Fraction(0)


def _overdue(given: LoanInput, rate: Fraction, limit: Fraction, law: Law, answer: Answer) -> Fraction:
    """The rate after the due day: agreed with penalty under the cap, else the term's rate, else LPR."""
    if given.due_on is None:
        return rate
    claimed = [one for one in (given.overdue_percent, given.penalty_percent) if one is not None]
    if claimed:
        together = sum(claimed, Fraction(0)) / 100
        rule = law.rule("loan.charges_together", max(given.due_on, NEW_RULE))
        answer.step(
            "逾期利息和违约金等合计{a}%，不超过上限{b}%，按{c}%算。",
            "Overdue interest, penalty and fees together {a}%, capped at {b}%: {c}% counts.",
            rule,
            a=plain(together * 100),
            b=plain(limit * 100),
            c=plain(min(together, limit) * 100),
        )
        answer.value("claimed_rate", "percent", together * 100, "主张的年利率", "Rate claimed")
        answer.value("cap", "percent", limit * 100, "年利率上限", "Cap")
        answer.value("allowed_rate", "percent", min(together, limit) * 100, "可以支持的年利率", "Rate allowed")
        return min(together, limit)
    if given.agreed_percent is not None:
        answer.step(
            "没有约定逾期利率的，按借期内利率继续算。",
            "No overdue rate agreed: the term's rate goes on.",
            law.rule("loan.overdue.goes_on", max(given.due_on, NEW_RULE)),
        )
        return rate
    rule, lpr = law.rule("loan.overdue.lpr_times", max(given.due_on, NEW_RULE)), law.rule("rate.lpr.1y", given.due_on)
    answer.step(
        "借期内和逾期利率都没有约定的，逾期后按一年期LPR（{lpr}%）算。",
        "Neither rate agreed: from default the one-year LPR, {lpr}%.",
        rule,
        lpr,
        lpr=plain(number(lpr), least=2),
    )
    return share(lpr) * number(rule)


def _straight(given: LoanInput, principal: int, terms: _Terms, law: Law, answer: Answer) -> Result:
    assert given.formed_on is not None and given.repaid_on is not None
    term_end = min(given.repaid_on, terms.due_on) if terms.due_on else given.repaid_on
    basis = law.rule("loan.day_basis", given.formed_on)
    term = _interest(answer, principal, terms.rate, given.formed_on, term_end, given, basis)
    late_from = term_end
    is_late = terms.due_on is not None and given.repaid_on > terms.due_on
    late = (
        _interest(answer, principal, terms.overdue, late_from, given.repaid_on, given, basis)
        if is_late
        else Fraction(0)
    )
    owed = half_up(term + late)
    answer.value("interest", "money", owed, "利息合计", "Interest in all", lead=True)
    answer.value("total", "money", principal + owed, "本息合计", "Principal and interest")
    answer.value("rate_used", "percent", terms.rate * 100, "借期内年利率", "Yearly rate in term")
    answer.value("days", "count", (term_end - given.formed_on).days, "借期天数", "Days in term")
    if terms.due_on is not None:
        answer.value("in_term_interest", "money", half_up(term), "借期内利息", "Interest in term")
        answer.value("overdue_rate", "percent", terms.overdue * 100, "逾期年利率", "Overdue rate")
        answer.value("overdue_days", "count", (given.repaid_on - late_from).days, "逾期天数", "Days overdue")
        answer.value("overdue_interest", "money", half_up(late), "逾期利息", "Overdue interest")
        answer.value("amount", "money", half_up(late), "逾期应付", "Due for the delay")
    return answer.result()


def _interest(
    answer: Answer,
    principal: int | Fraction,
    rate: Fraction,
    start: dt.date,
    end: dt.date,
    given: LoanInput,
    basis: RuleValue,
) -> Fraction:
    days = (end - start).days
    interest = principal * rate * days / given.day_basis
    answer.step(
        "{p} × {r}% × {n}天 ÷ {b} = {i}（{start}至{end}）。",
        "{p} × {r}% × {n} days ÷ {b} = {i} ({start} to {end}).",
        basis,
        p=money(half_up(Fraction(principal))),
        r=plain(rate * 100, least=2),
        n=days,
        b=given.day_basis,
        i=money(half_up(interest)),
        start=day(start),
        end=day(end),
    )
    return interest


# -- repayments on the way -----------------------------------------------------------------------------------------


def _with_payments(given: LoanInput, principal: int, terms: _Terms, law: Law, answer: Answer) -> Result:
    """Each payment meets interest first, then principal. Basis: Civil Code 561."""
    assert given.formed_on is not None and given.repaid_on is not None
    basis, order = (
        law.rule("loan.day_basis", given.formed_on),
        law.rule("loan.payment_order", max(given.formed_on, dt.date(2021, 1, 1))),
    )
    owed, interest, paid_interest, since = Fraction(principal), Fraction(0), Fraction(0), given.formed_on
    for payment in sorted(given.payments, key=lambda one: one.on):
        if not given.formed_on <= payment.on <= given.repaid_on:
            raise Refused("loan.payment_outside", _("A repayment lies outside the time that is counted."))
        interest += _between(answer, owed, terms, since, payment.on, given, basis)
        to_interest = min(interest, Fraction(payment.amount_fen))
        owed, interest, paid_interest = (
            owed - (payment.amount_fen - to_interest),
            interest - to_interest,
            paid_interest + to_interest,
        )
        owed = max(owed, Fraction(0))
        since = payment.on
        answer.step(
            "{day}还{a}：先抵利息{b}，再抵本金{c}，剩余本金{d}。",
            "{a} paid on {day}: {b} meets interest, {c} principal; {d} of principal is left.",
            order,
            day=day(payment.on),
            a=money(payment.amount_fen),
            b=money(half_up(to_interest)),
            c=money(half_up(payment.amount_fen - to_interest)),
            d=money(half_up(owed)),
        )
    interest += _between(answer, owed, terms, since, given.repaid_on, given, basis)
    answer.value("total", "money", half_up(owed + interest), "还欠合计", "Still owed in all", lead=True)
    answer.value("principal_left", "money", half_up(owed), "剩余本金", "Principal left")
    answer.value("interest", "money", half_up(interest), "剩余利息", "Interest left")
    answer.value("interest_paid", "money", half_up(paid_interest), "已还利息", "Interest paid")
    answer.value("rate_used", "percent", terms.rate * 100, "年利率", "Yearly rate")
    return answer.result()


def _between(
    answer: Answer, owed: Fraction, terms: _Terms, start: dt.date, end: dt.date, given: LoanInput, basis: RuleValue
) -> Fraction:
    """Interest of one stretch, cut where the loan falls due and the rate changes."""
    if start == end or not owed:
        return Fraction(0)
    if terms.due_on and start < terms.due_on < end and terms.rate != terms.overdue:
        first = _interest(answer, owed, terms.rate, start, terms.due_on, given, basis)
        return first + _interest(answer, owed, terms.overdue, terms.due_on, end, given, basis)
    rate = terms.overdue if terms.due_on and start >= terms.due_on else terms.rate
    return _interest(answer, owed, rate, start, end, given, basis)


# -- before 20 August 2020 -----------------------------------------------------------------------------------------


def _split(given: LoanInput, principal: int, law: Law, answer: Answer) -> Result:
    """To 19 August 2020 the older rule, from the 20th four times the LPR of the filing day. Basis: LOAN 31."""
    assert given.formed_on is not None and given.repaid_on is not None
    old = law.find("loan.old.enforced", given.formed_on)
    if old is None:
        raise Refused("loan.too_old", _("Loans from before September 2015 follow older rules. Please ask a person."))
    agreed = _agreed(given, law, answer)
    basis = law.rule("loan.day_basis", given.formed_on)
    turn = min(NEW_RULE, given.repaid_on)
    if given.old_rule_claimed or turn == given.repaid_on:
        rate1 = min(agreed, share(old))
        answer.step(
            "2020年8月19日以前按旧规定，不超过{a}%。",
            "To 19 August 2020 the older rule: at most {a}%.",
            old,
            a=old.value,
        )
    else:
        rate1, _lpr = _late_cap(given, law, answer, agreed)
    part1 = _interest(answer, principal, rate1, given.formed_on, turn, given, basis)
    part2, rate2, limit = Fraction(0), Fraction(0), Fraction(0)
    if given.repaid_on > NEW_RULE:
        rate2, limit = _late_cap(given, law, answer, agreed)
        part2 = _interest(answer, principal, rate2, NEW_RULE, given.repaid_on, given, basis)
    answer.value("total", "money", half_up(part1 + part2), "利息合计", "Interest in all", lead=True)
    answer.value("part1_days", "count", (turn - given.formed_on).days, "前段天数", "Days of the first part")
    answer.value("part1_rate", "percent", rate1 * 100, "前段年利率", "Rate of the first part")
    answer.value("part1_interest", "money", half_up(part1), "前段利息", "Interest of the first part")
    answer.value(
        "part2_days", "count", max(0, (given.repaid_on - NEW_RULE).days), "后段天数", "Days of the second part"
    )
    answer.value("part2_cap", "percent", limit * 100, "后段上限", "Cap of the second part")
    answer.value("part2_rate", "percent", rate2 * 100, "后段年利率", "Rate of the second part")
    answer.value("part2_interest", "money", half_up(part2), "后段利息", "Interest of the second part")
    return answer.result()


def _late_cap(given: LoanInput, law: Law, answer: Answer, agreed: Fraction) -> tuple[Fraction, Fraction]:
    filed = max(given.suit_filed_on or law.today, NEW_RULE)
    limit, _lpr = _cap(filed, law, answer, filing=law.rule("loan.split.filing_day", filed))
    return min(agreed, limit), limit


def _returned(given: LoanInput, law: Law, answer: Answer) -> Result:
    """Interest paid freely between 24 % and 36 % stays; above 36 % it comes back. Basis: 法释〔2015〕18号 26, 31."""
    if given.formed_on is None or given.principal_fen is None or given.paid_interest_percent is None:
        raise Refused("loan.principal_missing", _("Please fill in how much was lent."))
    new = given.formed_on >= NEW_RULE
    limit = _cap(given.formed_on, law, answer)[0] if new else share(law.rule("loan.old.void", given.formed_on))
    over = max(Fraction(0), given.paid_interest_percent / 100 - limit)
    back = half_up(given.principal_fen * over * (given.period_days or given.day_basis) / given.day_basis)
    answer.value("refund", "money", back, "可以要求退还", "May be asked back")
    if not new:
        rules = (law.rule("loan.old.enforced", given.formed_on), law.rule("loan.old.void", given.formed_on))
        answer.step(
            "年利率{a}%到{b}%之间自愿付的不退，超过{b}%的部分退还。",
            "What was paid freely between {a}% and {b}% stays; the part above {b}% comes back.",
            *rules,
            a=rules[0].value,
            b=rules[1].value,
        )
    return answer.result()


CAP = Calculator(
    name="loan_cap",
    title=Words("民间借贷利率上限", "Cap on private-loan interest"),
    lead=Words("借款那天，年利率最高多少受保护。", "The highest rate protected on the day of the loan."),
    group="money",
    icon="percentage",
    input=CapInput,
    run=cap,
    variants=(Variant("all", Words("利率上限", "Cap"), ("formed_on", "lender")),),
)
CALCULATOR = Calculator(
    name="loan_interest",
    title=Words("民间借贷本息", "Private-loan interest"),
    lead=Words(
        "借了多少、约定多少利息、还过几次，算出现在还欠多少。",
        "What is still owed, from the loan, the rate and what was paid.",
    ),
    group="money",
    icon="coin-yuan",
    input=LoanInput,
    run=calculate,
    variants=(
        Variant(
            "loan",
            Words("借款", "Loan"),
            (
                "principal_fen",
                "?deducted_at_payout_fen",
                "formed_on",
                "?due_on",
                "repaid_on",
                "?agreed_percent",
                "?overdue_percent",
                "?penalty_percent",
                "?payments",
            ),
        ),
        Variant(
            "old",
            Words("2020年8月20日前的借款", "Before 20 Aug 2020"),
            ("principal_fen", "formed_on", "repaid_on", "?suit_filed_on", "?agreed_percent"),
        ),
        Variant(
            "refund",
            Words("已付高利息能否退", "High interest already paid"),
            ("principal_fen", "formed_on", "paid_interest_percent", "period_days"),
            {"refund_asked": True},
        ),
    ),
)
