"""Template tags and filters of the shell: clock badges, masked fields, dates and numbers as people say them."""

from __future__ import annotations

from django import template

register = template.Library()
