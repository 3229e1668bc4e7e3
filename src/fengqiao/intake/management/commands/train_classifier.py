"""`fengqiao train-classifier FILE`: learn categories from labelled messages."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.intake.understanding import commands, loader
from fengqiao.kernel import clock


class Command(BaseCommand):
    help = "Learn categories from a CSV with title, text and label; every process takes up the new model by itself."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands.add_train_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            commands.train(
                options,
                folder=loader.folder(),
                at=clock.now(),
                kept=loader.kept_corrections,
                out=self.stdout,  # type: ignore[arg-type]
            )
        except (ValueError, OSError) as problem:
            raise CommandError(str(problem)) from problem
