from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrepaidConfig(AppConfig):
    name = "fengqiao.prepaid"
    label = "prepaid"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(prepare_ledger, sender=self, dispatch_uid="prepaid.ledger")


def prepare_ledger(plan: Any = (), **_signal: Any) -> None:
    """After every migration, as the owner: the months ahead, and the rights of the application's role."""
    from fengqiao.prepaid.ledger import jobs

    jobs.prepare()
