"""What a district keeps as data: categories and dispatch rules."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import rules
from fengqiao.intake.models import Category, DispatchRule
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.people.models import Area, Organisation

DEEPEST = 3


@dataclasses.dataclass(frozen=True)
class CategoryChanged(log.Fact):
    kind: ClassVar[str] = "intake.category_changed"
    code: str


@dataclasses.dataclass(frozen=True)
class RuleChanged(log.Fact):
    kind: ClassVar[str] = "intake.dispatch_rule_changed"
    rule_id: int
    is_active: bool


@transaction.atomic
def save_category(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    clock_class: str,
    keywords: list[str],
    is_active: bool,
    parent_id: int | None,
    actor: Actor,
    at: dt.datetime,
    pk: int | None = None,
) -> Category:
    """Make or change a category.

    Refuses: a fourth level; a place below itself; closing one that open categories lie under.
    """
    actor.require(rules.CONFIGURE)
    category = Category.objects.select_for_update().get(pk=pk) if pk else Category(code=code)
    parent = Category.objects.filter(pk=parent_id).first() if parent_id else None
    level = parent.level + 1 if parent else 1
    if level > DEEPEST:
        raise Refused("category.too_deep", _("Three levels are enough: choose a parent of the first or second level."))
    if parent is not None and category.pk is not None and category.pk in {parent.pk, parent.parent_id}:
        raise Refused("category.below_itself", _("A category cannot lie below itself."))
    if not is_active and pk and category.children.filter(is_active=True).exists():
        raise Refused("category.has_children", _("Close the categories below it first."))
    category.parent, category.level, category.is_active = parent, level, is_active
    category.name_zh, category.name_en, category.clock_class = name_zh, name_en, clock_class
    category.keywords = keywords
    category.save()
    log.record(CategoryChanged(code=category.code), actor=actor.id, at=at)
    return category


@transaction.atomic
def save_rule(
    *,
    category: Category | None,
    area: Area | None,
    urgency: str,
    target: Organisation | None,
    level: str,
    order: int,
    is_active: bool,
    actor: Actor,
    at: dt.datetime,
    pk: int | None = None,
) -> DispatchRule:
    """Make or change a dispatch rule. Refuses: neither or both of a unit and a level."""
    actor.require(rules.CONFIGURE)
    if (target is None) == (not level):
        raise Refused("dispatch_rule.target", _("Name either a unit or a level, not both and not neither."))
    rule = DispatchRule.objects.select_for_update().get(pk=pk) if pk else DispatchRule()
    rule.category, rule.area, rule.urgency = category, area, urgency
    rule.target, rule.level, rule.order, rule.is_active = target, level, order, is_active
    rule.save()
    log.record(RuleChanged(rule_id=rule.pk, is_active=is_active), actor=actor.id, at=at)
    return rule
