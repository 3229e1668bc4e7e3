"""Where an installation keeps what is its own: database, secrets, files. Never inside the source tree's history."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

DEMO_ACCOUNTS = "demo-accounts.txt"  # in home: there is a demonstration district, and these may sign in
SOURCE = Path(__file__).resolve().parents[3]


def home() -> Path:
    """`FENGQIAO_HOME`, or `var/` beside the sources."""
    return Path(os.environ.get("FENGQIAO_HOME", SOURCE / "var")).resolve()


def key(name: str) -> str:
    """A random 256-bit secret in a 0600 file, made on first use."""
    path = home() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()
