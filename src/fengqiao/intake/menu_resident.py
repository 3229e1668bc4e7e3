"""The four tabs of the person concerned, and the staff pages that belong to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import verbs
from fengqiao.shell import menu

EVERYBODY = {"", "resident"}


def register() -> None:
    menu.register(_("Home"), "home", "intake:home", EVERYBODY, order=10)
    menu.register(_("My matters"), "list-check", "intake:mine", EVERYBODY, order=20, also=("intake:follow",))
    menu.register(_("Our word"), "chart-bar", "intake:board", EVERYBODY, order=30)
    menu.register(_("Get help"), "phone-call", "intake:help", EVERYBODY, order=40)
    menu.register(_("Posters"), "qrcode", "intake:posters", verbs()["intake.posters"], order=80)
    menu.register(_("Paper forms"), "writing", "intake:paper_form", verbs()["intake.ask_rating"], order=85)
