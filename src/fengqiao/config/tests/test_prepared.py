"""A later start passes the set-up steps over only where this very version has done them in this very database."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from fengqiao.config import prepared
from fengqiao.config.home import DEMO_ACCOUNTS
from fengqiao.config.postgres import OWNER, SUPERUSER, Cluster
from fengqiao.config.testing import HOME

pytestmark = pytest.mark.django_db


@pytest.fixture()
def address():
    """The test database, prepared; the mark is taken away afterwards."""
    url = Cluster(HOME / "postgres").url(OWNER, connection.settings_dict["NAME"])
    prepared.note(url, demo=False)
    yield url
    with psycopg.connect(url) as owner:
        owner.execute(prepared.FORGET)


def test_what_was_prepared_is_passed_over_until_it_is_forgotten(address):
    assert prepared.is_current(address, demo=False)
    with psycopg.connect(address) as owner:
        owner.execute(prepared.FORGET)
    assert not prepared.is_current(address, demo=False)


def test_other_sources_prepare_again(address, tmp_path, monkeypatch):
    changed = tmp_path / "rules.csv"
    changed.write_text("other")
    inputs = [*prepared._inputs(), changed]
    monkeypatch.setattr(prepared, "_inputs", lambda: inputs)
    assert not prepared.is_current(address, demo=False)


def test_a_migration_taken_back_prepares_again(address, monkeypatch):
    ask = prepared._ask
    monkeypatch.setattr(prepared, "_ask", lambda *given, **more: (ask(*given, **more)[0], "kernel.0001_initial"))
    assert not prepared.is_current(address, demo=False)


def test_the_demonstration_is_asked_for_by_itself(address, tmp_path, monkeypatch):
    monkeypatch.setenv("FENGQIAO_HOME", str(tmp_path))
    prepared.note(address, demo=True)
    assert not prepared.is_current(address, demo=True), "nobody has written its accounts down here"
    (tmp_path / DEMO_ACCOUNTS).touch()
    assert prepared.is_current(address, demo=True)


def test_an_empty_database_is_not_prepared():
    assert not prepared.is_current(Cluster(HOME / "postgres").url(SUPERUSER, "template1"), demo=False)


def test_the_steps_depend_on_rules_taxonomy_migrations_and_packages():
    names = {path.name for path in prepared._inputs()}
    assert names >= {"rules.csv", "taxonomy.csv", "0001_initial.py", "requirements.lock"}
