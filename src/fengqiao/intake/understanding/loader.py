"""The door between understanding and the installation: the newest model file, and the district's places."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path

from fengqiao.intake.understanding import classify, starter
from fengqiao.intake.understanding.places import Gazetteer, Row
from fengqiao.intake.understanding.understand import Models

_lock = threading.Lock()
_loaded: tuple[tuple[str, int], Models] | None = None
_gazetteers: dict[tuple[int | None, int, int], Gazetteer] = {}


def folder() -> Path:
    """Where trained models are kept."""
    from django.conf import settings

    return Path(getattr(settings, "FENGQIAO_MODELS", "") or Path(settings.HOME) / "models")


def models() -> Models:
    """The newest trained model, read once per process and again when a newer one appears; else the starter set."""
    global _loaded
    card = newest(folder())
    key = (str(card), card.stat().st_mtime_ns) if card else ("starter", 0)
    if _loaded is not None and _loaded[0] == key:
        return _loaded[1]
    with _lock:
        if _loaded is None or _loaded[0] != key:
            _loaded = (key, Models(classify.load(card) if card else starter_model()))
    return _loaded[1]


def newest(where: Path) -> Path | None:
    """The card of the newest usable model: `current.json` may name a version, otherwise the latest file counts."""
    chosen = where / "current.json"
    if chosen.exists():
        named = where / f"{json.loads(chosen.read_text(encoding='utf-8'))['version']}.json"
        if named.exists():
            return named
    cards = [card for card in where.glob("*.json") if card.name != "current.json" and card.with_suffix(".npz").exists()]
    cards = [card for card in cards if not card.name.startswith("starter-")]
    return max(cards, key=lambda card: (card.stat().st_mtime_ns, card.name), default=None)


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
    """Active places of a district (all, when None); rebuilt when a place was added or changed."""
    from django.db.models import Count, Max

    from fengqiao.people.models import Area

    areas = Area.objects.filter(is_active=True).exclude(kind="province")
    if district_id is not None:
        areas = areas.filter(district_id=district_id)
    state = areas.aggregate(rows=Count("id"), last=Max("id"))
    key = (district_id, state["rows"], state["last"] or 0)
    if key not in _gazetteers:
        _gazetteers.clear()
        _gazetteers[key] = Gazetteer(_rows(areas))
    return _gazetteers[key]


def _rows(areas: object) -> list[Row]:
    columns = ("id", "name", "kind", "aliases", "city_id", "district_id", "street_id", "community_id", "grid_id")
    rows = []
    for identity, name, kind, aliases, *above in areas.values_list(*columns):  # type: ignore[attr-defined]
        parents = tuple(one for one in above if one and one != identity)
        rows.append(Row(identity, name, kind, tuple(aliases or ()), parents))
    return rows


def forget() -> None:
    """Drop what is loaded: after a change of places by hand, and in tests."""
    global _loaded
    _loaded = None
    _gazetteers.clear()
