"""The door between understanding and the installation: the newest model file, and the district's places."""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fengqiao.intake.understanding import classify, starter
from fengqiao.intake.understanding.places import Gazetteer, Row
from fengqiao.intake.understanding.understand import Models

_lock = threading.Lock()
_log = logging.getLogger(__name__)
_LOOK_AGAIN_SECONDS = 30.0


class _Kept(NamedTuple):
    rows: list[Row]
    gazetteer: Gazetteer
    look_again_at: float


_loaded: tuple[tuple[tuple[str, int], ...], Models] | None = None
_gazetteers: dict[tuple[int | None, int, int], _Kept] = {}


def folder() -> Path:
    """Where trained models are kept."""
    from django.conf import settings

    return Path(getattr(settings, "FENGQIAO_MODELS", "") or Path(settings.HOME) / "models")


def models() -> Models:
    """The newest usable model, read once per process and again when a newer one appears; else the starter set.

    A damaged file is passed over with a warning: taking in a message must not depend on it.
    """
    global _loaded
    cards = newest_first(folder())
    key = tuple((str(card), card.stat().st_mtime_ns) for card in cards)
    if _loaded is not None and _loaded[0] == key:
        return _loaded[1]
    with _lock:
        if _loaded is None or _loaded[0] != key:
            _loaded = (key, Models(_first_usable(cards)))
    return _loaded[1]


def _first_usable(cards: list[Path]) -> classify.Model:
    for card in cards:
        try:
            return classify.load(card)
        except (ValueError, OSError, KeyError) as problem:
            _log.warning("model %s is passed over: %s", card.name, problem)
    return starter_model()


def newest_first(where: Path) -> list[Path]:
    """Cards of trained models; the one that `current.json` names comes first, then the latest."""
    cards = [card for card in where.glob("*.json") if card.with_suffix(".npz").exists()]
    cards = [card for card in cards if not card.name.startswith("starter-")]
    chosen = _chosen(where / "current.json")
    return sorted(cards, key=lambda card: (card.stem == chosen, card.stat().st_mtime_ns, card.name), reverse=True)


def _chosen(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return ""


def starter_model() -> classify.Model:
    """Trained from our own starter texts on first use and kept beside the other models."""
    version = starter.version()
    card = folder() / f"{version}.json"
    if card.exists():
        with suppress(ValueError):
            return classify.load(card)
    model = classify.train(starter.examples(), version=version, is_starter=True)
    classify.save(model, folder())
    return model


def gazetteer(district_id: int | None = None) -> Gazetteer:
    """Active places of a district (all, when None).

    Rebuilt as soon as a place is added or leaves, within half a minute when one is only renamed.
    """
    from django.db.models import Count, Max

    from fengqiao.people.models import Area

    areas = Area.objects.filter(is_active=True).exclude(kind="province")
    if district_id is not None:
        areas = areas.filter(district_id=district_id)
    state = areas.aggregate(rows=Count("id"), last=Max("id"))
    key = (district_id, state["rows"], state["last"] or 0)
    kept, moment = _gazetteers.get(key), time.monotonic()
    if kept is not None and moment < kept.look_again_at:
        return kept.gazetteer
    rows = _rows(areas)
    if kept is None or kept.rows != rows:
        _gazetteers.clear()
        kept = _Kept(rows, Gazetteer(rows), 0.0)
    _gazetteers[key] = kept._replace(look_again_at=moment + _LOOK_AGAIN_SECONDS)
    return kept.gazetteer


def _rows(areas: object) -> list[Row]:
    columns = ("id", "name", "kind", "aliases", "city_id", "district_id", "street_id", "community_id", "grid_id")
    rows = []
    for identity, name, kind, aliases, *above in areas.values_list(*columns):  # type: ignore[attr-defined]
        parents = tuple(one for one in above if one and one != identity)
        rows.append(Row(identity, name, kind, tuple(aliases or ()), parents))
    return rows


def kept_corrections() -> list[tuple[str, str, tuple[str, ...]]]:
    """What clerks chose otherwise: title, text, and every name of the chosen category, the narrowest first.

    The latest choice for a contact counts. Sealed sentences are not part of the text.
    """
    from fengqiao.intake.models import Category, Correction
    from fengqiao.kernel import scoping

    categories = {one.pk: one for one in Category.objects.all()}
    with scoping.unscoped("training"):
        rows = list(
            Correction.objects.filter(field="category")
            .order_by("at", "pk")
            .values_list("contact_id", "contact__title", "contact__text", "chosen")
        )
    latest = {contact: (title, text, chosen) for contact, title, text, chosen in rows}
    found = []
    for title, text, chosen in latest.values():
        names: list[str] = []
        category = categories.get(int(chosen)) if chosen.isdecimal() else None
        while category is not None:
            names += [category.code, category.name_zh]
            category = categories.get(category.parent_id) if category.parent_id else None
        found.append((title, text, tuple(names)))
    return found


def forget() -> None:
    """Drop what is loaded: after a change of places by hand, and in tests."""
    global _loaded
    _loaded = None
    _gazetteers.clear()
