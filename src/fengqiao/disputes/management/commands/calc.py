"""`calc`: one question to a calculator; the answer as JSON. Needs no database unless asked for."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from pydantic import ValidationError

from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.answers import as_json
from fengqiao.disputes.calculators.catalogue import CALCULATORS, described
from fengqiao.kernel import clock
from fengqiao.kernel.errors import Refused

MALFORMED, REFUSED, UNKNOWN = 2, 3, 2


class Command(BaseCommand):
    help = "Work out a fee, a time limit or damages: result, steps and articles as JSON. Not legal advice."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="a calculator, see --list")
        parser.add_argument("--input", default="{}", metavar="JSON", help="the input; - reads it from standard input")
        parser.add_argument("--list", action="store_true", help="names and input schemas of all calculators")
        parser.add_argument("--on", type=dt.date.fromisoformat, metavar="DAY", help="calculate as on this day")
        parser.add_argument("--database", action="store_true", help="rules and days off of this installation")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._say([described(one) for one in CALCULATORS.values()])
            return
        found = CALCULATORS.get(str(options["name"]).replace("-", "_"))
        if found is None:
            self._leave({"code": "unknown", "message": f"no calculator {options['name']}; see --list"}, UNKNOWN)
        assert found is not None
        law = (sources.installed if options["database"] else sources.shipped)(options["on"] or clock.now().date())
        try:
            data = json.loads(sys.stdin.read() if options["input"] == "-" else options["input"])
            self._say({"calculator": found.name, **as_json(found.calculate(data, law))})
        except Refused as refused:
            said = {"code": refused.code, "message": str(refused.message), "law": str(refused.law)}
            self._leave({**said, "next_step": str(refused.next_step)}, REFUSED)
        except ValidationError as error:
            fields = [{"field": ".".join(map(str, one["loc"])), "message": one["msg"]} for one in error.errors()]
            self._leave({"code": "malformed", "fields": fields}, MALFORMED)
        except (ValueError, RecursionError):
            self._leave({"code": "malformed", "message": "--input is no JSON"}, MALFORMED)

    def _say(self, what: Any) -> None:
        self.stdout.write(json.dumps(what, ensure_ascii=False, indent=2))

    def _leave(self, what: Any, status: int) -> None:
        self.stderr.write(json.dumps(what, ensure_ascii=False))
        sys.exit(status)
