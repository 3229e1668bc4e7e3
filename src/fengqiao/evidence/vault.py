"""Keys that can be destroyed one by one: salt and key of every record come from a tree of secrets (GGM).

The root secret opens all of 2**63 records. To destroy one, the root is replaced by the secrets beside its path: they
open everything else and never that one again. Nothing is stored for a record that lives, so sealing needs no second
write; the state grows by at most 63 secrets with each destroyed record and lies outside the database and its backups.
A backup restored tomorrow meets the state of tomorrow. Decision: docs/decisions/0032-keys-that-can-be-destroyed.md.
"""

from __future__ import annotations

import bisect
import dataclasses
import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fengqiao.evidence.store import sync

DEPTH = 63
_HEAD = b"fengqiao vault 1\n"
_NODE = 9 + 32


class Destroyed(LookupError):
    """The keys of this record are gone."""


def below(secret: bytes, side: int) -> bytes:
    return hmac.digest(secret, bytes([side]), "sha256")


@dataclasses.dataclass(frozen=True)
class Node:
    """The secret of all records whose number begins with these bits."""

    bits: int
    length: int
    secret: bytes

    @property
    def first(self) -> int:
        return self.bits << (DEPTH - self.length)

    def covers(self, number: int) -> bool:
        return number >> (DEPTH - self.length) == self.bits

    def split(self) -> tuple[Node, Node]:
        left, right = (Node(self.bits * 2 + side, self.length + 1, below(self.secret, side)) for side in (0, 1))
        return left, right


@dataclasses.dataclass(frozen=True)
class Keys:
    """Of one record: `salt` for its commitment, `key` for its words."""

    salt: bytes
    key: bytes

    def seal(self, plain: bytes, number: int) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.key).encrypt(nonce, plain, number.to_bytes(8, "big"))

    def unseal(self, sealed: bytes, number: int) -> bytes:
        """Raises cryptography.exceptions.InvalidTag when the words were altered or moved."""
        return AESGCM(self.key).decrypt(sealed[:12], sealed[12:], number.to_bytes(8, "big"))


class Tree:
    """The secrets that are left, in the order of the numbers. Remembers the path of the last number asked for."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = sorted(nodes, key=lambda node: node.first)
        self._firsts = [node.first for node in self.nodes]
        self._path: list[Node] = []

    def over(self, number: int) -> Node:
        """The secret above this number. Raises Destroyed."""
        at = bisect.bisect_right(self._firsts, number) - 1
        if at < 0 or not self.nodes[at].covers(number):
            raise Destroyed(number)
        return self.nodes[at]

    def keys(self, number: int) -> Keys:
        """Raises Destroyed."""
        while self._path and not self._path[-1].covers(number):
            self._path.pop()
        if not self._path:
            self._path.append(self.over(number))
        while (node := self._path[-1]).length < DEPTH:
            side = number >> (DEPTH - node.length - 1) & 1
            self._path.append(Node(node.bits * 2 + side, node.length + 1, below(node.secret, side)))
        return Keys(hmac.digest(node.secret, b"salt", "sha256"), hmac.digest(node.secret, b"key", "sha256"))

    def without(self, numbers: Iterable[int]) -> Tree:
        """The tree that opens everything but these."""
        tree = self
        for number in numbers:
            try:
                node = tree.over(number)
            except Destroyed:
                continue
            kept = [one for one in tree.nodes if one is not node]
            while node.length < DEPTH:
                left, right = node.split()
                node, other = (left, right) if left.covers(number) else (right, left)
                kept.append(other)
            tree = Tree(kept)
        return tree

    def to_bytes(self) -> bytes:
        body = b"".join(bytes([node.length]) + node.first.to_bytes(8, "big") + node.secret for node in self.nodes)
        return _HEAD + hashlib.sha256(body).digest() + body

    @classmethod
    def from_bytes(cls, raw: bytes) -> Tree:
        digest, body = raw[len(_HEAD) :][:32], raw[len(_HEAD) + 32 :]
        if not raw.startswith(_HEAD) or len(body) % _NODE or hashlib.sha256(body).digest() != digest:
            raise ValueError("the key file of the evidence vault is damaged")
        parts = [body[at : at + _NODE] for at in range(0, len(body), _NODE)]
        return cls(Node(int.from_bytes(one[1:9], "big") >> (DEPTH - one[0]), one[0], one[9:]) for one in parts)


class Vault:
    """The state on disk, shared by all processes. Made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tree: Tree | None = None
        self._seen: tuple[int, int] = (0, 0)

    def keys(self, number: int) -> Keys:
        """Raises Destroyed."""
        return self.tree().keys(number)

    def is_destroyed(self, number: int) -> bool:
        try:
            self.tree().over(number)
        except Destroyed:
            return True
        return False

    def destroy(self, numbers: Iterable[int]) -> None:
        """For ever. The old state is written over before it is let go; old copies elsewhere are the keeper's care."""
        with self._locked():
            tree = self.tree().without(numbers)
            self._replace(tree)

    def tree(self) -> Tree:
        """The state as it is now; for many keys in a row."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._make()
            found = self.path.stat()
        mark = (found.st_ino, found.st_mtime_ns)
        if self._tree is None or mark != self._seen:
            self._tree, self._seen = self._read(), mark
        return self._tree

    def _read(self) -> Tree:
        """Once more when another process wrote over the old state while it was read."""
        try:
            return Tree.from_bytes(self.path.read_bytes())
        except ValueError:
            return Tree.from_bytes(self.path.read_bytes())

    def _make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        first = Tree([Node(0, 0, secrets.token_bytes(32))])
        made = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        _write_secret(made, first.to_bytes())
        try:
            os.link(made, self.path)  # only one process makes the first
        except FileExistsError:
            pass
        finally:
            made.unlink()
        sync(self.path.parent)

    def _replace(self, tree: Tree) -> None:
        made = self.path.with_name(f".{self.path.name}.new")
        made.unlink(missing_ok=True)
        _write_secret(made, tree.to_bytes())
        with self.path.open("r+b") as old:
            made.replace(self.path)
            sync(self.path.parent)
            old.write(b"\0" * os.fstat(old.fileno()).st_size)
            old.flush()
            os.fsync(old.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def new_block(size: int) -> range:
    """Numbers for some records in a row: a random beginning, so that a restored database never meets a used one."""
    assert 0 < size <= 1 << 20, size
    start = secrets.randbits(DEPTH - 20) << 20
    return range(start, start + size)
