"""消费者退一赔三: the price back and three times the price for fraud, at least five hundred yuan."""

from __future__ import annotations

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law, fen
from fengqiao.disputes.calculators.words import Words, money


class ConsumerInput(Input):
    price_fen: Fen = ask("付的价款（元）", "Price paid (yuan)", ...)
    fraud: bool = ask("商家有欺诈行为", "The trader cheated", True)
    label_flaw_only: bool = ask(
        "只是标签说明的小毛病，不影响质量也不误导", "Only a label flaw that neither touches quality nor misleads", False
    )
    bought_on: Day | None = ask("购买日期", "Bought on")


def calculate(given: ConsumerInput, law: Law) -> Result:
    """Refund and damages. Units: fen. Basis: 消费者权益保护法 55; 实施条例 49."""
    on, answer = given.bought_on or law.today, Answer()
    if not given.fraud or given.label_flaw_only:
        rule = law.rule("consumer.label_flaw" if given.label_flaw_only else "consumer.fraud.times", on)
        answer.value("extra", "money", 0, "增加的赔偿", "Damages on top")
        answer.step("没有欺诈，不适用三倍赔偿。", "Without fraud there is no triple damage.", rule)
        return answer.result()
    times, least = law.rule("consumer.fraud.times", on), law.rule("consumer.fraud.least", on)
    tripled = given.price_fen * times.whole
    extra = max(tripled, fen(least))
    answer.value("extra", "money", extra, "增加的赔偿", "Damages on top")
    answer.value("refund", "money", given.price_fen, "退还价款", "Price back")
    answer.value("total", "money", extra + given.price_fen, "合计", "In all")
    answer.step(
        "{n}倍价款{p} = {t}，不足{l}的按{l}。",
        "{n} times the price {p} = {t}, at least {l}.",
        times,
        least,
        n=times.whole,
        p=money(given.price_fen),
        t=money(tripled),
        l=money(fen(least)),
    )
    answer.note(
        "价款退还的前提是合同解除或撤销；是否构成欺诈由法院认定。",
        "The price comes back when the contract is ended; whether it was fraud, the court decides.",
    )
    return answer.result()


CALCULATOR = Calculator(
    name="consumer",
    title=Words("消费者退一赔三", "Consumer: refund and triple damages"),
    lead=Words("买到假货或者被骗，能要回多少。", "What may be claimed after being cheated."),
    group="consumer",
    icon="shopping-cart",
    input=ConsumerInput,
    run=calculate,
    variants=(Variant("all", Words("退一赔三", "Refund and damages"), ("price_fen", "?bought_on", "label_flaw_only")),),
)
