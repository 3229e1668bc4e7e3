"""Which database: the one `DATABASE_URL` names, or the embedded cluster of this installation."""

from __future__ import annotations

import os
import urllib.parse
from typing import Any

from fengqiao.config.home import home
from fengqiao.config.postgres import APPLICATION, OWNER, PORT, Cluster

CLUSTER = "postgres"


def url(*, owner: bool = False) -> str:
    """The connection address for the application's role, or for the role that owns and migrates the tables."""
    given = os.environ.get("FENGQIAO_OWNER_URL" if owner else "DATABASE_URL")
    if given:
        return given
    cluster = Cluster(home() / CLUSTER)
    role = OWNER if owner else APPLICATION
    if not (cluster.home / f"{role}.password").exists():
        return f"postgresql://{role}@/fengqiao?host={cluster.sockets}&port={PORT}"
    return cluster.url(role)


def parse(address: str) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name?host=/folder&sslmode=…`."""
    parts = urllib.parse.urlsplit(address)
    query = {key: values[-1] for key, values in urllib.parse.parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": urllib.parse.unquote(parts.path.lstrip("/")),
        "USER": urllib.parse.unquote(parts.username or ""),
        "PASSWORD": urllib.parse.unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


def database() -> dict[str, Any]:
    settings = parse(url(owner=os.environ.get("FENGQIAO_AS_OWNER") == "1"))
    size = int(os.environ.get("FENGQIAO_POOL", "0"))
    if size:
        settings["OPTIONS"] = {**settings["OPTIONS"], "pool": {"min_size": 1, "max_size": size, "timeout": 10}}
    return settings
