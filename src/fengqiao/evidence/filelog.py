"""A log of files in a folder, for use outside the platform: no database, one command, the same formats.

Layout of the folder: `checkpoint`, `tile/…`, `key` (secret, keep it elsewhere), `vkey` (give it to everybody).
The salt of a file lies in its proof alone: who loses the proof cannot show any more what the leaf is about.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from fengqiao.evidence import leaves, signing, tiles, verifier
from fengqiao.evidence.store import Folder

KIND = "file"


def append(folder: Path, files: Iterable[Path], *, origin: str, at: str) -> list[Path]:
    """Seal files; each gets a `.tlog-proof` beside it. Result: the proofs. `origin` counts on first use only."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        signer = _signer(folder, origin)
        store = Folder(folder)
        size = _size(store, signer.key)
        made = [_sealed(path, size + place, at) for place, path in enumerate(files)]
        entries = [entry.encode() for entry, _extra in made]
        store.write_all(tiles.grow_entries(store.read, size, entries))
        store.write_all(tiles.grow(store.read, size, [tiles.leaf_hash(entry) for entry in entries]))
        tree = tiles.Tree(store.read, size + len(made))
        checkpoint = verifier.Checkpoint(signer.name, tree.size, tree.root())
        note = signing.sign_checkpoint(checkpoint, [signer])
        store.write_all([("checkpoint", note)])
        proofs = []
        for index, (path, (_entry, extra)) in enumerate(zip(files, made, strict=True), size):
            proofs.append(path.with_name(path.name + ".tlog-proof"))
            proofs[-1].write_bytes(verifier.Proof(index, tuple(tree.inclusion(index)), note, extra.encode()).text())
        return proofs


def _signer(folder: Path, origin: str) -> signing.Ed25519:
    if not (folder / "vkey").exists():
        descriptor = os.open(folder / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        seed = bytes.fromhex((folder / "key").read_text())
        (folder / "vkey").write_text(signing.Ed25519(origin, seed).key.vkey() + "\n")
    name = verifier.parse_key((folder / "vkey").read_text()).name
    return signing.Ed25519(name, bytes.fromhex((folder / "key").read_text()))


def _size(store: Folder, key: verifier.Key) -> int:
    try:
        note = verifier.parse_note(store.read("checkpoint"))
    except tiles.Missing:
        return 0
    if not any(key.holds(note.text, one) for one in note.signatures):
        raise verifier.Malformed("the checkpoint in this folder is not signed by its key")
    checkpoint = verifier.parse_checkpoint(note)
    if tiles.root(store.read, checkpoint.size) != checkpoint.root:
        raise verifier.Malformed("the tiles in this folder do not lead to its checkpoint")
    return checkpoint.size


def described(path: Path) -> dict[str, object]:
    """A file as a record tells of it."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "size": path.stat().st_size, "sha256": sha256}


def _sealed(path: Path, index: int, at: str) -> tuple[str, str]:
    """Entry and what the proof carries besides."""
    record, salt = leaves.canonical({"files": [described(path)], "at": at}), secrets.token_bytes(32)
    leaf = leaves.sealed_leaf(kind=KIND, at=at, unit="", lane=0, n=index + 1, record=record, salt=salt)
    extra = {"v": leaves.VERSION, "leaf": leaf.entry(), "record": record, "salt": salt.hex()}
    return leaf.entry(), leaves.canonical(extra)
