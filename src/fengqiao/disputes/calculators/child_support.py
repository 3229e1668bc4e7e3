"""抚养费: the usual range of child support, until when, and when it may stop."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Age, Calculator, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.words import Words, day, money
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused


class SupportInput(Input):
    monthly_total_income_fen: Fen | None = ask("对方月总收入（元）", "Payer's monthly income (yuan)")
    annual_income_no_fixed_wage_fen: Fen | None = ask(
        "没有固定收入：年总收入（元）",
        "No fixed wage: yearly income (yuan)",
        hint=("或同行业平均收入", "Or the average of the trade"),
    )
    children: int = ask("几个孩子", "Number of children", 1, ge=1, le=20)
    percent: Number | None = ask("商定的比例（%）", "Share agreed (%)")
    birth: Day | None = ask("孩子出生日期", "Child born on")
    from_: Day | None = Field(
        None, alias="from", title="Paid from", json_schema_extra={"zh": "从哪天开始付", "hint_zh": "", "hint_en": ""}
    )
    child_age: Age | None = ask("孩子年龄", "Age of the child")
    self_supporting_by_work: bool = ask("孩子靠自己劳动生活", "The child lives on its own work", False)
    in_senior_high_school: bool = ask("还在读高中或以下", "Still in senior high school or below", False)
    unable_to_work: bool = ask("非因主观原因不能独立生活", "Unable to live alone without fault", False)
    on: Day | None = ask("起诉日期", "Asked on")


def calculate(given: SupportInput, law: Law) -> Result:
    """Range a month, last day, whole months. Units: fen. Basis: 婚姻家庭编解释（一） 41, 42, 49, 53."""
    answer = Answer()
    on = given.on or given.from_ or law.today
    _say_payable(given, on, law, answer)
    income = _income(given, answer, law, on)
    if income is not None:
        _say_range(given, income, on, law, answer)
    else:
        _say_shares(given, on, law, answer)
    if given.birth is not None:
        _say_until(given, on, law, answer)
    answer.note(
        "抚养费包括生活费、教育费、医疗费；特殊情况可以提高或降低比例。",
        "It covers living, education and medical costs; special cases go above or below.",
    )
    answer.note(
        "父母约定“不付抚养费”，不妨碍孩子在必要时要求。",
        "Parents who agree on no support do not bind the child in need.",
    )
    return answer.result()


def _income(given: SupportInput, answer: Answer, law: Law, on: dt.date) -> Fraction | None:
    if given.annual_income_no_fixed_wage_fen is not None:
        income = Fraction(given.annual_income_no_fixed_wage_fen, 12)
        answer.value("monthly_base", "money", half_up(income), "月收入基数", "Monthly base")
        answer.step(
            "没有固定收入的，按年总收入折算每月{m}。",
            "No fixed wage: the yearly income makes {m} a month.",
            law.rule("support.no_fixed_income", on),
            m=money(half_up(income)),
        )
        return income
    return None if given.monthly_total_income_fen is None else Fraction(given.monthly_total_income_fen)


def _say_range(given: SupportInput, income: Fraction, on: dt.date, law: Law, answer: Answer) -> None:
    if given.percent is not None:
        monthly = half_up(income * given.percent / 100)
        answer.value("monthly", "money", monthly, "每月", "A month")
    if given.children == 1:
        low, high = law.rule("support.one_child.low", on), law.rule("support.one_child.high", on)
        answer.value("high", "money", half_up(income * share(high)), "一般最多", "As a rule at most", lead=True)
        answer.value("low", "money", half_up(income * share(low)), "一般最少", "As a rule at least", lead=True)
        answer.step(
            "一个孩子，一般是月总收入的{a}%到{b}%。",
            "One child: as a rule {a}% to {b}% of the monthly income.",
            low,
            high,
            a=low.value,
            b=high.value,
        )
        return
    high = law.rule("support.several.high", on)
    answer.value("high", "money", half_up(income * share(high)), "一般最多", "As a rule at most", lead=True)
    answer.value("low", "money", None, "最少", "At least")
    answer.step(
        "两个以上孩子，可以适当提高，一般不超过{b}%。",
        "Two or more children: more, but as a rule not above {b}%.",
        high,
        b=high.value,
    )


def _say_shares(given: SupportInput, on: dt.date, law: Law, answer: Answer) -> None:
    """Without an income: the usual shares of it."""
    if given.children == 1:
        low, high = law.rule("support.one_child.low", on), law.rule("support.one_child.high", on)
        answer.value(
            "low_percent", "percent", number(low), "一般不低于月总收入的", "As a rule at least, of the monthly income"
        )
        answer.value("high_percent", "percent", number(high), "一般不高于月总收入的", "As a rule at most")
        answer.step(
            "一个孩子，一般是月总收入的{a}%到{b}%。",
            "One child: as a rule {a}% to {b}% of the monthly income.",
            low,
            high,
            a=low.value,
            b=high.value,
        )
        return
    high = law.rule("support.several.high", on)
    answer.value(
        "high_percent", "percent", number(high), "一般不超过月总收入的", "As a rule at most, of the monthly income"
    )
    answer.step(
        "两个以上孩子，可以适当提高，一般不超过{b}%。",
        "Two or more children: more, but as a rule not above {b}%.",
        high,
        b=high.value,
    )


def _say_until(given: SupportInput, on: dt.date, law: Law, answer: Answer) -> None:
    assert given.birth is not None
    rule = law.rule("support.until_age", on)
    until = add_months(given.birth, 12 * rule.whole)
    answer.value("until", "date", until, "付到", "Until")
    answer.step(
        "一般付到年满{n}周岁：{day}。", "As a rule until the age of {n}: {day}.", rule, n=rule.whole, day=day(until)
    )
    if given.from_ is None:
        return
    if given.from_ < given.birth:
        raise Refused("support.before_birth", _("Support cannot begin before the child is born."))
    months = max(0, (until.year - given.from_.year) * 12 + until.month - given.from_.month)
    months -= months > 0 and add_months(given.from_, months) > until
    answer.value("full_months", "count", months, "整月数", "Full months")
    if given.percent is not None and (income := _income(given, Answer(), law, on)) is not None:
        total = half_up(income * given.percent / 100) * months
        answer.value("total", "money", total, "整月合计", "Full months in all")
        answer.step(
            "{n}个整月合计{t}；不满一月的部分由协议定。",
            "{n} full months make {t}; a broken month is for the agreement.",
            law.rule("support.broken_month", on),
            n=months,
            t=money(total),
        )


def _say_payable(given: SupportInput, on: dt.date, law: Law, answer: Answer) -> None:
    age = given.child_age
    if age is None and given.birth is not None:
        age = on.year - given.birth.year - ((on.month, on.day) < (given.birth.month, given.birth.day))
    if age is None:
        return
    adult, works = law.rule("support.until_age", on), law.rule("support.work_age", on)
    if age >= adult.whole:
        payable = given.in_senior_high_school or given.unable_to_work
        answer.step(
            "成年子女还在读高中及以下，或者非因主观原因不能独立生活的，仍要付。",
            "An adult child still at school below college, or unable to live alone without fault, is still owed support.",
            law.rule("support.adult_child", on),
        )
    else:
        payable = not (given.self_supporting_by_work and age >= works.whole)
        if not payable:
            answer.step(
                "满{n}周岁、靠自己劳动维持当地一般生活水平的，父母可以停付。",
                "From {n} on, living on its own work at the usual local level: parents may stop.",
                works,
                n=works.whole,
            )
    answer.value("payable", "flag", payable, "要付吗", "Owed?")


CALCULATOR = Calculator(
    name="child_support",
    title=Words("抚养费", "Child support"),
    lead=Words(
        "离婚或者不在一起生活时，每个月大致应付多少、付到哪天。",
        "About how much a month when parents live apart, and until when.",
    ),
    group="family",
    icon="heart-handshake",
    input=SupportInput,
    run=calculate,
    variants=(
        Variant(
            "range",
            Words("每月多少", "How much a month"),
            ("monthly_total_income_fen", "?children", "?birth", "?from_", "?percent"),
        ),
        Variant(
            "no_wage",
            Words("对方没有固定收入", "Payer without a fixed wage"),
            ("annual_income_no_fixed_wage_fen", "?children"),
        ),
        Variant(
            "payable",
            Words("孩子大了还要付吗", "Older children"),
            ("child_age", "self_supporting_by_work", "in_senior_high_school", "unable_to_work"),
        ),
    ),
)
