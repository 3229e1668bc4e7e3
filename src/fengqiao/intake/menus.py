"""Lines of intake in the menus of the staff."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from fengqiao.intake import queries, rules
from fengqiao.kernel import clock
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.people.rules import STAFF, Role
from fengqiao.shell import menu

LEADS: dict[str, Text] = {
    Role.LEADER: _("What your place owes its people today. No list of persons, no ranks."),
    Role.OFFICER: _("What was sent to your unit, the nearest limit first."),
    Role.GRID_WORKER: _("What is to do in your grid today."),
}
"""One sentence over the start page of a duty."""
READERS = frozenset({*rules.UNIT, Role.LEADER})


def name_of_queue(role: str) -> Text:
    """What a duty calls its queue: in the menu and over the page alike."""
    if role == Role.LEADER:
        return _("Contacts")
    return _("Front desk") if role in rules.DESK else _("To do")


def waiting(actor: Actor) -> int:
    """How many wait for the reader, never counted beyond a thousand."""
    at: dt.datetime = clock.now()
    mine = next(pile for pile in queries.piles(actor, at=at) if pile.key == "mine")
    return queries.capped_count(queries.open_for(actor).filter(mine.where))


def register() -> None:
    menu.register(_("Today"), "coffee", "intake:today", STAFF - {Role.GRID_WORKER}, order=1)
    menu.register(_("My round"), "route", "intake:round", {Role.GRID_WORKER}, order=1)
    menu.register(name_of_queue(Role.CLERK), "inbox", "intake:desk", rules.DESK, order=2, count=waiting)
    todo = READERS - set(rules.DESK) - {Role.LEADER}
    menu.register(name_of_queue(Role.OFFICER), "clipboard-list", "intake:desk", todo, order=3, count=waiting)
    menu.register(name_of_queue(Role.LEADER), "inbox", "intake:desk", {Role.LEADER}, order=3)
    callers = {*rules.DESK, Role.JUDGE_ASSISTANT, Role.COMMUNITY_WORKER, Role.VILLAGE_CADRE}
    menu.register(_("Take a call"), "phone-plus", "intake:call", callers, order=4)
    menu.register(_("Figures"), "report-analytics", "intake:figures", READERS, order=30)
    importers = {Role.OPERATOR, Role.DISPATCHER, Role.CLERK, Role.ADMINISTRATOR}
    menu.register(_("Import"), "file-import", "intake:imports", importers, order=31)
    keepers = {Role.ADMINISTRATOR, Role.DISPATCHER}
    menu.register(_("Categories"), "tags", "intake:categories", keepers, order=50)
    menu.register(_("Dispatch rules"), "arrows-split", "intake:dispatch_rules", keepers, order=51)
    menu.register(_("Health"), "activity", "intake:health", {Role.ADMINISTRATOR}, order=60)
