"""期限: when a period of procedure ends, and the limits of trials."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AliasChoices, BeforeValidator, Field

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Input, Moment, Variant, ask
from fengqiao.disputes.calculators.law import Law
from fengqiao.disputes.calculators.words import Words, day, say
from fengqiao.kernel.calendar import add_months, next_full_hour
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import RuleValue

AFTER: dict[str, tuple[str, str, str]] = {
    "judicial_confirmation_apply": (
        "court.confirmation.apply",
        "申请司法确认（自协议生效）",
        "Apply for confirmation, from the agreement's effect",
    ),
    "judicial_confirmation_accept_decision": (
        "court.confirmation.accept",
        "决定是否受理司法确认",
        "Court accepts the application",
    ),
    "judicial_confirmation_decide": ("court.confirmation.decide", "作出司法确认裁定", "Court decides on confirmation"),
    "judicial_confirmation_service_target": (
        "court.confirmation.service_target",
        "司法确认（内部目标）",
        "Confirmation, working target",
    ),
    "judicial_confirmation_objection_party": (
        "court.confirmation.objection.party",
        "当事人对确认裁定的异议",
        "A party's objection to the ruling",
    ),
    "judicial_confirmation_objection_third": (
        "court.confirmation.objection.third_party",
        "利害关系人对确认裁定的异议",
        "A third party's objection to the ruling",
    ),
    "mediation_delegated": ("mediation.delegated", "委派调解", "Delegated mediation"),
    "mediation_entrusted_ordinary": (
        "mediation.entrusted.ordinary",
        "委托调解（普通程序）",
        "Entrusted mediation, ordinary procedure",
    ),
    "mediation_entrusted_simplified": (
        "mediation.entrusted.simplified",
        "委托调解（简易程序）",
        "Entrusted mediation, simplified procedure",
    ),
    "online_mediator_accept": ("mediation.online.accept", "调解员确认接受（在线）", "Mediator accepts, online"),
    "online_choose_mediator": ("mediation.online.choose", "双方选调解员（在线）", "Parties choose a mediator, online"),
    "online_court_assigns": ("mediation.online.assign", "法院指定调解员（在线）", "Court assigns a mediator, online"),
    "labour_mediation": ("mediation.labour", "劳动争议调解", "Labour mediation"),
    "docketing": ("court.docketing", "法院决定是否立案", "Court decides on docketing"),
    "answer": ("court.answer", "提交答辩状", "Defendant's answer"),
    "appeal_judgment": ("court.appeal.judgment", "对判决上诉", "Appeal against a judgment"),
    "appeal_ruling": ("court.appeal.ruling", "对裁定上诉", "Appeal against a ruling"),
    "sue_after_pre_litigation_preservation": (
        "court.preservation.sue_after",
        "诉前保全后起诉",
        "Sue after pre-litigation preservation",
    ),
    "preservation_review": ("court.preservation.review", "对保全裁定申请复议", "Review of a preservation ruling"),
    "pay_fee": ("court.fee.pay", "交诉讼费", "Pay the court fee"),
    "payment_order_objection": ("court.payment_order.objection", "对支付令提异议", "Object to a payment order"),
    "enforcement_apply": ("court.enforcement.apply", "申请强制执行", "Apply for enforcement"),
    "enforcement_notice": ("court.enforcement.notice", "法院发执行通知", "Court sends the enforcement notice"),
    "consumer_complaint_handled": (
        "consumer.complaint",
        "行政部门处理消费投诉",
        "Department handles a consumer complaint",
    ),
    "judicial_suggestion_reply": ("court.suggestion.reply", "回复司法建议", "Reply to a judicial suggestion"),
    "petition_register_route": ("petition.register", "信访登记转送", "Petition registered and routed"),
    "petition_wrong_route_objection": ("petition.wrong_route", "对信访转送的异议", "Objection to a petition's routing"),
    "petition_close": ("petition.close", "信访事项办结", "Petition closed"),
    "work_injury_employer": (
        "injury.employer",
        "单位申请工伤认定",
        "Employer applies for recognition of a work injury",
    ),
    "work_injury_worker": ("injury.worker", "职工申请工伤认定", "Worker applies for recognition of a work injury"),
    "beijing_refund_default": (
        "prepaid.refund.default",
        "预付卡退款（没有约定）",
        "Prepaid refund where nothing was agreed",
    ),
    "mofcom_filing": ("prepaid.filing", "单用途卡备案", "Filing of single-use cards"),
}
BEFORE: dict[str, tuple[str, str, str]] = {
    "preservation_renewal_request": ("court.preservation.renewal", "申请续行保全", "Ask for renewal of preservation"),
    "trial_extension_request": ("trial.extension.request", "申请延长审限", "Ask to extend the trial limit"),
    "trial_extension_decision": ("trial.extension.decide", "决定延长审限", "Decide on extending the trial limit"),
    "closure_notice": ("consumer.closure_notice", "商家停业前告知", "Notice before a shop closes"),
}
HOURS: dict[str, tuple[str, str, str]] = {
    "protection_order_decision": (
        "violence.protection_order.decide",
        "人身安全保护令裁定",
        "Decision on a protection order",
    ),
    "pre_litigation_preservation_decision": (
        "court.preservation.decide_before_suit",
        "诉前保全裁定",
        "Decision on pre-litigation preservation",
    ),
}
URGENT = {"violence.protection_order.decide": "violence.protection_order.decide_urgent"}
NAMES = AFTER | BEFORE | HOURS
_FACTS = (
    "began_on",
    "effective_on",
    "received_on",
    "docketed_on",
    "accepted_on",
    "knew_on",
    "both_consented_on",
    "application_on",
    "complaint_received_on",
    "complaint_served_on",
    "served_on",
    "measure_on",
    "ruling_served_on",
    "measure_ends_on",
    "notified_on",
    "performance_ended_on",
    "application_received_on",
    "delivered_on",
    "limit_ends_on",
    "accident_on",
    "asked_on",
    "started_on",
    "closing_on",
)


def _known(name: Any) -> Any:
    if name not in NAMES:
        raise ValueError("no such period")
    return name


class DeadlineInput(Input):
    """`began_on`: the day of the act that starts the period, or the day before which something must be done."""

    name: Annotated[str, BeforeValidator(_known)] = ask(
        "哪个期限",
        "Which period",
        ...,
        choices={name: words for name, (_key, *words) in NAMES.items()},  # type: ignore[misc]
    )
    began_on: Day | None = Field(
        None,
        validation_alias=AliasChoices(*_FACTS),
        title="Counted from",
        json_schema_extra={
            "zh": "从哪一天起（或到哪一天之前）",
            "hint_zh": "当天不算",
            "hint_en": "The day itself does not count",
        },
    )
    began_at: Moment | None = Field(
        None,
        validation_alias=AliasChoices("began_at", "accepted_at"),
        title="Counted from, with the hour",
        json_schema_extra={"zh": "从几时起", "hint_zh": "按小时算的期限才填", "hint_en": "Only for periods in hours"},
    )
    urgent: bool = ask("情况紧急", "Urgent", False)


UNITS = {
    "days": Words("日", "days"),
    "working_days": Words("个工作日", "working days"),
    "months": Words("个月", "months"),
    "years": Words("年", "years"),
    "procedural_hours": Words("小时", "hours"),
}


def calculate(given: DeadlineInput, law: Law) -> Result:
    """Plain and moved end. Basis: CPL 85; CPI 125; Civil Code 200-203."""
    answer = Answer()
    key = NAMES[given.name][0]
    if given.name in HOURS:
        return _hours(given, URGENT.get(key, key) if given.urgent else key, law, answer)
    if given.began_on is None:
        raise Refused("deadline.day_missing", _("Please fill in the day from which the time runs."))
    rule = law.rule(key, given.began_on)
    if given.name in BEFORE:
        end = given.began_on - dt.timedelta(days=rule.whole)
        answer.step(
            "{day}之前{n}日：{end}。",
            "{n} days before {day}: {end}.",
            rule,
            n=rule.whole,
            day=day(given.began_on),
            end=day(end),
        )
        return _said(answer, end, end, False)
    plain, moved, provisional = _end(rule, given.began_on, law)
    answer.step(
        "自{day}的次日起{n}{unit}：{end}。",
        "{n} {unit} from the day after {day}: {end}.",
        rule,
        n=rule.whole,
        unit=UNITS[rule.unit],
        day=day(given.began_on),
        end=day(plain),
    )
    if moved != plain:
        answer.step(
            "{plain}是休息日，顺延到{end}。",
            "{plain} is a day off: moved to {end}.",
            rule,
            plain=day(plain),
            end=day(moved),
        )
    return _said(answer, plain, moved, provisional)


def _end(rule: RuleValue, start: dt.date, law: Law) -> tuple[dt.date, dt.date, bool]:
    if rule.unit == "working_days":
        due = law.calendar.add_working_days(start, rule.whole)
        return due.day, due.day, due.is_provisional
    months = rule.whole * {"months": 1, "years": 12}.get(rule.unit, 0)
    due = law.calendar.add_days(add_months(start, months), rule.whole if rule.unit == "days" else 0, shift=rule.moves)
    return due.plain_day, due.day, due.is_provisional


def _said(answer: Answer, plain: dt.date, moved: dt.date, provisional: bool) -> Result:
    answer.value("last_day", "date", moved, "最后一天", "Last day")
    answer.value("nominal_last_day", "date", plain, "期满日", "Plain end")
    if provisional:
        answer.note(
            "那一年的放假安排还没有公布，暂按周末推算。", "The holidays of that year are not announced; weekends only."
        )
    return answer.result()


def _hours(given: DeadlineInput, key: str, law: Law, answer: Answer) -> Result:
    if given.began_at is None:
        raise Refused("deadline.hour_missing", _("Please fill in the day and the hour."))
    begun = given.began_at if given.began_at.tzinfo else given.began_at.replace(tzinfo=CHINA)
    begun = begun.astimezone(CHINA)
    rule = law.rule(key, begun.date())
    length = dt.timedelta(hours=rule.whole)
    answer.value("statutory_end", "moment", next_full_hour(begun) + length, "法定截止", "End by law")
    answer.value("plain_end", "moment", begun + length, "工作目标", "Working target")
    answer.step("{n}小时，从下一个整点起算。", "{n} hours, from the next full hour.", rule, n=rule.whole)
    return answer.result()


# -- trial limits --------------------------------------------------------------------------------------------------

PROCEDURES = {
    "ordinary": ("一审普通程序", "First instance, ordinary"),
    "simplified": ("一审简易程序", "First instance, simplified"),
    "small_claims": ("小额诉讼", "Small claims"),
    "appeal_judgment": ("对判决的二审", "Appeal against a judgment"),
    "appeal_ruling": ("对裁定的二审", "Appeal against a ruling"),
}


class TrialInput(Input):
    """After a change of procedure the limit still counts from the first docketing."""

    docketed_on: Day = ask("立案日期", "Docketed on", ...)
    procedure: Annotated[
        Literal["ordinary", "simplified", "small_claims", "appeal_judgment", "appeal_ruling"],
        BeforeValidator(lambda value: value.split(" after conversion")[0] if isinstance(value, str) else value),
    ] = ask("程序", "Procedure", "ordinary", choices=PROCEDURES)
    extension_months: Count = ask("批准延长几个月", "Months of extension granted", 0, le=60)
    excluded_days: Count = ask(
        "扣除的天数",
        "Days left out",
        0,
        le=3660,
        hint=("鉴定、公告、管辖异议等", "Appraisal, public notice, jurisdiction"),
    )
    excluded_reason: str = ask("为什么扣除", "Why left out", "")


def trial(given: TrialInput, law: Law) -> Result:
    """The last day of a trial limit. Refuses: an extension longer than the law allows. Basis: CPL 152-183; CPI 243, 258."""
    answer, on = Answer(), given.docketed_on
    rule = law.rule(f"trial.{given.procedure}", on)
    rules = [rule]
    if given.extension_months:
        most = law.find(f"trial.extension.{given.procedure}", on)
        if most is None or given.extension_months > most.whole:
            raise Refused(
                "trial.extension_too_long", _("The law does not allow so long an extension."), law=rule.instrument
            )
        rules.append(most)
    months = given.extension_months + (rule.whole if rule.unit == "months" else 0)
    days = given.excluded_days + (rule.whole if rule.unit == "days" else 0)
    if given.excluded_days:
        rules.append(law.rule("trial.excluded", on))
    due = law.calendar.add_days(add_months(on, months), days, shift=rule.moves)
    parts = [say("{n}个月", "{n} months", n=months)] if months else []
    parts += [say("{n}日", "{n} days", n=days)] if days else []
    length = Words("加".join(one.zh for one in parts), " and ".join(one.en for one in parts))
    answer.step(
        "自立案{day}的次日起{length}：{end}。",
        "{length} from the day after docketing, {day}: {end}.",
        *rules,
        day=day(on),
        length=length,
        end=day(due.plain_day),
    )
    if due.day != due.plain_day:
        answer.step(
            "{plain}是休息日，顺延到{end}。",
            "{plain} is a day off: moved to {end}.",
            rule,
            plain=day(due.plain_day),
            end=day(due.day),
        )
    return _said(answer, due.plain_day, due.day, due.is_provisional)


CALCULATOR = Calculator(
    name="deadline",
    title=Words("程序期限", "Periods of procedure"),
    lead=Words(
        "上诉、答辩、司法确认、执行……最后一天是哪天。",
        "Appeal, answer, confirmation, enforcement: which day is the last.",
    ),
    group="time",
    icon="calendar-due",
    input=DeadlineInput,
    run=calculate,
    variants=(
        Variant("days", Words("按日、月、年", "In days, months, years"), ("name", "began_on")),
        Variant("hours", Words("按小时", "In hours"), ("name", "began_at", "urgent")),
    ),
)
TRIAL = Calculator(
    name="trial_limit",
    title=Words("审理期限", "Trial limits"),
    lead=Words("案子最迟什么时候审结。", "By when a case must be decided."),
    group="time",
    icon="scale",
    input=TrialInput,
    run=trial,
    variants=(
        Variant(
            "all", Words("审理期限", "Trial limit"), ("docketed_on", "procedure", "?extension_months", "?excluded_days")
        ),
    ),
)
