"""预付卡退款: by 法释〔2025〕4号 14-22 and the local cooling-off rows, the better way for the consumer, line by line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Age, Calculator, Count, Day, Fen, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, half_up, number, share
from fengqiao.disputes.calculators.words import Words, day, money, plain
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

INTERPRETATION = dt.date(2025, 5, 1)
"""From this day cases follow 法释〔2025〕4号, whenever the card was bought; the rows say the same."""
CAUSES = {
    "operator": ("商家的原因", "The operator's cause"),
    "consumer": ("消费者自己的原因", "The consumer's own cause"),
    "force_majeure": ("不可抗力等双方都没责任", "Force majeure, nobody's fault"),
}
CARDS = {
    "stored_value": ("储值卡（充钱）", "Stored value"),
    "sessions": ("次卡、课时", "Sessions or lessons"),
    "term_unlimited": ("年卡、月卡（期内不限次）", "Term card without limit of visits"),
}


def _cause(value: Any) -> Any:
    return "consumer" if value == "consumer did not come" else value


class PrepaidInput(Input):
    """`used_list`: value used at the price without discount. `jurisdiction`: "national" leaves local rules out."""

    card: Literal["stored_value", "sessions", "term_unlimited"] = ask(
        "哪种卡", "Kind of card", "stored_value", choices=CARDS
    )
    jurisdiction: Literal["local", "national", "Beijing"] = ask("适用地方规定", "Local rules", "local")
    paid_fen: Fen | None = ask("付了多少（元）", "Paid (yuan)")
    gift_fen: Fen = ask("赠送金额（元）", "Credit given on top (yuan)", 0, validate_default=False)
    discount: Number | None = ask("折扣（如0.8就是8折）", "Discount (0.8 is 20% off)")
    used_list_fen: Fen | None = ask("已用多少，按原价（元）", "Used, at the list price (yuan)")
    sessions: Count | None = ask("总次数", "Sessions bought")
    used_sessions: Count | None = ask("用了几次", "Sessions used")
    list_per_session_fen: Fen | None = ask("每次原价（元）", "List price a session (yuan)")
    term_days: Count | None = ask("有效期天数", "Days of the term")
    days_left_at_end: Count | None = ask("解除时剩余天数", "Days left when it ended")
    stopped_days_left: Count | None = ask("停止服务时剩余天数", "Days left when service stopped")
    visits: Count | None = ask("去了几次", "Visits")
    cause: Annotated[Literal["operator", "consumer", "force_majeure"] | None, BeforeValidator(_cause)] = ask(
        "为什么退", "Why it ends", choices=CAUSES
    )
    paid_on: Day | None = ask("付款日期", "Paid on")
    bought_on: Day | None = ask("购买日期", "Bought on")
    asked_on: Day | None = ask("提出退款日期", "Asked for the money on")
    same_service_before: bool = ask("以前享受过同样的服务", "Had the same service before", False)
    used: bool | None = ask("用过没有", "Used at all?")
    gift_value_fen: Fen = ask("赠品的合理价格（元）", "Fair price of the gift (yuan)", 0, validate_default=False)
    gift_returned: bool = ask("赠品已退回", "The gift was returned", True)
    principal_fen: Fen | None = ask("应退本金（元）", "Sum to be refunded (yuan)")
    contract_on: Day | None = ask("签合同日期", "Contract made on")
    ended_on: Day | None = ask("合同解除日期", "Contract ended on")
    repaid_on: Day | None = ask("退款日期或算到哪一天", "Refunded on, or count until")
    deposit_benchmark_1y: Number | None = ask("一年期存款基准利率（%）", "One-year deposit benchmark (%)")
    agreed_percent: Number | None = ask("约定的退款利率（%）", "Agreed rate on the refund (%)")
    supervised_principal_fen: Fen | None = ask("其中在监管账户里的钱（元）", "Part in a supervised account (yuan)")
    supervised_percent: Number | None = ask("监管账户实际利率（%）", "Real rate of that account (%)")
    day_basis: Literal[360, 365] = ask("一年按几天算", "Days in a year", 365)
    sales_commission_fen: Fen | None = ask("商家要扣的销售提成（元）", "Sales commission the operator deducts (yuan)")
    minor_age: Age | None = ask("办卡的孩子几岁", "Age of the minor who bought")
    used_value_fen: Fen = ask("已用的价值（元）", "Value used (yuan)", 0, validate_default=False)
    online_game: bool = ask("违规向未成年人收费的网络游戏", "Unlawful paid online game", False)
    guardian_consent: bool = ask("监护人同意或追认", "The guardian agreed", False)
    absconded: bool = ask("商家关门失联", "The operator has disappeared", False)
    bad_faith: bool = ask("既不履行又不退款，有恶意", "Neither performs nor refunds, in bad faith", False)
    balance_fen: Fen | None = ask("卡内余额（元）", "Balance on the card (yuan)")
    cheapest_item_fen: Fen | None = ask("最便宜的服务多少钱（元）", "Cheapest item (yuan)")


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to the money: how much, why, by which rules; `due` where the way names a day."""

    name: Words
    refund: Fraction
    used: Fraction | None = None
    due: tuple[dt.date, dt.date] | None = None


def calculate(given: PrepaidInput, law: Law) -> Result:
    """Every way that fits is worked out and the best for the consumer is the answer.

    Units: fen. Basis: 法释〔2025〕4号 10, 14-23; 北京市单用途预付卡管理条例 16, 17 (as local rows).
    """
    answer = Answer()
    if given.principal_fen is not None:
        return _interest_alone(given, law, answer)
    if given.minor_age is not None and not given.guardian_consent:
        return _void(given, law, answer)
    ways = [*_cooling_off(given, law, answer), *_small_balance(given, law, answer)]
    if given.absconded:
        ways += _absconded(given, law, answer)
    ended = _ended(given, law, answer)
    _say_best(given, ways, ended, law, answer)
    if given.sales_commission_fen is not None:
        answer.value("commission_deductible", "flag", False, "能扣销售提成吗", "May the commission be deducted?")
        answer.step(
            "给员工的销售提成不能从退款里扣。",
            "Sales commission may not be deducted.",
            law.rule("prepaid.commission", _day(given, law)),
        )
    answer.note(
        "赠品、7天内已用的价值怎样扣，条文没有写死，法院按情况定。",
        "How gifts and value used within seven days are deducted is open; the court weighs it.",
    )
    return answer.result()


def _day(given: PrepaidInput, law: Law) -> dt.date:
    """The fact that chooses the version: cases from 1 May 2025 on follow the interpretation, whenever the card was bought."""
    return max(given.asked_on or given.ended_on or law.today, INTERPRETATION)


def _paid(given: PrepaidInput) -> int:
    if given.paid_fen is None:
        raise Refused("prepaid.paid_missing", _("Please fill in how much was paid."))
    return given.paid_fen


# -- the ways ------------------------------------------------------------------------------------------------------


def _cooling_off(given: PrepaidInput, law: Law, answer: Answer) -> list[Way]:
    """Seven days: the national rule, and the local one where nothing was used. Basis: 14; local 16."""
    begun, asked = given.paid_on or given.bought_on, given.asked_on
    if begun is None or asked is None:
        return []
    ways: list[Way] = []
    rule = law.rule("prepaid.cooling_off", max(begun, INTERPRETATION))
    last = law.calendar.add_days(begun, rule.whole, shift=rule.moves)
    in_time = begun <= asked <= last.day
    answer.value("within_7_days", "flag", in_time, "在七天内吗", "Within seven days?")
    answer.value("cooling_off_until", "date", last.day, "冷静期到", "Cooling-off until")
    if last.day != last.plain_day:
        answer.step(
            "第{n}天{p}是休息日，顺延到{d}。",
            "Day {n}, {p}, is a day off: moved to {d}.",
            rule,
            n=rule.whole,
            p=day(last.plain_day),
            d=day(last.day),
        )
    applies = in_time and not given.same_service_before
    if given.same_service_before:
        answer.step(
            "签约前享受过同样服务的，不适用七天无理由退款。",
            "Who had the same service before may not use the seven days.",
            law.rule("prepaid.cooling_off.same_before", _day(given, law)),
        )
    answer.value("art14_applies", "flag", applies, "适用七天退款吗", "Do the seven days apply?")
    if applies:
        answer.step(
            "付款后{n}天内要求退的，退本金{p}。",
            "Asked within {n} days of payment: the principal {p} comes back.",
            rule,
            n=rule.whole,
            p=money(_paid(given)),
        )
        refund = _minus_gift(given, answer, law) - _used_inside(given, law, answer)
        ways.append(Way(Words("七天冷静期（全国）", "Seven days (national)"), max(Fraction(0), refund)))
    ways += _local_cooling_off(given, law, answer, begun, asked)
    return ways


def _used_inside(given: PrepaidInput, law: Law, answer: Answer) -> Fraction:
    """Value used inside the seven days: list or discount price is open, so the better one counts and both are shown."""
    if not _has_use(given):
        return Fraction(given.used_value_fen)
    used, listed = _discounted(given, answer, law), _list_value(given)
    if used != listed:
        at_list = max(Fraction(0), _paid(given) - Fraction(listed))
        answer.value(
            "refund_at_list_price",
            "money",
            half_up(at_list),
            "如果已用部分按原价",
            "If what was used counts at the list price",
        )
    return used


def _minus_gift(given: PrepaidInput, answer: Answer, law: Law) -> Fraction:
    if given.gift_returned or not given.gift_value_fen:
        return Fraction(_paid(given))
    rule = law.local("prepaid.gift_kept", _day(given, law)) if given.jurisdiction != "national" else None
    rule = rule or law.rule("prepaid.gift", _day(given, law))
    answer.step(
        "赠品没有退，按合理价格{g}扣。",
        "The gift was kept: its fair price {g} is deducted.",
        rule,
        g=money(given.gift_value_fen),
    )
    return Fraction(max(0, _paid(given) - given.gift_value_fen))


def _local_cooling_off(given: PrepaidInput, law: Law, answer: Answer, begun: dt.date, asked: dt.date) -> list[Way]:
    if given.jurisdiction == "national" or given.used or given.used_sessions or given.used_list_fen:
        return []
    rule, pay = law.local("prepaid.cooling_off.local", begun), law.local("prepaid.refund.cooling_off", asked)
    if (
        rule is None
        or pay is None
        or not begun <= asked <= law.calendar.add_days(begun, rule.whole, shift=rule.moves).day
    ):
        return []
    due = law.calendar.add_days(asked, pay.whole, shift=True)
    answer.step(
        "当地规定：{n}天内没用过的全额退，{m}天内退到（{d}）。",
        "Local rule: unused within {n} days, all of it, within {m} days ({d}).",
        rule,
        pay,
        n=rule.whole,
        m=pay.whole,
        d=day(due.plain_day),
    )
    return [
        Way(
            Words("七天冷静期（地方）", "Seven days (local)"),
            _minus_gift(given, answer, law),
            due=(due.plain_day, due.day),
        )
    ]


def _small_balance(given: PrepaidInput, law: Law, answer: Answer) -> list[Way]:
    if given.balance_fen is None or given.cheapest_item_fen is None or given.balance_fen >= given.cheapest_item_fen:
        return []
    rule = law.local("prepaid.small_balance", _day(given, law)) if given.jurisdiction != "national" else None
    pay = law.local("prepaid.refund.default", _day(given, law))
    if rule is None or pay is None:
        return []
    answer.value("days", "count", pay.whole, "几天内退", "Days to refund")
    answer.step(
        "余额不够最便宜的一项服务，可以退余额{b}；没有约定的，{n}天内。",
        "The balance is below the cheapest item: {b} comes back, within {n} days unless agreed.",
        rule,
        pay,
        b=money(given.balance_fen),
        n=pay.whole,
    )
    return [Way(Words("余额不足一次消费", "Balance below the cheapest item"), Fraction(given.balance_fen))]


def _absconded(given: PrepaidInput, law: Law, answer: Answer) -> list[Way]:
    on = _day(given, law)
    if given.bad_faith and given.paid_fen is not None:
        rule, times = law.rule("prepaid.punitive", on), law.rule("consumer.fraud.times", on)
        answer.value(
            "punitive",
            "money",
            given.paid_fen * times.whole,
            "惩罚性赔偿（如法院支持）",
            "Punitive damages, if the court grants them",
        )
        answer.step(
            "恶意终止经营、既不履行也不退款的，可以请求惩罚性赔偿；以什么为基数由法院定。",
            "Stopping in bad faith: punitive damages may be asked; on what sum, the court decides.",
            rule,
            times,
        )
    if given.balance_fen is None:
        return []
    answer.step(
        "余额{b}退还。",
        "The balance {b} comes back.",
        law.rule("prepaid.refund.on_end", on),
        b=money(given.balance_fen),
    )
    return [Way(Words("退余额", "Balance back"), Fraction(given.balance_fen))]


# -- ended contracts -----------------------------------------------------------------------------------------------


def _ended(given: PrepaidInput, law: Law, answer: Answer) -> dict[str, Way]:
    """What comes back by cause: one way where the cause is known, both where it is not."""
    if given.paid_fen is None:
        return {}
    if given.card == "term_unlimited":
        return {} if given.term_days is None else {given.cause or "operator": _term(given, law, answer)}
    if not _has_use(given):
        return {}
    causes = [given.cause] if given.cause else ["operator", "consumer"]
    return {cause: _by_value(given, cause, law, answer) for cause in causes}


def _has_use(given: PrepaidInput) -> bool:
    if given.card == "sessions":
        return bool(given.sessions) and given.used_sessions is not None
    return given.used_list_fen is not None


def _by_value(given: PrepaidInput, cause: str, law: Law, answer: Answer) -> Way:
    on, paid = _day(given, law), _paid(given)
    if cause == "consumer":
        used, rule = Fraction(_list_value(given)), law.rule("prepaid.used.list_price", on)
        answer.step(
            "消费者的原因：已用部分按原价{u}。",
            "The consumer's cause: what was used counts at the list price, {u}.",
            rule,
            u=money(half_up(used)),
        )
    else:
        used, rule = _discounted(given, answer, law), law.rule("prepaid.used.discount_price", on)
        answer.step(
            "不是消费者的原因：已用部分按优惠价{u}。",
            "Not the consumer's cause: what was used counts at the discount price, {u}.",
            rule,
            u=money(half_up(used)),
        )
    refund = max(Fraction(0), paid - used)
    rules = [law.rule("prepaid.refund.on_end", on)]
    if used > paid:
        rules.append(law.rule("prepaid.no_extra", on))
        answer.step(
            "按原价已超过付款的，退0，也不用补钱。",
            "Above what was paid: nothing comes back, nothing is owed.",
            rules[-1],
        )
    answer.step(
        "{p} − {u} = {r}。",
        "{p} − {u} = {r}.",
        *rules,
        p=money(paid),
        u=money(half_up(min(used, Fraction(paid)))),
        r=money(half_up(refund)),
    )
    return Way(Words(*CAUSES[cause]), refund, used)


def _list_value(given: PrepaidInput) -> int:
    if given.card == "sessions":
        if given.list_per_session_fen is None:
            raise Refused("prepaid.list_price_missing", _("Please fill in the list price of one session."))
        return given.list_per_session_fen * (given.used_sessions or 0)
    return given.used_list_fen or 0


def _discounted(given: PrepaidInput, answer: Answer, law: Law) -> Fraction:
    """The discount price: a share of the sessions, the stated discount, or paid over paid and gift. Basis: 18."""
    paid = _paid(given)
    if given.card == "sessions":
        if (given.used_sessions or 0) > (given.sessions or 0):
            raise Refused("prepaid.more_used_than_bought", _("More sessions were used than bought."))
        return Fraction(paid * (given.used_sessions or 0), given.sessions or 1)
    used = Fraction(given.used_list_fen or 0)
    if given.discount is not None:
        used *= given.discount
    if given.gift_fen and paid + given.gift_fen:
        rule = law.rule("prepaid.gift_ratio", _day(given, law))
        answer.step(
            "有赠送的按 付款÷（付款＋赠送）= {a}÷{b} 折算。",
            "With gifted credit the ratio is paid ÷ (paid + gift) = {a} ÷ {b}.",
            rule,
            a=money(paid),
            b=money(paid + given.gift_fen),
        )
        used *= Fraction(paid, paid + given.gift_fen)
    return used


def _term(given: PrepaidInput, law: Law, answer: Answer) -> Way:
    """Pro rata of the remaining term; from the stop where service stopped before; own absence gives nothing."""
    left = given.days_left_at_end or 0
    if given.stopped_days_left is not None:
        left = max(left, given.stopped_days_left)
    if not given.term_days:
        raise Refused("prepaid.term_missing", _("Please fill in how many days the card runs."))
    left = min(left, given.term_days)
    refund = Fraction(_paid(given) * left, given.term_days)
    rule = law.rule("prepaid.term", _day(given, law))
    answer.step(
        "按剩余天数退：{p} × {l} ÷ {t} = {r}；自己没去的不退。",
        "By the days left: {p} × {l} ÷ {t} = {r}; own absence gives nothing.",
        rule,
        p=money(_paid(given)),
        l=left,
        t=given.term_days,
        r=money(half_up(refund)),
    )
    return Way(Words("按剩余天数", "By the days left"), refund)


def _void(given: PrepaidInput, law: Law, answer: Answer) -> Result:
    on = _day(given, law)
    rule = law.rule("prepaid.minor", on)
    less = 0 if given.online_game else given.used_value_fen
    refund = max(0, _paid(given) - less)
    answer.value("refund", "money", refund, "应退", "Comes back")
    answer.value("contract", "words", Words("无效", "void"), "合同", "Contract")
    answer.step(
        "未成年人办卡、监护人不同意的，合同无效，退{p}，扣已用的{u}。",
        "A minor's contract without the guardian is void: {p} back, less {u} used.",
        rule,
        p=money(_paid(given)),
        u=money(less),
    )
    if given.online_game:
        answer.step(
            "违规向未成年人收费的网络游戏，已用的也不扣。",
            "An unlawful paid game: nothing is deducted.",
            law.rule("prepaid.minor.game", on),
        )
    return answer.result()


# -- the answer ----------------------------------------------------------------------------------------------------


def _say_best(given: PrepaidInput, ways: list[Way], ended: dict[str, Way], law: Law, answer: Answer) -> None:
    known = [*ways, *(ended.values() if given.cause or given.card == "term_unlimited" else [])]
    if known:
        best = max(known, key=lambda way: (way.refund, way.due is not None))
        answer.value("refund", "money", half_up(best.refund), "应退", "Comes back", lead=True)
        answer.value("way", "words", best.name, "按", "By")
        if best.used is not None:
            answer.value("used", "money", half_up(best.used), "已用价值", "Value used")
        if best.due is not None:
            answer.value("refund_due", "date", best.due[0], "最晚退款日", "Refund due")
            answer.value("refund_due_moved", "date", best.due[1], "遇休息日顺延到", "Moved off rest days")
        if len(known) > 1:
            answer.step(
                "几种算法里取对消费者最有利的：{w}。",
                "Of these ways the best for the consumer: {w}.",
                law.rule("prepaid.better", _day(given, law)),
                w=best.name,
            )
        used = next((way.used for way in ended.values() if way.used is not None), None)
        if used is not None and used > _paid(given):
            answer.value("extra_charge", "money", 0, "要补钱吗", "Owed on top")
    else:
        for cause, way in ended.items():
            answer.value(
                f"refund_if_{cause}",
                "money",
                half_up(way.refund),
                f"如果是{CAUSES[cause][0]}",
                f"If {CAUSES[cause][1].lower()}",
            )
    if given.ended_on is not None and given.repaid_on is not None and known:
        _interest(given, half_up(max(way.refund for way in known)), law, answer)


def _interest_alone(given: PrepaidInput, law: Law, answer: Answer) -> Result:
    if given.ended_on is None or given.repaid_on is None:
        raise Refused("prepaid.days_missing", _("Please fill in when the contract ended and until when to count."))
    _interest(given, given.principal_fen or 0, law, answer)
    return answer.result()


def _interest(given: PrepaidInput, principal: int, law: Law, answer: Answer) -> None:
    """From the end of the contract; the rate by the cause, the supervised part at its account's rate. Basis: 16, 17."""
    assert given.ended_on is not None and given.repaid_on is not None
    on, days = _day(given, law), max(0, (given.repaid_on - given.ended_on).days)
    begin = law.rule("prepaid.interest.from", on)
    rate, rules = _rate(given, law, on)
    supervised = min(given.supervised_principal_fen or 0, principal) if given.supervised_percent is not None else 0
    interest = Fraction(principal - supervised) * rate * days / given.day_basis
    if supervised and given.supervised_percent is not None:
        rules.append(law.rule("prepaid.interest.supervised", on))
        interest += Fraction(supervised) * given.supervised_percent / 100 * days / given.day_basis
    answer.value("interest", "money", half_up(interest), "利息", "Interest")
    answer.value("rate", "percent", rate * 100, "年利率", "Yearly rate")
    answer.value("days", "count", days, "天数", "Days")
    answer.step(
        "自合同解除之日起：{p} × {r}% × {n}天 ÷ {b} = {i}。",
        "From the end of the contract: {p} × {r}% × {n} days ÷ {b} = {i}.",
        begin,
        *rules,
        p=money(principal),
        r=plain(rate * 100, least=2),
        n=days,
        b=given.day_basis,
        i=money(half_up(interest)),
    )


def _rate(given: PrepaidInput, law: Law, on: dt.date) -> tuple[Fraction, list[RuleValue]]:
    if given.agreed_percent is not None:
        return given.agreed_percent / 100, [law.rule("prepaid.interest.agreed", on)]
    made = given.contract_on or given.paid_on or given.bought_on or on
    if given.cause == "consumer":
        rule, benchmark = law.rule("prepaid.interest.consumer", on), law.rule("rate.deposit.1y", made)
        own = given.deposit_benchmark_1y
        return (number(benchmark) if own is None else own) / 100, [rule, benchmark]
    rule, lpr = law.rule("prepaid.interest.operator", on), law.rule("rate.lpr.1y", made)
    return share(lpr), [rule, lpr]


_SEVEN = ("?paid_on", "?asked_on", "?same_service_before")
CALCULATOR = Calculator(
    name="prepaid_refund",
    title=Words("预付卡退款", "Prepaid card refund"),
    lead=Words(
        "健身、美容、培训等预付卡，能退多少；几种算法取对您最有利的。",
        "What comes back from a prepaid card; of the ways that fit, the best for you.",
    ),
    group="consumer",
    icon="credit-card-refund",
    input=PrepaidInput,
    run=calculate,
    variants=(
        Variant(
            "stored_value",
            Words("储值卡", "Stored value"),
            ("paid_fen", "?gift_fen", "?discount", "used_list_fen", "?cause", *_SEVEN),
            {"card": "stored_value"},
        ),
        Variant(
            "sessions",
            Words("次卡、课时", "Sessions"),
            ("paid_fen", "sessions", "used_sessions", "list_per_session_fen", "?cause", *_SEVEN),
            {"card": "sessions"},
        ),
        Variant(
            "term",
            Words("年卡、月卡", "Term card"),
            ("paid_fen", "term_days", "days_left_at_end", "?stopped_days_left", "?cause"),
            {"card": "term_unlimited"},
        ),
        Variant(
            "seven_days",
            Words("七天内没用过", "Seven days, unused"),
            ("paid_fen", "?gift_value_fen", "?gift_returned", "paid_on", "asked_on", "?same_service_before"),
            {"used": False},
        ),
        Variant(
            "interest",
            Words("退款的利息", "Interest on the refund"),
            (
                "principal_fen",
                "cause",
                "contract_on",
                "ended_on",
                "repaid_on",
                "?supervised_principal_fen",
                "?supervised_percent",
            ),
        ),
        Variant(
            "minor",
            Words("孩子办的卡", "Bought by a minor"),
            ("paid_fen", "minor_age", "?used_value_fen", "online_game", "guardian_consent"),
        ),
        Variant(
            "gone",
            Words("商家跑了", "The operator has gone"),
            ("paid_fen", "balance_fen", "bad_faith"),
            {"absconded": True},
        ),
        Variant("small", Words("余额太少用不了", "Balance too small"), ("balance_fen", "cheapest_item_fen")),
    ),
)
