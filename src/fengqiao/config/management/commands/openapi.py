"""`fengqiao openapi`: print the description of the API; with `--write`, refresh docs/reference/openapi.json."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fengqiao.config.api import SNAPSHOT, document


class Command(BaseCommand):
    help = "Print the OpenAPI document; --write refreshes docs/reference/openapi.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/reference/openapi.json")

    def handle(self, **options: Any) -> None:
        text = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
        if options["write"]:
            SNAPSHOT.write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text)
