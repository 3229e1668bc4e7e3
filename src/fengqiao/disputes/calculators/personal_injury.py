"""人身损害赔偿: disability, death, funeral, lost income, care, dependants, and the sum of the items."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Age, Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.words import Words, money, plain
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

ITEMS = {
    "total_traffic": ("全部项目合计", "All items together"),
    "disability": ("残疾赔偿金", "Disability"),
    "death": ("死亡赔偿金", "Death"),
    "funeral": ("丧葬费", "Funeral"),
    "lost_income": ("误工费", "Lost income"),
    "dependant": ("一名被扶养人生活费", "One dependant"),
    "dependants_death": ("多名被扶养人生活费", "Several dependants"),
}


class Disability(Input):
    income_fen: Fen
    coefficient: Number
    age: Age


class Dependant(Input):
    """Exactly one of the ages; `share`: this victim's part of the support, as 1/2."""

    child_age: Age | None = None
    parent_age: Age | None = None
    share: Number = Fraction(1)

    @classmethod
    def from_words(cls, words: list[str]) -> dict[str, Any]:
        """ "子女 10 1/2", "parent 72 1/3"."""
        kind, age, *rest = (*words, "")
        name = {"子女": "child_age", "child": "child_age", "父母": "parent_age", "parent": "parent_age"}.get(kind, kind)
        return {name: age, **({"share": rest[0]} if rest and rest[0] else {})}


class PersonalInput(Input):
    """Data of the previous statistical year before the end of first-instance debate. Torts from 1 May 2022 on."""

    item: Literal["total_traffic", "disability", "death", "funeral", "lost_income", "dependant", "dependants_death"] = (
        ask("哪一项", "Which item", "total_traffic", choices=ITEMS)
    )
    injured_on: Day | None = ask("受伤日期", "Injured on")
    urban_disposable_income_fen: Fen | None = ask(
        "上年度城镇居民人均可支配收入（元）", "Urban disposable income of the year before (yuan)"
    )
    urban_consumption_fen: Fen | None = ask(
        "上年度城镇居民人均消费支出（元）", "Urban consumption of the year before (yuan)"
    )
    coefficient: Number | None = ask(
        "赔偿系数", "Coefficient", hint=("如0.1；或填下面的伤残等级", "Such as 0.1; or fill in the grade below")
    )
    grade: int | None = ask("伤残等级（1到10级）", "Grade of disability (1 to 10)", ge=1, le=10)
    age_at_determination: Age | None = ask("定残时年龄", "Age when the disability was determined")
    age: Age | None = ask("死亡时年龄", "Age at death")
    local_avg_month_wage_fen: Fen | None = ask(
        "上年度职工月平均工资（元）", "Average monthly wage of the year before (yuan)"
    )
    month_loss_fen: Fen | None = ask("每月减少的收入（元）", "Income lost a month (yuan)")
    from_: Day | None = Field(
        None, alias="from", title="Off work from", json_schema_extra={"zh": "误工开始", "hint_zh": "", "hint_en": ""}
    )
    disability_determined_on: Day | None = ask("定残日期", "Disability determined on")
    three_year_income_fen: tuple[Fen, ...] = ask(
        "最近三年收入（元）", "Income of the last three years (yuan)", (), max_length=3
    )
    days: Count | None = ask("误工天数", "Days off work")
    day_basis: int | str = ask("一年按几天算", "Days in a year", 365)
    child_age: Age | None = ask("被扶养的子女年龄", "Age of the child")
    parent_age: Age | None = ask("被扶养的父母年龄", "Age of the parent")
    other_supporters: Count = ask("其他扶养人数", "Others who support the child", 0, le=50)
    children_of_parent: Count | None = ask("父母共有几个子女", "Children of that parent", le=50)
    dependants: tuple[Dependant, ...] = ask(
        "被扶养人",
        "Dependants",
        (),
        max_length=60,
        hint=(
            "每行：子女或父母、年龄、份额，如“子女 10 1/2”",
            "One a line: child or parent, age, share, as “child 10 1/2”",
        ),
    )
    medical_fen: Fen = ask("医疗费（元）", "Medical costs (yuan)", 0, validate_default=False)
    nursing_days: Count = ask("护理天数", "Days of nursing", 0)
    nursing_per_day_fen: Fen = ask("每天护理费（元）", "Nursing a day (yuan)", 0, validate_default=False)
    nutrition_days: Count = ask("营养天数", "Days of nutrition", 0)
    nutrition_per_day_fen: Fen = ask("每天营养费（元）", "Nutrition a day (yuan)", 0, validate_default=False)
    hospital_meals_days: Count = ask("住院天数", "Days in hospital", 0)
    meal_per_day_fen: Fen = ask("每天伙食补助（元）", "Meals a day (yuan)", 0, validate_default=False)
    transport_fen: Fen = ask("交通费（元）", "Transport (yuan)", 0, validate_default=False)
    lost_income_total_fen: Fen = ask("误工费（元）", "Lost income (yuan)", 0, validate_default=False)
    disability: Disability | None = ask("残疾赔偿", "Disability")


def calculate(given: PersonalInput, law: Law) -> Result:
    """Units: fen. Basis: 法释〔2022〕14号 6-17, 24 (torts from 2022-05-01; older ones are refused)."""
    answer = Answer()
    if given.injured_on is None:
        answer.note(
            "没有填受伤日期，按现行规定算；2022年5月1日前受伤的适用旧规定。",
            "No day of injury given: today's rules; injuries before 1 May 2022 follow older ones.",
        )
    _RUNS[given.item](given, law, answer)
    return answer.result()


def _needed(*values: object) -> None:
    if any(value is None for value in values):
        raise Refused("personal.facts_missing", _("Please fill in all the fields of this calculation."))


def _on(given: PersonalInput, law: Law) -> dt.date:
    return given.injured_on or law.today


def _years(age: int, key: str, on: dt.date, law: Law) -> tuple[int, tuple[RuleValue, ...]]:
    """Twenty years; from sixty one less per year of age, from seventy-five five. Basis: 12, 15, 17."""
    years, cut, last, least = (
        law.rule(one, on) for one in (key, "personal.age.cut_from", "personal.age.five_from", "personal.age.five")
    )
    if age >= last.whole:
        return least.whole, (last, least)
    if age > cut.whole:
        return years.whole - (age - cut.whole), (years, cut)
    return years.whole, (years,)


def _coefficient(given: PersonalInput, law: Law, answer: Answer) -> Fraction:
    if given.coefficient is not None:
        return given.coefficient
    _needed(given.grade)
    rule = law.rule("personal.coefficient.step", _on(given, law))
    found = (11 - (given.grade or 10)) * share(rule)
    answer.step(
        "{g}级的系数按每级{p}%推算为{c}；比例待核实。",
        "Grade {g} by steps of {p}%: {c}; the share is to be verified.",
        rule,
        g=given.grade or 10,
        p=rule.value,
        c=plain(found),
    )
    return found


def _lump(answer: Answer, income: int, years: int, coefficient: Fraction, rules: tuple[RuleValue, ...]) -> int:
    amount = half_up(income * years * coefficient)
    answer.step(
        "{i} × {y}年 × {c} = {a}。",
        "{i} × {y} years × {c} = {a}.",
        *rules,
        i=money(income),
        y=years,
        c=plain(coefficient),
        a=money(amount),
    )
    return amount


def _disability(given: PersonalInput, law: Law, answer: Answer) -> None:
    _needed(given.urban_disposable_income_fen, given.age_at_determination)
    years, rules = _years(given.age_at_determination or 0, "personal.disability.years", _on(given, law), law)
    amount = _lump(answer, given.urban_disposable_income_fen or 0, years, _coefficient(given, law, answer), rules)
    answer.value("amount", "money", amount, "残疾赔偿金", "Disability")
    answer.value("years", "count", years, "年数", "Years")


def _death(given: PersonalInput, law: Law, answer: Answer) -> None:
    _needed(given.urban_disposable_income_fen, given.age)
    years, rules = _years(given.age or 0, "personal.death.years", _on(given, law), law)
    answer.value(
        "amount",
        "money",
        _lump(answer, given.urban_disposable_income_fen or 0, years, Fraction(1), rules),
        "死亡赔偿金",
        "Death",
    )
    answer.value("years", "count", years, "年数", "Years")


def _funeral(given: PersonalInput, law: Law, answer: Answer) -> None:
    _needed(given.local_avg_month_wage_fen)
    rule = law.rule("personal.funeral.months", _on(given, law))
    amount = (given.local_avg_month_wage_fen or 0) * rule.whole
    answer.value("amount", "money", amount, "丧葬费", "Funeral")
    answer.step("{n}个月平均工资 = {a}。", "{n} months of the average wage = {a}.", rule, n=rule.whole, a=money(amount))


def _lost_income(given: PersonalInput, law: Law, answer: Answer) -> None:
    """To the day before the disability is determined; a month becomes days by twelve months over the days of a year."""
    rules = (law.rule("personal.lost_income", _on(given, law)), law.rule("personal.day_basis", _on(given, law)))
    basis = number(rules[1])
    if given.three_year_income_fen:
        _needed(given.days)
        days = given.days or 0
        yearly = Fraction(sum(given.three_year_income_fen), len(given.three_year_income_fen))
    else:
        _needed(given.month_loss_fen, given.days if given.days is not None else given.disability_determined_on)
        days = given.days if given.days is not None else _days_off(given)
        yearly = Fraction((given.month_loss_fen or 0) * 12)
    amount = half_up(yearly * days / basis)
    answer.value("amount", "money", amount, "误工费", "Lost income")
    answer.value("days", "count", days, "天数", "Days")
    answer.step(
        "年收入{y} × {d}天 ÷ {b} = {a}（算到定残前一天）。",
        "{y} a year × {d} days ÷ {b} = {a} (to the day before the determination).",
        *rules,
        y=money(half_up(yearly)),
        d=days,
        b=int(basis),
        a=money(amount),
    )


def _days_off(given: PersonalInput) -> int:
    _needed(given.from_, given.disability_determined_on)
    assert given.from_ and given.disability_determined_on
    return max(0, (given.disability_determined_on - given.from_).days)


def _years_of(
    child_age: int | None, parent_age: int | None, on: dt.date, law: Law
) -> tuple[int, tuple[RuleValue, ...]]:
    if child_age is not None:
        rule = law.rule("personal.dependant.child_until", on)
        return max(0, rule.whole - child_age), (rule,)
    _needed(parent_age)
    return _years(parent_age or 0, "personal.dependant.years", on, law)


def _dependant(given: PersonalInput, law: Law, answer: Answer) -> None:
    _needed(given.urban_consumption_fen, given.child_age if given.child_age is not None else given.parent_age)
    on = _on(given, law)
    years, rules = _years_of(given.child_age, given.parent_age, on, law)
    sharers = given.children_of_parent or given.other_supporters + 1
    lost = law.rule("personal.dependant.lost_capacity", on)
    coefficient = _coefficient(given, law, answer)
    amount = half_up((given.urban_consumption_fen or 0) * years * coefficient / sharers)
    answer.value("amount", "money", amount, "被扶养人生活费", "Dependant")
    answer.value("years", "count", years, "年数", "Years")
    answer.step(
        "{c} × {y}年 × 丧失劳动能力程度{k} ÷ {s}人 = {a}，计入残疾或死亡赔偿金。",
        "{c} × {y} years × degree of lost capacity {k} ÷ {s} = {a}, added to the disability or death sum.",
        *rules,
        lost,
        c=money(given.urban_consumption_fen or 0),
        y=years,
        k=plain(coefficient),
        s=sharers,
        a=money(amount),
    )


def _dependants(given: PersonalInput, law: Law, answer: Answer) -> None:
    """Year by year: the shares of all together never above one whole consumption. Basis: 17(2)."""
    _needed(given.urban_consumption_fen)
    on, consumption = _on(given, law), given.urban_consumption_fen or 0
    cap = law.rule("personal.dependant.yearly_most", on)
    spans = [(_years_of(one.child_age, one.parent_age, on, law), one.share) for one in given.dependants]
    total, first, rules = Fraction(0), 1, {cap.key: cap} | {rule.key: rule for (_n, some), _s in spans for rule in some}
    lines: list[tuple[int, int, Fraction]] = []
    for end in sorted({years for (years, _some), _share in spans if years}):
        yearly = consumption * min(
            number(cap), sum((part for (years, _some), part in spans if years >= first), Fraction(0))
        )
        lines.append((first, end, yearly))
        total += yearly * (end - first + 1)
        first = end + 1
    answer.value("total", "money", half_up(total), "合计", "In all")
    for start, end, yearly in lines:
        answer.value(
            f"years_{start}_{end}_per_year",
            "money",
            half_up(yearly),
            f"第{start}至{end}年每年",
            f"Years {start} to {end}, a year",
        )
        answer.step(
            "第{a}至{b}年：每年{y}。",
            "Years {a} to {b}: {y} a year.",
            *rules.values(),
            a=start,
            b=end,
            y=money(half_up(yearly)),
        )


def _total(given: PersonalInput, law: Law, answer: Answer) -> None:
    on = _on(given, law)
    items: list[tuple[str, Words, int]] = [
        ("medical", Words("医疗费", "Medical"), given.medical_fen),
        ("nursing", Words("护理费", "Nursing"), given.nursing_days * given.nursing_per_day_fen),
        ("nutrition", Words("营养费", "Nutrition"), given.nutrition_days * given.nutrition_per_day_fen),
        ("meals", Words("住院伙食补助费", "Hospital meals"), given.hospital_meals_days * given.meal_per_day_fen),
        ("transport", Words("交通费", "Transport"), given.transport_fen),
        ("lost_income", Words("误工费", "Lost income"), given.lost_income_total_fen),
    ]
    harm = given.disability
    if harm is None and given.urban_disposable_income_fen is not None and given.age_at_determination is not None:
        harm = Disability.model_construct(
            income_fen=given.urban_disposable_income_fen,
            coefficient=_coefficient(given, law, answer),
            age=given.age_at_determination,
        )
    if harm is not None:
        years, rules = _years(harm.age, "personal.disability.years", on, law)
        items.append(
            (
                "disability",
                Words("残疾赔偿金", "Disability"),
                _lump(answer, harm.income_fen, years, harm.coefficient, rules),
            )
        )
    whole = sum(amount for _name, _label, amount in items)
    answer.value("total", "money", whole, "合计", "In all")
    for name, label, amount in items:
        if amount:
            answer.value(name, "money", amount, label.zh, label.en)
    answer.step("各项相加：{t}。", "The items added up: {t}.", law.rule("personal.items", on), t=money(whole))


_RUNS: dict[str, Any] = {
    "disability": _disability,
    "death": _death,
    "funeral": _funeral,
    "lost_income": _lost_income,
    "dependant": _dependant,
    "dependants_death": _dependants,
    "total_traffic": _total,
}
CALCULATOR = Calculator(
    name="personal_injury",
    title=Words("人身损害赔偿", "Personal injury"),
    lead=Words("受伤、致残或死亡，各项赔偿怎么算。", "Damages for injury, disability or death, item by item."),
    group="harm",
    icon="bandage",
    input=PersonalInput,
    run=calculate,
    variants=(
        Variant(
            "total",
            Words("全部项目", "All items"),
            (
                "?injured_on",
                "?medical_fen",
                "?nursing_days",
                "?nursing_per_day_fen",
                "?nutrition_days",
                "?nutrition_per_day_fen",
                "?hospital_meals_days",
                "?meal_per_day_fen",
                "?transport_fen",
                "?lost_income_total_fen",
                "?urban_disposable_income_fen",
                "?grade",
                "?age_at_determination",
            ),
            {"item": "total_traffic"},
        ),
        Variant(
            "disability",
            Words("残疾赔偿金", "Disability"),
            ("?injured_on", "urban_disposable_income_fen", "?coefficient", "?grade", "age_at_determination"),
            {"item": "disability"},
        ),
        Variant(
            "death",
            Words("死亡赔偿金", "Death"),
            ("?injured_on", "urban_disposable_income_fen", "age"),
            {"item": "death"},
        ),
        Variant(
            "funeral", Words("丧葬费", "Funeral"), ("?injured_on", "local_avg_month_wage_fen"), {"item": "funeral"}
        ),
        Variant(
            "lost_income",
            Words("误工费", "Lost income"),
            ("?injured_on", "?month_loss_fen", "?from_", "?disability_determined_on", "?days"),
            {"item": "lost_income"},
        ),
        Variant(
            "dependant",
            Words("一名被扶养人", "One dependant"),
            (
                "?injured_on",
                "urban_consumption_fen",
                "?coefficient",
                "?grade",
                "?child_age",
                "?other_supporters",
                "?parent_age",
                "?children_of_parent",
            ),
            {"item": "dependant"},
        ),
        Variant(
            "dependants",
            Words("多名被扶养人", "Several dependants"),
            ("?injured_on", "urban_consumption_fen", "dependants"),
            {"item": "dependants_death"},
        ),
    ),
)
