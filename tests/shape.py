"""What the shape tests look for, as functions, so that each can be shown a planted fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.views.generic import RedirectView

ROOT = Path(__file__).resolve().parents[1]
ORDER = ("kernel", "shell", "people", "evidence", "disputes", "mediation", "intake", "court", "prepaid", "config")
DOORS = {"actions", "queries", "events", "access", "facts"}
OPEN_CONTEXTS = {"kernel", "shell"}
NOUNS = {("people", "models"), ("people", "rules")}
EDGE = {"pages", "urls", "api", "forms", "tasks", "views"}
_LATER = "TO-DO FIX-ME X-XX HA-CK WI-P T-BD"  # split, so that this file is not found by itself
_LATER_PHRASES = "[Ll]orem ips-um|[Cc]oming so-on|[Nn]ot implem-ented|敬请-期待|功能开-发中|待实-现|暂未-开放"
OUR_WORDS_LATER = re.compile(
    rf"\b(?:{'|'.join(_LATER.replace('-', '').split())})\b|{_LATER_PHRASES.replace('-', '')}",
)
REGISTRY_HOSTS = re.compile(
    r"(?:pypi|pythonhosted|npmjs|npmmirror|yarnpkg|rubygems|crates)\.(?:org|com|io)\b"
    r"|(?:mirrors?|pypi|registry)\.[a-z0-9-]+\.(?:com|cn|edu\.cn|org|io)\b|proxy\.golang\.org"
)
MONEY = re.compile(r"(?:^|_)(?:fen|yuan|money|amount|price|fee|cost|balance|margin|refund|premium|paid)(?:_|$)")
VERDICT = re.compile(r"(?:^|_)(?:score|scoring|rank|ranking|colou?r|credit(?!_code$))(?:_|$)")
"""The unified social credit code is the number of a firm, no verdict."""


def context(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def door(module: str) -> str:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 else ""


def is_test(module: str) -> bool:
    return "tests" in module.split(".") or door(module) in {"testing", "migrations"}


def leaks(imports: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Imports that pass a context by its side: not through actions, queries, events, access or facts.

    Persons, places and organisations are the nouns every context builds on (docs/decisions/0004): their tables and
    vocabulary may be named inside a context, never at its edge, where a page or API would read past `visible_to`.
    """
    return [
        (importer, imported)
        for importer, imported in imports
        if context(importer) != context(imported)
        and context(importer) not in {"config", ""}
        and context(imported) not in OPEN_CONTEXTS
        and not is_test(importer)
        and door(imported) not in DOORS
        and not ((context(imported), door(imported)) in NOUNS and door(importer) not in EDGE)
    ]


def upward_keys(keys: Iterable[tuple[str, str]], order: tuple[str, ...] = ORDER) -> list[tuple[str, str]]:
    """Foreign keys (app of the table, app it points at) that point to a context above."""
    rank = {name: index for index, name in enumerate(order)}
    return [(here, there) for here, there in keys if here in rank and there in rank and rank[there] > rank[here]]


def foreign_keys(models: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for model in models:
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model is not None:
                yield model._meta.app_label, field.related_model._meta.app_label


def routes(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every address with the function that answers it."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


def routes_without_verb(found: Iterable[tuple[str, Any]], foreign: tuple[str, ...]) -> list[str]:
    """Addresses whose function does not say who may open it; `foreign` names modules that guard themselves."""
    return [
        address
        for address, view in found
        if not hasattr(view, "verb")
        and not str(getattr(view, "__module__", "")).startswith(foreign)
        and getattr(view, "view_class", None) is not RedirectView  # shows nothing; where it leads is guarded
    ]


def money_not_whole(models: Iterable[Any]) -> list[str]:
    """Amounts kept in a type that rounds."""
    return [
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if field.concrete and MONEY.search(field.name) and field.get_internal_type() in {"FloatField", "DecimalField"}
    ]


def verdicts_on_persons(models: Iterable[Any]) -> list[str]:
    """Fields that would score, rank or colour a natural person."""
    found = []
    for model in models:
        fields = [field for field in model._meta.get_fields() if field.concrete]
        about = {field.related_model.__name__ for field in fields if field.is_relation and field.related_model}
        if model.__name__ == "Person" or about & {"Person", "User"}:
            found += [f"{model.__name__}.{field.name}" for field in fields if VERDICT.search(field.name)]
    return found


def lines_of(folder: Path) -> int:
    """Lines of our own code below a folder; empty lines, tests and migrations left out."""
    return sum(
        len([line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()])
        for path in folder.rglob("*.py")
        if not {"tests", "migrations"} & set(path.relative_to(folder).parts)
    )


def words_for_later(text: str) -> list[str]:
    return OUR_WORDS_LATER.findall(text)


def hosts_of_registries(text: str) -> list[str]:
    return REGISTRY_HOSTS.findall(text)
