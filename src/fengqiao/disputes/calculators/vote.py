"""表决: whether owners, residents or villagers have decided: quorum and majority, boundaries as the law draws them."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.calculators.answers import Answer, Result
from fengqiao.disputes.calculators.asking import Calculator, Count, Day, Input, Number, Variant, ask
from fengqiao.disputes.calculators.law import Law, number
from fengqiao.disputes.calculators.words import Words
from fengqiao.kernel.errors import Refused

BODIES = {
    "owners": ("业主共同决定", "Owners"),
    "residents_meeting": ("居民会议", "Residents' meeting"),
    "residents_representatives": ("居民代表会议", "Residents' representatives"),
    "convene_residents_meeting": ("召集居民会议", "Convening a residents' meeting"),
    "villagers_meeting": ("村民会议", "Villagers' meeting"),
}
WEIGHTY = frozenset({6, 7, 8})
"""Items of Civil Code 278 that need three quarters: raising the repair fund, rebuilding, business use of common parts."""


class VoteInput(Input):
    body: Literal[
        "owners", "residents_meeting", "residents_representatives", "convene_residents_meeting", "villagers_meeting"
    ] = ask("谁来表决", "Who votes", "owners", choices=BODIES)
    matter: int | None = ask("民法典第278条第几项", "Item of Civil Code 278", ge=1, le=9)
    area_total: Number | None = ask("专有部分总面积（平方米）", "Floor area in all (m²)")
    owners_total: Count | None = ask("业主总人数", "Owners in all")
    area_voting: Number | None = ask("参与表决的面积", "Floor area voting")
    owners_voting: Count | None = ask("参与表决的人数", "Owners voting")
    area_yes: Number | None = ask("同意的面积", "Floor area in favour")
    owners_yes: Count | None = ask("同意的人数", "Owners in favour")
    eligible: Count | None = ask("有选举权的居民或户代表人数", "Adults or household representatives in all")
    members: Count | None = ask("代表总数", "Representatives in all")
    adults: Count | None = ask("成年人数", "Adults in all")
    households: Count | None = ask("总户数", "Households in all")
    present: Count | None = ask("到会人数", "Present")
    household_reps_present: Count | None = ask("到会户代表人数", "Household representatives present")
    yes: Count | None = ask("同意人数", "In favour")
    signatures: Count | None = ask("联名人数", "Signatures")
    form: Literal["adults", "households"] = ask(
        "会议形式", "Form", "adults", choices={"adults": ("村民", "Adults"), "households": ("户代表", "Households")}
    )
    voted_on: Day | None = ask("表决日期", "Voted on")


def calculate(given: VoteInput, law: Law) -> Result:
    """Quorum and result. Refuses: more votes in favour than voters. Basis: Civil Code 278; committees laws of 2025."""
    answer = Answer()
    if given.body == "owners":
        _owners(given, law, answer)
    elif given.body == "convene_residents_meeting":
        _convene(given, law, answer)
    else:
        _meeting(given, law, answer)
    return answer.result()


def _whole(*values: int | Fraction | None) -> list[Fraction]:
    if any(value is None for value in values):
        raise Refused("vote.facts_missing", _("Please fill in all the fields of this calculation."))
    return [Fraction(value) for value in values if value is not None]


def _sound(yes: Fraction, present: Fraction) -> None:
    if yes > present:
        raise Refused("yes_exceeds_present", _("More votes in favour than voters: please check the figures."))


def _say(answer: Answer, quorum: bool, passed: bool) -> None:
    answer.value("passed", "flag", passed, "通过了吗", "Passed?")
    answer.value("quorum", "flag", quorum, "参与够吗", "Enough took part?")


def _owners(given: VoteInput, law: Law, answer: Answer) -> None:
    area, heads, area_in, heads_in, area_yes, heads_yes = _whole(
        given.area_total, given.owners_total, given.area_voting, given.owners_voting, given.area_yes, given.owners_yes
    )
    _sound(area_yes, area_in)
    _sound(heads_yes, heads_in)
    on = given.voted_on or law.today
    quorum_rule = law.rule("vote.owners.quorum", on)
    weighty = given.matter in WEIGHTY
    rule = law.rule("vote.owners.weighty" if weighty else "vote.owners.simple", on)
    quorum = area_in >= area * number(quorum_rule) and heads_in >= heads * number(quorum_rule)
    pairs = ((area_yes, area_in), (heads_yes, heads_in))
    agreed = all(yes >= voting * number(rule) if weighty else yes > voting * number(rule) for yes, voting in pairs)
    _say(answer, quorum, quorum and agreed)
    answer.step(
        "参与表决的面积和人数都要达到{q}。",
        "Floor area and heads taking part must both reach {q}.",
        quorum_rule,
        q=quorum_rule.value,
    )
    words = Words("达到", "at least") if weighty else Words("超过", "more than")
    answer.step(
        "同意的面积和人数都要{w}参与表决的{m}。",
        "In favour: {w} {m} of both the area and the heads that take part.",
        rule,
        w=words,
        m=rule.value,
    )


def _convene(given: VoteInput, law: Law, answer: Answer) -> None:
    adults, signatures = _whole(given.adults, given.signatures)
    on = given.voted_on or law.today
    rule, notice = law.rule("vote.residents.convene", on), law.rule("vote.residents.notice", on)
    answer.value("must_convene", "flag", signatures >= adults * number(rule), "必须召集吗", "Must it be convened?")
    answer.value("notice_days", "count", notice.whole, "提前几天通知", "Days of notice")
    answer.step(
        "{s}以上提议的应当召集，提前{n}天通知。",
        "On request of {s} it must be convened, with {n} days' notice.",
        rule,
        notice,
        s=rule.value,
        n=notice.whole,
    )


def _meeting(given: VoteInput, law: Law, answer: Answer) -> None:
    on = given.voted_on or law.today
    by_house = given.body == "villagers_meeting" and given.form == "households"
    is_representatives = given.body == "residents_representatives"
    whole = given.households if by_house else given.members if is_representatives else given.adults or given.eligible
    present, yes, all_ = _whole(given.household_reps_present if by_house else given.present, given.yes, whole)
    _sound(yes, present)
    at_least = by_house or is_representatives
    names = {
        "residents_meeting": "residents",
        "residents_representatives": "representatives",
        "villagers_meeting": "villagers",
    }
    name = names[given.body]
    quorum_rule = law.rule(f"vote.{name}.{'households' if by_house else 'quorum'}", on)
    majority = law.rule(f"vote.{name}.majority", on)
    bar = all_ * number(quorum_rule)
    quorum = present >= bar if at_least else present > bar
    _say(answer, quorum, quorum and yes > present * number(majority))
    words = Words("达到", "at least") if at_least else Words("超过", "more than")
    answer.step(
        "到会{w}{q}，同意超过到会的{m}。",
        "Present {w} {q}, in favour more than {m} of those present.",
        quorum_rule,
        majority,
        w=words,
        q=quorum_rule.value,
        m=majority.value,
    )


CALCULATOR = Calculator(
    name="vote",
    title=Words("表决是否通过", "Has the vote passed?"),
    lead=Words("业主、居民、村民表决，参与够不够、同意够不够。", "Owners, residents, villagers: quorum and majority."),
    group="community",
    icon="checkbox",
    input=VoteInput,
    run=calculate,
    variants=(
        Variant(
            "owners",
            Words(*BODIES["owners"]),
            ("?matter", "area_total", "owners_total", "area_voting", "owners_voting", "area_yes", "owners_yes"),
            {"body": "owners"},
        ),
        Variant(
            "residents",
            Words(*BODIES["residents_meeting"]),
            ("eligible", "present", "yes"),
            {"body": "residents_meeting"},
        ),
        Variant(
            "representatives",
            Words(*BODIES["residents_representatives"]),
            ("members", "present", "yes"),
            {"body": "residents_representatives"},
        ),
        Variant(
            "convene",
            Words(*BODIES["convene_residents_meeting"]),
            ("adults", "signatures"),
            {"body": "convene_residents_meeting"},
        ),
        Variant(
            "villagers",
            Words(*BODIES["villagers_meeting"]),
            ("adults", "present", "yes"),
            {"body": "villagers_meeting"},
        ),
        Variant(
            "households",
            Words("村民会议（户代表）", "Villagers, by household"),
            ("households", "household_reps_present", "yes"),
            {"body": "villagers_meeting", "form": "households"},
        ),
    ),
)
