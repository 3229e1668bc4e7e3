"""What the installation has set up for its log: where its files lie, who signs, whose witness counts."""

from __future__ import annotations

import functools
from pathlib import Path

from django.conf import settings

from fengqiao.evidence import signing, verifier
from fengqiao.evidence.models import Log
from fengqiao.evidence.store import Folder, Store
from fengqiao.evidence.vault import Vault


def store_of(log: Log) -> Store:
    return Folder(Path(settings.EVIDENCE_ROOT) / log.folder)


@functools.cache
def _vault(path: Path) -> Vault:
    return Vault(path)


def vault() -> Vault:
    """The keys of all records: one object a process."""
    return _vault(Path(settings.EVIDENCE_VAULT))


def signers(log: Log) -> list[signing.Signer]:
    """Ed25519 first, SM2 after it where a key is set up."""
    made: list[signing.Signer] = [
        signing.Ed25519(log.origin, signing.derived_seed(bytes.fromhex(settings.EVIDENCE_KEY), log.origin))
    ]
    if settings.EVIDENCE_SM2_KEY:
        made.append(signing.Sm2(log.origin, Path(settings.EVIDENCE_SM2_KEY)))
    return made


def keys(log: Log) -> list[verifier.Key]:
    return [signer.key for signer in signers(log)]


def policy() -> verifier.Policy:
    """The witnesses of this installation (C2SP tlog-policy); without the file none are asked."""
    path = Path(settings.EVIDENCE_POLICY)
    return verifier.parse_policy(path.read_bytes()) if path.exists() else verifier.Policy()
