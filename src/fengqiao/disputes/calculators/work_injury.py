"""工伤待遇: lump sums, monthly allowances, care, and what dependants receive."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, share
from fengqiao.disputes.calculators.words import Words, money
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

CARE = {
    "full": ("生活完全不能自理", "Needs care in everything"),
    "major": ("生活大部分不能自理", "Needs care in most things"),
    "partial": ("生活部分不能自理", "Needs care in some things"),
}


class Dependant(Input):
    """Who the dead worker supported: spouse, child, parent, other; an orphan or an old person alone gets more."""

    kind: Literal["spouse", "child", "parent", "other"]
    orphan: bool = False
    alone: bool = False

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """ "配偶", "父母 孤", "child alone"."""
        return {"kind": KINDS.get(words[0], words[0]), "alone": bool(set(words[1:]) & {"孤", "alone"})}


KINDS = {"配偶": "spouse", "子女": "child", "父母": "parent", "其他": "other"}


class InjuryInput(Input):
    grade: int | None = ask("伤残等级（1到10级）", "Grade of disability (1 to 10)", ge=1, le=10)
    avg_month_contribution_wage_12m_fen: Fen | None = ask(
        "受伤前12个月平均月缴费工资（元）", "Average monthly contribution wage of the 12 months before (yuan)"
    )
    area_avg_month_wage_fen: Fen | None = ask(
        "统筹地区职工月平均工资（元）", "Average monthly wage of the insurance area (yuan)"
    )
    care_level: Literal["full", "major", "partial"] | None = ask("生活护理等级", "Level of care", choices=CARE)
    death: bool = ask("因工死亡", "Death at work", False)
    died_on: Day | None = ask("死亡日期", "Died on")
    national_urban_disposable_income_prev_year_fen: Fen | None = ask(
        "上年度全国城镇居民人均可支配收入（元）",
        "National urban disposable income of the year before (yuan)",
        hint=("不填则用系统里的公布数", "Leave empty to use the published figure"),
    )
    own_month_wage_fen: Fen | None = ask("本人月工资（元）", "Own monthly wage (yuan)")
    dependants: tuple[Dependant, ...] = ask(
        "供养亲属",
        "Dependants",
        (),
        max_length=60,
        hint=(
            "每行一人：配偶、子女、父母或其他；孤儿、孤寡老人后面加“孤”",
            "One a line: spouse, child, parent or other; add “alone” for an orphan or an old person alone",
        ),
    )
    missing: bool = ask("事故中下落不明", "Missing after the accident", False)
    accident_on: Day | None = ask("事故日期", "Accident on")
    month_wage_fen: Fen | None = ask("月工资（元）", "Monthly wage (yuan)")


def calculate(given: InjuryInput, law: Law) -> Result:
    """Units: fen. Basis: 工伤保险条例 34-41, 62, 64."""
    answer = Answer()
    if given.missing:
        _missing(given, law, answer)
    elif given.death:
        _death(given, law, answer)
    elif given.care_level is not None and given.grade is None:
        _care(given, law, answer)
    else:
        _graded(given, law, answer)
    answer.note(
        "用人单位没有参加工伤保险的，由单位按同样项目和标准支付。", "An uninsured employer pays the same items itself."
    )
    return answer.result()


def _needed(*values: object) -> None:
    if any(value is None for value in values):
        raise Refused("injury.facts_missing", _("Please fill in all the fields of this calculation."))


def _graded(given: InjuryInput, law: Law, answer: Answer) -> None:
    _needed(given.grade, given.avg_month_contribution_wage_12m_fen, given.area_avg_month_wage_fen)
    assert given.grade is not None
    on = given.accident_on or law.today
    floor, ceiling = law.rule("injury.wage.floor", on), law.rule("injury.wage.ceiling", on)
    area = given.area_avg_month_wage_fen or 0
    own = Fraction(given.avg_month_contribution_wage_12m_fen or 0)
    base = half_up(min(max(own, area * share(floor)), area * share(ceiling)))
    answer.step(
        "本人工资在当地平均工资{a}%到{b}%之间取：{w}。",
        "The own wage is held between {a}% and {b}% of the area's average: {w}.",
        floor,
        ceiling,
        a=floor.value,
        b=ceiling.value,
        w=money(base),
    )
    lump = law.rule(f"injury.lump_sum.{given.grade}", on)
    answer.value("lump_sum", "money", base * lump.whole, "一次性伤残补助金", "Lump sum")
    answer.step(
        "{g}级：{n}个月 × {w} = {s}。",
        "Grade {g}: {n} months × {w} = {s}.",
        lump,
        g=given.grade,
        n=lump.whole,
        w=money(base),
        s=money(base * lump.whole),
    )
    answer.value("base", "money", base, "本人工资", "Wage that counts")
    allowance = law.find(f"injury.allowance.{given.grade}", on)
    if allowance is not None:
        monthly = half_up(base * share(allowance))
        answer.value("monthly_allowance", "money", monthly, "每月伤残津贴", "Monthly allowance")
        answer.step(
            "每月津贴{p}%：{m}{more}。",
            "Monthly allowance {p}%: {m}{more}.",
            allowance,
            p=allowance.value,
            m=money(monthly),
            more=_HARD if given.grade >= 5 else "",
        )
    if given.grade >= 5:
        answer.note(
            "5至10级离职时还有医疗补助金和就业补助金，标准由省里定，这里不算。",
            "Grades 5 to 10 also get medical and employment subsidies on leaving; the province sets them, they are not counted here.",
        )


_HARD = Words("（单位难以安排工作的）", " (where suitable work cannot be given)")


def _care(given: InjuryInput, law: Law, answer: Answer) -> None:
    _needed(given.area_avg_month_wage_fen)
    rule = law.rule(f"injury.care.{given.care_level}", given.accident_on or law.today)
    monthly = half_up((given.area_avg_month_wage_fen or 0) * share(rule))
    answer.value("monthly_care", "money", monthly, "每月护理费", "Care a month")
    answer.step(
        "当地平均工资的{p}%：{m}。", "{p}% of the area's average wage: {m}.", rule, p=rule.value, m=money(monthly)
    )


def _death(given: InjuryInput, law: Law, answer: Answer) -> None:
    on = given.died_on or law.today
    if given.area_avg_month_wage_fen is not None:
        funeral = law.rule("injury.death.funeral", on)
        amount = given.area_avg_month_wage_fen * funeral.whole
        answer.value("funeral", "money", amount, "丧葬补助金", "Funeral")
        answer.step(
            "丧葬补助金：{n}个月当地平均工资 = {a}。",
            "Funeral: {n} months of the area's average wage = {a}.",
            funeral,
            n=funeral.whole,
            a=money(amount),
        )
        _lump_of_death(given, law, answer)
    if given.dependants:
        _dependants(given, law, answer)


def _lump_of_death(given: InjuryInput, law: Law, answer: Answer) -> None:
    on = given.died_on or law.today
    times, rules = law.rule("injury.death.lump_sum", on), []
    income = given.national_urban_disposable_income_prev_year_fen
    if income is None:
        figure = law.rule("income.national_urban", on)
        income, rules = figure.whole, [figure]
    answer.value("lump_sum", "money", income * times.whole, "一次性工亡补助金", "Lump sum")
    answer.step(
        "{n}倍上年度全国城镇居民人均可支配收入{i} = {a}。",
        "{n} times the national urban income of the year before, {i} = {a}.",
        times,
        *rules,
        n=times.whole,
        i=money(income),
        a=money(income * times.whole),
    )


def _dependants(given: InjuryInput, law: Law, answer: Answer) -> None:
    _needed(given.own_month_wage_fen)
    on, wage = given.died_on or law.today, given.own_month_wage_fen or 0
    spouse, other, more = (
        law.rule(f"injury.death.{name}", on) for name in ("spouse", "other_dependant", "orphan_more")
    )
    shares = [_share(one, spouse, other, more) for one in given.dependants]
    sums = [half_up(wage * one) for one in shares]
    answer.value("total", "money", min(sum(sums), wage), "每月合计", "A month in all")
    answer.value("uncapped", "money", sums, "各人（未封顶）", "Each, before the limit")
    if sum(sums) <= wage:
        answer.value("monthly", "money", sums, "各人每月", "Each a month")
    cap = law.rule("injury.death.most", on)
    answer.step(
        "配偶{a}%，其他亲属每人{b}%，孤寡老人或孤儿加{c}%，合计不超过本人工资{w}。",
        "Spouse {a}%, each other {b}%, an orphan or old person alone {c}% more; together at most the wage, {w}.",
        spouse,
        other,
        more,
        cap,
        a=spouse.value,
        b=other.value,
        c=more.value,
        w=money(wage),
    )
    if sum(sums) > wage:
        answer.note("超过部分怎样分摊，条文没有写。", "How the cut is shared is not in the text.")


def _share(one: Dependant, spouse: RuleValue, other: RuleValue, more: RuleValue) -> Fraction:
    return share(spouse if one.kind == "spouse" else other) + (share(more) if one.orphan or one.alone else 0)


def _missing(given: InjuryInput, law: Law, answer: Answer) -> None:
    _needed(given.accident_on)
    assert given.accident_on is not None
    rule = law.rule("injury.missing.months", given.accident_on)
    first = add_months(given.accident_on.replace(day=1), rule.whole)
    answer.value("wage_paid_months", "count", rule.whole, "照发工资月数", "Months of wage")
    answer.value("support_from", "code", f"{first:%Y-%m}", "供养亲属抚恤金从", "Support of dependants from")
    answer.step(
        "从事故当月起{n}个月照发工资，第{m}个月起发供养亲属抚恤金。",
        "The wage goes on for {n} months from the month of the accident; dependants' support from the month after.",
        rule,
        n=rule.whole,
        m=rule.whole + 1,
    )


CALCULATOR = Calculator(
    name="work_injury",
    title=Words("工伤待遇", "Work injury"),
    lead=Words("按伤残等级、护理等级或者工亡，算各项待遇。", "Benefits by grade, level of care, or on death."),
    group="work",
    icon="first-aid-kit",
    input=InjuryInput,
    run=calculate,
    variants=(
        Variant(
            "grade",
            Words("伤残", "Disability"),
            ("grade", "avg_month_contribution_wage_12m_fen", "area_avg_month_wage_fen", "?accident_on"),
        ),
        Variant("care", Words("护理费", "Care"), ("care_level", "area_avg_month_wage_fen", "?accident_on")),
        Variant(
            "death",
            Words("工亡", "Death"),
            (
                "?died_on",
                "?area_avg_month_wage_fen",
                "?national_urban_disposable_income_prev_year_fen",
                "?own_month_wage_fen",
                "?dependants",
            ),
            {"death": True},
        ),
        Variant("missing", Words("下落不明", "Missing"), ("accident_on",), {"missing": True}),
    ),
)
