"""Where a message is about: the district's gazetteer first, then names read from the sentence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fengqiao.intake.understanding import naming
from fengqiao.intake.understanding.lexicon import Hit, Lexicon
from fengqiao.intake.understanding.reasons import Reason, Span

DEPTH = {
    "province": 0, "city": 1, "district": 2, "street": 3,
    "community": 4, "grid": 5, "estate": 5, "micro_grid": 6, "building": 7,
}  # fmt: skip
_GENERIC = re.compile(
    r"^(?:第?[0-9一二三四五六七八九十百]+(?:网格|微网格|号楼|栋|幢|单元|组|社区|村|号院|号)?|网格|社区|小区)$"
)
_TAILS = (
    "社区居民委员会",
    "居民委员会",
    "村民委员会",
    "街道办事处",
    "居委会",
    "村委会",
    "社区",
    "小区",
    "街道",
    "家园小区",
)
_READ = 600


class Row(NamedTuple):
    """One place. `parents` are the ids above it, widest first or last: order does not matter."""

    id: int
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    parents: tuple[int, ...] = ()


class Candidate(NamedTuple):
    id: int
    name: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """`id` is a gazetteer row, None when the place is only named. `name` is what the person wrote or the row's name."""

    id: int | None = None
    name: str = ""
    building: str = ""
    is_sure: bool = False
    candidates: tuple[Candidate, ...] = ()
    names: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def second(self) -> Candidate | None:
        others = [one for one in self.candidates if one.id != self.id]
        return others[0] if others else None


class Gazetteer:
    """Places by name. Names of bare numbers count only beside the name of a place above them."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows: dict[int, Row] = {}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._generic: set[str] = set()
        for row in rows:
            self._rows[row.id] = row
            for name in _spellings(row):
                self._by_name[name].append(row.id)
                if _GENERIC.match(name):
                    self._generic.add(name)
        self._lexicon = Lexicon(self._by_name)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, identity: int) -> Row:
        return self._rows[identity]

    def find(self, title: str, text: str) -> Place:
        return self.find_many([(title, text)])[0]

    def find_many(self, messages: Sequence[tuple[str, str]]) -> list[Place]:
        """The place of each (title, text); only the first 600 characters of a text are read."""
        flat = [_level_width(part[:_READ]) for message in messages for part in message]
        hits = self._lexicon.find_many(flat)
        return [
            self._decide(flat[2 * row], flat[2 * row + 1], hits[2 * row], hits[2 * row + 1])
            for row in range(len(messages))
        ]

    def _decide(self, title: str, text: str, title_hits: list[Hit], text_hits: list[Hit]) -> Place:
        found = naming.building(title, text)
        building = found[0] if found else ""
        spoken = [("title", hit) for hit in title_hits] + [("text", hit) for hit in text_hits]
        candidates = self._weigh(spoken)
        if candidates:
            return self._known(candidates, spoken, building)
        names = naming.names(title, text)
        if not names:
            return Place(building=building)
        reason = Reason("place.named", (names[0].text,), (names[0].span,))
        return Place(None, names[0].text, building, names=tuple(one.text for one in names[:3]), reasons=(reason,))

    def _weigh(self, spoken: list[tuple[str, Hit]]) -> list[Candidate]:
        """Deeper places, names in the title and places whose parents are named too weigh more."""
        said: Counter[int] = Counter()
        title: set[int] = set()
        exact: set[int] = set()
        for part, hit in spoken:
            for identity in self._by_name[hit.word]:
                said[identity] += 1
                if part == "title":
                    title.add(identity)
                if hit.word not in self._generic:
                    exact.add(identity)
        weights = []
        for identity in said:
            row = self._rows[identity]
            above = sum(1 for parent in row.parents if parent in exact and parent != identity)
            if identity not in exact and not above:
                continue
            weight = DEPTH.get(row.kind, 4) + 1.5 * above + (1.0 if identity in title else 0.0) + 0.1 * said[identity]
            weights.append(Candidate(identity, row.name, row.kind, weight))
        return sorted(weights, key=lambda one: (-one.weight, one.id))[:6]

    def _known(self, candidates: list[Candidate], spoken: list[tuple[str, Hit]], building: str) -> Place:
        best = candidates[0]
        rivals = [one for one in candidates[1:] if not self._related(best.id, one.id)]
        is_sure = not rivals or best.weight - rivals[0].weight >= 1.0
        words, spans = [], []
        wanted = {best.id, *self._rows[best.id].parents}
        for part, hit in spoken:
            if wanted.intersection(self._by_name[hit.word]):
                words.append(hit.word)
                spans.append(Span(part, hit.start, hit.end))
        code = "place.gazetteer" if is_sure else "place.several"
        reason = Reason(code, tuple(dict.fromkeys(words)), tuple(spans))
        return Place(best.id, best.name, building, is_sure, tuple(candidates), reasons=(reason,))

    def _related(self, one: int, other: int) -> bool:
        return one in self._rows[other].parents or other in self._rows[one].parents


def _spellings(row: Row) -> Iterable[str]:
    """Name and aliases, and both without the kind word at the end when three characters remain."""
    names = dict.fromkeys(_level_width(name) for name in (row.name, *row.aliases) if len(name) > 1)
    for name in list(names):
        for tail in _TAILS:
            stem = name.removesuffix(tail)
            if stem != name and len(stem) >= 3:
                names.setdefault(stem)
                break
    return names


_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}


def _level_width(text: str) -> str:
    """Full-width digits and letters made half-width, character for character, so that spans stay true."""
    return text.translate(_WIDE)
