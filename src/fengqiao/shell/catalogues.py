"""The Chinese catalogues: where they are, how they are compiled. Needs no Django, so set-up may call it first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polib

SOURCES = Path(__file__).resolve().parents[1]


def catalogues() -> Iterator[Path]:
    """Every `django.po` of ours, one per context."""
    yield from sorted(SOURCES.glob("*/locale/*/LC_MESSAGES/django.po"))


def compile_all() -> int:
    """Compile the catalogues that are newer than what was compiled from them. Result: how many."""
    return sum(_compile(source) for source in catalogues())


def _compile(source: Path) -> bool:
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    draft = target.with_suffix(f".{os.getpid()}.tmp")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    draft.replace(target)
    return True
