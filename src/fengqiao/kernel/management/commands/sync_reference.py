"""`sync_reference`: bring holidays and rules into the tables. Safe to run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fengqiao.kernel import clock, reference
from fengqiao.kernel.actor import system


class Command(BaseCommand):
    help = "Bring the announced holidays and the rules file into the tables; nothing edited by hand is overwritten."

    def handle(self, *args: Any, **options: Any) -> None:
        at, actor = clock.now(), system("sync_reference")
        years = reference.sync_calendar(at=at, actor=actor)
        change = reference.sync_rules(at=at, actor=actor)
        self.stdout.write(f"calendar: {len(years)} years changed")
        self.stdout.write(
            f"rules: {len(change.added)} added, {len(change.closed)} closed, {len(change.annotated)} annotated"
        )
