"""`fengqiao evaluate-classifier --train FILE --test FILE`: the model card, without touching the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.intake.understanding import commands


class Command(BaseCommand):
    help = "Train on one CSV, judge another, print the model card. Touches neither the database nor the kept models."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands.add_evaluate_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            commands.evaluate(options, out=self.stdout)  # type: ignore[arg-type]
        except (ValueError, OSError) as problem:
            raise CommandError(str(problem)) from problem
