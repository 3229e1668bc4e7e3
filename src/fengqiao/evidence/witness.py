"""A witness (C2SP tlog-witness): signs that a log only grew since it last looked. Runs alone, on another machine.

State is one file a log, written whole and synced before any answer. What a log signed and must not have signed (another
root for a size, a history that does not continue) is kept as evidence against it.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fengqiao.evidence.signing import Cosigner
from fengqiao.evidence.store import Folder
from fengqiao.evidence.tiles import EMPTY_ROOT, Missing
from fengqiao.evidence.verifier import (
    MOST_PROOF_LINES,
    Checkpoint,
    Key,
    Malformed,
    Note,
    decimal,
    is_consistent,
    parse_checkpoint,
    parse_note,
    unbase64,
)

LONGEST_REQUEST = 64 * 1024
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    body: str
    content_type: str = TEXT


@dataclasses.dataclass(frozen=True)
class Asked:
    """A request to sign: that the tree grew from `old`, by this path, to the checkpoint of the note."""

    old: int
    path: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint
    raw: bytes


def parse_request(raw: bytes) -> Asked:
    """Raises Malformed."""
    head, cut, below = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("not ASCII") from error
    if not cut or not lines[0].startswith("old ") or len(lines) > MOST_PROOF_LINES + 1:
        raise Malformed("no old size")
    path = tuple(unbase64(line) for line in lines[1:])
    if any(len(step) != 32 for step in path):
        raise Malformed("a hash has 32 bytes")
    note = parse_note(below)
    return Asked(decimal(lines[0].removeprefix("old ")), path, note, parse_checkpoint(note), below)


def compose_request(old: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in path)]
    return ("\n".join(lines) + "\n\n").encode() + checkpoint


class Witness:
    """Shape: `logs` origin → the keys believed for it."""

    def __init__(self, folder: Path, signer: Cosigner, logs: dict[str, tuple[Key, ...]]) -> None:
        self.folder, self.signer, self.logs = folder, signer, logs
        self._here = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def add_checkpoint(self, raw: bytes, *, at: int) -> Answer:
        """Units: at in seconds since 1970. Statuses are those of the specification."""
        try:
            asked = parse_request(raw)
        except Malformed as error:
            return Answer(400, f"{error}\n")
        keys = self.logs.get(asked.checkpoint.origin)
        if keys is None:
            return Answer(404, "unknown log\n")
        if not any(key.holds(asked.note.text, one) for key in keys for one in asked.note.signatures):
            return Answer(403, "not signed by this log\n")
        if asked.old > asked.checkpoint.size:
            return Answer(400, "the old size is larger than the checkpoint\n")
        with self._alone(asked.checkpoint.origin):
            return self._grow(asked, at=at)

    def _grow(self, asked: Asked, *, at: int) -> Answer:
        size, root = self.latest(asked.checkpoint.origin)
        new = asked.checkpoint
        if asked.old != size:
            if new.size == size and new.root != root:
                self._keep(asked, "another root for the same size", at=at)
            return Answer(409, f"{size}\n", SIZE)
        if new.size == size and new.root != root:
            self._keep(asked, "another root for the same size", at=at)
            return Answer(409, f"{size}\n", SIZE)
        is_fit = is_consistent(old=size, new=new.size, old_root=root, new_root=new.root, path=asked.path)
        if not is_fit or (new.size == 0 and new.root != EMPTY_ROOT):
            self._keep(asked, "does not continue what was signed before", at=at)
            return Answer(422, "the new tree does not begin with the old one\n")
        self._remember(asked)
        return Answer(200, self.signer.cosign(asked.note.text, at=at).line())

    def latest(self, origin: str) -> tuple[int, bytes]:
        """Size and root last signed for a log."""
        try:
            held = json.loads(Folder(self.folder).read(f"{_name(origin)}.json"))
        except Missing:
            return 0, EMPTY_ROOT
        return int(held["size"]), bytes.fromhex(held["root"])

    def _remember(self, asked: Asked) -> None:
        new = asked.checkpoint
        held = {"origin": new.origin, "size": new.size, "root": new.root.hex(), "note": asked.raw.decode()}
        Folder(self.folder).write_all([(f"{_name(new.origin)}.json", json.dumps(held, ensure_ascii=False).encode())])

    def _keep(self, asked: Asked, why: str, *, at: int) -> None:
        """What the log signed, beside what it had signed before."""
        try:
            before = json.loads(Folder(self.folder).read(f"{_name(asked.checkpoint.origin)}.json"))["note"]
        except Missing:
            before = ""
        told = {
            "why": why, "at": at, "signed_before": before, "signed_now": asked.raw.decode(), "old": asked.old,
            "path": [base64.b64encode(step).decode() for step in asked.path],
        }  # fmt: skip
        mark = hashlib.sha256(asked.raw).hexdigest()[:16]
        name = f"evidence/{_name(asked.checkpoint.origin)}-{asked.checkpoint.size}-{mark}.json"
        Folder(self.folder).write_all([(name, json.dumps(told, ensure_ascii=False, indent=1).encode())])

    def kept(self) -> list[Path]:
        return sorted((self.folder / "evidence").glob("*.json"))

    @contextlib.contextmanager
    def _alone(self, origin: str) -> Iterator[None]:
        """Comparing and remembering are one step, between threads and between processes."""
        with self._here, (self.folder / f"{_name(origin)}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:24]


def seed_in(folder: Path) -> bytes:
    """The witness's secret, made on first use."""
    path = folder / "witness.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
    return bytes.fromhex(path.read_text().strip())


def server(witness: Witness, address: tuple[str, int]) -> ThreadingHTTPServer:
    """An HTTP server that answers POST …/add-checkpoint; call `serve_forever`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LONGEST_REQUEST:
                self.close_connection = True
                self._answer(Answer(400, "too long\n"))
                return
            body = self.rfile.read(int(length))
            is_known = self.path.rstrip("/").endswith("/add-checkpoint")
            self._answer(
                witness.add_checkpoint(body, at=int(time.time())) if is_known else Answer(404, "nothing here\n")
            )

        def do_GET(self) -> None:
            self._answer(Answer(200, f"{witness.signer.key.vkey()}\n"))

        def _answer(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """One line a request would fill the disk of a witness that runs for years."""

    return ThreadingHTTPServer(address, Handler)
