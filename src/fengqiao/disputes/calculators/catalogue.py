"""All calculators, by name, in the groups of the index page."""

from __future__ import annotations

from typing import Any

from fengqiao.disputes.calculators import (
    check_digit,
    child_support,
    compulsory_insurance,
    consumer,
    deadline,
    delay_interest,
    labour_pay,
    limitation,
    litigation_fee,
    loan_interest,
    other_fees,
    personal_injury,
    prepaid_refund,
    property_fee,
    severance,
    small_claims,
    supply_outage,
    vote,
    work_injury,
)
from fengqiao.disputes.calculators.asking import Calculator
from fengqiao.disputes.calculators.words import Words

GROUPS = {
    "costs": Words("打官司的费用", "Costs of a suit"),
    "time": Words("时间", "Time"),
    "money": Words("欠款和利息", "Debts and interest"),
    "consumer": Words("消费", "Consumers"),
    "work": Words("劳动", "Work"),
    "family": Words("家庭", "Family"),
    "harm": Words("受伤和事故", "Injuries and accidents"),
    "community": Words("小区和村居", "Community"),
}
ORDER = (
    litigation_fee.CALCULATOR,
    other_fees.PRESERVATION,
    other_fees.ENFORCEMENT,
    other_fees.PAYMENT_ORDER,
    small_claims.CALCULATOR,
    other_fees.BANKRUPTCY,
    limitation.CALCULATOR,
    deadline.CALCULATOR,
    deadline.TRIAL,
    small_claims.EFFECT,
    loan_interest.CALCULATOR,
    loan_interest.CAP,
    delay_interest.CALCULATOR,
    property_fee.CALCULATOR,
    prepaid_refund.CALCULATOR,
    consumer.CALCULATOR,
    severance.CALCULATOR,
    labour_pay.CALCULATOR,
    work_injury.CALCULATOR,
    child_support.CALCULATOR,
    personal_injury.CALCULATOR,
    compulsory_insurance.CALCULATOR,
    supply_outage.CALCULATOR,
    vote.CALCULATOR,
    check_digit.CALCULATOR,
)
CALCULATORS: dict[str, Calculator] = {one.name: one for one in ORDER}
PUBLIC: dict[str, Calculator] = {one.name: one for one in ORDER if one.is_public}


def described(calculator: Calculator) -> dict[str, Any]:
    """Name, words and input schema, as the command and the API list them."""
    return {
        "name": calculator.name,
        "title_zh": calculator.title.zh,
        "title_en": calculator.title.en,
        "what_zh": calculator.lead.zh,
        "what_en": calculator.lead.en,
        "input": calculator.input.model_json_schema(by_alias=True),
    }
