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
        parser.add_argument("--channel", choices=Channel.values, help="default: that of the mapping, else import")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: no such file")
        try:
            columns, channel = self._columns(path, options["mapping"], options["column"], options["channel"])
            began = time.monotonic()
            run = importing.import_file(
                path,
                actor=system("import-contacts"),
                at=clock.now(),
                columns=columns,
                mapping=options["mapping"],
                channel=channel,
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

    def _columns(
        self, path: Path, name: str, given: list[str], channel: str | None
    ) -> tuple[dict[str, str] | None, Channel]:
        """The mapping given now (checked and saved), else the saved one, else None: what the header suggests."""
        if given:
            columns = self._given(given)
            tables.check_columns(columns, tables.header(path))
            if name != "auto":
                kept = {"columns": columns, "channel": channel or Channel.IMPORT}
                ImportMapping.objects.update_or_create(name=name, defaults=kept)
            return columns, Channel(channel or Channel.IMPORT)
        saved = ImportMapping.objects.filter(name=name).first()
        if saved is None and name != "auto":
            names = ", ".join(ImportMapping.objects.order_by("name").values_list("name", flat=True)) or "none"
            raise CommandError(f"no mapping is saved as {name} (saved: {names}); give it with --column OURS=THEIRS")
        return (
            (saved.columns, Channel(channel or saved.channel)) if saved else (None, Channel(channel or Channel.IMPORT))
        )

    def _given(self, pairs: list[str]) -> dict[str, str]:
        columns = dict(pair.partition("=")[::2] for pair in pairs)
        unknown = columns.keys() - tables.COLUMNS.keys()
        if unknown or not all(columns.values()):
            said = ", ".join(sorted(unknown)) or "a pair without a name"
            raise CommandError(f"unknown field: {said}; write OURS=THEIRS, ours being {', '.join(tables.COLUMNS)}")
        return columns

    def _progress(self, path: Path) -> importing.Progress:
        with path.open("rb") as file:
            total = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) or 1

        def show(run: ImportRun) -> None:
            share = 1.0 if run.finished_at else min(run.read / total, 1.0)
            bar = "█" * int(share * 30)
            sys.stderr.write(f"\r{bar:<30} {run.read} rows, {run.made} imported, {run.rejected} rejected ")
            sys.stderr.flush()

        return show
