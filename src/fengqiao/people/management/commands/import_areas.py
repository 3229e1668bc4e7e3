"""`fengqiao import-areas FOLDER`: bring in the official divisions, province to subdistrict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fengqiao.kernel import clock
from fengqiao.kernel.actor import system
from fengqiao.people import actions, divisions


class Command(BaseCommand):
    help = "Import provinces.csv, cities.csv, areas.csv and streets.csv from a folder. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            given = list(divisions.read(folder))
        except (FileNotFoundError, ValueError, KeyError) as problem:
            raise CommandError(f"{folder}: {problem}") from problem
        result = actions.import_areas(divisions=given, actor=system("import-areas"), at=clock.now())
        self.stdout.write(f"{result.added} added, {result.changed} renamed, {result.unchanged} unchanged")
