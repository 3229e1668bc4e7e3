"""Every calculator on its example, many times: milliseconds of our CPU a call, steps in both languages included."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

CALLS = 2_000
ROOT = Path(__file__).resolve().parents[1]


def say(name: str, value: float, unit: str, **bounds: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **bounds}), flush=True)


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "fengqiao.config.settings"
    with tempfile.TemporaryDirectory() as name:
        os.environ["FENGQIAO_HOME"] = name
        os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")  # never asked
        import django

        django.setup()
        measure()


def measure() -> None:
    from fengqiao.disputes.calculators.catalogue import CALCULATORS
    from fengqiao.disputes.calculators.tests.examples import EXAMPLES
    from fengqiao.disputes.calculators.tests.law import LAW

    slowest, total = 0.0, 0.0
    for name, calculator in CALCULATORS.items():
        given = calculator.input.model_validate(EXAMPLES[name])
        calculator.run(given, LAW)
        began = time.process_time()
        for _ in range(CALLS):
            calculator.run(given, LAW)
        spent = (time.process_time() - began) / CALLS * 1000
        slowest, total = max(slowest, spent), total + spent
        say(f"calculator {name}", spent, "ms a call")
    say("calculators, mean", total / len(CALCULATORS), "ms a call", gate="<= 0.1")
    say("calculators, slowest", slowest, "ms a call", gate="<= 0.1")


if __name__ == "__main__":
    main()
