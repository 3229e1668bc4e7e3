"""Lines of evidence in the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fengqiao.evidence import rules
from fengqiao.kernel.actor import verbs
from fengqiao.shell import menu


def register() -> None:
    menu.register(_("Evidence log"), "shield-check", "evidence:state", verbs()[rules.LOOK], order=55)
    menu.register(_("Erasure and holds"), "eraser", "evidence:keeping", verbs()[rules.GRANT], order=56)
