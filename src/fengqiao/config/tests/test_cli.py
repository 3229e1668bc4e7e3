import os
import re

import pytest
from django.core.management import get_commands

from fengqiao.config import cli


def test_the_help_lists_only_commands_that_exist():
    listed = re.findall(r"^  ([a-z-]+) ", cli.overview(), re.MULTILINE)
    assert {"up", "check-start", "backup", "restore", "migrate"} <= set(listed)
    known = cli.OWN | {name.replace("_", "-") for name in get_commands()} | {"help"}
    assert set(listed) <= known


def test_a_command_that_is_gone_is_gone_from_the_help(monkeypatch):
    monkeypatch.setattr(cli, "django_commands", dict)
    assert "  migrate" not in cli.overview() and "  up " in cli.overview()


@pytest.fixture()
def handed(monkeypatch):
    """What reached Django."""
    seen = []
    monkeypatch.setattr("django.core.management.execute_from_command_line", seen.append)
    return seen


def test_what_we_do_not_know_goes_to_django_with_its_hyphens_turned(handed, monkeypatch):
    monkeypatch.setattr("sys.argv", ["fengqiao", "evaluate-classifier", "--train", "a.csv"])
    assert cli.main() == 0
    assert handed == [["fengqiao", "evaluate_classifier", "--train", "a.csv"]]


@pytest.mark.parametrize(("name", "owner"), [("migrate", "1"), ("check", None)])
def test_only_tables_are_changed_as_their_owner(handed, monkeypatch, name, owner):
    monkeypatch.setenv("FENGQIAO_AS_OWNER", "")
    monkeypatch.delenv("FENGQIAO_AS_OWNER")
    cli.hand_to_django([name])
    assert os.environ.get("FENGQIAO_AS_OWNER") == owner


def test_without_a_word_the_help_is_shown(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fengqiao"])
    assert cli.main() == 0 and capsys.readouterr().out.startswith("usage: fengqiao COMMAND")
