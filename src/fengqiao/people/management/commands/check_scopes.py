"""`fengqiao check-scopes`: name the tables that hold places but have no row-level policy."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.kernel import rls


class Command(BaseCommand):
    help = "List scoped tables without a forced row-level security policy; fails when there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = rls.unprotected()
        for label in missing:
            self.stdout.write(label)
        if missing:
            raise CommandError(f"{len(missing)} scoped tables without a policy")
        self.stdout.write(f"{len(rls.scoped_models())} scoped tables, all protected")
