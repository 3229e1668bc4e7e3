"""The tree as files (C2SP tlog-tiles, RFC 6962, SHA-256): pure functions over a way to read a file by its path.

A tile holds up to 256 hashes; at level 0 of leaves, above that of full tiles one level below. `Read` returns the
bytes of a path and raises `Missing` when there is no such file.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence

from fengqiao.evidence.verifier import leaf_hash, node_hash

__all__ = ["EMPTY_ROOT", "WIDTH", "Missing", "consistency", "grow", "inclusion", "leaf_hash", "node_hash", "root"]

WIDTH = 256
HASH = 32
LONGEST_ENTRY = 65_535
EMPTY_ROOT = hashlib.sha256(b"").digest()

PATH = re.compile(
    r"tile/(?P<level>[0-9]{1,2}|entries)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

Read = Callable[[str], bytes]


class Missing(LookupError):
    """No file lies at this path."""


def number_path(index: int) -> str:
    """1234067 → "x001/x234/067"."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """The file of a tile; `level` "entries" for the entries themselves."""
    assert 0 < width <= WIDTH, width
    return f"tile/{level}/{number_path(index)}" + (f".p/{width}" if width < WIDTH else "")


def width_of(size: int, level: int, index: int) -> int:
    """How many hashes a tile holds in a tree of this size."""
    return min(WIDTH, (size >> (8 * level)) - index * WIDTH)


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Every tile of a tree: level, index, width."""
    level = 0
    while count := size >> (8 * level):
        for index in range(-(-count // WIDTH)):
            yield level, index, min(WIDTH, count - index * WIDTH)
        level += 1


def top(hashes: Sequence[bytes]) -> bytes:
    """The root over some hashes, as RFC 6962 builds it."""
    row = list(hashes)
    while len(row) > 1:
        odd = [row.pop()] if len(row) % 2 else []
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)] + odd
    return row[0] if row else EMPTY_ROOT


# ---------------------------------------------------------------- growing


def grow(read: Read, size: int, hashes: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """The tiles that a tree of `size` leaves gains by these leaf hashes: path and bytes, lowest level first."""
    level, rising = 0, list(hashes)
    while rising:
        before = size >> (8 * level)
        index, kept = divmod(before, WIDTH)
        row = read(tile_path(level, index, kept)) if kept else b""
        row += b"".join(rising)
        rising = []
        for at in range(0, len(row), WIDTH * HASH):
            tile = row[at : at + WIDTH * HASH]
            yield tile_path(level, index, len(tile) // HASH), tile
            if len(tile) == WIDTH * HASH:
                rising.append(top(split(tile)))
            index += 1
        level += 1


def grow_entries(read: Read, size: int, entries: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """The entry bundles that a log of `size` entries gains: path and bytes."""
    index, kept = divmod(size, WIDTH)
    bundle = bytearray(read(tile_path("entries", index, kept)) if kept else b"")
    for entry in entries:
        assert len(entry) <= LONGEST_ENTRY, len(entry)
        bundle += struct.pack(">H", len(entry)) + entry
        kept += 1
        if kept == WIDTH:
            yield tile_path("entries", index), bytes(bundle)
            index, kept, bundle = index + 1, 0, bytearray()
    if kept:
        yield tile_path("entries", index, kept), bytes(bundle)


def split(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH] for at in range(0, len(tile), HASH)]


def entries_in(bundle: bytes) -> list[bytes]:
    """Refuses: ValueError when the bundle ends in the middle of an entry."""
    found, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle) or at + 2 > len(bundle):
            raise ValueError("a bundle that ends within an entry")
        found.append(bundle[at + 2 : end])
        at = end
    return found


def read_entries(read: Read, size: int, start: int = 0) -> Iterator[bytes]:
    """The entries of a log of `size`, from `start` on."""
    for index in range(start // WIDTH, -(-size // WIDTH)):
        some = entries_in(read(tile_path("entries", index, width_of(size, 0, index))))
        yield from some[max(0, start - index * WIDTH) :]


# ---------------------------------------------------------------- asking


class Tree:
    """A tree of one size, read from its tiles; each tile is read once."""

    def __init__(self, read: Read, size: int) -> None:
        self.read, self.size, self._tiles = read, size, dict[tuple[int, int], bytes]()

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            width = width_of(self.size, level, index)
            tile = self._full_or_partial(level, index, width)
            self._tiles[level, index] = tile
        return self._tiles[level, index]

    def _full_or_partial(self, level: int, index: int, width: int) -> bytes:
        """A partial tile may be gone once the full one is there."""
        try:
            tile = self.read(tile_path(level, index, width))
        except Missing:
            if width == WIDTH:
                raise
            tile = self.read(tile_path(level, index))[: width * HASH]
        if len(tile) != width * HASH:
            raise ValueError(f"tile {tile_path(level, index, width)} has the wrong length")
        return tile

    def complete(self, height: int, index: int) -> bytes:
        """The hash of the whole subtree of 2**height leaves that starts at leaf index * 2**height."""
        level, rest = divmod(height, 8)
        first = index << rest
        tile = self._tile(level, first // WIDTH)
        at = (first % WIDTH) * HASH
        return top(split(tile[at : at + (HASH << rest)]))

    def hash(self, low: int, high: int) -> bytes:
        """MTH(D[low:high]) of RFC 6962, for ranges that occur in the tree."""
        count = high - low
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            return self.complete(height, low >> height)
        middle = low + _cut(count)
        return node_hash(self.hash(low, middle), self.hash(middle, high))

    def root(self) -> bytes:
        return self.hash(0, self.size) if self.size else EMPTY_ROOT

    def inclusion(self, index: int) -> list[bytes]:
        """From the sibling of the leaf up to the child of the root."""
        assert 0 <= index < self.size, index
        path, low, high = [], 0, self.size
        while high - low > 1:
            middle = low + _cut(high - low)
            if index < middle:
                path.append(self.hash(middle, high))
                high = middle
            else:
                path.append(self.hash(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """That the tree of `old` leaves is the beginning of this one."""
        assert 0 <= old <= self.size, old
        if old in {0, self.size}:
            return []
        path, low, high, is_whole = [], 0, self.size, True
        while old != high:
            middle = low + _cut(high - low)
            if old <= middle:
                path.append(self.hash(middle, high))
                high = middle
            else:
                path.append(self.hash(low, middle))
                low, is_whole = middle, False
        return ([] if is_whole else [self.hash(low, high)]) + path[::-1]


def _cut(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def root(read: Read, size: int) -> bytes:
    return Tree(read, size).root()


def inclusion(read: Read, size: int, index: int) -> list[bytes]:
    return Tree(read, size).inclusion(index)


def consistency(read: Read, old: int, size: int) -> list[bytes]:
    return Tree(read, size).consistency(old)
