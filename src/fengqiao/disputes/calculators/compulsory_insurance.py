"""交通事故: compulsory insurance first, then commercial insurance, then the shares of fault."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, fen, half_up, share
from fengqiao.disputes.calculators.words import Words, money, percent
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

HEADS = {
    "dd": Words("死亡伤残", "death and disability"),
    "med": Words("医疗费用", "medical"),
    "prop": Words("财产损失", "property"),
}


class Losses(Input):
    """Losses by the three heads of the compulsory insurance."""

    dd_fen: Fen = 0
    med_fen: Fen = 0
    prop_fen: Fen = 0

    def of(self, head: str) -> int:
        return int(getattr(self, f"{head}_fen"))


class TrafficInput(Input):
    """`motor_share_of_rest`: which part of what is left the motor side bears, as the police found it."""

    accident_on: Day | None = ask("事故日期", "Accident on")
    losses: Losses | None = ask("损失", "Losses")
    dd_fen: Fen | None = ask(
        "死亡伤残损失（元）",
        "Loss by death or disability (yuan)",
        hint=("残疾或死亡赔偿金、误工费、护理费等", "Disability or death sum, lost income, nursing"),
    )
    med_fen: Fen | None = ask(
        "医疗费用损失（元）", "Medical loss (yuan)", hint=("医疗费、伙食、营养费等", "Medical costs, meals, nutrition")
    )
    prop_fen: Fen | None = ask("财产损失（元）", "Property loss (yuan)")
    motor_at_fault: bool = ask("机动车一方有责任", "The motor side is at fault", True)
    other_party: Literal["pedestrian", "motor vehicle"] = ask(
        "对方是",
        "The other side",
        "pedestrian",
        choices={
            "pedestrian": ("行人或非机动车", "On foot or a cycle"),
            "motor vehicle": ("机动车", "A motor vehicle"),
        },
    )
    motor_share_of_rest: Number = ask(
        "其余部分机动车一方承担的比例",
        "Motor side's share of the rest",
        Fraction(1),
        hint=("如0.7", "Such as 0.7"),
        le=1,
    )
    commercial_limit_fen: Fen = ask(
        "商业三者险保额（元）", "Commercial third-party cover (yuan)", 0, validate_default=False
    )
    insured: bool = ask("投保了交强险", "Compulsory insurance in force", True)
    deliberate_collision_by_victim: bool = ask("受害人故意碰撞", "The victim collided on purpose", False)
    victims: tuple[Losses, ...] = ask("几名受害人的损失", "Losses of several victims", (), max_length=60)
    cars: Count = ask("几辆机动车", "Number of motor vehicles", 1, ge=1, le=20)
    each_at_fault: bool = ask("各车都有责任", "Each is at fault", True)
    loss_dd_fen: Fen | None = ask("死亡伤残损失（元）", "Loss by death or disability (yuan)")
    claim: str = ask("怎样请求", "How it is claimed", "proportional")


def calculate(given: TrafficInput, law: Law) -> Result:
    """Who pays how much. Units: fen. Basis: RTL 76; Civil Code 1213; 交通事故解释 13-19; limits by date."""
    answer, on = Answer(), given.accident_on or law.today
    if given.deliberate_collision_by_victim:
        rule = law.rule("traffic.deliberate", on)
        answer.value("compulsory_total", "money", fen(rule), "交强险", "Compulsory insurance")
        answer.value("motor_side", "money", fen(rule), "机动车一方", "Motor side")
        answer.step(
            "受害人故意碰撞机动车的，机动车一方不承担赔偿。", "A deliberate collision by the victim: nothing.", rule
        )
        return answer.result()
    if given.victims:
        return _victims(given, law, answer)
    if given.loss_dd_fen is not None and given.cars > 1:
        return _cars(given, law, answer)
    return _one(given, law, answer)


def _limits(law: Law, given: TrafficInput) -> dict[str, RuleValue]:
    kind = "limit" if given.motor_at_fault else "no_fault"
    return {head: law.rule(f"traffic.{kind}.{head}", given.accident_on or law.today) for head in HEADS}


def _losses(given: TrafficInput) -> Losses:
    if given.losses is not None:
        return given.losses
    if given.dd_fen is None and given.med_fen is None and given.prop_fen is None:
        raise Refused("traffic.losses_missing", _("Please fill in at least one loss."))
    return Losses.model_construct(dd_fen=given.dd_fen or 0, med_fen=given.med_fen or 0, prop_fen=given.prop_fen or 0)


def _one(given: TrafficInput, law: Law, answer: Answer) -> Result:
    losses, limits, on = _losses(given), _limits(law, given), given.accident_on or law.today
    paid = {head: min(losses.of(head), fen(limits[head])) for head in HEADS}
    rest = sum(losses.of(head) - paid[head] for head in HEADS)
    for head, words in HEADS.items():
        if losses.of(head):
            answer.step(
                "{h}：损失{l}，交强险限额{m}，赔{p}。",
                "{h}: loss {l}, limit {m}, paid {p}.",
                limits[head],
                h=words,
                l=money(losses.of(head)),
                m=money(fen(limits[head])),
                p=money(paid[head]),
            )
    part, rules = _share_of_rest(given, law)
    motor = half_up(rest * part)
    if not given.insured:
        return _uninsured(answer, sum(paid.values()), motor, law.rule("traffic.uninsured", on), rules)
    commercial = min(motor, given.commercial_limit_fen)
    answer.step(
        "其余{r}，机动车一方承担{s}：{m}；商业险先付{c}。",
        "Of the rest, {r}, the motor side bears {s}: {m}; commercial insurance pays {c} of it.",
        law.rule("traffic.order", on),
        *rules,
        r=money(rest),
        s=percent(part),
        m=money(motor),
        c=money(commercial),
    )
    answer.value("compulsory_total", "money", sum(paid.values()), "交强险赔付", "Compulsory insurance")
    answer.value("commercial", "money", commercial, "商业险赔付", "Commercial insurance")
    answer.value("motor_side", "money", motor - commercial, "机动车一方自己付", "Motor side itself")
    answer.value("victim_bears", "money", rest - motor, "受害人自己承担", "Victim bears")
    answer.value("rest", "money", rest, "交强险以外的损失", "Beyond the compulsory insurance")
    answer.value(
        "compulsory",
        "heads",
        {head: (words, paid[head]) for head, words in HEADS.items()},
        "交强险各项",
        "Compulsory insurance by head",
    )
    return answer.result()


def _share_of_rest(given: TrafficInput, law: Law) -> tuple[Fraction, list[RuleValue]]:
    """A faultless motor side bears at most a tenth towards people on foot, nothing towards another vehicle."""
    if given.motor_at_fault:
        return given.motor_share_of_rest, []
    if given.other_party == "motor vehicle":
        return Fraction(0), []
    rule = law.rule("traffic.faultless_most", given.accident_on or law.today)
    return min(given.motor_share_of_rest, share(rule)), [rule]


def _uninsured(answer: Answer, within: int, beyond: int, rule: RuleValue, rules: list[RuleValue]) -> Result:
    answer.value("owner_within_limits", "money", within, "应投保的人在限额内付", "Owner pays within the limits")
    answer.value("owner_share_of_rest", "money", beyond, "其余按责任承担", "Share of the rest")
    answer.step(
        "没有投保交强险的，由应投保的人在限额内先赔。",
        "Without a policy the one bound to insure pays within the limits.",
        rule,
        *rules,
    )
    return answer.result()


def _victims(given: TrafficInput, law: Law, answer: Answer) -> Result:
    limits = _limits(law, given)
    rule = law.rule("traffic.several_victims", given.accident_on or law.today)
    shares = [Fraction(0)] * len(given.victims)
    for head in HEADS:
        whole = sum(one.of(head) for one in given.victims)
        limit = min(whole, fen(limits[head]))
        for index, one in enumerate(given.victims):
            shares[index] += Fraction(one.of(head) * limit, whole) if whole else 0
    answer.value(
        "compulsory",
        "money",
        [half_up(one) for one in shares],
        "每人从交强险得到",
        "From the compulsory insurance, each",
    )
    answer.step(
        "几名受害人按损失比例分限额。", "Several victims share the limits by their losses.", rule, *limits.values()
    )
    return answer.result()


def _cars(given: TrafficInput, law: Law, answer: Answer) -> Result:
    limit = law.rule("traffic.limit.dd", given.accident_on or law.today)
    rule = law.rule("traffic.several_cars", given.accident_on or law.today)
    paid = min(given.loss_dd_fen or 0, fen(limit) * given.cars)
    answer.value(
        "each_insurer", "money", [half_up(Fraction(paid, given.cars))] * given.cars, "每家保险公司", "Each insurer"
    )
    answer.step(
        "{n}辆车的保险公司按限额比例赔。",
        "The insurers of {n} cars pay in proportion to their limits.",
        rule,
        limit,
        n=given.cars,
    )
    return answer.result()


CALCULATOR = Calculator(
    name="compulsory_insurance",
    title=Words("交通事故赔偿分担", "Traffic accident: who pays"),
    lead=Words(
        "交强险、商业险、肇事方和自己，各承担多少。",
        "What compulsory and commercial insurance, the driver and the victim bear.",
    ),
    group="harm",
    icon="car-crash",
    input=TrafficInput,
    run=calculate,
    variants=(
        Variant(
            "one",
            Words("一名受害人", "One victim"),
            (
                "?accident_on",
                "?dd_fen",
                "?med_fen",
                "?prop_fen",
                "motor_at_fault",
                "other_party",
                "motor_share_of_rest",
                "?commercial_limit_fen",
            ),
        ),
        Variant(
            "uninsured",
            Words("没买交强险", "No policy"),
            ("?accident_on", "?dd_fen", "?med_fen", "?prop_fen", "motor_share_of_rest"),
            {"insured": False},
        ),
    ),
)
