"""Keys that are made to be destroyed: what was sealed under one is erased with it, in every copy and backup.

Each lies as a file of its own outside the database (`settings.ERASABLE_KEYS`), and no backup takes it along. Losing one
by accident erases too; so nothing is sealed here that must outlive its purpose.
"""

from __future__ import annotations

import os
import secrets
import uuid
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

SIZE, _NONCE = 32, 12


class Destroyed(Exception):
    """The key is gone, and what it sealed with it."""


def _path(name: uuid.UUID) -> Path:
    return Path(settings.ERASABLE_KEYS) / name.hex[:2] / name.hex


def make(name: uuid.UUID) -> None:
    """A new key of this name. Refuses: FileExistsError for a name in use."""
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(SIZE))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def exists(name: uuid.UUID) -> bool:
    return _path(name).exists()


def _key(name: uuid.UUID) -> AESGCM:
    try:
        return AESGCM(_path(name).read_bytes())
    except FileNotFoundError as error:
        raise Destroyed(str(name)) from error


def seal(name: uuid.UUID, plain: bytes, *, purpose: str) -> bytes:
    """Result: nonce and ciphertext; `purpose` must be the same when it is opened. Raises Destroyed."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _key(name).encrypt(nonce, plain, purpose.encode())


def unseal(name: uuid.UUID, sealed: bytes, *, purpose: str) -> bytes:
    """Raises Destroyed, and InvalidTag when the bytes were altered or moved."""
    return _key(name).decrypt(bytes(sealed[:_NONCE]), bytes(sealed[_NONCE:]), purpose.encode())


def destroy(name: uuid.UUID) -> None:
    """Overwrite and remove the key. A second time changes nothing."""
    path = _path(name)
    try:
        with path.open("r+b") as file:
            file.write(bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
