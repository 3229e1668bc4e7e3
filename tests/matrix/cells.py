"""Asking every cell: which routes there are, what the table expects, what the application answers."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ninja import NinjaAPI

from fengqiao.config.api import api
from fengqiao.kernel.actor import verbs
from tests.matrix.objects import RELATIONS, Player, Stage, marker
from tests.matrix.table import ALL, EVERYBODY, IN_SCOPE, NOBODY, OWN, SIGNED_IN, Row, in_scope

SHUT = ("own", "absent")
ALLOWED = frozenset({200, 201, 202, 204, 302, 303, 400, 409, 410, 422})
"""Answers of a route that let the actor in: the thing was there, whatever became of the request."""


@dataclasses.dataclass(frozen=True)
class Route:
    name: str
    verb: str | None
    has_verb: bool


def routes(urlconf: Any = None) -> list[Route]:
    """Every named address of the application, with the verb of its page. API operations come from `operations`."""
    return sorted(_walk(get_resolver(urlconf).url_patterns, ()), key=lambda route: route.name)


def _walk(patterns: Iterable[Any], namespaces: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name == "ninja":
                continue
            deeper = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, deeper)
        elif isinstance(pattern, URLPattern):
            view = pattern.callback
            assert pattern.name, f"a route without a name: {pattern.pattern}"
            name = ":".join((*namespaces, pattern.name))
            yield Route(name, getattr(view, "verb", None), hasattr(view, "verb"))


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI document."""

    name: str
    method: str
    path: str
    verbs: tuple[str, ...]


@functools.cache
def operations(api: NinjaAPI = api) -> dict[str, Operation]:
    """Every operation of the API by name: address and method from the document, verbs from the code behind it."""
    verbs_of: dict[str, tuple[str, ...]] = {}
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                name = operation.operation_id or operation.view_func.__name__
                assert hasattr(operation.view_func, "verbs"), f"an operation without a check: {name}"
                verbs_of[name] = operation.view_func.verbs
    described = {
        f"api:{operation['operationId']}": Operation(operation["operationId"], method.upper(), path, ())
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
    }
    return {key: dataclasses.replace(found, verbs=verbs_of[found.name]) for key, found in described.items()}


@dataclasses.dataclass(frozen=True)
class Cell:
    row: Row
    method: str
    player: Player
    relation: str

    def __str__(self) -> str:
        return f"{self.method} {self.row.route} as {self.player.role} on {self.relation or 'nothing'}"


@dataclasses.dataclass(frozen=True)
class Surprise:
    """A cell that answered otherwise than the table says."""

    cell: Cell
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.cell}: expected {self.expected}, got {self.got}"


def cells(table: Iterable[Row], stage: Stage, api: NinjaAPI = api, *, whole: bool = False) -> Iterator[Cell]:
    """Every row × player × relation. A door that is shut to a player is tried on their own thing and on none at all;
    `whole` tries it on every relation.
    """
    for row in table:
        for method in (operations(api)[row.route].method,) if _is_operation(row) else row.methods:
            for player in stage.players:
                if not (player.interfaces if is_interface(row) else player.pages):
                    continue
                for relation in _relations(row, player, whole=whole):
                    yield Cell(row, method, player, relation)


def _relations(row: Row, player: Player, *, whole: bool) -> tuple[str, ...]:
    if not row.on or row.sees is ALL:
        return ("",)
    return RELATIONS if whole or _may_enter(row, player) else SHUT


def expected(cell: Cell) -> str:
    """ "in", "sign in", "absent" or "forbidden"."""
    row, player = cell.row, cell.player
    if not _may_enter(row, player) and is_interface(row):
        return "sign in" if player.is_anonymous and _is_operation(row) else "forbidden"
    if not _may_enter(row, player):
        return "sign in" if player.is_anonymous and row.who != NOBODY else "absent"
    if cell.relation and not _sees(row, player, cell.relation):
        return row.otherwise
    is_deed = cell.method == "POST" or row.acts is not None
    if is_deed and not _acts(row, player, cell.relation):
        return "forbidden"
    return "in"


def _acts(row: Row, player: Player, relation: str) -> bool:
    if row.acts is not None and player.duty_role not in row.acts:
        return False
    if row.in_person and player.actor.is_system:
        return False
    return row.readers_act or relation not in player.reads


def is_interface(row: Row) -> bool:
    """Addresses for other systems: the JSON API and Open311."""
    return _is_operation(row) or row.route.startswith("open311:")


def _is_operation(row: Row) -> bool:
    return row.route.startswith("api:")


def _may_enter(row: Row, player: Player) -> bool:
    if row.systems_only and not player.actor.is_system:
        return False
    if isinstance(row.who, tuple):
        return any(_holds(player, verb) for verb in row.who)
    if row.who == EVERYBODY:
        return True
    if row.who in {SIGNED_IN, NOBODY}:
        return row.who == SIGNED_IN and not player.is_anonymous
    return _holds(player, row.who)


def _holds(player: Player, verb: str) -> bool:
    return player.duty_role in verbs()[verb] and (player.actor.only is None or verb in player.actor.only)


def _sees(row: Row, player: Player, relation: str) -> bool:
    if relation == "absent":
        return False
    if callable(row.sees):
        return row.sees(player, relation)
    if row.sees == OWN:
        return relation == "own" and (player.duty if row.on == "own_duty" else player.user) is not None
    assert row.sees == IN_SCOPE, row.sees
    return in_scope(player, relation)


class Asker:
    """Sends requests as each player and remembers how something absent looks to them."""

    def __init__(self, stage: Stage, api: NinjaAPI = api) -> None:
        self.stage, self._operations = stage, operations(api)
        self._clients: dict[str, Client] = {}
        self._handler = ClientHandler(enforce_csrf_checks=False)
        self._absent: dict[tuple[str, str, str], tuple[int, str, bytes]] = {}
        self.asked = 0

    def answer(self, cell: Cell) -> tuple[int, str, bytes]:
        """Status, location and body, the last without what differs from request to request. Leaves no trace."""
        client = self._client(cell.player)
        keys = self.stage.kinds[cell.row.on](cell.player, cell.relation or "own") if cell.row.on else {}
        extra = {key[1:]: str(keys[key]) for key in keys if key.startswith("+")}
        path = self._path(cell.row, {key: keys[key] for key in keys if not key.startswith("+")})
        headers = {"Authorization": cell.player.header} if cell.player.header else None
        self.asked += 1
        with transaction.atomic():
            if cell.method == "GET":
                response = client.get(path, cell.row.get, headers=headers)
            elif _is_operation(cell.row):
                body = dict(cell.row.post)
                response = client.post(path, body, content_type="application/json", headers=headers)
            else:
                response = client.post(path, {**cell.row.post, **extra}, headers=headers)
            transaction.set_rollback(True)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return response.status_code, response.headers.get("Location", ""), _plain(body, path)

    def _path(self, row: Row, keys: dict[str, Any]) -> str:
        if _is_operation(row):
            return self._operations[row.route].path.format(**keys)
        return reverse(row.route, kwargs=keys)

    def absent(self, cell: Cell) -> tuple[int, bytes]:
        """How this address looks to this player when the thing never existed."""
        status, _location, body = self._once(dataclasses.replace(cell, relation="absent" if cell.row.on else ""))
        return status, body

    def _once(self, cell: Cell) -> tuple[int, str, bytes]:
        """The answer; the one for something absent is kept, as many cells are compared with it."""
        if cell.relation != "absent":
            return self.answer(cell)
        key = (cell.row.route, cell.method, cell.player.role)
        if key not in self._absent:
            self._absent[key] = self.answer(cell)
        return self._absent[key]

    def surprise(self, cell: Cell) -> Surprise | None:
        wanted = expected(cell)
        status, location, body = self._once(cell)
        got = self._read(cell, status, location, body)
        if got == "absent" and wanted == "in" and cell.row.may_lack:
            return None
        if got != wanted:
            return Surprise(cell, wanted, got)
        tells_nothing = wanted in {"absent", "door"} or (
            _is_operation(cell.row) and not _may_enter(cell.row, cell.player)
        )
        if tells_nothing and cell.row.on and (status, body) != self.absent(cell):
            return Surprise(cell, "the answer for something absent", "another body")
        for relation in RELATIONS[:-1]:
            if not in_scope(cell.player, relation) and marker(relation).encode() in body:
                return Surprise(cell, "no matter out of scope", f"the text of the matter of {relation}")
        return None

    @staticmethod
    def _read(cell: Cell, status: int, location: str, body: bytes) -> str:
        if status in {301, 302} and location.startswith("/account/sign-in/") and cell.row.who != EVERYBODY:
            return "sign in"
        asks_for_code = location.startswith("/follow/?number=") or location.endswith("/open/")
        if status == 302 and asks_for_code and cell.row.otherwise == "door":
            return "door"
        return {404: "absent", 403: "forbidden", 401: "sign in"}.get(
            status, "in" if status in ALLOWED else f"status {status}"
        )

    def _client(self, player: Player) -> Client:
        if player.role not in self._clients:
            client = Client(raise_request_exception=False)
            client.handler = self._handler
            if player.user is not None:
                client.force_login(player.user)
                _just_proved(client, player.user.pk)
            if player.session:
                session = client.session
                session.update(player.session)
                session.save()
            self._clients[player.role] = client
        return self._clients[player.role]


def _just_proved(client: Client, user_id: int) -> None:
    """The session of somebody who has just signed in, so that sensitive pages ask no password first."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user_id)
    session.save()


def _plain(body: bytes, path: str) -> bytes:
    """Without tokens, and without the address asked for (a page may link back to itself)."""
    if body[:1] in {b"{", b"["}:
        body = json.dumps(json.loads(body), ensure_ascii=False).encode()
    body = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", body)
    return body.replace(path.encode(), b"<here>")


def unknown_names(table: Iterable[Row]) -> list[str]:
    """Rows whose route does not exist any more."""
    known = {route.name for route in routes()}
    return [row.route for row in table if row.route not in known]
