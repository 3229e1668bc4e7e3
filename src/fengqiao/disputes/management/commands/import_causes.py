"""`fengqiao import_causes FILE --table 2025 --valid-from 2026-01-01`: the official table of causes of action."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.disputes.actions.causes import import_causes
from fengqiao.kernel.errors import Refused


class Command(BaseCommand):
    help = "Take a version of the official table of civil causes of action over."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--table", required=True, help="name of the version, for example 2025")
        parser.add_argument("--valid-from", type=dt.date.fromisoformat, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with options["file"].open(encoding="utf-8-sig", newline="") as lines:
            try:
                done = import_causes(lines=lines, version=options["table"], valid_from=options["valid_from"])
            except Refused as refused:
                raise CommandError(str(refused.message)) from refused
        self.stdout.write(f"{done.added} added, {done.changed} changed, {done.ended} older ones ended")
