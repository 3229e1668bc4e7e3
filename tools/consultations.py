"""Which questions of a file of consultations the calculators answer, chosen by rule.

    python tools/consultations.py FILE.csv [--all]     the file has a column `query`

Prints one JSON object for each question a calculator fits (--all: the others too), and the count. No database.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def answer(query: str, today: dt.date) -> list[dict[str, Any]]:
    """Each fitting calculator: the result, or what is still asked."""
    from pydantic import ValidationError

    from fengqiao.disputes.calculators import choose, sources
    from fengqiao.disputes.calculators.catalogue import CALCULATORS
    from fengqiao.kernel.errors import Refused

    law = sources.shipped(today)
    found: list[dict[str, Any]] = []
    for one in choose.fitting(query):
        said: dict[str, Any] = {"calculator": one.name, "given": one.given}
        try:
            result = CALCULATORS[one.name].calculate(one.given, law)
            said |= {"result": result.plain} if result.values else {"asks": "more"}
        except (Refused, ValidationError):
            said |= {"asks": "more"}
        found.append(said)
    return found


def report(rows: list[dict[str, str]], today: dt.date) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The answers and the count: asked, fitting, answered with a figure, by calculator."""
    answers: list[dict[str, Any]] = [{"query": row["query"], "answers": answer(row["query"], today)} for row in rows]
    fits = [one for one in answers if one["answers"]]
    answered = [one for one in fits if any("result" in some for some in one["answers"])]
    by_name = Counter(some["calculator"] for one in fits for some in one["answers"])
    return answers, {"asked": len(rows), "fitting": len(fits), "answered": len(answered), "by": dict(by_name)}


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    with Path(arguments[0]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    answers, count = report(rows, dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=8))).date())
    for one in answers:
        if one["answers"] or "--all" in arguments:
            print(json.dumps(one, ensure_ascii=False))
    print(json.dumps(count, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
