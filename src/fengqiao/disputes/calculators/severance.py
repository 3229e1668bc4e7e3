"""经济补偿和赔偿金: N, N+1 and 2N when employment ends."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number
from fengqiao.disputes.calculators.words import Words, money, plain
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused

OLDER_RULES = dt.date(2008, 1, 1)


class SeveranceInput(Input):
    start: Day = ask("入职日期", "Began work on", ...)
    last_day: Day = ask("最后工作日", "Last day of work", ...)
    avg_month_wage_12m_fen: Fen = ask(
        "离职前12个月的月平均工资（元）",
        "Average monthly wage of the last 12 months (yuan)",
        ...,
        hint=("应得工资，含奖金、津贴", "Wages due, with bonus and allowances"),
    )
    local_avg_month_wage_fen: Fen | None = ask(
        "当地上年度职工月平均工资（元）", "Local average monthly wage of last year (yuan)"
    )
    local_minimum_wage_fen: Fen | None = ask("当地月最低工资（元）", "Local monthly minimum wage (yuan)")
    last_month_wage_fen: Fen | None = ask(
        "上个月工资（元）",
        "Wage of the month before (yuan)",
        hint=("没有提前30天通知的，多给一个月", "One month more without 30 days' notice"),
    )
    unlawful: bool = ask("单位违法解除", "The dismissal was unlawful", False)
    notice_given: bool = ask("提前30天书面通知了", "Thirty days' written notice was given", True)


def months_of_service(start: dt.date, last_day: dt.date) -> tuple[int, int, bool]:
    """Whole years, whole months beyond, and whether days beyond: both days included."""
    end = last_day + dt.timedelta(days=1)
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return months // 12, months % 12, add_months(start, months) < end


def counted(start: dt.date, last_day: dt.date, law: Law) -> Fraction:
    """Months of pay: one a year, half for less than six months, one for six and more."""
    years, months, has_days = months_of_service(start, last_day)
    limit, half, full = (law.rule(f"labour.severance.{name}", last_day) for name in ("half_below", "half", "per_year"))
    rest = Fraction(0)
    if months or has_days:
        rest = number(full) if months >= limit.whole else number(half)
    return years * number(full) + rest


def base_and_months(given: SeveranceInput, law: Law, answer: Answer) -> tuple[int, Fraction, bool]:
    """The month that counts in fen, the months, and whether the cap bit. Basis: LCL 47; Regulations 27."""
    on = given.last_day
    if given.last_day < given.start:
        raise Refused("severance.days_reversed", _("The last day of work lies before the first."))
    months = counted(given.start, on, law)
    years, over, has_days = months_of_service(given.start, on)
    rules = [law.rule(f"labour.severance.{name}", on) for name in ("per_year", "half_below", "half")]
    answer.step(
        "工龄{y}年{m}个月{d}：每满一年1个月，满6个月按1个月，不满6个月按0.5个月，共{n}个月。",
        "{y} years {m} months{d}: one month a year, six months count as one, less as half; {n} months.",
        *rules,
        y=years,
        m=over,
        d=Words("多", " and days") if has_days else "",
        n=plain(months),
    )
    base, is_capped = given.avg_month_wage_12m_fen, False
    if given.local_minimum_wage_fen is not None and base < given.local_minimum_wage_fen:
        base = given.local_minimum_wage_fen
        answer.step(
            "低于当地最低工资的，按最低工资{b}算。",
            "Below the minimum wage: {b} counts.",
            law.rule("labour.severance.floor", on),
            b=money(base),
        )
    if given.local_avg_month_wage_fen is not None:
        times, most = law.rule("labour.severance.cap_times", on), law.rule("labour.severance.cap_years", on)
        cap = given.local_avg_month_wage_fen * times.whole
        if base > cap:
            base, is_capped = cap, True
            months = min(months, number(most))
            answer.step(
                "月工资高于当地平均工资{t}倍的，按{t}倍{b}算，最多{y}年。",
                "Above {t} times the local average: {b} counts, at most {y} years.",
                times,
                most,
                t=times.whole,
                b=money(base),
                y=most.whole,
            )
    if given.start < OLDER_RULES:
        answer.note(
            "2008年以前的工龄按当时的规定算，可能不同：请问人工。",
            "Years before 2008 follow older rules and may differ: please ask a person.",
        )
    return base, months, is_capped


def calculate(given: SeveranceInput, law: Law) -> Result:
    """N, N+1 or 2N. Units: fen. Basis: LCL 40, 46, 47, 87; Regulations 20, 25, 27."""
    on, answer = given.last_day, Answer()
    base, months, is_capped = base_and_months(given, law, answer)
    n = half_up(base * months)
    twice = law.rule("labour.unlawful.times", on)
    double = half_up(base * months * number(twice))
    if given.unlawful:
        answer.value("amount", "money", double, "赔偿金（2N）", "Damages (2N)")
        answer.step(
            "违法解除的，按经济补偿的{t}倍：{a}，不再另付补偿。",
            "Unlawful dismissal: {t} times, {a}; nothing on top.",
            twice,
            t=twice.whole,
            a=money(double),
        )
    else:
        answer.value("amount", "money", n, "经济补偿（N）", "Severance (N)")
        answer.step(
            "{b} × {m} = {a}。",
            "{b} × {m} = {a}.",
            law.rule("labour.severance.per_year", on),
            b=money(base),
            m=plain(months),
            a=money(n),
        )
        if given.last_month_wage_fen is not None:
            rule = law.rule("labour.notice_pay", on)
            answer.value(
                "n_plus_1",
                "money",
                n + given.last_month_wage_fen * rule.whole,
                "没有提前通知（N+1）",
                "Without notice (N+1)",
            )
            answer.step(
                "没有提前30天通知的，多付上个月工资{w}。",
                "Without 30 days' notice: the wage of the month before on top, {w}.",
                rule,
                w=money(given.last_month_wage_fen),
            )
        answer.value("two_n", "money", double, "如果违法解除（2N）", "If unlawful (2N)")
        answer.step(
            "如果违法解除，是{t}倍。", "If the dismissal was unlawful it is {t} times that.", twice, t=twice.whole
        )
    answer.value("months", "months", months, "计算月数", "Months counted")
    answer.value("base", "money", base, "月工资基数", "Monthly base")
    answer.value("capped", "flag", is_capped, "封顶了吗", "Capped?")
    return answer.result()


CALCULATOR = Calculator(
    name="severance",
    title=Words("离职补偿 N、N+1、2N", "Severance N, N+1, 2N"),
    lead=Words("离开单位时，能拿多少经济补偿或赔偿金。", "What is due when employment ends."),
    group="work",
    icon="briefcase",
    input=SeveranceInput,
    run=calculate,
    variants=(
        Variant(
            "n",
            Words("经济补偿", "Severance"),
            (
                "start",
                "last_day",
                "avg_month_wage_12m_fen",
                "?local_avg_month_wage_fen",
                "?local_minimum_wage_fen",
                "?last_month_wage_fen",
            ),
        ),
        Variant(
            "2n",
            Words("违法解除", "Unlawful dismissal"),
            ("start", "last_day", "avg_month_wage_12m_fen", "?local_avg_month_wage_fen", "?local_minimum_wage_fen"),
            {"unlawful": True},
        ),
    ),
)
