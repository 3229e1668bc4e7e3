"""The model card: how right, how sure and how quick a classifier is on messages it has not seen."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.intake.understanding import classify
from fengqiao.intake.understanding.classify import Example, Model
from fengqiao.intake.understanding.features import Floats

COVERAGES = (100, 90, 80, 70)
_BINS = 10


def evaluate(model: Model, examples: Sequence[Example]) -> dict[str, Any]:
    """Card of a model on a test set. A label the model does not know counts as wrong."""
    messages = [(example.title, example.text) for example in examples]
    began = time.process_time()
    shares = model.shares(messages)
    seconds = time.process_time() - began
    answers = _answers(model.labels, examples)
    return {**scores(model.labels, shares, answers), "speed": _speed(len(messages), seconds), **_about(model, examples)}


def cross_validate(examples: Sequence[Example], folds: int = 5) -> dict[str, Any]:
    """Card over all messages, each judged by a model trained without it and without its near copies."""
    fold = classify.split(examples, folds)
    labels = tuple(sorted({example.label for example in examples}))
    shares = np.zeros((len(examples), len(labels)), np.float32)
    seconds, training, each = 0.0, 0.0, []
    for one in range(folds):
        began = time.process_time()
        model = classify.train([e for e, f in zip(examples, fold, strict=True) if f != one], version=f"fold-{one}")
        training += time.process_time() - began
        asked = np.flatnonzero(fold == one).tolist()
        began = time.process_time()
        found = model.shares([(examples[row].title, examples[row].text) for row in asked])
        seconds += time.process_time() - began
        shares[np.ix_(asked, [labels.index(label) for label in model.labels])] = found
        each.append(macro_f1(labels, shares[asked].argmax(axis=1), _answers(labels, [examples[row] for row in asked])))
    card = scores(labels, shares, _answers(labels, examples))
    return {
        **card,
        "folds": folds,
        "macro_f1_of_folds": [round(value, 4) for value in each],
        "training_seconds_per_fold": round(training / folds, 2),
        "speed": _speed(len(examples), seconds),
        "test_messages": len(examples),
        "software": _software(),
    }


def scores(labels: Sequence[str], shares: Floats, answers: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Everything that follows from shares and answers (-1: a label the model does not know)."""
    order = np.argsort(-shares, axis=1, kind="stable")
    said, best = order[:, 0], shares.max(axis=1)
    right = said == answers
    return {
        "macro_f1": round(macro_f1(labels, said, answers), 4),
        "accuracy": round(float(right.mean()), 4),
        "top_2": round(float((order[:, :2] == answers[:, None]).any(axis=1).mean()), 4),
        "classes": _classes(labels, said, answers),
        "calibration": _calibration(best, right),
        "coverage": _coverage(best, right),
    }


def macro_f1(labels: Sequence[str], said: npt.NDArray[np.int64], answers: npt.NDArray[np.int64]) -> float:
    known = [one for one in range(len(labels)) if (answers == one).any() or (said == one).any()]
    strange = 1 if (answers < 0).any() else 0
    return sum(_of_class(one, said, answers)[2] for one in known) / (len(known) + strange)


def _of_class(one: int, said: npt.NDArray[np.int64], answers: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    hit = int(((said == one) & (answers == one)).sum())
    precision = hit / max(1, int((said == one).sum()))
    recall = hit / max(1, int((answers == one).sum()))
    return precision, recall, 2 * precision * recall / (precision + recall) if hit else 0.0


def _classes(
    labels: Sequence[str], said: npt.NDArray[np.int64], answers: npt.NDArray[np.int64]
) -> list[dict[str, Any]]:
    table = []
    for one, label in enumerate(labels):
        precision, recall, f1 = _of_class(one, said, answers)
        table.append(
            {
                "label": label,
                "messages": int((answers == one).sum()),
                "precision": round(precision, 4),
                "recall": round(recall, 4),
                "f1": round(f1, 4),
            }
        )
    return table


def _calibration(best: Floats, right: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Expected calibration error over ten bins of the share of the first choice."""
    bins = np.minimum((best * _BINS).astype(int), _BINS - 1)
    table, error = [], 0.0
    for one in range(_BINS):
        inside = bins == one
        if inside.any():
            said, true = float(best[inside].mean()), float(right[inside].mean())
            error += abs(said - true) * float(inside.mean())
            table.append(
                {
                    "from": one / _BINS,
                    "messages": int(inside.sum()),
                    "share": round(said, 4),
                    "right": round(true, 4),
                }
            )
    return {"expected_error": round(error, 4), "bins": table}


def _coverage(best: Floats, right: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Accuracy on the surest part of the messages."""
    order = np.argsort(-best, kind="stable")
    table = []
    for percent in COVERAGES:
        surest = order[: max(1, len(order) * percent // 100)]
        table.append(
            {
                "percent": percent,
                "accuracy": round(float(right[surest].mean()), 4),
                "least_share": round(float(best[surest[-1]]), 4),
            }
        )
    return table


def _answers(labels: Sequence[str], examples: Sequence[Example]) -> npt.NDArray[np.int64]:
    place = {label: one for one, label in enumerate(labels)}
    return np.array([place.get(example.label, -1) for example in examples], dtype=np.int64)


def _speed(messages: int, seconds: float) -> dict[str, Any]:
    return {"texts_per_second_per_core": round(messages / max(seconds, 1e-6)), "cpu_seconds": round(seconds, 3)}


def _about(model: Model, examples: Sequence[Example]) -> dict[str, Any]:
    return {
        "trained_on": {"version": model.version, "messages": model.card.get("messages"), "starter": model.is_starter},
        "test_messages": len(examples),
        "unknown_labels": sorted({example.label for example in examples} - set(model.labels)),
        "software": _software(),
    }


def _software() -> dict[str, str]:
    import scipy
    import sklearn

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "format": str(classify.FORMAT),
    }


def as_text(card: dict[str, Any]) -> str:
    """The card as a table people can read."""
    lines = [
        f"messages      {card['test_messages']}",
        f"macro-F1      {card['macro_f1']:.4f}",
        f"accuracy      {card['accuracy']:.4f}",
        f"top-2         {card['top_2']:.4f}",
        f"calibration   {card['calibration']['expected_error']:.4f} expected error",
        f"speed         {card['speed']['texts_per_second_per_core']} texts/s/core",
        "",
        "surest %  accuracy  from share",
        *(f"{row['percent']:>8}  {row['accuracy']:.4f}    {row['least_share']:.4f}" for row in card["coverage"]),
        "",
        "precision  recall  F1      messages  label",
        *(
            f"{row['precision']:.4f}     {row['recall']:.4f}  {row['f1']:.4f}  {row['messages']:>8}  {row['label']}"
            for row in card["classes"]
        ),
    ]
    return "\n".join(lines)
