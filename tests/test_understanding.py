"""How well real messages are understood: on the shared data, which never enters this repository."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import time
from pathlib import Path

import pytest

from fengqiao.intake.understanding import naming
from fengqiao.intake.understanding.places import Gazetteer
from fengqiao.intake.understanding.understand import Models, understand_many
from tests.shared import shared

pytestmark = pytest.mark.data
SAMPLE = Path(__file__).parent / "data" / "place_sample.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mark(name: str) -> str:
    return hashlib.sha256(naming.normal(name).encode()).hexdigest()[:32]


def found_share(half: str) -> float:
    """Of the sampled messages that name an estate or community, the share whose name was found."""
    stream = {row["msg_id"]: row for row in rows(shared("data/hotline/stream_2019.csv"))}
    sample = [row for row in rows(SAMPLE) if row["half"] == half and row["kind"] == "named"]
    messages = [(stream[row["msg_id"]]["title"].strip(), stream[row["msg_id"]]["text"].strip()) for row in sample]
    places = Gazetteer().find_many(messages)
    right = [mark(place.name) in row["answers"].split() for place, row in zip(places, sample, strict=True)]
    return sum(right) / len(right)


@pytest.mark.parametrize("half", ["development", "looked_at", "fresh"])
def test_the_estate_or_community_is_found_where_the_text_names_one(half):
    assert found_share(half) >= 0.85


def test_the_stream_is_understood_in_seconds():
    messages = [(row["title"], row["text"]) for row in rows(shared("data/hotline/stream_2019.csv"))]
    began = time.process_time()
    understood = understand_many(
        messages, models=Models(), gazetteer=Gazetteer(), now=dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    )
    assert len(understood) == len(messages) == 4326
    assert time.process_time() - began <= 10
