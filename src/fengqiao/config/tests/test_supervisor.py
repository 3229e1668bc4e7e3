"""The supervisor with small children of its own, and once the whole district: up, killed, back, stopped."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from fengqiao.config import supervisor
from fengqiao.config.supervisor import Place, Service, Supervisor, pause_after

FOR_EVER = [sys.executable, "-c", "import signal; signal.pause()"]
PLACE = Place(bind="127.0.0.1", port=1, live_port=2)


def test_the_pause_grows_and_is_bounded():
    assert [pause_after(n) for n in range(6)] == [0, 0, 0.5, 1, 2, 4]
    assert pause_after(50) == supervisor.LONGEST_PAUSE_S


@pytest.fixture()
def service():
    service = Service("web", FOR_EVER)
    yield service
    service.wait_stopped(0)


def test_what_was_killed_comes_back_at_once(service, capsys):
    watcher = Supervisor(PLACE, None, [service])
    watcher.start_children()
    first = service.process
    first.kill()
    first.wait()
    watcher.look_after(service, time.monotonic())
    assert service.process is not first and service.process.poll() is None
    assert "web ended (-9)" in capsys.readouterr().out


def test_what_keeps_dying_waits_longer_each_time(service):
    watcher = Supervisor(PLACE, None, [service])
    service.command = [sys.executable, "-c", "raise SystemExit(1)"]
    service.start()
    pauses = []
    for _ in range(4):
        service.process.wait()
        pauses.append(service.bury(time.monotonic()))
        watcher.look_after(service, service.due_at)
    assert pauses == [0, 0.5, 1, 2]


def test_a_long_calm_run_forgives_former_failures(service):
    service.failures, service.process = 5, subprocess.Popen(["true"])
    service.process.wait()
    assert service.bury(service.started_at + supervisor.CALM_S + 1) == 0


def test_what_a_dead_child_left_behind_is_ended(service):
    code = "import os, signal; os.fork(); os.write(1, b'x'); signal.pause()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert process.stdout.read(2) == b"xx", "two processes hold the pipe"
        service.process = process
        process.kill()
        process.wait()
        service.bury(time.monotonic())
        assert process.stdout.read() == b""  # ends only when the other is gone too
    finally:
        supervisor.signal_group(process, signal.SIGKILL)


def test_stopping_asks_first_and_then_insists(monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_S", 0.5)
    polite = Service("live", FOR_EVER)
    deaf = Service("web", [sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"])
    watcher = Supervisor(PLACE, None, [polite, deaf])
    polite.start()
    deaf.start()
    processes = [polite.process, deaf.process]
    watcher.stop()
    assert [process.returncode < 0 for process in processes] == [True, True]


def test_pages_have_the_processors_to_themselves_until_they_are_served(service):
    late = Service("worker", FOR_EVER)
    watcher = Supervisor(PLACE, None, [service, late])
    watcher.start_children()
    try:
        watcher.look_after(late, service.started_at + supervisor.HEAD_START_S - 0.1)
        assert service.process and late.process is None
        watcher.end_head_start()
        watcher.look_after(late, time.monotonic())
        assert late.process.poll() is None
    finally:
        late.wait_stopped(0)


def test_a_web_process_that_never_serves_keeps_nobody_waiting(service):
    late = Service("worker", FOR_EVER)
    watcher = Supervisor(PLACE, None, [service, late])
    watcher.start_children()
    watcher.look_after(late, service.started_at + supervisor.HEAD_START_S)
    assert late.process.poll() is None
    late.wait_stopped(0)


def test_only_one_runs_at_a_time(tmp_path):
    with supervisor.lock(tmp_path / "up.lock"):
        assert supervisor.lock(tmp_path / "up.lock") is None
    again = supervisor.lock(tmp_path / "up.lock")
    assert again is not None
    again.close()


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port in Place(bind="127.0.0.1", port=port, live_port=port).taken()


def test_a_silent_worker_is_ended(service, monkeypatch):
    service.name = "worker"
    watcher = Supervisor(PLACE, None, [service])
    watcher.start_children()
    monkeypatch.setattr(supervisor, "worker_silence_s", lambda: supervisor.SILENCE_S + 1)
    watcher.look_at_heartbeat(service.started_at + 1)
    assert service.process.poll() is None, "a worker may take its time to begin"
    watcher.look_at_heartbeat(service.started_at + supervisor.SILENCE_S + supervisor.HEARTBEAT_S)
    assert service.process.wait(timeout=10) == -signal.SIGKILL


# The whole thing


@pytest.fixture()
def installation():
    """Environment of an installation of its own, in a folder every user can pass through."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = {"FENGQIAO_PORT": str(first.getsockname()[1]), "FENGQIAO_LIVE_PORT": str(second.getsockname()[1])}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FENGQIAO", "DATABASE"))}
    yield {**kept, **ports, "FENGQIAO_HOME": str(folder), "FENGQIAO_WEB_WORKERS": "1"}
    shutil.rmtree(folder, ignore_errors=True)


def fengqiao(environment, *arguments):
    command = [sys.executable, "-m", "fengqiao.config.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def status(port):
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", "/live/health")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def wait_for(line, output):
    heard = []
    for said in output:
        heard.append(said)
        if line in said:
            return
    raise AssertionError(f"never said {line!r}, but: {''.join(heard)[-2000:]}")


def children_of(pid):
    return {
        int(child): Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    }


def child(pid, word):
    return next(number for number, command in children_of(pid).items() if word in command)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_up_serves_comes_back_after_kills_backs_up_and_stops(installation):
    port, live_port = installation["FENGQIAO_PORT"], installation["FENGQIAO_LIVE_PORT"]
    command = [sys.executable, "-m", "fengqiao.config.cli", "up"]
    process = subprocess.Popen(
        command, env=installation, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    guard = threading.Timer(300, process.kill)
    guard.start()
    try:
        wait_for("serves at", process.stdout)
        assert status(port) == 404 and f"127.0.0.1:{port}" in fengqiao(installation, "up").stdout
        assert fengqiao(installation, "check-start").returncode == 0
        for name, word in (("web", "granian"), ("live", "uvicorn"), ("database", "postgres")):
            os.kill(child(process.pid, word), signal.SIGKILL)
            wait_for(f"{name} ended", process.stdout)
        wait_for("database is back", process.stdout)
        while status(port) != 404 or status(live_port) != 200:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        wait_for("stopped", process.stdout)
        assert process.wait(timeout=30) == 0
        assert status(port) is None and status(live_port) is None
    finally:
        guard.cancel()
        process.kill()
        process.wait()
    folder = f"{installation['FENGQIAO_HOME']}/backups"
    assert fengqiao(installation, "backup", folder).returncode == 0
    (made,) = Path(folder).iterdir()
    restored = fengqiao(installation, "restore", str(made))
    assert restored.returncode == 0, restored.stdout + restored.stderr


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"FENGQIAO_SECRET_KEY": "changeme"}, "start.secret"),
        ({"FENGQIAO_DEBUG": "1", "FENGQIAO_BIND": "0.0.0.0"}, "start.debug"),
    ],
)
def test_up_refuses_before_it_touches_anything(installation, fault, said):
    refused = fengqiao({**installation, **fault}, "up")
    assert refused.returncode == 78 and said in refused.stderr
    assert not (Path(installation["FENGQIAO_HOME"]) / "postgres").exists()


@pytest.mark.django_db
def test_serving_as_owner_is_refused(installation):
    from django.db import connection

    from fengqiao.config.postgres import OWNER, Cluster
    from fengqiao.config.testing import HOME

    url = Cluster(HOME / "postgres").url(OWNER, connection.settings_dict["NAME"])
    for module in ("fengqiao.config.wsgi", "fengqiao.config.worker"):
        refused = subprocess.run(
            [sys.executable, "-m", module], env={**installation, "DATABASE_URL": url}, capture_output=True, text=True
        )
        assert refused.returncode == 78 and "start.owner" in refused.stderr, refused.stderr
