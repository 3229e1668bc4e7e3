"""Lines of mediation in the menus."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import Actor, verbs
from fengqiao.mediation import queries, rules, rules_register
from fengqiao.people.rules import Role
from fengqiao.shell import menu

MOST_COUNTED = 999


def waiting(actor: Actor) -> int:
    """How many a mediator or manager has in hand, never counted beyond a thousand."""
    rows = queries.in_hand_of(actor) if actor.role == Role.MEDIATOR else queries.inbox_of(actor)
    return rows.order_by()[: MOST_COUNTED + 1].values("pk").count()


def register() -> None:
    own = {Role.MEDIATOR, Role.ORGANISATION_MANAGER}
    menu.register(_("My turn"), "messages", "mediation:turn", own, order=0, count=waiting)
    court = {Role.JUDGE, Role.JUDGE_ASSISTANT}
    menu.register(_("My turn"), "messages", "mediation:turn", court, order=0)
    rest = {*rules.COORDINATORS, Role.COURT_MANAGER} - court
    menu.register(_("Mediation"), "messages", "mediation:turn", rest, order=6)
    menu.register(_("Mediators"), "users-group", "mediation:register", {*own, *court, *rest}, order=40)
    menu.register(_("Questions and talks"), "gavel", "mediation:inquiries", verbs()[rules.ANSWER], order=30)
    menu.register(_("Home visits"), "home-heart", "mediation:visits", verbs()[rules.VISITS], order=28)
    keepers = verbs()[rules_register.KEEP]
    menu.register(_("Register entries"), "address-book", "mediation:entries", keepers, order=41)
    menu.register(_("My page and ties"), "id", "mediation:own_page", {Role.MEDIATOR}, order=43)
    menu.register(_("Teams"), "users", "mediation:teams", verbs()[rules_register.TEAM_MATTERS], order=44)
    menu.register(_("Templates"), "template", "mediation:templates", verbs()[rules_register.TEMPLATES], order=45)
    menu.register(_("Legal stations"), "scale", "mediation:stations", verbs()[rules.ROSTER], order=42)
