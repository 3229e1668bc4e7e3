"""Lines of the court in the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fengqiao.people.rules import Role
from fengqiao.shell import menu


def register() -> None:
    menu.register(
        _("Confirmations"),
        "gavel",
        "court:queue",
        {Role.JUDGE, Role.JUDGE_ASSISTANT, Role.COURT_MANAGER},
        order=3,
    )
