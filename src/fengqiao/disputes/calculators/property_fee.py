"""物业费逾期利息: interest or penalty on unpaid property-service fees, each period its own debt."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.words import Words, day, money, plain
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused


class Period(Input):
    due: Day
    amount_fen: Fen


class PropertyFeeInput(Input):
    """`daily_permille`: the agreed penalty per day in thousandths, as contracts write it."""

    periods: tuple[Period, ...] = ask(
        "各期物业费", "Fees by period", (), max_length=60, hint=("每行：应付款日 金额", "One a line: due day amount")
    )
    until: Day | None = ask("算到哪一天", "Count until")
    agreed_percent: Number | None = ask("约定年利率（%）", "Agreed yearly rate (%)")
    daily_permille: Number | None = ask(
        "约定每天违约金（‰）",
        "Agreed penalty a day (‰)",
        hint=("合同常写“每日千分之三”就填3", "3 for three thousandths a day"),
    )
    first_demanded_on: Day | None = ask("第一次催缴日期", "First demanded on")


def calculate(given: PropertyFeeInput, law: Law) -> Result:
    """Interest per period, the LPR beside the agreed rate. Units: fen. Basis: Civil Code 188, 585, 944."""
    if not given.periods or given.until is None:
        raise Refused("property_fee.facts_missing", _("Please fill in at least one period and until when to count."))
    answer = Answer()
    fees = sum(one.amount_fen for one in given.periods)
    agreed = sum((_agreed(given, one) for one in given.periods), Fraction(0))
    legal = sum((_legal(one, given.until, law, answer) for one in given.periods), Fraction(0))
    named = given.daily_permille is not None or given.agreed_percent is not None
    interest = half_up(agreed if named else legal)
    answer.value("total", "money", fees + interest, "费用和利息合计", "Fees and interest")
    answer.value(
        "interest", "money", interest, "约定违约金" if named else "逾期利息", "Agreed penalty" if named else "Interest"
    )
    answer.value("fees", "money", fees, "物业费", "Fees")
    if named:
        answer.value("lpr_interest", "money", half_up(legal), "按LPR的利息（参考）", "At the LPR, for comparison")
        rule = law.rule("property_fee.penalty_reduced", given.until)
        answer.step(
            "约定的违约金合计{a}；过分高于损失的，可以请求法院减少。",
            "The agreed penalty makes {a}; where far above the loss the court may reduce it on request.",
            rule,
            a=money(interest),
        )
    _say_limitation(given, law, answer)
    answer.step(
        "物业应先催缴，经过合理期限仍不付才可以起诉；不得停水停电停热停气。",
        "The firm demands first and sues after a fair time; it may never cut water, power, heat or gas.",
        law.rule("property_fee.demand_first", given.until),
    )
    return answer.result()


def _days(one: Period, until: dt.date) -> int:
    return max(0, (until - one.due).days)


def _agreed(given: PropertyFeeInput, one: Period) -> Fraction:
    assert given.until is not None
    days = _days(one, given.until)
    if given.daily_permille is not None:
        return one.amount_fen * given.daily_permille / 1000 * days
    return one.amount_fen * (given.agreed_percent or Fraction(0)) / 100 * days / 365


def _legal(one: Period, until: dt.date, law: Law, answer: Answer) -> Fraction:
    lpr, times = law.rule("rate.lpr.1y", one.due), law.rule("property_fee.lpr_times", until)
    days = _days(one, until)
    interest = one.amount_fen * share(lpr) * number(times) * days / 365
    answer.step(
        "{due}到期的{a}：LPR {r}% × {n}天 = {i}。",
        "{a} due {due}: LPR {r}% × {n} days = {i}.",
        lpr,
        times,
        due=day(one.due),
        a=money(one.amount_fen),
        r=plain(number(lpr), least=2),
        n=days,
        i=money(half_up(interest)),
    )
    return interest


def _say_limitation(given: PropertyFeeInput, law: Law, answer: Answer) -> None:
    """The periods whose three years were over before the first demand, or before today's count."""
    assert given.until is not None
    asked = given.first_demanded_on or given.until
    rule, each = law.rule("limitation.general", asked), law.rule("limitation.property_fee", asked)
    over = [one for one in given.periods if add_months(one.due, 12 * rule.whole) < asked]
    answer.value(
        "over_time", "money", sum(one.amount_fen for one in over), "其中可能过时效", "Of this perhaps time-barred"
    )
    if over:
        answer.step(
            "{n}期从到期到第一次催缴已满{y}年，对方可以不付；法院不会主动提。",
            "{n} period(s) were older than {y} years at the first demand: the owner may refuse; the court will not raise it.",
            rule,
            each,
            n=len(over),
            y=rule.whole,
        )
    else:
        answer.step(
            "每期各算时效，都没有超过{y}年。",
            "Each period has its own limitation; none is older than {y} years.",
            rule,
            each,
            y=rule.whole,
        )


CALCULATOR = Calculator(
    name="property_fee",
    title=Words("物业费逾期利息", "Interest on property-service fees"),
    lead=Words(
        "欠的物业费加多少利息或违约金，哪些已过时效。", "Interest or penalty on unpaid fees, and which are time-barred."
    ),
    group="money",
    icon="building-community",
    input=PropertyFeeInput,
    run=calculate,
    variants=(
        Variant(
            "all",
            Words("物业费", "Fees"),
            ("periods", "until", "?daily_permille", "?agreed_percent", "?first_demanded_on"),
        ),
    ),
)
