"""Trees in memory for tests of the pure functions."""

from __future__ import annotations

from fengqiao.evidence import tiles


class Memory:
    """A store that is a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError as error:
            raise tiles.Missing(path) from error

    def write_all(self, objects) -> None:
        self.files.update(objects)


def grown(entries, *, step: int = 10**9) -> Memory:
    """A log of these entries, written `step` at a time."""
    store = Memory()
    for start in range(0, len(entries), step):
        some = entries[start : start + step]
        store.write_all(tiles.grow_entries(store.read, start, some))
        store.write_all(tiles.grow(store.read, start, [tiles.leaf_hash(entry) for entry in some]))
    return store


def numbered(count: int) -> list[bytes]:
    return [b"entry %d" % at for at in range(count)]
