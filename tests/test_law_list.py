"""The printed list of rules is the one in force, and no number of a calculator stands outside of it."""

import ast
import csv

import pytest
from tools import law

CALCULATORS = law.SOURCE / "disputes" / "calculators"


def test_the_list_is_current() -> None:
    assert law.PAGE.read_text(encoding="utf-8") == law.text(), "run python tools/law.py --write"


def test_every_rule_of_a_calculator_is_named_by_one() -> None:
    """A row nobody reads would look like a promise."""
    with law.RULES.open(encoding="utf-8", newline="") as file:
        keys = {row["key"] for row in csv.DictReader(file)}
    topics = {
        "fee",
        "loan",
        "rate",
        "delay",
        "support",
        "labour",
        "personal",
        "traffic",
        "property_fee",
        "vote",
        "number",
        "income",
    }
    used = law.users(keys)
    assert [key for key in sorted(keys) if key.partition(".")[0] in topics and not used[key]] == []


def test_composed_names_are_understood() -> None:
    texts, patterns = law.named(ast.parse('a = f"traffic.{kind}.{head}"; b = f"{n} days"; c = "fee.labour"'))
    assert [one.fullmatch("traffic.limit.dd") is not None for one in patterns] == [True]
    assert "fee.labour" in texts


LAWFUL = {"0", "1", "2", "100", "10", "12", "1000", "360", "365", "8", "11"}
"""Counting and units: nothing, one, halves of rounding, percent, months of a year, days of a year, display."""


def planted_numbers(source: str) -> list[str]:
    """Numbers in the working part of a calculator that are no counting: they belong into the table of rules."""
    tree = ast.parse(source)
    bodies = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [
        str(node.value)
        for body in bodies
        for node in ast.walk(body)
        if isinstance(node, ast.Constant) and type(node.value) in {int, float} and str(node.value) not in LAWFUL
    ]


@pytest.mark.parametrize("path", sorted(CALCULATORS.glob("*.py")), ids=lambda path: path.stem)
def test_no_legal_number_is_written_in_code(path) -> None:
    if path.stem in {"asking", "words", "answers", "law", "check_digit"}:
        pytest.skip("no law in it: describing, looking up, printing, check digits of a standard")
    allowed = {
        "labour_pay": {"2008"},
        "loan_interest": {"2021"},
        "work_injury": {"5"},  # grades 5 to 10 have one more sentence
    }
    assert set(planted_numbers(path.read_text(encoding="utf-8"))) - allowed.get(path.stem, set()) == set()


def test_a_planted_number_is_found() -> None:
    assert sorted(planted_numbers("def fee(claim):\n    return claim * 25 // 1000 + 50\n")) == ["25", "50"]
