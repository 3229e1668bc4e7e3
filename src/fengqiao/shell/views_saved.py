"""Saved views: everybody keeps their own, for their own eyes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from fengqiao.kernel.errors import Refused
from fengqiao.shell.models import SavedView

MOST = 20
"""Views one user may keep for one list."""


def of(user_id: int | None, path: str) -> list[SavedView]:
    return [] if user_id is None else list(SavedView.objects.filter(user_id=user_id, path=path).order_by("name")[:MOST])


@transaction.atomic
def save(*, user_id: int, path: str, name: str, query: str, at: dt.datetime) -> SavedView:
    """Keep the present filters under a name; the same name is overwritten.

    Refuses: a name too many.
    """
    held = SavedView.objects.select_for_update().filter(user_id=user_id, path=path)
    if held.exclude(name=name).count() >= MOST:
        raise Refused(
            "saved_view.too_many",
            _("You already keep %(most)s views of this list.") % {"most": MOST},
            next_step=_("Remove one you no longer need."),
        )
    view, _made = SavedView.objects.update_or_create(
        user_id=user_id, path=path, name=name, defaults={"query": tidy(query), "saved_at": at}
    )
    return view


def remove(*, user_id: int, view_id: int) -> str:
    """Drop one's own view. Result: the path of its list, "" when there was none."""
    view = SavedView.objects.filter(user_id=user_id, pk=view_id).first()
    if view is None:
        return ""
    view.delete()
    return view.path


def tidy(query: str) -> str:
    """The filters, columns and order of an address; the place in the list and the file format go."""
    kept = QueryDict(query[:2000], mutable=True)
    for name in ("after", "before", "format", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    return kept.urlencode()[:2000]
