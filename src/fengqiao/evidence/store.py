"""Where the files of a log lie: a folder here, or any store of immutable objects behind the same three verbs."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from fengqiao.evidence.tiles import Missing

TOGETHER = 256
"""How many files are written before the first is synced."""


class Store(Protocol):
    """Objects under paths. After `write_all` returned, every object is there, whole, also after a power failure."""

    def read(self, path: str) -> bytes:
        """Raises Missing."""

    def write_all(self, objects: Iterable[tuple[str, bytes]]) -> None: ...


class Folder:
    """Plain files: written beside, synced, renamed; then their folders are synced."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Missing(path) from error

    def write_all(self, objects: Iterable[tuple[str, bytes]]) -> None:
        left = iter(objects)
        while some := list(itertools.islice(left, TOGETHER)):
            self._write(some)

    def _write(self, objects: list[tuple[str, bytes]]) -> None:
        """All bytes first, then all syncs: the file system then commits once for many."""
        touched: set[Path] = set()
        made: list[tuple[Path, Path]] = []
        try:
            for path, content in objects:
                target = self.root / path
                touched |= {target.parent, *self._make(target.parent)}
                made.append((_beside(target, content), target))
            for new, _target in made:
                sync(new)
            for new, target in made:
                new.replace(target)
        finally:
            for new, _target in made:
                new.unlink(missing_ok=True)
        for folder in touched:
            sync(folder)

    def _make(self, folder: Path) -> set[Path]:
        """Make a folder; the result are folders that gained an entry."""
        if folder.is_dir():
            return set()
        above = self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        return above | {folder.parent}


def _beside(target: Path, content: bytes) -> Path:
    """The content in a file of its own beside the target, not yet synced."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        file.write(content)
        os.fchmod(file.fileno(), 0o644)
    return Path(file.name)


def sync(path: Path) -> None:
    """A file or a folder, down to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
