"""Every published vector, exact, and that a wrong calculation would be found."""

import dataclasses
import datetime as dt
import json
from collections import Counter

import pytest
from tests.shared import shared

from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.catalogue import CALCULATORS
from fengqiao.disputes.calculators.law import Law
from fengqiao.disputes.calculators.tests.law import LAW, TODAY
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.rulebook import Rulebook

pytestmark = pytest.mark.data


def load(name):
    return json.loads(shared(f"data/reference/{name}.json").read_text(encoding="utf-8"))


def wrong(vectors, law):
    """Names of the vectors whose expected values do not come out."""
    found = []
    for vector in vectors:
        try:
            got = CALCULATORS[vector["calculator"]].calculate(vector["inputs"], law).plain
        except Refused as refused:
            got = {"error": refused.code}
        if any(got.get(name, "absent") != value for name, value in vector["expected"].items()):
            found.append(vector["id"])
    return found


def test_every_vector_comes_out_exactly() -> None:
    vectors = load("law_vectors")["vectors"]
    assert len(vectors) == 290 and {one["calculator"] for one in vectors} <= CALCULATORS.keys()
    assert wrong(vectors, LAW) == []


def planted(key, value):
    """The same law with one number changed."""
    rules = [dataclasses.replace(rule, value=value) if rule.key == key else rule for rule in LAW.book.by_id.values()]
    return Law(Rulebook(rules), LAW.chain, LAW.calendar, TODAY)


@pytest.mark.parametrize(
    ("key", "value", "fails"),
    [
        ("fee.labour", "2000", {"litigation_fee": 2}),
        ("fee.preservation.cap", "600000", {"preservation_fee": 2}),
        ("loan.cap.times", "5", {"loan_cap": 7}),
        ("delay.daily_rate", "0.0176", {"delay_interest": 7}),
        ("injury.death.lump_sum", "21", {"work_injury": 2}),
        ("prepaid.cooling_off", "8", {"prepaid_refund": 1}),
        ("limitation.labour", "2", {"limitation": 2}),
    ],
)
def test_a_wrong_number_is_found(key, value, fails) -> None:
    vectors = load("law_vectors")["vectors"]
    names = {one["id"]: one["calculator"] for one in vectors}
    found = Counter(names[one] for one in wrong(vectors, planted(key, value)))
    assert fails.items() <= found.items()


def test_the_published_fees_come_out_exactly() -> None:
    published = load("litigation_fees")
    fee = CALCULATORS["litigation_fee"]
    for vector in published["test_vectors"]:
        got = fee.calculate({"kind": "property", "claim": str(vector["claim"])}, LAW).plain["fee"]
        assert got == f"{vector['fee']:.2f}", vector
    for kind, expected in (("labour", "10.00"), ("administrative", "50.00"), ("judicial_confirmation", "0.00")):
        assert fee.calculate({"kind": kind}, LAW).plain["fee"] == expected
    ranges = {
        "divorce": published["divorce"],
        "personality": published["personality"],
        "other_non_property": published["other_non_property"],
    }
    for kind, row in ranges.items():
        got = fee.calculate({"kind": kind}, LAW).plain
        assert (got["fee_low"], got["fee_high"]) == (f"{row['flat_min']}.00", f"{row['flat_max']}.00")


def test_the_lpr_table_is_the_published_one() -> None:
    import csv

    with shared("data/reference/lpr_changes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rule = LAW.rule("rate.lpr.1y", dt.date.fromisoformat(row["effective_date"]))
            assert float(rule.value) == float(row["lpr_1y"]), row


def test_the_law_of_the_files_is_the_one_of_the_table(db) -> None:
    installed = sources.installed(TODAY)
    told = {(rule.key, rule.jurisdiction, rule.valid_from, rule.value) for rule in installed.book.by_id.values()}
    assert told == {(rule.key, rule.jurisdiction, rule.valid_from, rule.value) for rule in LAW.book.by_id.values()}
