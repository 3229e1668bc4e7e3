"""Template filters of intake: names in the reader's language."""

from __future__ import annotations

from django import template

from fengqiao.intake import shown
from fengqiao.intake.models import Category
from fengqiao.people.rules import RevealPurpose

register = template.Library()


@register.filter
def category_name(category: Category | None) -> str:
    return shown.category_name(category)


@register.filter
def purpose_name(purpose: str) -> str:
    """The label of a purpose; what is no code of ours stands as it was written."""
    return str(RevealPurpose(purpose).label) if purpose in RevealPurpose.values else purpose
