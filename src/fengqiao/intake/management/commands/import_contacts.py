"""`fengqiao import-contacts FILE`: messages from a CSV or XLSX file, resumable and without doubles."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.intake import importing, tables
from fengqiao.intake.models import ImportMapping, ImportRun
from fengqiao.intake.rules import Channel
from fengqiao.kernel import clock
from fengqiao.kernel.actor import system


class Command(BaseCommand):
    help = "Import messages from a CSV or XLSX file. Run again to go on where it stopped; nothing arrives twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", default="auto", help="name under which a column mapping is saved and found")
        parser.add_argument(
            "--column", action="append", default=[], metavar="OURS=THEIRS", help="e.g. --column text=诉求内容"
        )
        parser.add_argument("--channel", choices=Channel.values, default=Channel.IMPORT)
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: no such file")
        try:
            columns = self._columns(path, options["mapping"], options["column"], options["channel"])
            began = time.monotonic()
            run = importing.import_file(
                path,
                actor=system("import-contacts"),
                at=clock.now(),
                columns=columns,
                mapping=options["mapping"],
                channel=Channel(options["channel"]),
                progress=(lambda run: None) if options["quiet"] else self._progress(path),
            )
        except tables.BadFile as error:
            raise CommandError(str(error)) from error
        seconds = time.monotonic() - began
        self.stdout.write(
            f"\n{run.read} rows read, {run.made} imported, {run.known} known already, {run.rejected} rejected"
            f" in {seconds:.1f} s ({run.read / max(seconds, 0.001):.0f} rows/s)"
        )
        if run.rejected:
            self.stdout.write(f"rejected rows with reasons: {importing.rejected_path(path)}")

    def _columns(self, path: Path, name: str, given: list[str], channel: str) -> dict[str, str]:
        """The mapping given now (and saved), else the one saved under this name, else what the header suggests."""
        if given:
            columns = dict(pair.split("=", 1) for pair in given if "=" in pair)
            unknown = columns.keys() - tables.COLUMNS.keys()
            if unknown:
                raise CommandError(f"unknown field: {', '.join(sorted(unknown))}; known: {', '.join(tables.COLUMNS)}")
            if name != "auto":
                ImportMapping.objects.update_or_create(name=name, defaults={"columns": columns, "channel": channel})
            return columns
        saved = ImportMapping.objects.filter(name=name).first()
        return saved.columns if saved else tables.guess_columns(tables.header(path))

    def _progress(self, path: Path) -> importing.Progress:
        with path.open("rb") as file:
            total = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) or 1

        def show(run: ImportRun) -> None:
            share = min(run.read / total, 1.0)
            bar = "█" * int(share * 30)
            sys.stderr.write(f"\r{bar:<30} {run.read} rows, {run.made} imported, {run.rejected} rejected ")
            sys.stderr.flush()

        return show
