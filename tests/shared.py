"""Where the shared data folder lies: tests that need it skip, with the reason, where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared(path: str) -> Path:
    """`data/hotline/stream_2019.csv` → its place on this machine; skips the test when there is none."""
    homes = [os.environ.get("FENGQIAO_SHARED", ""), str(ROOT.parent / "shared"), str(ROOT.parents[1] / "shared")]
    for home in filter(None, homes):
        if (Path(home) / path).exists():
            return Path(home) / path
    pytest.skip(f"shared data not present: {path}")
