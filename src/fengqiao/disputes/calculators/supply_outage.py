"""停供退费: what a season without heat gives back by the contract, a day at a time."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up
from fengqiao.disputes.calculators.words import Words, money, plain
from fengqiao.kernel.errors import Refused


class OutageInput(Input):
    price_per_m2_fen: Fen = ask("每平方米一季多少钱（元）", "Price a square metre and season (yuan)", ...)
    area_m2: Number = ask("面积（平方米）", "Floor area (m²)", ...)
    season_from: Day = ask("供暖季开始", "Season begins", ...)
    season_to: Day = ask("供暖季结束", "Season ends", ...)
    days_without: Count = ask("没有供暖的天数", "Days without heat", ...)


def calculate(given: OutageInput, law: Law) -> Result:
    """Price of the season by the day; both ends of the season count. A clause of the contract, no statute.

    Units: fen. Basis: Civil Code 651, 653, 656.
    """
    days = (given.season_to - given.season_from).days + 1
    if days < 1 or given.days_without > days:
        raise Refused("outage.days", _("The days do not fit into the season."))
    answer, rule = Answer(), law.rule("supply.outage", given.season_to)
    season = given.price_per_m2_fen * given.area_m2
    refund = half_up(season * given.days_without / days)
    answer.value("refund", "money", refund, "应退", "Comes back")
    answer.value("season", "money", half_up(season), "一季费用", "Price of the season")
    answer.value("season_days", "count", days, "供暖季天数", "Days of the season")
    answer.value("a_day", "money", half_up(Fraction(season, days)), "每天", "A day")
    answer.step(
        "{s} ÷ {n}天 × {d}天 = {r}。",
        "{s} ÷ {n} days × {d} days = {r}.",
        rule,
        s=money(half_up(season)),
        n=days,
        d=given.days_without,
        r=money(refund),
    )
    answer.step(
        "每平方米{p}，共{a}平方米。",
        "{p} a square metre, {a} m².",
        rule,
        p=money(given.price_per_m2_fen),
        a=plain(given.area_m2),
    )
    answer.note(
        "这是按合同退费，不是法定标准；另有损失的可以要求赔偿。",
        "This is the contract's refund, not a statutory rate; further loss may be claimed.",
    )
    return answer.result()


CALCULATOR = Calculator(
    name="supply_outage",
    title=Words("停暖退费", "Refund for days without heat"),
    lead=Words("暖气停了几天，按合同该退多少。", "What days without heat give back by the contract."),
    group="community",
    icon="temperature",
    input=OutageInput,
    run=calculate,
    variants=(
        Variant(
            "all",
            Words("停暖退费", "Refund"),
            ("price_per_m2_fen", "area_m2", "season_from", "season_to", "days_without"),
        ),
    ),
)
