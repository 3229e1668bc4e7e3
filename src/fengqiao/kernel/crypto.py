"""Sealing of single fields, and keyed indexes to find them again.

AES-256-GCM; the associated data names table and field, so a value cannot be moved to another column.
The keys lie outside the database (see docs/reference/settings.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_VERSION = "1"


def seal(plain: str, *, purpose: str) -> str:
    """Encrypt `plain` for one column. Result: "1:" + base64 of nonce and ciphertext."""
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(bytes.fromhex(settings.FIELD_KEY)).encrypt(nonce, plain.encode(), purpose.encode())
    return f"{_VERSION}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """Decrypt. Raises cryptography.exceptions.InvalidTag when the value was altered or moved."""
    version, _, body = sealed.partition(":")
    assert version == _VERSION, f"unknown key version {version}"
    raw = base64.b64decode(body)
    return AESGCM(bytes.fromhex(settings.FIELD_KEY)).decrypt(raw[:12], raw[12:], purpose.encode()).decode()


def keyed_index(value: str, *, purpose: str) -> str:
    """A fingerprint to look a sealed value up by exact match; useless without the key. 32 hex digits."""
    key = bytes.fromhex(settings.INDEX_KEY)
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()[:32]


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A text column that is encrypted in the database and plain in Python. Empty stays empty."""

    @property
    def _purpose(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        return seal(str(value), purpose=self._purpose) if value else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return unseal(value, purpose=self._purpose) if value else ""
