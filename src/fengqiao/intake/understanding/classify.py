"""What kind of matter a message is: hashed character n-grams, one linear model, calibrated shares, words as reasons.

Training uses scikit-learn; a trained model is plain arrays (`npz`, read without pickle) and a JSON card beside it.
It holds weights of hashed columns, not words: nothing anybody wrote can be read from the file.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fengqiao.intake.understanding import features
from fengqiao.intake.understanding.features import Floats
from fengqiao.intake.understanding.reasons import Span

FORMAT = 1
_CHUNK = 512
_QUOTED = 400


class Example(NamedTuple):
    """A message whose label is known."""

    title: str
    text: str
    label: str


class View(NamedTuple):
    """One way to look at a message: n-gram lengths of its first `first` characters (0: all, -1: the title alone)."""

    lengths: tuple[int, ...]
    first: int
    weight: float
    bits: int
    least: int = 2


VIEWS = (View((1, 2), 1000, 1.0, 20), View((1, 2), 100, 0.5, 18), View((1, 2, 3), -1, 0.5, 18))
COST = 1.5
FOLDS = 3
SURE_ACCURACY = 0.96


class Prediction(NamedTuple):
    """`share` of `label` and of `second` are calibrated probabilities."""

    label: str
    share: float
    second: str
    second_share: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Weights of one view. Shape: `idf` columns, `weights` columns × labels."""

    view: View
    idf: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """`mixing` and `offset` turn decision values into calibrated log-shares; above `sure` a glance is enough."""

    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    intercept: Floats
    mixing: Floats
    offset: Floats
    sure: float
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return str(self.card.get("version", ""))

    @property
    def is_starter(self) -> bool:
        return bool(self.card.get("is_starter"))

    def decide(self, messages: Sequence[tuple[str, str]]) -> Floats:
        """Decision values before calibration. Shape: messages × labels."""
        read = [_Plain(features.plain(title), features.plain(text)) for title, text in messages]
        parts = [self._decide(read[start : start + _CHUNK]) for start in range(0, len(read), _CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)), np.float32)

    def _decide(self, messages: Sequence[_Plain]) -> Floats:
        total = np.repeat(self.intercept[None, :], len(messages), axis=0)
        for block in self.blocks:
            found = features.weigh(_grams(messages, block.view), block.idf)
            total += features.matrix(found, block.view.bits) @ block.weights * np.float32(block.view.weight)
        return total

    def shares(self, messages: Sequence[tuple[str, str]]) -> Floats:
        """Calibrated probabilities. Shape: messages × labels, rows sum to one."""
        return softmax(self.decide(messages) @ self.mixing + self.offset)

    def predict(self, title: str, text: str) -> Prediction:
        return self.predict_many([(title, text)])[0]

    def predict_many(self, messages: Sequence[tuple[str, str]]) -> list[Prediction]:
        shares = self.shares(messages)
        order = np.argsort(-shares, axis=1, kind="stable")[:, :2]
        best = np.take_along_axis(shares, order, axis=1)
        return [
            Prediction(self.labels[one], round(share, 4), self.labels[two], round(other, 4), share >= self.sure)
            for (one, two), (share, other) in zip(order.tolist(), best.tolist(), strict=True)
        ]

    def explain(self, title: str, text: str, label: str, *, most: int = 4) -> list[tuple[str, Span]]:
        """The stretches of the message that spoke most for `label`, as written, strongest first."""
        pieces = _pieces(title, text)
        plain = "".join(char for char, _ in pieces)
        pull = self._pull(plain, self.labels.index(label))
        return _runs(pull, [where for _, where in pieces], {"title": title, "text": text}, most)

    def _pull(self, plain: str, label: int) -> npt.NDArray[np.float64]:
        """How much each character spoke for a label against the mean of all labels."""
        view, block = self.blocks[0].view, self.blocks[0]
        read = plain[: view.first or None]
        pull = np.zeros(len(read))
        points = features.code_points([read], 0)
        if not len(points):
            return pull
        for length, hashed in enumerate(features.hashes(points, max(view.lengths)), start=1):
            columns = features.columns_of(hashed, view.bits)
            weights = block.weights[columns]
            worth = (weights[:, label] - weights.mean(axis=1)) * block.idf[columns]
            for shift in range(length if length > 1 else 0):
                pull[shift : shift + len(worth)] += worth
        return pull


def softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


class _Plain(NamedTuple):
    """What of a message is read."""

    title: str
    text: str


def _grams(messages: Sequence[_Plain], view: View) -> features.Grams:
    if view.first < 0:
        read = [one.title for one in messages]
    else:
        read = [(one.title + one.text)[: view.first or None] for one in messages]
    return features.grams(read, lengths=view.lengths, bits=view.bits)


def _pieces(title: str, text: str) -> list[tuple[str, tuple[str, int]]]:
    """The characters the model reads, each with where it stands in the original."""
    found: list[tuple[str, tuple[str, int]]] = []
    for part, body in (("title", title), ("text", text[:_QUOTED])):
        level = features.level(body)
        found.extend((char, (part, at)) for at, char in enumerate(level) if not char.isspace())
    return found


_STOPS = frozenset("，。！？、；：,.!?;:（）()“”\"'《》[]【】")


def _runs(
    pull: npt.NDArray[np.float64], where: list[tuple[str, int]], bodies: Mapping[str, str], most: int
) -> list[tuple[str, Span]]:
    """Group the characters above the bar into stretches of two to eight characters."""
    if not len(pull) or pull.max() <= 0:
        return []
    bar = max(float(np.quantile(pull, 0.85)), float(pull.max()) * 0.25)
    runs: list[tuple[float, Span]] = []
    start = None
    for at in range(len(pull) + 1):
        is_in = at < len(pull) and pull[at] >= bar and not _breaks(where, bodies, at, start)
        if is_in and start is None:
            start = at
        elif not is_in and start is not None:
            if 2 <= at - start <= 12:
                (part, first), (_, last) = where[start], where[at - 1]
                runs.append((float(pull[start:at].max()), Span(part, first, last + 1)))
            start = None
    words: dict[str, Span] = {}
    for _, span in sorted(runs, key=lambda run: -run[0]):
        words.setdefault(bodies[span.part][span.start : span.end].strip(), span)
    return list(words.items())[:most]


def _breaks(where: list[tuple[str, int]], bodies: Mapping[str, str], at: int, start: int | None) -> bool:
    part, index = where[at]
    if bodies[part][index] in _STOPS:
        return True
    return start is not None and (where[start][0] != part or index - where[at - 1][1] > 1)


# Training


def train(examples: Sequence[Example], *, version: str, is_starter: bool = False, folds: int = FOLDS) -> Model:
    """Learn from labelled messages; the calibration comes from held-out parts split by content.

    Refuses: fewer than two labels, or a label with a single message (ValueError).
    """
    labels = tuple(sorted({example.label for example in examples}))
    answers = np.array([labels.index(example.label) for example in examples])
    if len(labels) < 2:
        raise ValueError("a classifier needs at least two labels")
    plain = [_Plain(features.plain(example.title), features.plain(example.text)) for example in examples]
    counted = [_grams(plain, view) for view in VIEWS]
    held_out = _held_out(counted, answers, split(examples, folds), len(labels))
    mixing, offset = calibrate(held_out, answers)
    shares = softmax(held_out @ mixing + offset)
    blocks, intercept = _fit(counted, answers, len(labels))
    card = {
        "format": FORMAT,
        "version": version,
        "is_starter": is_starter,
        "messages": len(examples),
        "labels": {label: int((answers == one).sum()) for one, label in enumerate(labels)},
        "views": [view._asdict() for view in VIEWS],
        "held_out": _summary(labels, shares, answers),
    }
    return Model(labels, blocks, intercept, mixing, offset, sure_above(shares, answers), card)


def _fit(
    counted: Sequence[features.Grams], answers: npt.NDArray[np.int64], labels: int
) -> tuple[tuple[Block, ...], Floats]:
    from scipy.sparse import hstack
    from sklearn.svm import LinearSVC

    idfs = [features.rarity(found, view.bits, view.least) for found, view in zip(counted, VIEWS, strict=True)]
    whole = hstack(
        [
            features.matrix(features.weigh(found, idf), view.bits) * view.weight
            for found, idf, view in zip(counted, idfs, VIEWS, strict=True)
        ]
    ).tocsr()
    used = np.unique(whole.indices[whole.data != 0])
    solver = LinearSVC(C=COST, tol=1e-3, random_state=0).fit(whole[:, used], answers)
    coefficients, intercept = _by_label(solver, labels)
    full = np.zeros((whole.shape[1], labels), np.float32)
    full[used] = coefficients.T
    blocks, start = [], 0
    for view, idf in zip(VIEWS, idfs, strict=True):
        blocks.append(Block(view, idf, full[start : start + (1 << view.bits)].copy()))
        start += 1 << view.bits
    return tuple(blocks), intercept


def _by_label(solver: Any, labels: int) -> tuple[Floats, Floats]:
    """scikit-learn keeps one row for two classes, and none for a class that is missing from a fold."""
    known = solver.classes_
    rows = solver.coef_ if len(known) > 2 else np.vstack([-solver.coef_, solver.coef_])
    starts = solver.intercept_ if len(known) > 2 else np.array([-solver.intercept_[0], solver.intercept_[0]])
    coefficients = np.zeros((labels, rows.shape[1]), np.float32)
    intercept = np.full(labels, -1.5, np.float32)
    coefficients[known], intercept[known] = rows, starts
    return coefficients, intercept


def _held_out(
    counted: Sequence[features.Grams], answers: npt.NDArray[np.int64], folds: npt.NDArray[np.int64], labels: int
) -> Floats:
    """Decision values of every message by a model that did not see it."""
    values = np.zeros((len(answers), labels), np.float32)
    for fold in np.unique(folds):
        seen, asked = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if len(np.unique(answers[seen])) < 2:
            continue
        blocks, intercept = _fit([_rows(found, seen) for found in counted], answers[seen], labels)
        values[asked] = intercept
        for block, found in zip(blocks, counted, strict=True):
            weighed = features.weigh(_rows(found, asked), block.idf)
            values[asked] += features.matrix(weighed, block.view.bits) @ block.weights * np.float32(block.view.weight)
    return values


def _rows(found: features.Grams, rows: npt.NDArray[np.int64]) -> features.Grams:
    sizes = np.diff(found.starts)[rows]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    at = np.repeat(found.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
    return features.Grams(found.columns[at], found.counts[at], starts)


def calibrate(values: Floats, answers: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Multinomial regression of the answers on held-out decision values. Shape: labels × labels, labels."""
    from sklearn.linear_model import LogisticRegression

    labels = values.shape[1]
    known = np.unique(answers)
    solver = LogisticRegression(C=0.05 * max(1.0, len(answers) / 500), max_iter=500).fit(values, answers)
    mixing, offset = np.zeros((labels, labels), np.float32), np.full(labels, -20.0, np.float32)
    rows = solver.coef_ if len(known) > 2 else np.vstack([-solver.coef_ / 2, solver.coef_ / 2])
    starts = solver.intercept_ if len(known) > 2 else np.array([-solver.intercept_[0] / 2, solver.intercept_[0] / 2])
    mixing[:, known], offset[known] = rows.T, starts
    return mixing, offset


def sure_above(shares: Floats, answers: npt.NDArray[np.int64], wanted: float = SURE_ACCURACY) -> float:
    """The lowest share from which held-out predictions are right in at least `wanted` of cases (2: never)."""
    best = shares.max(axis=1)
    order = np.argsort(-best, kind="stable")
    right = np.cumsum(shares.argmax(axis=1)[order] == answers[order]) / np.arange(1, len(answers) + 1)
    enough = np.flatnonzero(right >= wanted)
    enough = enough[enough >= min(20, len(answers) - 1)]
    return float(best[order[enough[-1]]]) if len(enough) else 2.0


def _summary(labels: Sequence[str], shares: Floats, answers: npt.NDArray[np.int64]) -> dict[str, Any]:
    from fengqiao.intake.understanding.evaluation import scores

    return scores(labels, shares, answers)


# Splitting by content


def groups(examples: Sequence[Example]) -> npt.NDArray[np.int64]:
    """A number per message, shared by messages with the same beginning, a long title, or nearly the same text."""
    from fengqiao.intake.understanding.similar import fingerprints

    parent = list(range(len(examples)))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    first: dict[Any, int] = {}
    marks = fingerprints([(example.title, example.text) for example in examples])
    for row, (example, mark) in enumerate(zip(examples, marks, strict=True)):
        title, text = features.plain(example.title), features.plain(example.text)
        keys: list[Any] = [("band", place, band) for place, band in enumerate(mark.bands)]
        keys += [("start", text[:40])] if text else []
        keys += [("middle", text[60:120])] if len(text) >= 120 else []
        keys += [("title", title)] if len(title) >= 8 else []
        for key in keys:
            parent[root(row)] = root(first.setdefault(key, row))
    return np.array([root(row) for row in range(len(examples))], dtype=np.int64)


def split(examples: Sequence[Example], folds: int, *, seed: int = 7) -> npt.NDArray[np.int64]:
    """A fold per message: copies stay together, labels are spread evenly, the same seed gives the same folds."""
    owner = groups(examples)
    labels = {label: one for one, label in enumerate(sorted({example.label for example in examples}))}
    members: dict[int, list[int]] = {}
    for row, one in enumerate(owner.tolist()):
        members.setdefault(one, []).append(row)
    shuffled = np.random.default_rng(seed).permutation(len(members))
    families = [list(members.values())[one] for one in shuffled]
    sizes = np.zeros((folds, len(labels)))
    fold = np.zeros(len(examples), np.int64)
    for family in sorted(families, key=len, reverse=True):
        label = labels[examples[family[0]].label]
        target = int(np.argmin(sizes[:, label] + sizes.sum(axis=1) * 1e-3))
        for row in family:
            fold[row] = target
            sizes[target, labels[examples[row].label]] += 1
    return fold


# Files


def save(model: Model, folder: Path) -> Path:
    """Write `<version>.npz` and `<version>.json`, whole or not at all; the card comes last and makes it visible."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {
        "labels": np.array(model.labels), "intercept": model.intercept, "mixing": model.mixing,
        "offset": model.offset, "sure": np.array([model.sure], np.float64),
    }  # fmt: skip
    for one, block in enumerate(model.blocks):
        used = np.flatnonzero(np.abs(block.weights).sum(axis=1) + block.idf)
        view = block.view
        arrays[f"view{one}"] = np.array([view.first, view.bits, view.least, *view.lengths], np.int64)
        arrays[f"weight{one}"] = np.array([view.weight], np.float64)
        arrays[f"columns{one}"] = used.astype(np.int32)
        arrays[f"idf{one}"] = block.idf[used].astype(np.float16)
        arrays[f"weights{one}"] = block.weights[used].astype(np.float16)
    target = folder / f"{model.version}.npz"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        np.savez(file, **arrays)
    os.replace(file.name, target)
    card = {**model.card, "sure_above": model.sure, "checksum": zlib.crc32(target.read_bytes())}
    draft = folder / f"{model.version}.json.part"
    draft.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, folder / f"{model.version}.json")
    return target


def load(card_path: Path) -> Model:
    """Read a model by its card. Refuses: another format or a damaged file (ValueError)."""
    card = json.loads(card_path.read_text(encoding="utf-8"))
    path = card_path.with_suffix(".npz")
    if card.get("format") != FORMAT or zlib.crc32(path.read_bytes()) != card.get("checksum"):
        raise ValueError(f"{path.name} is damaged or of another format; train again")
    with np.load(path, allow_pickle=False) as arrays:
        blocks, one = [], 0
        while f"view{one}" in arrays:
            blocks.append(_block(arrays, one))
            one += 1
        return Model(
            tuple(str(label) for label in arrays["labels"]), tuple(blocks), arrays["intercept"], arrays["mixing"],
            arrays["offset"], float(arrays["sure"][0]), card,
        )  # fmt: skip


def _block(arrays: Any, one: int) -> Block:
    first, bits, least, *lengths = (int(value) for value in arrays[f"view{one}"])
    view = View(tuple(lengths), first, float(arrays[f"weight{one}"][0]), bits, least)
    columns, few = arrays[f"columns{one}"], arrays[f"weights{one}"]
    idf, weights = np.zeros(1 << bits, np.float32), np.zeros((1 << bits, few.shape[1]), np.float32)
    idf[columns], weights[columns] = arrays[f"idf{one}"], few
    return Block(view, idf, weights)
