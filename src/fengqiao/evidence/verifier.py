"""验证程序 · Verifier: checks a proof of the evidence log alone, with our servers off.

    python verifier.py PROOF.tlog-proof --key VKEY | --policy POLICY [--file FILE]

One file, Python 3.11 or newer and the package `cryptography`, nothing else. It reads the public formats of C2SP
(tlog-proof, tlog-checkpoint, signed-note, tlog-cosignature, tlog-policy) and the leaves of this log
(docs/reference/evidence.md). Exit code 0: all agrees; 1: it does not; 2: it could not be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import hmac
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as keyed
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE, OTHER = 0x01, 0x04, 0xFF
SM2_NAME = b"sm2-with-sm3"
MOST_SIGNATURES, MOST_PROOF_LINES = 64, 63
PROOF_HEAD = "c2sp.org/tlog-proof@v1"


class Malformed(ValueError):
    """The text is not what the format asks for."""


# ---------------------------------------------------------------- the tree (RFC 6962)


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_by_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that leaf and path lead to; None when the path has the wrong length for this place."""
    if not 0 <= index < size:
        return None
    here, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            root = node_hash(sibling, root)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        here, last = here >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 <= old <= new:
        return False
    if old in {0, new}:
        return not path and (old == 0 or old_root == new_root)
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, step)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# ---------------------------------------------------------------- notes and keys


def unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise Malformed("not canonical base64")
    return raw


def decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 19:
        raise Malformed("not a plain decimal number")
    return int(text)


def is_name(text: str) -> bool:
    return bool(text) and "+" not in text and not any(sign.isspace() for sign in text)


@dataclasses.dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclasses.dataclass(frozen=True)
class Note:
    """A signed text. `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]


def parse_note(raw: bytes) -> Note:
    """Raises Malformed. No signature is checked."""
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    if any(ord(sign) < 0x20 and sign != "\n" for sign in whole):
        raise Malformed("control character")
    text, cut, below = whole.rpartition("\n\n")
    if not cut or not below.endswith("\n"):
        raise Malformed("no signatures")
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed("too many signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not is_name(name):
        raise Malformed("not a signature line")
    raw = unbase64(encoded)
    if len(raw) < 5:
        raise Malformed("signature too short")
    return Signature(name, raw[:4], raw[4:])


@dataclasses.dataclass(frozen=True)
class Key:
    """A public key with its name. `material` starts after the type byte."""

    name: str
    kind: int
    material: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.material).digest()[:4]

    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.material).decode()}"

    def signed_by(self, signature: Signature) -> bool:
        return signature.name == self.name and signature.key_id == self.key_id

    def holds(self, text: str, signature: Signature) -> bool:
        """Whether this key made this signature over the text."""
        if not self.signed_by(signature):
            return False
        if self.kind == ED25519:
            return _ed25519(self.material, signature.value, text.encode())
        if self.kind == COSIGNATURE:
            return len(signature.value) == 72 and _ed25519(
                self.material, signature.value[8:], cosigned(text, cosigned_at(signature))
            )
        return self.material.startswith(SM2_NAME) and sm2_holds(
            self.material[len(SM2_NAME) :], signature.value, text.encode()
        )


def cosigned(text: str, at: int) -> bytes:
    """What a witness signs. Units: at in seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned_at(signature: Signature) -> int:
    return int.from_bytes(signature.value[:8], "big")


def parse_key(vkey: str) -> Key:
    name, _, rest = vkey.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    if not is_name(name) or len(raw) < 2:
        raise Malformed("not a verifier key")
    key = Key(name, raw[0], raw[1:])
    if key.key_id.hex() != identifier:
        raise Malformed("the key does not belong to its id")
    if key.kind in {ED25519, COSIGNATURE} and len(key.material) != 32:
        raise Malformed("an Ed25519 key has 32 bytes")
    return key


def _ed25519(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---------------------------------------------------------------- SM2 with SM3 (GB/T 32918), verification only

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SM2_IDENTITY = b"1234567812345678"
Point = tuple[int, int] | None


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _plus(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return two if one is None else one
    if one[0] == two[0]:
        if (one[1] + two[1]) % _P == 0:
            return None
        slope = (3 * one[0] * one[0] + _A) * pow(2 * one[1], -1, _P)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - two[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def _times(number: int, point: Point) -> Point:
    result: Point = None
    while number:
        if number & 1:
            result = _plus(result, point)
        point, number = _plus(point, point), number >> 1
    return result


def sm2_digest(public: bytes, message: bytes) -> int:
    """SM3 over the signer's identity, the curve, the key and the message."""
    head = (len(SM2_IDENTITY) * 8).to_bytes(2, "big") + SM2_IDENTITY
    curve = b"".join(number.to_bytes(32, "big") for number in (_A, _B, *_G))
    return int.from_bytes(sm3(sm3(head + curve + public[1:]) + message), "big")


def sm2_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Shape: public 65 bytes (04, x, y), signature r and s of 32 bytes each."""
    if len(public) != 65 or public[0] != 4 or len(signature) != 64:
        return False
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if (y * y - x * x * x - _A * x - _B) % _P or not (0 < r < _N and 0 < s < _N) or (r + s) % _N == 0:
        return False
    point = _plus(_times(s, _G), _times((r + s) % _N, (x, y)))
    return point is not None and (sm2_digest(public, message) + point[0]) % _N == r


# ---------------------------------------------------------------- checkpoints, proofs, policies


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(note: Note) -> Checkpoint:
    lines = note.text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise Malformed("a checkpoint has three lines")
    root = unbase64(lines[2])
    if len(root) != 32:
        raise Malformed("a root has 32 bytes")
    return Checkpoint(lines[0], decimal(lines[1]), root)


@dataclasses.dataclass(frozen=True)
class Proof:
    """One leaf, its path to the root, and the checkpoint with that root."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def text(self) -> bytes:
        lines = [PROOF_HEAD]
        lines += [f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else []
        lines += [f"index {self.index}", *(base64.b64encode(step).decode() for step in self.path), ""]
        return ("\n".join(lines) + "\n").encode() + self.checkpoint


def parse_proof(raw: bytes) -> Proof:
    head, cut, checkpoint = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("not a proof") from error
    if not cut or lines.pop(0) != PROOF_HEAD:
        raise Malformed("not a proof")
    extra = unbase64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
    if not lines or not lines[0].startswith("index ") or len(lines) > MOST_PROOF_LINES + 1:
        raise Malformed("not a proof")
    index = decimal(lines.pop(0).removeprefix("index "))
    path = tuple(unbase64(line) for line in lines)
    if any(len(step) != 32 for step in path):
        raise Malformed("a hash has 32 bytes")
    return Proof(index, path, checkpoint, extra)


@dataclasses.dataclass(frozen=True)
class Witness:
    name: str
    key: Key
    url: str = ""


@dataclasses.dataclass(frozen=True)
class Policy:
    """Which logs and witnesses count, and how many of them. `groups`: name → (how many, members)."""

    logs: tuple[Key, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: dict[str, tuple[int, tuple[str, ...]]] = dataclasses.field(default_factory=dict)
    quorum: str = "none"

    def is_met(self, signed: Collection[str], name: str = "") -> bool:
        """Whether the witnesses named in `signed` are enough."""
        name = name or self.quorum
        if name == "none":
            return True
        if name not in self.groups:
            return name in signed
        need, members = self.groups[name]
        return sum(self.is_met(signed, member) for member in members) >= need


def parse_policy(raw: bytes) -> Policy:
    """Raises Malformed with the number of the line."""
    logs: list[Key] = []
    witnesses: list[Witness] = []
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    quorum = ""
    if any((sign < 0x20 and sign not in b"\t\n") or sign == 0x7F for sign in raw):
        raise Malformed("policy: control character")
    for number, line in enumerate(raw.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        known = {witness.name for witness in witnesses} | groups.keys()
        try:
            if words[0] == "log" and len(words) in {2, 3}:
                logs.append(parse_key(words[1]))
            elif words[0] == "witness" and len(words) in {3, 4} and words[1] not in known | {"none"}:
                witnesses.append(Witness(words[1], parse_key(words[2]), words[3] if len(words) == 4 else ""))
            elif words[0] == "group" and len(words) >= 4 and words[1] not in known | {"none"}:
                groups[words[1]] = _group(words[2], tuple(words[3:]), known, groups)
            elif words[0] == "quorum" and len(words) == 2 and not quorum and words[1] in known | {"none"}:
                quorum = words[1]
            else:
                raise Malformed("not understood")
        except Malformed as error:
            raise Malformed(f"policy, line {number}: {error}") from error
    keys = [key.material for key in logs], [witness.key.material for witness in witnesses]
    if not quorum or any(len(set(some)) != len(some) for some in keys):
        raise Malformed("policy: one quorum line, and each key once")
    return Policy(tuple(logs), tuple(witnesses), groups, quorum)


def _group(
    need: str, members: tuple[str, ...], known: Collection[str], groups: dict[str, tuple[int, tuple[str, ...]]]
) -> tuple[int, tuple[str, ...]]:
    taken = {member for _need, some in groups.values() for member in some}
    if len(set(members)) != len(members) or not set(members) <= set(known) or taken & set(members):
        raise Malformed("members are named before, and each once")
    count = {"all": len(members), "any": 1}.get(need) or decimal(need)
    if not 1 <= count <= len(members):
        raise Malformed("more than there are")
    return count, members


# ---------------------------------------------------------------- the judgement


@dataclasses.dataclass
class Judgement:
    """What was found. `failed` names the first check that did not hold ("" when all did)."""

    failed: str = ""
    origin: str = ""
    size: int = 0
    index: int = 0
    signed: list[str] = dataclasses.field(default_factory=list)
    witnesses: int = 0
    before: int | None = None
    leaf: dict[str, Any] = dataclasses.field(default_factory=dict)
    record: dict[str, Any] | None = None
    has_sm2: bool = False
    file: str = ""

    @property
    def agrees(self) -> bool:
        return not self.failed


def commitment(salt: bytes, record: bytes) -> tuple[str, str]:
    """HMAC-SHA-256 and HMAC-SM3 of a record under its salt, in hexadecimal."""
    second = keyed.HMAC(salt, hashes.SM3())
    second.update(record)
    return hmac.new(salt, record, hashlib.sha256).hexdigest(), second.finalize().hex()


def check_checkpoint(raw: bytes, policy: Policy, found: Judgement) -> Checkpoint:
    """Signatures of the log and of enough witnesses. Sets `found.failed` to "log" or "witnesses"."""
    note = parse_note(raw)
    checkpoint = parse_checkpoint(note)
    found.origin, found.size, found.witnesses = checkpoint.origin, checkpoint.size, len(policy.witnesses)
    logs = [key for key in policy.logs if key.name == checkpoint.origin]
    ours = [(key, one) for key in logs for one in note.signatures if key.signed_by(one)]
    broken = any(not key.holds(note.text, one) for key, one in ours)
    if broken or not any(key.kind != OTHER for key, _one in ours):
        found.failed = found.failed or "log"
    found.has_sm2 = not broken and any(key.kind == OTHER for key, _one in ours)
    times = []
    for witness in policy.witnesses:
        for one in note.signatures:
            if not witness.key.signed_by(one) or witness.name in found.signed:
                continue
            if not witness.key.holds(note.text, one):
                found.failed = found.failed or "witnesses"
                continue
            found.signed.append(witness.name)
            times.append((cosigned_at(one), witness.name))
    if not policy.is_met(found.signed):
        found.failed = found.failed or "witnesses"
    enough: list[str] = []
    for at, name in sorted(times):
        enough.append(name)
        if policy.is_met(enough):
            found.before = at
            break
    return checkpoint


def judge(raw: bytes, policy: Policy, *, file: bytes | None = None) -> Judgement:
    """Everything a proof file claims, checked. Raises Malformed when it cannot be read.

    `failed`: "log" (not signed by this log), "witnesses" (too few), "leaf" (not in the tree), "record" (the words are
    not those that were sealed), "file" (the file is another one).
    """
    proof, found = parse_proof(raw), Judgement()
    checkpoint = check_checkpoint(proof.checkpoint, policy, found)
    found.index = proof.index
    try:
        told = json.loads(proof.extra or b"{}")
        entry, salt = str(told["leaf"]), bytes.fromhex(told.get("salt", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("the proof does not carry its leaf") from error
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if plain != proof.extra or salt.hex() != told.get("salt", ""):
        raise Malformed("the proof is not written plainly")
    if told.get("v") != 1 or set(told) not in ({"v", "leaf"}, {"v", "leaf", "record", "salt"}):
        raise Malformed("the proof is of another version")
    root = root_by_inclusion(index=proof.index, size=checkpoint.size, leaf=leaf_hash(entry.encode()), path=proof.path)
    if root != checkpoint.root:
        found.failed = found.failed or "leaf"
    _check_record(found, entry, told.get("record"), salt, file)
    return found


def _check_record(found: Judgement, entry: str, record: str | None, salt: bytes, file: bytes | None) -> None:
    try:
        found.leaf = dict(json.loads(entry))
        if record is not None:
            found.record = dict(json.loads(record))
    except (ValueError, TypeError) as error:
        raise Malformed("leaf or record is not JSON") from error
    if record is not None:
        commit, commit_sm3 = commitment(salt, record.encode())
        if found.leaf.get("commit") != commit or found.leaf.get("sm3") != commit_sm3:
            found.failed = found.failed or "record"
    if file is not None:
        digest = hashlib.sha256(file).hexdigest()
        whole = found.record or {}
        held = [*whole.get("files", []), *whole.get("told", {}).get("files", [])]
        names = {one.get("sha256"): one.get("name", "") for one in held}
        found.file = names.get(digest, "")
        if digest not in names:
            found.failed = found.failed or "file"


FAILED = {
    "log": ("检查点上没有这份日志的有效签名", "the checkpoint is not signed by this log"),
    "witnesses": ("见证方的签名不够", "too few witnesses have signed"),
    "leaf": ("这一条不在日志里，或者被改过", "this entry is not in the log, or was changed"),
    "record": ("内容和当时存下的不一样", "the words are not those that were sealed"),
    "file": ("文件和当时存下的不一样", "the file is not the one that was sealed"),
}


def told(found: Judgement) -> Iterable[str]:
    """The result in plain words, Chinese and English."""
    if not found.agrees:
        zh, en = FAILED[found.failed]
        yield f"不一致：{zh}。"
        yield f"Does not agree: {en}."
        return
    china = dt.timezone(dt.timedelta(hours=8))
    if found.before is not None:
        at = dt.datetime.fromtimestamp(found.before, china)
        yield (
            f"一致。{at:%Y年%m月%d日%H:%M}（北京时间）前已存在；"
            f"{found.witnesses}家见证方中{len(found.signed)}家已签：{'、'.join(found.signed)}。"
        )
        yield (
            f"Agrees. It existed before {at:%d %B %Y %H:%M} China time; "
            f"{len(found.signed)} of {found.witnesses} witnesses have signed: {', '.join(found.signed)}."
        )
    else:
        yield "一致。只有日志自己的签名，没有外部见证：能发现改动，不能证明时间。"
        yield "Agrees. Signed by the log alone, without witnesses: changes show, the time is not proven."
    yield f"日志 Log: {found.origin}　第 {found.index} 条，共 {found.size} 条 · entry {found.index} of {found.size}"
    if found.has_sm2:
        yield "另有 SM2 签名，有效。· The additional SM2 signature holds."
    if found.record is None:
        yield "文件里没有原文，只证明这一条存在。· No record in the file: only that the entry exists is proven."
    yield "没有证明：内容是否真实、谁说的对。· Not proven: whether what it says is true, or who is right."


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="检查存证证明 · check a proof of the evidence log")
    parser.add_argument("proof", help="证明文件 · the .tlog-proof file")
    parser.add_argument("--key", action="append", default=[], help="日志的公钥 · verifier key of the log")
    parser.add_argument("--policy", help="信任文件 · policy file (C2SP tlog-policy)")
    parser.add_argument("--file", help="要核对的文件 · the file it is about")
    given = parser.parse_args(words)
    try:
        policy = parse_policy(Path(given.policy).read_bytes()) if given.policy else Policy()
        policy = dataclasses.replace(policy, logs=policy.logs + tuple(parse_key(key) for key in given.key))
        if not policy.logs:
            raise Malformed("--key or --policy must name the log · 请用 --key 或 --policy 指明日志公钥")
        file = Path(given.file).read_bytes() if given.file else None
        found = judge(Path(given.proof).read_bytes(), policy, file=file)
    except (Malformed, OSError) as error:
        sys.stderr.write(f"读不了 · cannot be read: {error}\n")
        return 2
    sys.stdout.write("\n".join(told(found)) + "\n")
    if found.record is not None:
        sys.stdout.write(json.dumps(found.record, ensure_ascii=False, indent=1) + "\n")
    return 0 if found.agrees else 1


if __name__ == "__main__":
    sys.exit(main())
