"""The menu of each role. Contexts register their items; the shell shows the actor's, with the current one marked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text

PUBLIC_ROLE = ""
"""Role of those who are not signed in."""


@dataclasses.dataclass(frozen=True)
class Item:
    """One line of a menu. `count` says how many things wait there; it runs on every page, so it must be cheap.

    `roles` holds role codes, "" for visitors. The first item of a role is its start page. `also` names pages beside
    `url_name` under which the line is the current one.
    """

    label: Text
    icon: str
    url_name: str
    roles: frozenset[str]
    order: int = 100
    count: Callable[[Actor], int] | None = None
    count_label: Text = ""
    also: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Shown:
    """An item as one page shows it."""

    label: Text
    icon: str
    url: str
    is_current: bool
    count: int | None


_items: list[Item] = []


def register(
    label: Text,
    icon: str,
    url_name: str,
    roles: Iterable[str],
    *,
    order: int = 100,
    count: Callable[[Actor], int] | None = None,
    also: tuple[str, ...] = (),
) -> Item:
    """Add a line to the menus of `roles`. Called once, at start-up, by the context that owns the page."""
    item = Item(label, icon, url_name, frozenset(str(role) for role in roles), order, count, also=also)
    _items.append(item)
    return item


def registered() -> tuple[Item, ...]:
    return tuple(_items)


def items_of(role: str) -> list[Item]:
    return sorted((item for item in _items if role in item.roles), key=lambda item: item.order)


def shown(request: HttpRequest, *, role: str | None = None, counted: bool = True) -> list[Shown]:
    """The menu of the actor, or of `role`, on this page. The longest address that begins the present one is current."""
    actor: Actor | None = getattr(request, "actor", None)
    found: list[tuple[Item, str]] = []
    for item in items_of((actor.role if actor else PUBLIC_ROLE) if role is None else role):
        try:
            found.append((item, reverse(item.url_name)))
        except NoReverseMatch:
            continue
    begun = [(len(url), first) for item, first in found for url in (first, *map(reverse, item.also))
             if _begins(url, request.path)]  # fmt: skip
    current = max(begun, default=(0, None))[1]
    return [
        Shown(
            item.label,
            item.icon,
            url,
            is_current=url == current,
            count=item.count(actor) if counted and actor and item.count else None,
        )
        for item, url in found
    ]


def _begins(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def home_of(actor: Actor) -> str:
    """The start page of a role: its first item."""
    for item in items_of(actor.role):
        try:
            return reverse(item.url_name)
        except NoReverseMatch:
            continue
    return "/"
