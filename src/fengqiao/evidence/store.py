"""Where the files of a log lie: a folder here, or any store of immutable objects behind the same three verbs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from fengqiao.evidence.tiles import Missing


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
        touched: set[Path] = set()
        for path, content in objects:
            target = self.root / path
            touched |= self._make(target.parent)
            _write(target, content)
            touched.add(target.parent)
        for folder in touched:
            sync(folder)

    def _make(self, folder: Path) -> set[Path]:
        """Make a folder; the result are folders that gained an entry."""
        if folder.is_dir():
            return set()
        above = self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        return above | {folder.parent}


def _write(target: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        made = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
            made.replace(target)
        finally:
            made.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
