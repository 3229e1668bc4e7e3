"""The calculators for machines: operations open to everybody, and the command."""

import json

import pytest
from django.core.management import call_command

from fengqiao.disputes.calculators.catalogue import CALCULATORS, PUBLIC
from fengqiao.kernel import clock
from fengqiao.kernel.tests.ground import at

NOW = at("2026-07-17 10:00")


@pytest.fixture
def ask(client, db):
    def asked(name, given, status=200):
        with clock.standing_at(NOW):
            answer = client.get(
                f"/api/v1/calculators/{name}", {"input": given if isinstance(given, str) else json.dumps(given)}
            )
        assert answer.status_code == status, answer.content
        return answer.json()

    return asked


def test_the_list_describes_every_public_calculator(client, db) -> None:
    found = client.get("/api/v1/calculators").json()
    assert [one["name"] for one in found] == list(PUBLIC)
    schema = next(one for one in found if one["name"] == "litigation_fee")["input"]
    assert schema["properties"]["claim"]["title"] == "Amount claimed (yuan)"
    assert schema["properties"]["claim"]["zh"] == "请求金额（元）"


def test_an_answer_carries_values_steps_and_articles(ask) -> None:
    got = ask("litigation_fee", {"claim": "100000", "outcome": "mediated"})
    assert got["result"] == {"fee": "1150.00", "full_fee": "2300.00"}
    assert got["values"][0]["fen"] == 115000 and got["values"][0]["shown_zh"] == "1,150.00元"
    articles = {one["key"]: one for one in got["articles"]}
    assert articles["fee.property"]["article"] == "13(1)" and articles["fee.half.once"]["valid_from"] == "2022-04-10"
    assert {key for step in got["steps"] for key in step["rules"]} == articles.keys()
    assert got["notes"][-1]["zh"].endswith("由法院决定。")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "[]",
        "{",
        "[" * 4000,
        '{"claim": NaN}',
        '{"claim": "1e999999"}',
        '{"claim": "-1"}',
        '{"claim": "1.005"}',
        '{"clame": 1}',
        '{"claim": "10000000000001"}',
        '{"kind": "nothing"}',
        '{"filed_on": "0001-01-01"}',
        '{"claim": {"a": 1}}',
    ],
)
def test_malformed_input_is_named(ask, given) -> None:
    assert ask("litigation_fee", given, 422)["code"] == "malformed"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (
            "loan_interest",
            {"principal": "1", "formed_on": "2021-01-01", "repaid_on": "2022-01-01", "agreed_percent": "1e99999999"},
        ),
        ("deadline", {"name": "protection_order_decision", "accepted_at": "0001-01-01T00:00+14:00"}),
        (
            "delay_interest",
            {"debt": "1", "judged_general_interest": {"percent": "1", "from": "2024-01-01", "until": "soon"}},
        ),
        ("prepaid_refund", {"paid": "1", "card": "term_unlimited", "term_days": -1}),
        ("vote", {"body": "owners", "area_total": "1/0"}),
    ],
)
def test_numbers_that_would_hurt_are_malformed(ask, name, given) -> None:
    assert ask(name, given, 422)["code"] == "malformed"


def test_what_the_rules_refuse_is_said_with_its_law(ask) -> None:
    got = ask("litigation_fee", {"kind": "divorce", "base": "301"}, 409)
    assert got["code"] == "fee.base_out_of_range" and "诉讼费用交纳办法" in got["law"]
    assert ask("litigation_fee", {"claim": "1", "filed_on": "2001-01-01"}, 409)["code"] == "calculator.no_rule"
    assert ask("limitation", {"kind": "general"}, 409)["code"] == "limitation.day_missing"


def test_absent_calculators_are_not_found(ask) -> None:
    assert ask("nothing", {}, 404)["code"] == ask("check_digit", {"code": "x"}, 404)["code"] == "not_found"


def run(capsys, *arguments):
    call_command("calc", *arguments)
    return json.loads(capsys.readouterr().out)


def test_the_command_lists_and_answers_without_a_database(capsys) -> None:
    assert [one["name"] for one in run(capsys, "--list")] == list(CALCULATORS)
    got = run(
        capsys,
        "delay-interest",
        "--input",
        '{"debt": "100000", "performance_ended_on": "2024-01-31", "paid_on": "2024-12-31"}',
    )
    assert got["result"]["doubled_part"] == "5862.50" and got["articles"][0]["key"] == "delay.daily_rate"
    got = run(capsys, "check_digit", "--input", '{"code": "91110000600037341L"}')
    assert got["result"]["valid"] is True


def test_the_command_chooses_the_version_by_the_day(capsys) -> None:
    for day, limit in (("2020-09-18", "110000.00"), ("2020-09-19", "180000.00")):
        got = run(capsys, "compulsory_insurance", "--on", day, "--input", '{"losses": {"dd": "500000"}}')
        assert got["result"]["compulsory"]["dd"] == limit


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (["nothing"], 2, "unknown"),
        (["consumer", "--input", "{"], 2, "malformed"),
        (["consumer", "--input", "{}"], 2, "malformed"),
        (["limitation", "--input", "{}"], 3, "limitation.day_missing"),
    ],
)
def test_the_command_says_what_is_wrong(capsys, arguments, status, code) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("calc", *arguments)
    assert left.value.code == status and json.loads(capsys.readouterr().err)["code"] == code


def test_the_tables_answer_as_the_files_do(capsys, db) -> None:
    given = ["loan_cap", "--on", "2026-07-17", "--input", '{"formed_on": "2024-10-21"}']
    assert run(capsys, *given) == run(capsys, *given, "--database")
