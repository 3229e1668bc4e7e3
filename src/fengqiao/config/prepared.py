"""Whether the set-up steps have nothing to do, asked without Django: two processes less at every later start.

The mark lies in the database it speaks of, so an older backup, another server or another version of the sources is
prepared again. It covers the sources, the locked packages and the migrations that were applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg

from fengqiao.config.home import DEMO_ACCOUNTS, SOURCE, home

PACKAGE = Path(__file__).resolve().parents[1]
_STATE = """
    SELECT (SELECT token FROM kernel_referenceversion WHERE name = %s),
           (SELECT string_agg(app || '.' || name, ' ' ORDER BY app, name) FROM django_migrations)
"""
_NOTE = """
    INSERT INTO kernel_referenceversion (name, token) VALUES (%s, %s)
        ON CONFLICT (name) DO UPDATE SET token = excluded.token
"""
FORGET = "DELETE FROM kernel_referenceversion WHERE name LIKE 'set-up%'"


def is_current(address: str, *, demo: bool) -> bool:
    """Whether this version of the sources has prepared this database; no for one that is empty."""
    if demo and not (home() / DEMO_ACCOUNTS).exists():
        return False
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            token, applied = _ask(connection, demo=demo)
    except psycopg.ProgrammingError:  # no such table yet, or none this role may read
        return False
    return token == _mark(applied)


def note(address: str, *, demo: bool) -> None:
    """Set-up has run to its end: the next start of the same version may pass it over."""
    with psycopg.connect(address, connect_timeout=10) as connection:
        _token, applied = _ask(connection, demo=demo)
        connection.execute(_NOTE, [_name(demo), _mark(applied)])


def _name(demo: bool) -> str:
    return "set-up with demonstration" if demo else "set-up"


def _ask(connection: psycopg.Connection[tuple[str | None, str | None]], *, demo: bool) -> tuple[str | None, str]:
    row = connection.execute(_STATE, [_name(demo)]).fetchone()
    assert row, "two scalars are always a row"
    return row[0], row[1] or ""


def _mark(applied: str) -> str:
    """Result: 32 hex digits, which is what the column holds."""
    whole = hashlib.sha256(applied.encode())
    for path in _inputs():
        whole.update(path.name.encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:32]


def _inputs() -> Iterator[Path]:
    """Sources and data the steps are made of, and the locks of the packages whose migrations they apply."""
    for pattern in ("**/*.py", "**/*.csv", "**/*.sql"):
        yield from sorted(PACKAGE.glob(pattern))
    yield from sorted(SOURCE.glob("requirements*.lock"))
