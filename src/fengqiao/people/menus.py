"""Lines of people in the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fengqiao.people.rules import Role
from fengqiao.shell import menu


def register() -> None:
    menu.register(_("People and rights"), "users", "people:organisations", {Role.ADMINISTRATOR}, order=10)
    menu.register(_("Places"), "map-pin", "people:areas", {Role.ADMINISTRATOR}, order=20)
    menu.register(_("Connected systems"), "plug-connected", "people:systems", {Role.ADMINISTRATOR}, order=30)
    menu.register(_("Access records"), "eye", "people:readings", {Role.AUDITOR, Role.DATA_OFFICER}, order=10)
