"""How right and how quick the understanding is, beside plain peers on the same folds. Needs the shared data folder."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

import numpy as np  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

from fengqiao.intake.understanding import classify, commands, evaluation, naming, similar  # noqa: E402
from fengqiao.intake.understanding.places import Gazetteer, Row  # noqa: E402
from fengqiao.intake.understanding.understand import Models, understand_many  # noqa: E402

NOW = dt.datetime(2026, 1, 3, tzinfo=dt.UTC)


def data() -> Path | None:
    homes = [os.environ.get("FENGQIAO_SHARED", ""), ROOT.parent / "shared", ROOT.parents[1] / "shared"]
    return next((Path(home) / "data" for home in homes if home and (Path(home) / "data" / "hotline").exists()), None)


def tell(name: str, value: float, unit: str, **more: Any) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit, **more}, ensure_ascii=False), flush=True)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def categories(examples: list[classify.Example]) -> None:
    """Content-split five-fold; peers on the same folds."""
    card = evaluation.cross_validate(examples, 5)
    coverage = {row["percent"]: row["accuracy"] for row in card["coverage"]}
    characters, slow = peer(examples, TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True))
    words, _ = peer(examples, TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False, sublinear_tf=True))
    f1, speed = card["macro_f1"], card["speed"]["texts_per_second_per_core"]
    name = "category, content-split 5-fold"
    tell(f"{name}: macro-F1", f1, "", peer=characters, ratio=round(f1 / characters, 3), gate=">= 0.895", aim=">= 0.92")
    tell(f"{name}: macro-F1 beside segmented words", f1, "", peer=words, ratio=round(f1 / words, 3))
    tell(f"{name}: top-2", card["top_2"], "", gate=">= 0.98", aim=">= 0.985")
    tell(f"{name}: right on the surest 80 %", coverage[80], "", gate=">= 0.96", aim=">= 0.97")
    tell(f"{name}: expected calibration error", card["calibration"]["expected_error"], "", gate="<= 0.03")
    tell(f"{name}: speed", speed, "texts/s/core", peer=slow, ratio=round(speed / slow, 1), gate=">= 2000")
    tell(f"{name}: training", card["training_seconds_per_fold"], "CPU s")


def cut(text: str) -> list[str]:
    import rjieba

    return list(rjieba.cut(text))


def peer(examples: list[classify.Example], vectoriser: TfidfVectorizer) -> tuple[float, int]:
    """Macro-F1 and texts per CPU second of a plain scikit-learn pipeline on title and text."""
    fold = classify.split(examples, 5)
    labels = sorted({one.label for one in examples})
    texts = [one.title + one.text for one in examples]
    answers = np.array([labels.index(one.label) for one in examples])
    said, seconds = np.zeros(len(examples), np.int64), 0.0
    for one in range(5):
        seen, asked = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        pipeline = make_pipeline(vectoriser, LinearSVC(C=1.0)).fit([texts[row] for row in seen], answers[seen])
        began = time.process_time()
        said[asked] = pipeline.predict([texts[row] for row in asked])
        seconds += time.process_time() - began
    return round(evaluation.macro_f1(labels, said, answers), 4), round(len(examples) / seconds)


def places(stream: list[dict[str, str]]) -> None:
    sample = rows(ROOT / "tests" / "data" / "place_sample.csv")
    by_id = {row["msg_id"]: row for row in stream}
    for half, gate in (("fresh", ">= 0.85"), ("looked_at", None), ("development", None)):
        named = [row for row in sample if row["half"] == half and row["kind"] == "named"]
        silent = [row for row in sample if row["half"] == half and row["kind"] == "none"]
        said = [name_of(by_id[row["msg_id"]]) for row in named]
        right = [mark(name) in row["answers"].split() for name, row in zip(said, named, strict=True)]
        share = round(sum(right) / len(right), 3)
        tell(f"place found where the text names one, {half} ({len(named)})", share, "", gate=gate, aim=">= 0.93")
        false = sum(bool(name_of(by_id[row["msg_id"]])) for row in silent)
        tell(f"place said where the text names none, {half}", round(false / len(silent), 3), "")


def name_of(row: dict[str, str]) -> str:
    return Gazetteer().find(row["title"].strip(), row["text"].strip()).name


def mark(name: str) -> str:
    return hashlib.sha256(naming.normal(name).encode()).hexdigest()[:32]


def speed(examples: list[classify.Example], stream: list[dict[str, str]]) -> None:
    models = Models(classify.train(examples, version="bench"))
    crowd = Gazetteer(Row(one, f"第{one % 400}社区{one:05d}苑", "community") for one in range(48_000))
    messages = [(row["title"], row["text"]) for row in stream]
    for label, with_words, gate in (("with reasons", True, "<= 5"), ("quick path", False, None)):
        began = time.process_time()
        understand_many(messages, models=models, gazetteer=crowd, now=NOW, with_words=with_words)
        took = time.process_time() - began
        tell(f"stream of {len(messages)} understood, 48,000 places, {label}", round(took, 2), "CPU s", gate=gate)
    short = [(title, text[:60]) for title, text in messages]
    began = time.process_time()
    understand_many(short, models=models, gazetteer=crowd, now=NOW, with_words=False)
    tell("short messages understood, quick path", round(len(short) / (time.process_time() - began)), "texts/s/core")
    began = time.process_time()
    similar.fingerprints(messages)
    tell("fingerprints", round(len(messages) / (time.process_time() - began)), "texts/s/core")


def main() -> None:
    where = data()
    if where is None:
        print("shared data not found: set FENGQIAO_SHARED", file=sys.stderr)
        return
    examples = commands.read(where / "hotline" / "messages_labelled.csv")
    stream = rows(where / "hotline" / "stream_2019.csv")
    places(stream)
    speed(examples, stream)
    categories(examples)


if __name__ == "__main__":
    main()
