"""Each refusal with a planted fault, and a clean installation beside it."""

from __future__ import annotations

import re

import psycopg
import pytest
from psycopg import sql

from fengqiao.config import checks, databases
from fengqiao.config.postgres import APPLICATION, OWNER, SUPERUSER, Cluster
from fengqiao.config.testing import HOME

RANDOM = "9f8a6c1d2e3b40557f6e8d9cab01234ff00dcafe5512aa77bb3c9de10f2468ac"


def codes(problems):
    return [problem.code for problem in problems]


def test_a_clean_environment_has_no_problem(tmp_path, monkeypatch):
    monkeypatch.setenv("FENGQIAO_HOME", str(tmp_path))
    assert checks.before_database({}) == []
    assert checks.before_database({"FENGQIAO_DEBUG": "1", "FENGQIAO_BIND": "::1"}) == []
    assert checks.before_database(dict.fromkeys(checks.SECRETS, RANDOM)) == []


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_debug_is_refused_where_others_can_reach_it(bind):
    assert codes(checks.debug_problems({"FENGQIAO_DEBUG": "1", "FENGQIAO_BIND": bind})) == ["start.debug"]
    assert codes(checks.debug_problems({"FENGQIAO_DEBUG": "0", "FENGQIAO_BIND": bind})) == []


@pytest.mark.parametrize("value", ["", "changeme", "django-insecure-" + RANDOM, "11" * 32, "secret" + RANDOM[:40]])
@pytest.mark.parametrize("name", checks.SECRETS)
def test_a_default_secret_is_refused(name, value):
    assert codes(checks.secret_problems({name: value})) == ["start.secret"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660])
@pytest.mark.parametrize("name", ["secrets/field-key", "postgres/fengqiao_app.password"])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, name, mode):
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text("x")
    path.chmod(0o600)
    assert codes(checks.key_file_problems(tmp_path)) == []
    path.chmod(mode)
    (problem,) = checks.key_file_problems(tmp_path)
    assert f"chmod 600 {path}" in problem.en and f"chmod 600 {path}" in problem.zh


@pytest.fixture(scope="module")
def cluster():
    """The cluster of this test session."""
    return Cluster(HOME / "postgres", durable=False)


@pytest.fixture()
def role(cluster):
    """A plain role made for one test."""
    with psycopg.connect(cluster.url(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE ROLE fq_planted LOGIN PASSWORD 'planted'")
        yield connection
        connection.execute("DROP OWNED BY fq_planted; DROP ROLE fq_planted")


def planted_url(cluster):
    return re.sub(r"//[^@]*@", "//fq_planted:planted@", cluster.url(OWNER))


def test_the_role_of_the_application_may_serve(cluster):
    assert list(checks.role_problems(cluster.url(APPLICATION))) == []


def test_a_superuser_may_not_serve(cluster, role):
    assert codes(checks.role_problems(planted_url(cluster))) == []
    role.execute("ALTER ROLE fq_planted SUPERUSER")
    assert codes(checks.role_problems(planted_url(cluster))) == ["start.superuser"]


def test_a_role_past_row_level_security_may_not_serve(cluster, role):
    role.execute("ALTER ROLE fq_planted BYPASSRLS")
    assert codes(checks.role_problems(planted_url(cluster))) == ["start.bypassrls"]


def test_an_owner_of_a_table_or_a_member_of_the_owner_may_not_serve(cluster, role):
    role.execute("CREATE TABLE public.fq_planted_table (); ALTER TABLE public.fq_planted_table OWNER TO fq_planted")
    try:
        assert codes(checks.role_problems(planted_url(cluster))) == ["start.owner"]
        role.execute(sql.SQL("ALTER TABLE public.fq_planted_table OWNER TO {}").format(sql.Identifier(OWNER)))
        assert codes(checks.role_problems(planted_url(cluster))) == []
        role.execute(sql.SQL("GRANT {} TO fq_planted").format(sql.Identifier(OWNER)))
        assert codes(checks.role_problems(planted_url(cluster))) == ["start.owner"]
    finally:
        role.execute("DROP TABLE public.fq_planted_table")


def test_a_server_of_ones_own_needs_an_owner_of_the_tables():
    assert codes(checks.owner_problems({"DATABASE_URL": "postgresql://a@b/c"})) == ["start.owner_url"]
    assert codes(checks.owner_problems({"DATABASE_URL": "postgresql://a@b/c", "FENGQIAO_OWNER_URL": "x"})) == []
    assert codes(checks.owner_problems({})) == []


def test_a_database_that_does_not_answer_is_said_without_the_password():
    (problem,) = checks.role_problems("postgresql://somebody:hidden@127.0.0.1:1/none")
    assert problem.code == "start.database" and "DATABASE_URL" in problem.en and "DATABASE_URL" in problem.zh
    assert "hidden" not in str(problem)


def test_every_refusal_says_what_to_do_in_both_languages(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/k").write_text("")
    found = [
        *checks.debug_problems({"FENGQIAO_DEBUG": "1", "FENGQIAO_BIND": "0.0.0.0"}),
        *checks.secret_problems({"FENGQIAO_SECRET_KEY": "x"}),
        *checks.key_file_problems(tmp_path),
    ]
    assert len(found) == 3
    for problem in found:
        assert re.search(r"[一-鿿]", problem.zh) and not re.search(r"[一-鿿]", problem.en)
        assert re.search(r"Unset|chmod", problem.en)


def test_refuse_ends_the_process_with_the_reasons(capsys):
    checks.refuse([])
    with pytest.raises(SystemExit) as ended:
        checks.refuse([checks.Problem("start.x", "Do this.", "这样做。")])
    assert ended.value.code == checks.EX_CONFIG
    assert "[start.x] Do this." in capsys.readouterr().err


def test_django_shows_them_under_check_deploy(monkeypatch, cluster):
    from django.core.checks import run_checks

    monkeypatch.setattr(databases, "url", lambda: cluster.url(APPLICATION))
    monkeypatch.setenv("FENGQIAO_SECRET_KEY", "changeme")
    found = [check.id for check in run_checks(include_deployment_checks=True)]
    assert "fengqiao.start.secret" in found and "fengqiao.start.owner" not in found
