"""小额诉讼: whether a claim is tried as a small claim, and from which day an agreement takes effect."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Choice, Result
from fengqiao.disputes.calculators.asking import Calculator, Day, Fen, Input, Moment, Variant, ask
from fengqiao.disputes.calculators.law import Law, share
from fengqiao.disputes.calculators.words import Words, day, money
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused

PROCEDURES = {
    "mandatory": Choice("mandatory", Words("应当适用", "Mandatory")),
    "by_agreement": Choice("by_agreement", Words("双方同意的可以适用", "If both sides agree")),
    "not_available": Choice("not_available", Words("不适用", "Not available")),
}


class SmallClaimsInput(Input):
    claim_fen: Fen = ask("请求金额（元）", "Amount claimed (yuan)", ...)
    average_wage_employed_fen: Fen | None = ask(
        "本省上年度就业人员年平均工资（元）", "Province's average yearly wage of the year before (yuan)"
    )
    simple_money_claim: bool = ask("事实清楚、争议不大的金钱给付", "A simple claim for money", True)
    party_missing: bool = ask("一方下落不明", "A party cannot be found", False)
    status_or_title: bool = ask("涉及人身关系或财产确权", "Status or title is disputed", False)
    foreign: bool = ask("涉外", "Foreign-related", False)
    needs_appraisal: bool = ask("需要鉴定或对鉴定有异议", "Needs or disputes an appraisal", False)
    counterclaim: bool = ask("有反诉", "There is a counterclaim", False)
    filed_on: Day | None = ask("起诉日期", "Filed on")


def calculate(given: SmallClaimsInput, law: Law) -> Result:
    """Basis: CPL 165, 166 (boundaries count, Civil Code 1259)."""
    on, answer = given.filed_on or law.today, Answer()
    excluded = (
        given.party_missing or given.status_or_title or given.foreign or given.needs_appraisal or given.counterclaim
    )
    if excluded or not given.simple_money_claim:
        answer.value("procedure", "choice", PROCEDURES["not_available"], "小额诉讼", "Small claims")
        answer.step(
            "有条文列明的情形，不适用小额诉讼。",
            "One of the named exclusions applies.",
            law.rule("court.small_claims.excluded", on),
        )
        return answer.result()
    wage, rules = (
        given.average_wage_employed_fen,
        [law.rule("court.small_claims.mandatory", on), law.rule("court.small_claims.agreed", on)],
    )
    if wage is None:
        figure = law.rule("income.provincial_wage", on)
        wage, rules = figure.whole, [*rules, figure]
    low, high = wage * share(rules[0]), wage * share(rules[1])
    code = "mandatory" if given.claim_fen <= low else "by_agreement" if given.claim_fen <= high else "not_available"
    answer.value("procedure", "choice", PROCEDURES[code], "小额诉讼", "Small claims")
    answer.step(
        "不超过平均工资{a}%（{l}）的应当适用，不超过{b}%（{h}）的可以约定。",
        "Up to {a}% of the average wage ({l}) mandatory, up to {b}% ({h}) by agreement.",
        *rules,
        a=rules[0].value,
        b=rules[1].value,
        l=money(int(low)),
        h=money(int(high)),
    )
    answer.note("小额诉讼一审终审。", "Small claims have one instance only.")
    return answer.result()


KINDS = {
    "peoples_mediation_written": ("人民调解，书面", "People's mediation, written"),
    "peoples_mediation_oral": ("人民调解，口头", "People's mediation, oral"),
    "court_delegated": ("法院委派调解", "Delegated by the court"),
    "online": ("在线调解", "Online mediation"),
    "labour": ("劳动争议调解", "Labour mediation"),
}


class EffectInput(Input):
    type: Literal["peoples_mediation_written", "peoples_mediation_oral", "court_delegated", "online", "labour"] = ask(
        "哪种调解", "Kind of mediation", "peoples_mediation_written", choices=KINDS
    )
    party_signed: tuple[Day, ...] = ask(
        "各方签字日期", "Days the parties signed", (), max_length=60, hint=("每行一个日期", "One a line")
    )
    party_esigned: tuple[Moment, ...] = ask("各方电子签名时间", "Times the parties e-signed", (), max_length=60)
    mediator_signed: Day | None = ask("调解员签字日期", "Mediator signed on")
    sealed: Day | None = ask("盖章日期", "Sealed on")
    organisation_seal: Day | None = ask("组织电子盖章日期", "Organisation's e-seal on")
    agreed_on: Day | None = ask("达成协议日期", "Agreed on")
    recorded_on: Day | None = ask("记录日期", "Recorded on")


def effect(given: EffectInput, law: Law) -> Result:
    """From which act the agreement is in force, and the 30 days run. Basis: PML 29, 30; INV 24; ONM 19; LDL 14."""
    answer = Answer()
    parties = list(given.party_signed) + [
        one.astimezone(CHINA).date() if one.tzinfo else one.date() for one in given.party_esigned
    ]
    days: list[dt.date | None] = list(parties)
    if given.type == "peoples_mediation_oral":
        days = [given.agreed_on]
    if given.type in {"peoples_mediation_written", "labour"}:
        days += [given.mediator_signed, given.sealed]
    if not days or any(one is None for one in days):
        raise Refused("agreement.not_complete", _("Something that makes the agreement valid is missing."))
    begun = max(one for one in days if one is not None)
    rule = law.rule(f"mediation.effective.{given.type}", begun)
    answer.value("effective_on", "date", begun, "生效日期", "In force since")
    answer.step(
        "{kind}：最后一个必要的行为完成之日{day}生效。",
        "{kind}: in force from the last act the law asks for, {day}.",
        rule,
        kind=Words(*KINDS[given.type]),
        day=day(begun),
    )
    apply = law.rule("court.confirmation.apply", begun)
    due = law.calendar.add_days(begun, apply.whole, shift=apply.moves)
    answer.value("confirmation_until", "date", due.day, "最晚申请司法确认", "Apply for confirmation until")
    answer.step(
        "双方共同申请司法确认：{n}日内，到{day}。",
        "Joint application for confirmation: {n} days, to {day}.",
        apply,
        n=apply.whole,
        day=day(due.day),
    )
    return answer.result()


CALCULATOR = Calculator(
    name="small_claims",
    title=Words("小额诉讼", "Small claims"),
    lead=Words("多大的金额走小额诉讼，一审终审。", "Up to what amount a case is a small claim."),
    group="costs",
    icon="coins",
    input=SmallClaimsInput,
    run=calculate,
    variants=(
        Variant(
            "all",
            Words("小额诉讼", "Small claims"),
            (
                "claim_fen",
                "?average_wage_employed_fen",
                "party_missing",
                "status_or_title",
                "foreign",
                "needs_appraisal",
                "counterclaim",
                "?filed_on",
            ),
        ),
    ),
)
EFFECT = Calculator(
    name="agreement_effective",
    title=Words("调解协议何时生效", "When an agreement takes effect"),
    lead=Words("哪天生效，哪天前要申请司法确认。", "From which day, and until when confirmation may be asked."),
    group="time",
    icon="writing-sign",
    input=EffectInput,
    run=effect,
    variants=(
        Variant(
            "written",
            Words(*KINDS["peoples_mediation_written"]),
            ("party_signed", "mediator_signed", "sealed"),
            {"type": "peoples_mediation_written"},
        ),
        Variant("oral", Words(*KINDS["peoples_mediation_oral"]), ("agreed_on",), {"type": "peoples_mediation_oral"}),
        Variant("delegated", Words(*KINDS["court_delegated"]), ("party_signed",), {"type": "court_delegated"}),
        Variant("online", Words(*KINDS["online"]), ("party_signed",), {"type": "online"}),
        Variant("labour", Words(*KINDS["labour"]), ("party_signed", "mediator_signed", "sealed"), {"type": "labour"}),
    ),
)
