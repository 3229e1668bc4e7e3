"""诉讼时效: until when a claim may be brought, with interruption, suspension, and debts that never lapse."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Input, Variant, ask
from fengqiao.disputes.calculators.law import Law
from fengqiao.disputes.calculators.words import Words, day
from fengqiao.kernel.calendar import add_months
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

KINDS = {
    "general": ("一般请求", "General claim"),
    "contract_due": ("到期未付的款项", "Sum due and unpaid"),
    "instalments_one_debt": ("一笔债分期还", "One debt paid in parts"),
    "property_fee_periods": ("物业费（每期各算）", "Property-service fee, each period its own"),
    "long_stop": ("损害发生很久以后才知道", "Harm long ago, known only now"),
    "minor_sexual_abuse": ("未成年时遭受性侵害", "Sexual abuse as a minor"),
    "child_support_arrears": ("抚养费、赡养费、扶养费", "Child, parental or spousal support"),
    "labour_arbitration": ("劳动仲裁", "Labour arbitration"),
    "labour_wages": ("拖欠工资（已离职）", "Unpaid wages after leaving"),
    "international_sale": ("国际货物买卖、技术进出口", "International sale or technology trade"),
    "transition_2017": ("2017年10月1日前开始的旧债", "Old debt begun before 1 Oct 2017"),
}


class LimitationInput(Input):
    """`knew_on`: the day the person knew or should have known the harm and who is liable."""

    kind: Literal[
        "general",
        "contract_due",
        "instalments_one_debt",
        "property_fee_periods",
        "long_stop",
        "minor_sexual_abuse",
        "child_support_arrears",
        "labour_arbitration",
        "labour_wages",
        "international_sale",
        "transition_2017",
    ] = ask("什么请求", "What claim", "general", choices=KINDS)
    knew_on: Day | None = ask("知道权利受损和对方是谁的日期", "Harm and obliged person known on")
    due_on: Day | None = ask("应付款日", "Due on")
    due_dates: tuple[Day, ...] = ask("各期应付款日", "Due days", (), max_length=60, hint=("每行一个日期", "One a line"))
    asked: Day | None = ask("要算哪一期", "Which period", hint=("填那一期的应付款日", "Its due day"))
    harm_on: Day | None = ask("权利受到损害的日期", "Harm done on")
    birth: Day | None = ask("出生日期", "Born on")
    employment_ended_on: Day | None = ask("劳动关系结束日期", "Employment ended on")
    obstacle: tuple[Day, Day] | None = ask(
        "不能主张权利的障碍（起、止）",
        "Obstacle (from, to)",
        hint=("如不可抗力：两个日期，用空格隔开", "Such as force majeure: two days with a space between"),
    )
    obstacle_days: Count | None = ask("障碍天数", "Days of obstacle")
    demand_on: Day | None = ask("催要日期", "Demanded on")
    mediation_request_on: Day | None = ask("申请调解日期", "Mediation asked for on")
    mediation_ended_on: Day | None = ask("调解结束日期", "Mediation ended on")
    instalment_promise_on: Day | None = ask("对方承诺还款日期", "Debtor promised to pay on")


def calculate(given: LimitationInput, law: Law) -> Result:
    """The last day to claim, plain and moved off a rest day. Basis: Civil Code 188-203; LIM 12, 14; LDL 27."""
    answer = Answer()
    if given.kind == "child_support_arrears":
        rule = law.rule("limitation.support", law.today)
        answer.value("end", "date", None, "最后一天", "Last day")
        answer.value("nominal_end", "date", None, "期满日", "Plain end")
        answer.step("支付抚养费、赡养费、扶养费的请求不适用诉讼时效。", "Claims for support do not lapse.", rule)
        return answer.result()
    begin = _begin(given, answer, law)
    labour = given.kind in {"labour_arbitration", "labour_wages"}
    begin, interrupted = _interrupted(given, begin, answer, law)
    end = _plain_end(given, begin, answer, law)
    if given.obstacle is not None:
        end = _stopped(given, end, answer, law) if labour else _suspended(given.obstacle, end, answer, law)
    end = _longest(given, end, interrupted, answer, law)
    _say_end(answer, end, law, begin)
    return answer.result()


CIVIL_CODE, GENERAL_PROVISIONS = dt.date(2021, 1, 1), dt.date(2017, 10, 1)


def _now(day: dt.date) -> dt.date:
    """How a period is counted, interrupted and suspended follows the Code in force now; its length the day it began."""
    return max(day, CIVIL_CODE)


# -- where it begins -----------------------------------------------------------------------------------------------


def _needed(value: dt.date | None) -> dt.date:
    if value is None:
        raise Refused("limitation.day_missing", _("Please fill in the day from which the time runs."))
    return value


def _begin(given: LimitationInput, answer: Answer, law: Law) -> dt.date:
    if given.kind == "contract_due":
        begin = _needed(given.due_on or given.knew_on)
        answer.step(
            "{day}到期没有付，从第二天起算。",
            "Due on {day} and unpaid: time runs from the next day.",
            law.rule("limitation.next_day", _now(begin)),
            day=day(begin),
        )
        return begin
    if given.kind == "instalments_one_debt":
        begin = _needed(max(given.due_dates, default=None))
        answer.step(
            "一笔债分期履行的，从最后一期{day}届满起算。",
            "One debt in parts: time runs from the last due day, {day}.",
            law.rule("limitation.last_instalment", _now(begin)),
            day=day(begin),
        )
        return begin
    if given.kind == "property_fee_periods":
        begin = _needed(given.asked or min(given.due_dates, default=None))
        answer.step(
            "物业费每一期是单独的债，{day}到期的这一期单独算。",
            "Each period of a property-service fee is its own debt; this one was due on {day}.",
            law.rule("limitation.property_fee", _now(begin)),
            day=day(begin),
        )
        return begin
    if given.kind == "minor_sexual_abuse":
        rule = law.rule("limitation.abuse.age", law.today)
        begin = add_months(_needed(given.birth), 12 * rule.whole)
        answer.step(
            "自年满{age}周岁之日（{day}）起算。",
            "Time runs from the age of {age}, {day}.",
            rule,
            age=rule.whole,
            day=day(begin),
        )
        return begin
    if given.kind == "labour_wages":
        return _needed(given.employment_ended_on or given.knew_on)
    return _needed(given.knew_on or given.due_on or given.harm_on)


def _interrupted(given: LimitationInput, begin: dt.date, answer: Answer, law: Law) -> tuple[dt.date, bool]:
    """The latest interruption starts the time anew, from the end of a procedure where there was one."""
    mediation = given.mediation_ended_on if given.mediation_request_on else None
    causes = [
        (given.demand_on, "limitation.interruption.demand", Words("催要", "a demand")),
        (given.instalment_promise_on, "limitation.interruption.promise", Words("对方承诺还款", "the debtor's promise")),
        (
            mediation or given.mediation_request_on,
            "limitation.interruption.mediation",
            Words("申请调解（程序终结）", "a request for mediation, from the end of the procedure"),
        ),
    ]
    found = [(when, key, what) for when, key, what in causes if when is not None and when >= begin]
    if not found:
        return begin, False
    when, key, what = max(found, key=lambda one: one[0])
    asked = given.mediation_request_on if key.endswith("mediation") else when
    if (asked or when) > _base_end(given, begin, law)[0]:
        raise Refused(
            "limitation.already_over",
            _("The time was over before that day. Only the debtor's new promise can help then: please ask a person."),
            law=_("Civil Code 192, 195"),
        )
    answer.step(
        "{what}使时效中断，从{day}起重新计算。",
        "Interrupted by {what}: time runs anew from {day}.",
        law.rule(key, _now(when)),
        what=what,
        day=day(when),
    )
    return when, True


# -- where it ends -------------------------------------------------------------------------------------------------

PERIODS = {
    "labour_arbitration": "limitation.labour",
    "labour_wages": "limitation.labour.wages",
    "international_sale": "limitation.international",
}


def _base_end(given: LimitationInput, begin: dt.date, law: Law) -> tuple[dt.date, RuleValue]:
    rule = law.rule(PERIODS.get(given.kind, "limitation.general"), begin)
    end = add_months(begin, 12 * rule.whole)
    if rule.valid_to is not None and end > rule.valid_to and rule.key == "limitation.general":
        newer = law.rule("limitation.general", rule.valid_to + dt.timedelta(days=1))
        if newer.whole > rule.whole:
            return add_months(begin, 12 * newer.whole), newer
    return end, rule


def _plain_end(given: LimitationInput, begin: dt.date, answer: Answer, law: Law) -> dt.date:
    end, rule = _base_end(given, begin, law)
    rules = [rule]
    if begin < GENERAL_PROVISIONS and rule.key == "limitation.general":
        rules.append(law.rule("limitation.transition", CIVIL_CODE))
        answer.step(
            "旧法两年在2017年10月1日还没有届满的改为三年，已经届满的不变。",
            "Two years of the older law still running on 1 Oct 2017 became three; those that had ended stay ended.",
            rules[-1],
        )
    answer.step("期间{n}年，至{day}。", "The time is {n} year(s), to {day}.", *rules, n=rule.whole, day=day(end))
    return end


def _suspended(obstacle: tuple[dt.date, dt.date], end: dt.date, answer: Answer, law: Law) -> dt.date:
    window, after = (
        law.rule("limitation.suspension.window", _now(end)),
        law.rule("limitation.suspension.after", _now(end)),
    )
    opens = add_months(end, -window.whole)
    if obstacle[1] <= opens or obstacle[0] > end:
        answer.step(
            "障碍不在最后{n}个月内（自{day}起），不影响。",
            "The obstacle did not reach the last {n} months (from {day}): no effect.",
            window,
            n=window.whole,
            day=day(opens),
        )
        return end
    moved = add_months(obstacle[1], after.whole)
    answer.step(
        "障碍在最后{n}个月内，消除（{gone}）之日起满{m}个月届满：{day}。",
        "The obstacle fell into the last {n} months; the time ends {m} months after it is gone ({gone}): {day}.",
        window,
        after,
        n=window.whole,
        m=after.whole,
        gone=day(obstacle[1]),
        day=day(moved),
    )
    return max(moved, end)


def _stopped(given: LimitationInput, end: dt.date, answer: Answer, law: Law) -> dt.date:
    assert given.obstacle is not None
    lost = given.obstacle_days if given.obstacle_days is not None else (given.obstacle[1] - given.obstacle[0]).days + 1
    moved = end + dt.timedelta(days=lost)
    answer.step(
        "劳动仲裁时效中止的，补回{n}天：{day}。",
        "In labour matters a suspension gives back the {n} days lost: {day}.",
        law.rule("limitation.labour.suspension", _now(end)),
        n=lost,
        day=day(moved),
    )
    return moved


def _longest(given: LimitationInput, end: dt.date, interrupted: bool, answer: Answer, law: Law) -> dt.date:
    """Twenty years from the harm, whatever was known."""
    if given.harm_on is None:
        return end
    rule = law.rule("limitation.longest", _now(given.knew_on or given.harm_on))
    last = add_months(given.harm_on, 12 * rule.whole)
    answer.step(
        "自损害发生起最长{n}年，至{day}；特殊情况法院可以延长。",
        "At most {n} years from the harm, to {day}; the court may extend in special cases.",
        rule,
        n=rule.whole,
        day=day(last),
    )
    return min(end, last)


def _say_end(answer: Answer, end: dt.date, law: Law, begin: dt.date) -> None:
    shift = law.rule("limitation.rest_day", _now(end))
    due = law.calendar.add_days(end, 0, shift=True)
    if due.day != end:
        answer.step(
            "{plain}是休息日，顺延到{day}。",
            "{plain} is a day off: moved to {day}.",
            shift,
            plain=day(end),
            day=day(due.day),
        )
    answer.value("end", "date", due.day, "最后一天", "Last day")
    answer.value("nominal_end", "date", end, "期满日", "Plain end")
    if due.is_provisional:
        answer.note(
            "那一年的放假安排还没有公布，暂按周末推算。", "The holidays of that year are not announced; weekends only."
        )
    answer.note(
        "过了时效，对方可以不还，但法院不会主动提起。",
        "After that the other side may refuse; the court will not raise it by itself.",
    )


_HELP = ("?demand_on", "?instalment_promise_on", "?mediation_request_on", "?mediation_ended_on", "?obstacle")
CALCULATOR = Calculator(
    name="limitation",
    title=Words("诉讼时效", "Limitation of claims"),
    lead=Words(
        "最晚哪一天还能主张权利，催要和调解会重新起算。",
        "Until when you may claim; demands and mediation start the time anew.",
    ),
    group="time",
    icon="hourglass",
    input=LimitationInput,
    run=calculate,
    variants=(
        Variant("general", Words(*KINDS["general"]), ("knew_on", *_HELP), {"kind": "general"}),
        Variant("contract_due", Words(*KINDS["contract_due"]), ("due_on", *_HELP), {"kind": "contract_due"}),
        Variant(
            "instalments_one_debt",
            Words(*KINDS["instalments_one_debt"]),
            ("due_dates", *_HELP),
            {"kind": "instalments_one_debt"},
        ),
        Variant(
            "property_fee_periods",
            Words(*KINDS["property_fee_periods"]),
            ("asked", *_HELP),
            {"kind": "property_fee_periods"},
        ),
        Variant(
            "labour_arbitration",
            Words(*KINDS["labour_arbitration"]),
            ("knew_on", "?demand_on", "?obstacle"),
            {"kind": "labour_arbitration"},
        ),
        Variant(
            "labour_wages",
            Words(*KINDS["labour_wages"]),
            ("employment_ended_on", "?demand_on"),
            {"kind": "labour_wages"},
        ),
        Variant("child_support_arrears", Words("抚养费、赡养费", "Support"), (), {"kind": "child_support_arrears"}),
        Variant("long_stop", Words(*KINDS["long_stop"]), ("harm_on", "knew_on"), {"kind": "long_stop"}),
        Variant("minor_sexual_abuse", Words(*KINDS["minor_sexual_abuse"]), ("?birth",), {"kind": "minor_sexual_abuse"}),
        Variant(
            "international_sale",
            Words(*KINDS["international_sale"]),
            ("knew_on", *_HELP),
            {"kind": "international_sale"},
        ),
        Variant(
            "transition_2017",
            Words("2017年以前的旧债", "Debts from before Oct 2017"),
            ("knew_on", *_HELP),
            {"kind": "transition_2017"},
        ),
    ),
)
