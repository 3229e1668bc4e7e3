"""Named steps of the sequencer. A test or benchmark may end the process at each of them; else they do nothing."""

from __future__ import annotations

from collections.abc import Callable

NAMES = (
    "locked", "placed", "committed", "entries", "tiles", "signed", "kept", "shown",
)  # fmt: skip


def _nothing(name: str) -> None:
    pass


at: Callable[[str], None] = _nothing


def reach(name: str) -> None:
    assert name in NAMES, name
    at(name)
