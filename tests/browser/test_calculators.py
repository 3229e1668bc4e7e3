"""Costs and risks: found from the help page, filled in on a phone without script, read in both languages."""

import pytest

from tests.browser.harness import LANGUAGES, WIDTHS, check_page
from tests.browser.test_components import shoot

NAMES = {"LPR", "N"}
LOAN = (
    "/calc/loan_interest/?about=loan&go=1&principal=80000&deducted_at_payout=3600&formed_on=2024-08-15"
    "&due_on=2025-08-15&repaid_on=2026-05-18&agreed_percent=18&payments=2025-08-15+20000"
)
PAGES = {
    "index": "/calc/",
    "refund-form": "/calc/prepaid_refund/",
    "loan-answer": LOAN,
    "traffic-answer": "/calc/compulsory_insurance/?about=one&go=1&dd=260000&med=45000&prop=6000&motor_at_fault=on"
    "&other_party=pedestrian&motor_share_of_rest=0.7&commercial_limit=1000000",
    "refused": "/calc/litigation_fee/?about=divorce&go=1&base=301&property=0&procedure=ordinary&outcome=judgment",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_calculators_are_clean(browser_page, shots, width, language):
    page = browser_page(width, language)
    for name, url in PAGES.items():
        page.goto(url)
        shoot(page, shots, f"calc-{name}-{language[:2]}-{width}")
        check_page(page, allowed=NAMES, axe=width == 390)


def test_a_fee_is_worked_out_on_a_phone_without_script(browser_page):
    page = browser_page(390, script=False)
    page.goto("/help/")
    page.get_by_role("link", name="费用与风险测算").click()
    page.get_by_role("link", name="诉讼费 打官司要先交多少钱").click()
    page.get_by_label("请求金额（元）").fill("100000")
    page.get_by_label("结果").select_option("mediated")
    page.get_by_role("button", name="算一算").click()
    assert "1,150.00元" in page.locator("main").inner_text()
    assert page.get_by_label("请求金额（元）").input_value() == "100000"
