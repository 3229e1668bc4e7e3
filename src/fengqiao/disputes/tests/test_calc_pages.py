"""The pages of the calculators: for everybody, in both languages, every variant, refusals said at their place."""

import re

import pytest

from fengqiao.disputes.calc_forms import form_of
from fengqiao.disputes.calculators.catalogue import CALCULATORS, PUBLIC
from fengqiao.kernel import clock
from fengqiao.kernel.tests.ground import at
from fengqiao.shell.tests.cast import CLERK, VISITOR, signed_in_as

NOW = at("2026-07-17 10:00")
pytestmark = pytest.mark.django_db
VARIANTS = [(name, one.code) for name, found in PUBLIC.items() for one in found.variants]
ENGLISH = re.compile(r"[A-Za-z]{4,}")


def look(client, url, actor=VISITOR, status=200):
    with signed_in_as(actor), clock.standing_at(NOW):
        answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def main_of(text):
    """What is said in the main part, without tags and values of attributes."""
    inner = text.partition('<main id="main">')[2].partition("</main>")[0]
    return re.sub(r"<[^>]+>", " ", inner)


@pytest.mark.parametrize("actor", [VISITOR, CLERK])
def test_everybody_finds_every_calculator(client, actor) -> None:
    text = look(client, "/calc/", actor)
    assert all(f'href="/calc/{name}/"' in text for name in PUBLIC) and text.count("<h1") == 1
    assert "/calc/check_digit/" not in text


def test_numbers_that_say_who_somebody_is_have_no_page(client) -> None:
    assert set(CALCULATORS) - set(PUBLIC) == {"check_digit"}
    look(client, "/calc/check_digit/", status=404)
    look(client, "/calc/nothing/", status=404)


@pytest.mark.parametrize(("name", "code"), VARIANTS)
def test_every_form_speaks_chinese_alone(client, name, code) -> None:
    words = main_of(look(client, f"/calc/{name}/?about={code}"))
    assert not set(ENGLISH.findall(words)) - {"LPR"}, words
    if code == "child_support_arrears":
        return  # asks nothing: the answer stands there with the Chinese name of the law
    client.cookies["fq_language"] = "en"
    assert not re.search(r"[\u4e00-\u9fff]", main_of(look(client, f"/calc/{name}/?about={code}")).replace("中文", ""))


@pytest.mark.parametrize(("name", "code"), VARIANTS)
def test_an_empty_form_is_refused_in_words_never_with_an_error_of_ours(client, name, code) -> None:
    with signed_in_as(VISITOR), clock.standing_at(NOW):
        answer = client.get(f"/calc/{name}/", {"about": code, "go": "1"})
    assert answer.status_code in {200, 422}


def test_the_result_names_article_version_and_the_court(client) -> None:
    text = look(client, "/calc/litigation_fee/?about=property&go=1&claim=100000&procedure=simplified&outcome=mediated")
    assert "1,150.00元" in text and "诉讼费用交纳办法（国务院令第481号）" in text and "2007-04-01" in text
    assert "由法院决定" in text and "只减一次" in text and 'value="100000"' in text
    client.cookies["fq_language"] = "en"
    text = look(client, "/calc/litigation_fee/?about=property&go=1&claim=100000&procedure=simplified&outcome=mediated")
    assert "¥1,150.00" in text and "the court decides" in text


def test_numbers_not_yet_compared_say_so(client) -> None:
    text = look(
        client,
        "/calc/compulsory_insurance/?about=one&go=1&dd=260000&motor_at_fault=on&motor_share_of_rest=0.7&other_party=pedestrian",
    )
    assert text.count("待核实") >= 2


def test_several_lines_are_read_and_a_bad_one_is_named(client) -> None:
    facts = "about=loan&go=1&principal=80000&deducted_at_payout=3600&formed_on=2024-08-15"
    facts += "&due_on=2025-08-15&repaid_on=2026-05-18&agreed_percent=18"
    text = look(client, f"/calc/loan_interest/?{facts}&payments=2025-08-15+20000")
    assert "73,389.72元" in text
    text = look(client, f"/calc/loan_interest/?{facts}&payments=2025-08-15+20000%0Asoon", status=422)
    assert "第2行看不懂" in text and "2025-08-15 20000" in text


def test_a_refusal_stands_on_the_page_with_what_was_filled_in(client) -> None:
    text = look(
        client, "/calc/litigation_fee/?about=divorce&go=1&base=301&property=0&procedure=ordinary&outcome=judgment"
    )
    assert "超出了规定的幅度" in text and 'value="301"' in text


def test_an_obstacle_takes_two_days(client) -> None:
    url = "/calc/limitation/?about=general&go=1&knew_on=2022-06-30&obstacle="
    assert "2025年11月20日" in look(client, url + "2025-03-01+2025-05-20")
    assert "写两个日期" in look(client, url + "2025-03-01", status=422)


def test_every_field_of_every_variant_exists() -> None:
    for found in CALCULATORS.values():
        assert len({one.code for one in found.variants}) == len(found.variants)
        for variant in found.variants:
            assert set(form_of(found, variant).base_fields) == {
                name.removesuffix("_fen").removesuffix("_") for name in variant.names
            }


def test_dependants_are_written_in_words(client) -> None:
    lines = "%E9%85%8D%E5%81%B6%0A%E5%AD%90%E5%A5%B3+%E5%AD%A4"
    url = "/calc/work_injury/?about=death&go=1&own_month_wage=8000&dependants=" + lines
    assert "6,400.00元" in look(client, url)  # 40 % and 30 % + 10 %
    lines = "%E5%AD%90%E5%A5%B3+14+1/2%0A%E5%AD%90%E5%A5%B3+10+1/2%0A%E7%88%B6%E6%AF%8D+72+1/3"
    url = "/calc/personal_injury/?about=dependants&go=1&urban_consumption=48000&dependants=" + lines
    assert "352,000.00元" in look(client, url)


def test_help_leads_to_the_calculators(client) -> None:
    assert 'href="/calc/"' in look(client, "/help/")
