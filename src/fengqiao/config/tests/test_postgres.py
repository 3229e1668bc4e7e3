"""The launcher in bad weather: hard ends, foreign locks, private folders, long paths, a meddling environment."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest

from fengqiao.config import postgres
from fengqiao.config.databases import parse
from fengqiao.config.postgres import APPLICATION, OWNER, PORT, SUPERUSER, Cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


@pytest.fixture(scope="module")
def open_folder():
    """A folder every user can pass through (pytest's own is private)."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made(open_folder):
    """A cluster that was started once."""
    cluster = Cluster(open_folder / "a", durable=False, refuge=open_folder / "refuge")
    cluster.start()
    cluster.stop()
    return cluster


@pytest.fixture()
def cluster(made):
    yield made
    made.stop()


def ask(cluster, role=APPLICATION, question="SELECT current_user"):
    with psycopg.connect(cluster.url(role), connect_timeout=5) as connection:
        return connection.execute(question).fetchone()[0]


def twin(cluster):
    return Cluster(cluster.home, durable=False, refuge=cluster.refuge)


def test_three_roles_and_none_too_strong(cluster):
    cluster.start()
    question = "SELECT rolsuper::text || rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert [ask(cluster, role, question) for role in (SUPERUSER, OWNER, APPLICATION)] == [
        "truetrue", "falsefalse", "falsefalse",
    ]  # fmt: skip
    for path in (cluster.sockets, cluster.data, *cluster.home.glob("*.password")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_wrong_password_is_refused(cluster):
    cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://{APPLICATION}:wrong@/fengqiao?host={cluster.sockets}&port={PORT}")


def test_after_a_kill_the_next_start_works_even_beside_the_zombie(cluster):
    cluster.start()
    killed = cluster.process
    os.kill(killed.pid, signal.SIGKILL)
    second = twin(cluster)
    try:
        second.start()
        assert ask(second) == APPLICATION
    finally:
        second.stop()
        killed.wait()


def test_a_server_left_by_a_killed_parent_is_ended_first(cluster):
    cluster.start()
    second = twin(cluster)
    second.start()
    assert cluster.process.wait(timeout=30) is not None
    assert ask(second) == APPLICATION
    second.stop()


def test_a_lock_that_names_a_foreign_process_does_not_block(cluster):
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    cluster.start()
    assert ask(cluster) == APPLICATION


def test_the_environment_cannot_move_the_port(cluster, monkeypatch):
    monkeypatch.setenv("PGPORT", "6000")
    cluster.start()
    assert ask(cluster) == APPLICATION
    assert parse(cluster.url(APPLICATION))["PORT"] == PORT


def test_a_half_done_first_start_is_finished(cluster):
    cluster.start()
    with psycopg.connect(cluster.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE fengqiao")
        connection.execute(f"DROP ROLE {APPLICATION}")
    cluster.stop()
    (cluster.home / ".roles").unlink()
    cluster.start()
    assert ask(cluster) == APPLICATION


def test_a_log_of_ten_megabytes_is_put_aside(cluster):
    log = cluster.home / "postgres.log"
    with log.open("ab") as file:
        file.truncate(10_000_001)
    cluster.start()
    assert log.stat().st_size < 100_000 and log.with_suffix(".log.1").exists()
    log.with_suffix(".log.1").unlink()


def test_a_long_path_gets_a_short_socket(open_folder):
    cluster = Cluster(open_folder / ("long" * 30))
    assert len(str(cluster.sockets / f".s.PGSQL.{PORT}")) < 100
    assert cluster.sockets != Cluster(open_folder / ("lang" * 30)).sockets


@as_root
def test_a_socket_folder_of_somebody_else_is_refused(open_folder):
    cluster = Cluster(open_folder / "b")
    cluster.sockets.mkdir(parents=True)
    os.chown(cluster.sockets, 12345, 12345)
    with pytest.raises(RuntimeError, match="not a folder of ours"):
        cluster._prepare_sockets()


@as_root
def test_below_a_private_folder_the_data_take_refuge(open_folder):
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    cluster = Cluster(private / "home", durable=False, refuge=open_folder / "refuge-c")
    try:
        cluster.start()
        assert ask(cluster) == APPLICATION and cluster.data == open_folder / "refuge-c" / "data"
        cluster.stop()
        second = Cluster(private / "home", durable=False, refuge=open_folder / "refuge-c")
        assert second.data == cluster.data
    finally:
        cluster.stop()


@as_root
def test_whether_the_user_reaches_a_path_does_not_depend_on_ours(open_folder, monkeypatch):
    tools = open_folder / "tools"
    tools.mkdir(mode=0o700)
    (tools / "test").symlink_to("/usr/bin/test")
    monkeypatch.setenv("PATH", str(tools))
    owner = Cluster(open_folder / "f")._as_system_user()
    assert Cluster._reaches(owner, open_folder) and not Cluster._reaches(owner, tools / "test")


@as_root
def test_binaries_below_a_private_folder_are_copied_and_work(open_folder, monkeypatch):
    private, real = open_folder / "venv", postgres.bundled().parent
    private.mkdir(mode=0o700)
    for part in real.parent.glob(f"{real.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, private / part.name, symlinks=True)
    monkeypatch.setattr(postgres, "bundled", lambda: private / real.name / "pginstall")
    cluster = Cluster(open_folder / "d", durable=False, refuge=open_folder / "refuge-d")
    try:
        cluster.start()
        assert ask(cluster) == APPLICATION and cluster.base == cluster.home
        running = Path(f"/proc/{cluster.process.pid}/exe").resolve()
        assert running.is_relative_to(open_folder / "refuge-d")
    finally:
        cluster.stop()


@as_root
def test_a_refuge_planted_by_somebody_else_is_refused(open_folder):
    planted = open_folder / "planted"
    planted.mkdir()
    os.chown(planted, 12345, 12345)
    with pytest.raises(RuntimeError, match="not a folder of ours"):
        Cluster(open_folder / "e", refuge=planted)._make_refuge()
