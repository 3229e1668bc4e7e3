"""Did this message come before? Fingerprints for copies, shared n-grams for the same story in other words."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.intake.understanding import features

BANDS, ROWS = 16, 4
_SHINGLE = 3
_READ = 1200
_SEEDS = np.random.default_rng(20260101).integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_ROW_MIX = np.random.default_rng(4).integers(1, 2**63, ROWS, dtype=np.uint64) | np.uint64(1)
_SPREAD = np.uint64(0xBF58476D1CE4E5B9)
_CHUNK = 400
NEAR = 0.5
SAME_ISSUE = 0.28
_FEW = 1000
_BITS = 18


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`bands`: 16 signed 64-bit integers, equal in at least one place for near copies. `exact`: equal for copies."""

    exact: int
    bands: tuple[int, ...]
    values: tuple[int, ...] = field(repr=False, default=())

    def likeness(self, other: Fingerprint) -> float:
        """Estimated share of common three-character pieces, 0 to 1."""
        if not self.values or not other.values:
            return float(self.exact == other.exact)
        same = sum(a == b for a, b in zip(self.values, other.values, strict=True))
        return same / len(self.values)


def fingerprint(title: str, text: str) -> Fingerprint:
    return fingerprints([(title, text)])[0]


def fingerprints(messages: Sequence[tuple[str, str]]) -> list[Fingerprint]:
    """Fingerprints of (title, text); the text decides, the title only where there is no text."""
    plain = [features.plain(text or title)[:_READ] for title, text in messages]
    found: list[Fingerprint] = []
    for start in range(0, len(plain), _CHUNK):
        found.extend(_chunk(plain[start : start + _CHUNK]))
    return found


def _chunk(texts: Sequence[str]) -> list[Fingerprint]:
    padded = [text if len(text) >= _SHINGLE else text.ljust(_SHINGLE, "\u0001") for text in texts]
    points = features.code_points(padded, 0)
    hashed = features.hashes(points, _SHINGLE)[_SHINGLE - 1] * _SPREAD
    hashed ^= hashed >> np.uint64(31)
    ends = np.cumsum([len(text) for text in padded])
    starts = ends - [len(text) for text in padded]
    bounds = np.stack([starts, ends - _SHINGLE + 1], axis=1).ravel()
    bounds = bounds[:-1] if bounds[-1] >= len(hashed) else bounds
    values = np.stack([np.minimum.reduceat(hashed * seed, bounds)[::2] for seed in _SEEDS], axis=1)
    values ^= values >> np.uint64(33)
    bands = _banded(values)
    short = (values & np.uint64(0xFFFF)).tolist()
    return [
        Fingerprint(_exact(text), tuple(band), tuple(few))
        for text, band, few in zip(texts, bands.tolist(), short, strict=True)
    ]


def _exact(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _banded(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    grouped = values.reshape(len(values), BANDS, ROWS)
    mixed = (grouped * _ROW_MIX).sum(axis=2, dtype=np.uint64) * _SPREAD + np.arange(BANDS, dtype=np.uint64)
    return _signed(mixed ^ (mixed >> np.uint64(29)))


def _signed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    return values.view(np.int64)


@dataclass(frozen=True, slots=True)
class Match:
    """`key` of an earlier message and how alike it is, 0 to 1."""

    key: Any
    likeness: float


class Copies:
    """Near copies among the fingerprints added so far."""

    def __init__(self) -> None:
        self._by_band: dict[tuple[int, int], list[Any]] = defaultdict(list)
        self._known: dict[Any, Fingerprint] = {}

    def add(self, key: Any, mark: Fingerprint) -> None:
        self._known[key] = mark
        for place, band in enumerate(mark.bands):
            self._by_band[place, band].append(key)

    def find(self, mark: Fingerprint, least: float = NEAR) -> list[Match]:
        """Most alike first."""
        keys = dict.fromkeys(
            key for place, band in enumerate(mark.bands) for key in self._by_band.get((place, band), ())
        )
        matches = [Match(key, mark.likeness(self._known[key])) for key in keys]
        return sorted((one for one in matches if one.likeness >= least), key=lambda one: -one.likeness)


class Issues:
    """Same-issue candidates among recent messages: cosine of character pairs and triples, inside one window of place
    and topic where such a window is given. Grows as messages come in."""

    def __init__(self, messages: Iterable[tuple[Any, str, str, str]] = ()) -> None:
        """`messages`: (key, window, title, text)."""
        self._keys: list[Any] = []
        self._windows: list[str] = []
        self._rows: list[Any] = []
        self._matrix: Any = None
        self._seen = np.zeros(1 << _BITS, np.int64)
        self.add_many(list(messages))

    def __len__(self) -> int:
        return len(self._keys)

    def add_many(self, messages: Sequence[tuple[Any, str, str, str]]) -> None:
        if not messages:
            return
        counted = _counted([(title, text) for _, _, title, text in messages])
        self._seen += np.bincount(counted.columns, minlength=1 << _BITS)
        self._keys.extend(key for key, _, _, _ in messages)
        self._windows.extend(window for _, window, _, _ in messages)
        self._rows.append(counted)
        self._matrix = None

    def find(
        self, title: str, text: str, *, window: str = "", least: float = SAME_ISSUE, most: int = 10
    ) -> list[Match]:
        """Most alike first; only messages of the same window when one is named."""
        return self.find_many([(title, text, window)], least=least, most=most)[0]

    def find_many(
        self, messages: Sequence[tuple[str, str, str]], *, least: float = SAME_ISSUE, most: int = 10
    ) -> list[list[Match]]:
        if not self._keys or not messages:
            return [[] for _ in messages]
        idf = np.log((1 + max(len(self._keys), _FEW)) / (1 + self._seen)).clip(0).astype(np.float32)
        known = self._known(idf)
        asked = features.matrix(features.weigh(_counted([(a, b) for a, b, _ in messages]), idf), _BITS)
        alike = (asked @ known.T).tocsr()
        return [
            self._best(alike.indices[a:b], alike.data[a:b], window, least, most)
            for a, b, (_, _, window) in zip(alike.indptr[:-1], alike.indptr[1:], messages, strict=True)
        ]

    def _known(self, idf: features.Floats) -> Any:
        if self._matrix is None:
            from scipy.sparse import vstack

            self._matrix = vstack([features.matrix(features.weigh(row, idf), _BITS) for row in self._rows]).tocsr()
        return self._matrix

    def _best(
        self, rows: npt.NDArray[np.int32], values: features.Floats, window: str, least: float, most: int
    ) -> list[Match]:
        near = np.flatnonzero(values >= least)
        found = [
            Match(self._keys[rows[one]], round(float(values[one]), 3))
            for one in near[np.argsort(-values[near], kind="stable")]
            if not window or self._windows[rows[one]] == window
        ]
        return found[:most]


def _counted(messages: Sequence[tuple[str, str]]) -> features.Grams:
    """The title counts twice, of the text its first 120 characters."""
    texts = []
    for title, text in messages:
        head = features.plain(title)
        texts.append(f"{head}\u0001{head}\u0001{features.plain(text)[:120]}")
    return features.grams(texts, lengths=(2, 3), bits=_BITS)


def issue_key(place: str, topic: str) -> str:
    """Window of messages that may tell the same story: one place (or respondent) and one topic."""
    return f"{place}|{topic}" if place else ""
