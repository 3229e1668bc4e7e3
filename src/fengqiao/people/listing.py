"""Long lists page by key: the next page begins after the last row shown, wherever it lies."""

from __future__ import annotations

import dataclasses
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext

M = TypeVar("M", bound=Model)
SIZE = 25


@dataclasses.dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list, as `{% pager %}` shows it."""

    rows: list[M]
    previous_url: str
    next_url: str

    @property
    def described(self) -> str:
        n = len(self.rows)
        return ngettext("%(n)d row on this page", "%(n)d rows on this page", n) % {"n": n}


def page_of(
    request: HttpRequest, rows: QuerySet[M], *, key: str = "pk", newest_first: bool = False, size: int = SIZE
) -> Page[M]:
    """The page the address asks for by `after` or `before`. `key` must be unique. Nonsense shows the first page."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if key == "pk" and not (after or before).isdecimal():
        after = before = ""
    backwards = bool(before) and not after
    order = f"-{key}" if newest_first != backwards else key
    if after or before:
        side = "lt" if newest_first != backwards else "gt"
        rows = rows.filter(**{f"{key}__{side}": after or before})
    found = list(rows.order_by(order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else bool(after)
    has_next = bool(found) if backwards else more
    return Page(
        found,
        _url(request, before=_key(found[0], key)) if has_previous and found else "",
        _url(request, after=_key(found[-1], key)) if has_next and found else "",
    )


def _key(row: Model, key: str) -> Any:
    return getattr(row, key)


def _url(request: HttpRequest, **where: Any) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in where.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"
