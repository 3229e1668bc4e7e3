"""Outside authorities that say when a checkpoint was there: a port, RFC 3161 behind it, and a recorded fake.

An authority is named in FENGQIAO_EVIDENCE_ANCHORS as `rfc3161=https://…` or `fake`. Notary chains and chains of courts
publish no interface that could be built against; an adapter for one is a class with these two members.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Protocol

import httpx

PATIENCE_S = 20.0


class Authority(Protocol):
    """Gives a token over a hash. `name` is what the table and the page call it."""

    name: str

    def anchor(self, digest: bytes) -> bytes:
        """The token over a SHA-256 digest. Raises Unanchored."""


class Unanchored(Exception):
    """The authority gave nothing that can be kept."""


class Rfc3161:
    """A time stamp authority. The token is kept as it came; its signature is checked by whoever relies on it."""

    def __init__(self, url: str) -> None:
        self.url, self.name = url, f"rfc3161 {url.split('://')[-1].split('/')[0]}"

    def anchor(self, digest: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        try:
            answer = httpx.post(self.url, content=request(digest), headers=headers, timeout=PATIENCE_S, trust_env=False)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unanchored(str(error)) from error
        check(answer.content, digest)
        return answer.content


_SHA256 = bytes.fromhex("300d06096086480165030402010500")
"""The algorithm identifier of SHA-256 in DER."""


def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 128, len(content)
    return bytes([tag, len(content)]) + content


def request(digest: bytes) -> bytes:
    """A TimeStampReq for this digest in DER, asking for the certificate too."""
    version, cert_req = _der(0x02, b"\x01"), _der(0x01, b"\xff")
    nonce = _der(0x02, b"\x01" + secrets.token_bytes(8))
    return _der(0x30, version + _der(0x30, _SHA256 + _der(0x04, digest)) + nonce + cert_req)


def check(token: bytes, digest: bytes) -> None:
    """That the answer was granted and speaks of this very digest. Raises Unanchored.

    The signature of the authority is not checked here: `openssl ts -verify` does, with its certificate.
    """
    try:
        status = _inside(_inside(_inside(token)))
    except IndexError as error:
        raise Unanchored("not a time stamp") from error
    if status not in {b"\x00", b"\x01"} or digest not in token:
        raise Unanchored("no time stamp over this checkpoint")


def _inside(der: bytes) -> bytes:
    """The content of the first element. Raises IndexError when it is cut off."""
    length, at = der[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(der[2:at], "big")
    content = der[at : at + length]
    if len(content) != length:
        raise IndexError(length)
    return content


class Recorded:
    """Answers as an authority did once, for tests and demonstrations. Proves nothing, and its name says so."""

    name = "fake"

    def __init__(self, token: bytes = b"recorded token") -> None:
        self.token, self.asked = token, list[bytes]()

    def anchor(self, digest: bytes) -> bytes:
        self.asked.append(digest)
        return self.token


def named(word: str) -> Authority:
    """The authority a setting names. Refuses: ValueError for anything else."""
    kind, _, rest = word.partition("=")
    if kind == "rfc3161" and rest.startswith(("https://", "http://127.0.0.1")):
        return Rfc3161(rest)
    if kind == "fake":
        return Recorded(Path(rest).read_bytes() if rest else b"recorded token")
    raise ValueError(f"no such authority: {word}")
