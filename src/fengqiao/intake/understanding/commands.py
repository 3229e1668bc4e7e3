"""`train-classifier` and `evaluate-classifier`: files in, model or card out. Kept corrections come from the caller."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from fengqiao.intake.understanding import classify, evaluation
from fengqiao.intake.understanding.classify import Example

csv.field_size_limit(10_000_000)


class BadFile(ValueError):
    """The training file cannot be used; the message says what is missing."""


def read(path: Path) -> list[Example]:
    """Messages of a CSV file with the columns title and/or text, and label. Other columns are ignored.

    Refuses: a file without `label`, or without both `title` and `text`; rows without label or words are skipped.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = set(reader.fieldnames or ())
        if "label" not in columns or not columns & {"title", "text"}:
            raise BadFile(f"{path.name}: needs the column label, and title or text; found {', '.join(sorted(columns))}")
        return list(_examples(reader))


def _examples(rows: Iterable[dict[str, str | None]]) -> Iterator[Example]:
    for row in rows:
        title, text, label = ((row.get(name) or "").strip() for name in ("title", "text", "label"))
        if label and (title or text):
            yield Example(title, text, label)


def with_corrections(examples: list[Example], corrections: Iterable[tuple[str, str, str]]) -> list[Example]:
    """Examples plus what clerks corrected (title, text, label). A correction replaces an example of the same words."""
    kept = {_words(title, text): Example(title, text, label) for title, text, label in corrections if label}
    return [one for one in examples if _words(one.title, one.text) not in kept] + list(kept.values())


def in_words_of(
    examples: list[Example], kept: Iterable[tuple[str, str, tuple[str, ...]]]
) -> list[tuple[str, str, str]]:
    """Kept corrections in the labels of the file: the narrowest name it knows; the others cannot be learned from it."""
    labels = {example.label for example in examples}
    named = ((title, text, next((name for name in names if name in labels), "")) for title, text, names in kept)
    return [one for one in named if one[2]]


def _words(title: str, text: str) -> bytes:
    return hashlib.blake2b(f"{title.strip()}\0{text.strip()}".encode(), digest_size=16).digest()


def new_version(examples: list[Example], at: dt.datetime) -> str:
    """Date and a fingerprint of what was learned: the same file on the same day gives the same version."""
    mark = hashlib.blake2b(digest_size=4)
    for example in examples:
        mark.update("\0".join(example).encode())
    return f"{at:%Y%m%d-%H%M}-{mark.hexdigest()}"


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV with title, text, label")
    parser.add_argument("--corrections", type=Path, action="append", default=[], help="further CSV that wins over FILE")
    parser.add_argument("--only-files", action="store_true", help="leave out the corrections kept in the database")
    parser.add_argument("--into", type=Path, help="folder of the model (default: FENGQIAO_HOME/models)")
    parser.add_argument("--json", action="store_true", help="print the card as JSON")


def train(
    options: dict[str, Any],
    *,
    folder: Path,
    at: dt.datetime,
    kept: Callable[[], Iterable[tuple[str, str, tuple[str, ...]]]] = tuple,
    out: TextIO = sys.stdout,
) -> Path:
    """Train from a file and the corrections kept here, and put the model where every process finds it."""
    examples = read(options["file"])
    for path in options.get("corrections") or []:
        examples = with_corrections(examples, read(path))
    if not options.get("only_files"):
        examples = with_corrections(examples, in_words_of(examples, kept()))
    model = classify.train(examples, version=new_version(examples, at))
    path = classify.save(model, options.get("into") or folder)
    if options.get("json"):
        out.write(json.dumps({**model.card, "file": path.name}, ensure_ascii=False, indent=1) + "\n")
    else:
        held_out = model.card["held_out"]
        out.write(f"{path.name}: {len(examples)} messages, {len(model.labels)} labels, ")
        out.write(f"held-out macro-F1 {held_out['macro_f1']:.4f}, top-2 {held_out['top_2']:.4f}\n")
    return path


def add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True, help="CSV with title, text, label to learn from")
    parser.add_argument("--test", type=Path, help="CSV to be judged; without it the training file is split by content")
    parser.add_argument("--folds", type=int, default=5, help="parts of the split when there is no test file")
    parser.add_argument("--json", action="store_true", help="print the card as JSON")


def evaluate(options: dict[str, Any], *, out: TextIO = sys.stdout) -> dict[str, Any]:
    """Train on one file, print the card on another (or of a content-split cross-validation)."""
    examples = read(options["train"])
    if options.get("test"):
        model = classify.train(examples, version="evaluation")
        card = evaluation.evaluate(model, read(options["test"]))
    else:
        card = evaluation.cross_validate(examples, options.get("folds") or 5)
    out.write(
        (json.dumps(card, ensure_ascii=False, indent=1) if options.get("json") else evaluation.as_text(card)) + "\n"
    )
    return card
