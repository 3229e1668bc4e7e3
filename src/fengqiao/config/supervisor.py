"""`fengqiao up`: one process that starts database, web, live and worker, and brings back what dies.

Knows nothing of Django, so that it stays small and can always restart the rest. Children get sessions of their own:
Ctrl-C reaches the supervisor alone, which stops them in order, the database last.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg

from fengqiao.config import checks, databases, prepared
from fengqiao.config.home import DEMO_ACCOUNTS, home
from fengqiao.config.postgres import Cluster, end_with_parent

STOP_S, LONGEST_PAUSE_S, CALM_S = 15.0, 30.0, 60.0
HEARTBEAT_S, SILENCE_S = 20.0, 90.0
HEAD_START_S = 5.0
"""Pages come first: for so long at most the web process has the processors to itself."""


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


@dataclass
class Service:
    """One child: how to start it, when to start it again."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=functools.partial(end_with_parent, signal.SIGTERM),
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self, now: float) -> float:
        """After a death: end what it left behind and choose when to start again. Result: the pause in seconds."""
        assert self.process
        signal_group(self.process, signal.SIGKILL)
        self.process = None
        self.failures = 0 if now - self.started_at > CALM_S else self.failures + 1
        pause = pause_after(self.failures)
        self.due_at = now + pause
        return pause

    def ask_to_stop(self) -> None:
        if self.process:
            signal_group(self.process, signal.SIGTERM, leader_only=True)

    def wait_stopped(self, until: float) -> None:
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=max(0.1, until - time.monotonic()))
            signal_group(self.process, signal.SIGKILL)
            self.process.wait()
            self.process = None


def pause_after(failures: int) -> float:
    """Back-off: at once the first time, then doubling.

    Units: seconds, at most 30.
    """
    return 0.0 if failures <= 1 else min(0.5 * 2.0 ** (failures - 2), LONGEST_PAUSE_S)


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals, *, leader_only: bool = False) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if leader_only:
            os.kill(process.pid, number)
        else:
            os.killpg(process.pid, number)


@dataclass(frozen=True)
class Place:
    """Where the installation listens."""

    bind: str
    port: int
    live_port: int

    @classmethod
    def from_environment(cls) -> Place:
        port = int(os.environ.get("FENGQIAO_PORT", "8000"))
        return cls(
            bind=os.environ.get("FENGQIAO_BIND", "127.0.0.1"),
            port=port,
            live_port=int(os.environ.get("FENGQIAO_LIVE_PORT", str(port + 1))),
        )

    @property
    def near(self) -> str:
        return "127.0.0.1" if self.bind in {"0.0.0.0", "::"} else self.bind  # noqa: S104 — compared, not bound

    @property
    def url(self) -> str:
        return f"http://{self.near}:{self.port}"

    @property
    def live_url(self) -> str:
        return f"http://{self.near}:{self.live_port}"

    def taken(self) -> list[int]:
        """Ports somebody else listens on already."""
        busy = []
        for port in (self.port, self.live_port):
            with socket.socket(socket.AF_INET6 if ":" in self.bind else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.bind, port))
                except OSError:
                    busy.append(port)
        return busy


def services(place: Place) -> list[Service]:
    python = sys.executable
    workers = os.environ.get("FENGQIAO_WEB_WORKERS", str(min(2, os.cpu_count() or 1)))
    return [
        Service(
            "web",
            [
                python, "-m", "granian", "--interface", "wsgi", "--host", place.bind, "--port", str(place.port),
                "--workers", workers, "--blocking-threads", "2", "--no-ws", "--respawn-failed-workers",
                "--workers-kill-timeout", "10", "--log-level", "warning",
                "fengqiao.config.wsgi:application",
            ],
            {"FENGQIAO_POOL": os.environ.get("FENGQIAO_POOL", "5")},
        ),
        Service(
            "live",
            [
                python, "-m", "uvicorn", "--host", place.bind, "--port", str(place.live_port), "--no-access-log",
                "--log-level", "warning", "--timeout-graceful-shutdown", "3", "--factory", "fengqiao.config.live:make",
            ],
        ),
        Service("worker", [python, "-m", "fengqiao.config.worker"]),
    ]  # fmt: skip


class Supervisor:
    def __init__(self, place: Place, cluster: Cluster | None, children: list[Service]) -> None:
        self.place, self.cluster, self.children = place, cluster, children
        self.stopping = False
        self.database = Service("database", [])
        self.next_heartbeat_at = 0.0

    def listen_to_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def start_children(self) -> None:
        """The first at once, the others when pages are served or its head start is over."""
        first, *others = self.children
        first.start()
        for service in others:
            service.due_at = first.started_at + HEAD_START_S

    def watch(self, *, when_serving: Callable[[], None]) -> None:
        """Until asked to stop: bring back what died, the database before the rest. Tells once that pages are served."""
        told = False
        while not self.stopping:
            if not told and is_serving(f"{self.place.url}/"):
                when_serving()
                told = True
                self.end_head_start()
            now = time.monotonic()
            self.look_after_database(now)
            for service in self.children:
                self.look_after(service, now)
            self.look_at_heartbeat(now)
            time.sleep(0.2)

    def end_head_start(self) -> None:
        for service in self.children:
            if not service.started_at:
                service.due_at = 0.0

    def look_after(self, service: Service, now: float) -> None:
        if service.has_died():
            assert service.process
            code = service.process.returncode
            pause = service.bury(now)
            say(f"{service.name} ended ({code}), starting it again in {pause:.1f} s · 已结束，{pause:.1f} 秒后重启")
        if service.process is None and now >= service.due_at:
            service.start()

    def look_after_database(self, now: float) -> None:
        if self.cluster is None or now < self.database.due_at:
            return
        process = self.cluster.process
        if process is not None and process.poll() is None:
            return
        say("database ended, starting it again · 数据库已结束，正在重启")
        try:
            self.cluster.start()
            self.database.failures = 0
            say("database is back · 数据库已恢复")
        except RuntimeError as error:
            self.database.failures += 1
            self.database.due_at = now + max(1.0, pause_after(self.database.failures))
            say(str(error))

    def look_at_heartbeat(self, now: float) -> None:
        """A half-open connection can leave a worker alive and silent; such a one is ended and so started again."""
        worker = next((service for service in self.children if service.name == "worker"), None)
        if worker is None or worker.process is None or now < self.next_heartbeat_at:
            return
        self.next_heartbeat_at = now + HEARTBEAT_S
        if now - worker.started_at > SILENCE_S and (silence := worker_silence_s()) is not None and silence > SILENCE_S:
            say(f"worker silent for {silence:.0f} s, ending it · 后台任务进程无响应，正在重启")
            signal_group(worker.process, signal.SIGKILL)

    def stop(self) -> None:
        """Children first, together; then the database."""
        for service in self.children:
            service.ask_to_stop()
        end = time.monotonic() + STOP_S
        for service in self.children:
            service.wait_stopped(end)
        if self.cluster:
            self.cluster.stop()


def worker_silence_s() -> float | None:
    """Seconds since the freshest heartbeat of any worker; none when the database cannot be asked."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(databases.url(), connect_timeout=3) as connection:
        row = connection.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        answer = row.fetchone()
        return float(answer[0]) if answer and answer[0] is not None else SILENCE_S * 2
    return None


def lock(path: Path) -> IO[str] | None:
    """The running installation's lock; none when another process holds it. Released by the kernel at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def prepare(step: str, *arguments: str, owner: bool = False) -> None:
    """One set-up step in a process of its own, as the owner of the tables or as the application."""
    environment = {**os.environ, "FENGQIAO_AS_OWNER": "1" if owner else "0"}
    command = [sys.executable, "-m", "fengqiao.config.prepare", step, *arguments]
    if subprocess.run(command, env=environment).returncode != 0:
        raise SystemExit(f"{step} failed, see above · {step} 未成功，原因见上")


def set_up(*, demo: bool) -> None:
    """Tables, reference data and the demonstration district, passed over where this version has done it before."""
    checks.refuse(list(checks.role_problems(databases.url())))
    if not prepared.is_current(databases.url(), demo=demo):
        prepare("migrate", owner=True)
        checks.refuse(list(checks.role_problems(databases.url())))
        prepare("data", *(["--demo"] if demo else []))
        prepared.note(databases.url(), demo=demo)


def is_serving(address: str) -> bool:
    """Whether the web process answers anything at all."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(address, timeout=3).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, http.client.HTTPException):
        return False
    return True


def up(*, demo: bool) -> int:
    """Everything on, until asked to stop."""
    place = Place.from_environment()
    running = lock(home() / "up.lock")
    if running is None:
        address = (home() / "up.lock").read_text().strip() or place.url
        say(f"Fengqiao is already running at {address} · 枫桥已在运行：{address}")
        return 0
    checks.refuse([*checks.before_database(), *checks.owner_problems(os.environ)])
    if busy := place.taken():
        ports = ", ".join(map(str, busy))
        say(f"Port {ports} is in use; set FENGQIAO_PORT to another. · 端口 {ports} 已被占用，请用 FENGQIAO_PORT 另选。")
        return checks.EX_CONFIG
    running.seek(0)
    running.truncate()
    running.write(place.url)
    running.flush()
    os.environ.setdefault("FENGQIAO_SITE_URL", place.url)
    os.environ.setdefault("FENGQIAO_LIVE_URL", place.live_url)
    if demo:
        os.environ["FENGQIAO_DEMO"] = "1"
    supervisor = Supervisor(place, embedded_cluster(), services(place))
    supervisor.listen_to_signals()
    try:
        return run(supervisor, demo=demo)
    finally:
        say("stopping · 正在停止")
        supervisor.stop()
        running.seek(0)
        running.truncate()
        say("stopped · 已停止")


def embedded_cluster() -> Cluster | None:
    """None when DATABASE_URL names a server of the operator's."""
    return None if "DATABASE_URL" in os.environ else Cluster(home() / databases.CLUSTER)


def run(supervisor: Supervisor, *, demo: bool) -> int:
    if supervisor.cluster:
        say("database · 数据库")
        try:
            supervisor.cluster.start()
        except RuntimeError as error:
            say(str(error))
            return 1
    set_up(demo=demo)
    if supervisor.stopping:
        return 0
    supervisor.start_children()
    supervisor.watch(when_serving=lambda: announce(os.environ["FENGQIAO_SITE_URL"], demo=demo))
    return 0


def announce(address: str, *, demo: bool) -> None:
    lines = ["", f"  Fengqiao serves at · 枫桥已启动：  {address}", ""]
    if demo:
        lines += demo_lines()
    lines += ["  Ctrl-C stops it. · 按 Ctrl-C 停止。", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def demo_lines() -> list[str]:
    """The demonstration accounts, as the data step wrote them down for us."""
    path = home() / DEMO_ACCOUNTS
    return [*(f"  {line}" for line in path.read_text().splitlines()), ""] if path.exists() else []
