"""The restore drill: everything back, also what row-level security hides; a changed backup is refused."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from fengqiao.config import backups
from fengqiao.config.postgres import APPLICATION, OWNER, SUPERUSER, Cluster

AT = dt.datetime(2026, 11, 24, 3, 15, tzinfo=dt.UTC)
TABLE = """
    CREATE TABLE kernel_event (id bigint PRIMARY KEY, city_id int);
    INSERT INTO kernel_event SELECT n, n % 7 FROM generate_series(1, 500) n;
    ALTER TABLE kernel_event ENABLE ROW LEVEL SECURITY;
    ALTER TABLE kernel_event FORCE ROW LEVEL SECURITY;
    CREATE POLICY net ON kernel_event USING (city_id = nullif(current_setting('fq.city', true), '')::int);
"""


@pytest.fixture(scope="module")
def cluster():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    cluster = Cluster(folder / "home", durable=False)
    cluster.start()
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute(TABLE)
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


@pytest.fixture()
def files(tmp_path):
    folder = tmp_path / "files" / "ab"
    folder.mkdir(parents=True)
    (folder / "photo").write_bytes(b"\x00photo")
    return tmp_path / "files"


@pytest.fixture()
def made(cluster, files, tmp_path):
    return backups.backup(tmp_path / "backups", files=files, url=cluster.url(SUPERUSER), at=AT)


def seen_by_application(cluster, city):
    with psycopg.connect(cluster.url(APPLICATION)) as connection:
        connection.execute("SELECT set_config('fq.city', %s, true)", [city])
        return connection.execute("SELECT count(*) FROM kernel_event").fetchone()[0]


def test_the_drill_everything_comes_back_with_its_protection(cluster, made, files, tmp_path):
    assert made.name == "fengqiao-20261124T031500" and backups.verify(made) == {"kernel_event": 500}
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("TRUNCATE kernel_event; CREATE TABLE later ()")
    shutil.rmtree(files)
    assert backups.restore(made, files=files, url=cluster.url(SUPERUSER)) == {"kernel_event": 500}
    assert (files / "ab" / "photo").read_bytes() == b"\x00photo"
    assert (seen_by_application(cluster, ""), seen_by_application(cluster, "3")) == (0, 72)
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("CREATE TABLE fresh (id int)")
    with psycopg.connect(cluster.url(APPLICATION)) as connection:
        connection.execute("INSERT INTO fresh VALUES (1)")  # default rights came back too
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("DROP TABLE fresh")


def test_a_role_that_the_net_binds_makes_no_backup_rather_than_half_a_one(cluster, files, tmp_path):
    for role in (OWNER, APPLICATION):
        with pytest.raises(backups.Unusable, match="row-level security"):
            backups.backup(tmp_path / "b", files=files, url=cluster.url(role), at=AT)
    assert not list((tmp_path / "b").glob("fengqiao-????????T??????"))


def test_a_changed_or_partial_backup_is_refused(cluster, made, files):
    url = cluster.url(SUPERUSER)
    (made / "files" / "ab" / "photo").write_bytes(b"\x00phot0")
    with pytest.raises(backups.Unusable, match="photo"):
        backups.restore(made, files=files, url=url, replace=True)
    (made / "manifest.json").unlink()
    with pytest.raises(backups.Unusable, match="not a complete backup"):
        backups.restore(made, files=files, url=url, replace=True)


def test_data_are_not_overwritten_by_accident(cluster, made, files):
    with pytest.raises(backups.Unusable, match="--replace"):
        backups.restore(made, files=files, url=cluster.url(SUPERUSER))
    assert backups.restore(made, files=files, url=cluster.url(SUPERUSER), replace=True) == {"kernel_event": 500}


def test_the_same_second_twice_is_refused(cluster, made, files):
    with pytest.raises(backups.Unusable, match="exists already"):
        backups.backup(made.parent, files=files, url=cluster.url(SUPERUSER), at=AT)


def test_with_a_server_of_ones_own_the_role_must_be_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/fengqiao")
    with pytest.raises(backups.Unusable, match="FENGQIAO_BACKUP_URL"):
        backups.address()
    monkeypatch.setenv("FENGQIAO_BACKUP_URL", "postgresql://backup@db/fengqiao")
    assert backups.address() == "postgresql://backup@db/fengqiao"


def test_a_database_in_use_stays_as_it_is(cluster, made, files):
    with psycopg.connect(cluster.url(APPLICATION)), pytest.raises(backups.Unusable, match="in use"):
        backups.restore(made, files=files, url=cluster.url(SUPERUSER), replace=True)
    assert backups.counts(cluster.url(SUPERUSER)) == {"kernel_event": 500}
