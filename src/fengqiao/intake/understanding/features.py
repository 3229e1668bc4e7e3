"""Character n-grams of many texts at once, hashed with NumPy: no segmenter, no vocabulary, nothing quoted is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_BLANK = re.compile(r"\s+")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xBF58476D1CE4E5B9)
_WIDE = {ord("\u3000"): " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def plain(text: str) -> str:
    """Half-width, lower case, without white space: what is compared and counted."""
    return _BLANK.sub("", text.translate(_WIDE).lower())


def level(text: str) -> str:
    """Half-width and lower case, character for character."""
    lower = text.translate(_WIDE).lower()
    return lower if len(lower) == len(text) else text.translate(_WIDE)


@dataclass(frozen=True, slots=True)
class Grams:
    """Counted n-grams of a batch. Shape: `columns` and `counts` are parallel, row i is [starts[i], starts[i + 1])."""

    columns: npt.NDArray[np.int32]
    counts: Floats
    starts: Ints

    @property
    def rows(self) -> int:
        return len(self.starts) - 1


def code_points(texts: Sequence[str], gap: int) -> npt.NDArray[np.uint32]:
    """All texts as one array of code points, `gap` zeros after each."""
    between = "\0" * gap
    return np.frombuffer((between.join(texts) + between).encode("utf-32-le", "replace"), dtype=np.uint32)


def hashes(points: npt.NDArray[np.uint32], longest: int) -> list[npt.NDArray[np.uint64]]:
    """For each length 1..`longest`, the hash of the n-gram that starts at every position."""
    wide = points.astype(np.uint64)
    found, running = [], np.zeros(len(wide), np.uint64)
    for length in range(1, longest + 1):
        size = len(wide) - length + 1
        running = running[:size] * _MIX + wide[length - 1 :] + np.uint64(1)
        running ^= running >> np.uint64(29)
        found.append(running)
    return found


def columns_of(hashed: npt.NDArray[np.uint64], bits: int) -> Ints:
    return ((hashed * _SPREAD) >> np.uint64(64 - bits)).astype(np.int64)


def grams(texts: Sequence[str], *, lengths: Sequence[int], bits: int) -> Grams:
    """Count the hashed n-grams of each text (already `plain`)."""
    longest = max(lengths)
    points = code_points(texts, longest)
    sizes = np.fromiter((len(text) + longest for text in texts), np.int64, len(texts))
    owner = np.repeat(np.arange(len(texts), dtype=np.int64) << bits, sizes)
    keys, whole = [], np.ones(len(points), bool)
    for length, hashed in enumerate(hashes(points, longest), start=1):
        whole = whole[: len(hashed)] & (points[length - 1 :] != 0)
        if length in lengths:
            keys.append((owner[: len(hashed)] | columns_of(hashed, bits))[whole])
    return _count(np.concatenate(keys), len(texts), bits)


def _count(keys: Ints, rows: int, bits: int) -> Grams:
    keys.sort()
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.zeros(0, np.int64)
    single = keys[first]
    counts = np.diff(np.append(first, len(keys))).astype(np.float32)
    starts = np.searchsorted(single, np.arange(rows + 1, dtype=np.int64) << bits)
    return Grams((single & ((1 << bits) - 1)).astype(np.int32), counts, starts.astype(np.int64))


def unit_rows(values: Floats, starts: Ints) -> Floats:
    """Scale the values of each row to length one."""
    squares = np.concatenate(([0.0], np.cumsum(values.astype(np.float64) ** 2)))
    lengths = np.sqrt(np.maximum(squares[starts[1:]] - squares[starts[:-1]], 0.0))
    lengths[lengths == 0] = 1.0
    return np.asarray(values / np.repeat(lengths, np.diff(starts)), dtype=np.float32)


def weigh(found: Grams, idf: Floats) -> Grams:
    """Sublinear counts times rarity, each row of length one."""
    values = (np.float32(1.0) + np.log(found.counts)) * idf[found.columns]
    return Grams(found.columns, unit_rows(values, found.starts), found.starts)


def rarity(found: Grams, bits: int, least: int = 1) -> Floats:
    """Smoothed inverse document frequency; columns in fewer than `least` texts weigh nothing."""
    seen = np.bincount(found.columns, minlength=1 << bits)
    idf: Floats = np.asarray(np.log((1 + found.rows) / (1 + seen)) + 1, dtype=np.float32)
    idf[seen < least] = 0.0
    return idf


def matrix(found: Grams, bits: int) -> Any:
    """As a SciPy row matrix."""
    from scipy.sparse import csr_matrix

    return csr_matrix((found.counts, found.columns, found.starts), shape=(found.rows, 1 << bits))
