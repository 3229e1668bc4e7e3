"""Signatures of the log and of witnesses. Ed25519 always; SM2 with SM3 as one more line where a key is set up.

SM2 is signed by the `openssl` program (or whatever a certified module offers under that name), since a signature in
Python would leak its key by its timing; checking one needs no secret and is done in `verifier`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from fengqiao.evidence.verifier import COSIGNATURE, ED25519, OTHER, SM2_NAME, Checkpoint, Key, Signature, cosigned


class Signer(Protocol):
    """Signs the text of a checkpoint."""

    @property
    def key(self) -> Key: ...

    def sign(self, text: str) -> Signature: ...


@dataclasses.dataclass(frozen=True)
class Ed25519:
    """The first signature of a checkpoint. Shape: seed 32 bytes."""

    name: str
    seed: bytes = dataclasses.field(repr=False)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def key(self) -> Key:
        return Key(self.name, ED25519, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.key.key_id, self._private.sign(text.encode()))


@dataclasses.dataclass(frozen=True)
class Cosigner:
    """The signature of a witness, with its time."""

    name: str
    seed: bytes = dataclasses.field(repr=False)

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def key(self) -> Key:
        return Key(self.name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def cosign(self, text: str, *, at: int) -> Signature:
        """Units: at in seconds since 1970."""
        signed = self._private.sign(cosigned(text, at))
        return Signature(self.name, self.key.key_id, at.to_bytes(8, "big") + signed)


@dataclasses.dataclass(frozen=True)
class Sm2:
    """SM2 with SM3 under type 0xff and a long name, which verifiers that do not know it pass over."""

    name: str
    pem: Path

    @staticmethod
    def is_available() -> bool:
        return shutil.which("openssl") is not None

    @property
    def key(self) -> Key:
        public = _openssl("pkey", "-in", str(self.pem), "-pubout", "-outform", "DER")
        return Key(self.name, OTHER, SM2_NAME + public[-65:])

    def sign(self, text: str) -> Signature:
        options = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
        signed = _openssl("pkeyutl", "-sign", "-inkey", str(self.pem), *options, input=text.encode())
        r, s = decode_dss_signature(signed)
        return Signature(self.name, self.key.key_id, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _openssl(*words: str, input: bytes | None = None) -> bytes:
    """Run the program. What is signed goes through a file: it is read twice."""
    with tempfile.NamedTemporaryFile() as file:
        if input is not None:
            file.write(input)
            file.flush()
            words = (*words, "-in", file.name)
        return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout


def derived_seed(master: bytes, origin: str) -> bytes:
    """Every log has a key of its own, made from one master secret."""
    return hmac.new(master, b"fengqiao evidence log\0" + origin.encode(), hashlib.sha256).digest()


def sign_checkpoint(checkpoint: Checkpoint, signers: list[Signer]) -> bytes:
    text = checkpoint.text()
    return (text + "\n" + "".join(signer.sign(text).line() for signer in signers)).encode()
