"""Find many thousand words in many texts at once: a table of first character pairs sifts, a dictionary decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fengqiao.intake.understanding.features import code_points, columns_of, hashes

_BITS = 20


class Hit(NamedTuple):
    """Half-open stretch of the text that is `word`."""

    start: int
    end: int
    word: str


class Lexicon:
    """Words of two or more characters. At each position the longest word wins; hits never overlap."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if len(word) > 1)
        lengths: dict[str, set[int]] = defaultdict(set)
        for word in self._words:
            lengths[word[:2]].add(len(word))
        self._lengths = {head: sorted(sizes, reverse=True) for head, sizes in lengths.items()}
        self._heads = np.zeros(1 << _BITS, bool)
        if self._lengths:
            self._heads[_pairs("".join(self._lengths))[::2]] = True

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def find(self, text: str) -> list[Hit]:
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Hit]]:
        """Hits of each text, from left to right."""
        found: list[list[Hit]] = [[] for _ in texts]
        if not self._lengths or not texts:
            return found
        starts = np.cumsum([0, *(len(text) + 2 for text in texts)])
        positions = np.flatnonzero(self._heads[_pairs_of(texts)])
        rows = np.searchsorted(starts, positions, side="right") - 1
        for row, position in zip(rows.tolist(), (positions - starts[rows]).tolist(), strict=True):
            self._add(found[row], texts[row], position)
        return found

    def _add(self, hits: list[Hit], text: str, start: int) -> None:
        if hits and hits[-1].end > start:
            return
        for length in self._lengths.get(text[start : start + 2], ()):
            word = text[start : start + length]
            if word in self._words:
                hits.append(Hit(start, start + length, word))
                return


def _pairs(text: str) -> npt.NDArray[np.int64]:
    return columns_of(hashes(code_points([text], 2), 2)[1], _BITS)[: len(text)]


def _pairs_of(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    return columns_of(hashes(code_points(texts, 2), 2)[1], _BITS)
