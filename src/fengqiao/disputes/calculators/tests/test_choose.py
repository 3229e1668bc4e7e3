"""Which calculator fits what somebody asks; what was not said stays empty."""

import csv

import pytest
from tests.shared import shared
from tools import consultations

from fengqiao.disputes.calculators.catalogue import CALCULATORS
from fengqiao.disputes.calculators.choose import RULES, fitting
from fengqiao.disputes.calculators.tests.law import TODAY


@pytest.mark.parametrize(
    ("words", "name", "given"),
    [
        (
            "离婚后对方月薪8000，两个孩子每月要给多少抚养费",
            "child_support",
            {"children": 2, "monthly_total_income": "8000.00"},
        ),
        (
            "他一个月挣1.2万，女儿今年6岁，抚养费怎么算",
            "child_support",
            {"children": 1, "monthly_total_income": "12000.00", "child_age": 6},
        ),
        ("起诉离婚，财产大概30万，诉讼费要多少", "litigation_fee", {"kind": "divorce", "property": "300000.00"}),
        (
            "朋友借了5万，写了借条，月息2分，不还怎么办",
            "loan_interest",
            {"principal": "50000.00", "agreed_percent": "24"},
        ),
        ("他八年没有给过抚养费，现在还能要吗", "limitation", {"kind": "child_support_arrears"}),
        ("在工地上班摔伤了算不算工伤", "work_injury", {}),
        ("办了健身卡，店家搬走了，能退钱吗", "prepaid_refund", {}),
        ("单位一直没签劳动合同", "labour_pay", {"kind": "double_wage"}),
    ],
)
def test_the_fitting_calculator_is_chosen(words, name, given) -> None:
    found = {one.name: one.given for one in fitting(words)}
    assert found.get(name) == given


@pytest.mark.parametrize(
    "words", ["需要交社会抚养费吗", "买房贷款还没还清，能加名字吗", "今天天气很好", "", "孩子归谁"]
)
def test_where_nothing_fits_nothing_is_offered(words) -> None:
    assert fitting(words) == []


def test_an_age_among_several_is_not_guessed() -> None:
    (found, *_more) = fitting("我离开时大女儿8岁小的6岁，要给抚养费吗")
    assert "child_age" not in found.given


def test_every_rule_leads_to_a_calculator() -> None:
    assert {name for name, _rule in RULES} <= CALCULATORS.keys()


@pytest.mark.data
def test_consultations_are_answered_where_a_calculator_fits(record_property) -> None:
    with shared("data/legal/consult_articles.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    _answers, count = consultations.report(rows, TODAY)
    record_property("consultations", count)
    assert count["asked"] == len(rows) and count["answered"] == count["fitting"] >= 35
