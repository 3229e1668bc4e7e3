"""Our own taxonomy of three levels as data, and keyword rules that find the narrowest heading a message speaks of."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fengqiao.intake.understanding.lexicon import Hit, Lexicon
from fengqiao.intake.understanding.reasons import Reason, Span, first_words

TAXONOMY = Path(__file__).parent / "data" / "taxonomy.csv"
_READ = 600
_HEAD = 120


class Heading(NamedTuple):
    """A row of the taxonomy. `clock` is ordinary, utility, court or hard: which promise applies."""

    code: str
    level1: str
    level2: str
    level3: str
    zh: str
    en: str
    clock: str
    words: tuple[str, ...]

    @property
    def level(self) -> int:
        return self.code.count(".") + 1

    @property
    def top(self) -> str:
        """Code of the first level."""
        return self.code.split(".", 1)[0]


class Leaf(NamedTuple):
    """A heading found by rules: weight of its words, and the words."""

    code: str
    weight: float
    reason: Reason


def read(path: Path = TAXONOMY) -> list[Heading]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Heading(**{**row, "words": tuple(row["words"].split())})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        ]


class Leaves:
    """Keyword rules over a taxonomy."""

    def __init__(self, headings: Iterable[Heading]) -> None:
        self.headings = {heading.code: heading for heading in headings}
        self._owners: dict[str, list[str]] = defaultdict(list)
        for heading in self.headings.values():
            for word in heading.words:
                self._owners[word.lower()].append(heading.code)
        self._lexicon = Lexicon(self._owners)
        self._tops = {name: one.code for one in self.headings.values() if one.level == 1 for name in (one.code, one.zh)}

    def top(self, label: str) -> str:
        """Code of the first-level heading a training label names, by code or Chinese name; "" if it is none of ours."""
        return self._tops.get(label, "")

    def find_many(self, messages: Sequence[tuple[str, str]]) -> list[list[Leaf]]:
        """Headings each (title, text) speaks of, heaviest first."""
        flat = [part[:_READ].lower() for message in messages for part in message]
        hits = self._lexicon.find_many(flat)
        return [self._rank(hits[row], hits[row + 1]) for row in range(0, len(flat), 2)]

    def find(self, title: str, text: str) -> list[Leaf]:
        return self.find_many([(title, text)])[0]

    def _rank(self, title: list[Hit], text: list[Hit]) -> list[Leaf]:
        weights: dict[str, float] = defaultdict(float)
        said: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        seen: set[tuple[str, str]] = set()
        for part, hits in (("title", title), ("text", text)):
            for hit in hits:
                if (part, hit.word) in seen:
                    continue
                seen.add((part, hit.word))
                for code in self._owners[hit.word]:
                    weights[code] += _weight(part, hit, self.headings[code].level)
                    said[code].append((hit.word, Span(part, hit.start, hit.end)))
        return self._leaves(weights, said)

    def _leaves(self, weights: dict[str, float], said: dict[str, list[tuple[str, Span]]]) -> list[Leaf]:
        found = []
        for code, weight in weights.items():
            parent = code.rsplit(".", 1)[0]
            total = weight + (0.5 * weights[parent] if code.count(".") == 2 and parent in weights else 0.0)
            words = said[code]
            reason = Reason(
                "category.words", first_words([word for word, _ in words]), tuple(span for _, span in words)
            )
            found.append(Leaf(code, round(total, 3), reason))
        return sorted(found, key=lambda leaf: (-leaf.weight, -leaf.code.count("."), leaf.code))


def _weight(part: str, hit: Hit, level: int) -> float:
    """Longer words say more, words in the title or at the beginning too, words of wider headings less."""
    place = 2.5 if part == "title" else 1.5 if hit.start < _HEAD else 1.0
    return place * (0.6 + 0.2 * min(len(hit.word), 5)) * (1.0 if level == 3 else 0.55)


@cache
def standard() -> Leaves:
    """The taxonomy that comes with the product."""
    return Leaves(read())
