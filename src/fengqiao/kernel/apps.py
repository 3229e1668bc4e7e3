from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "fengqiao.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fengqiao.kernel import rls

        rls.exempt("kernel.Deadline", "numbers and moments, asked for by numbers the asker has seen; jobs need all")
        post_migrate.connect(fill_reference_tables, sender=self, dispatch_uid="kernel.reference")


def fill_reference_tables(**_signal: Any) -> None:
    """After every migration, and after a test emptied the tables: holidays and rules are there."""
    from fengqiao.kernel import clock, reference
    from fengqiao.kernel.actor import system

    at, actor = clock.now(), system("migrate")
    reference.sync_calendar(at=at, actor=actor)
    reference.sync_rules(at=at, actor=actor)
