"""The shape of the house: import order, front doors, direction of keys, routes with their verb, and some words.

Each look is shown a planted fault first, so that a check which finds nothing is known to look.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import grimp
import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps
from django.urls import get_resolver

from tests import shape

GUARD_THEMSELVES = ("allauth.", "ninja.", "django.views.i18n", "django.contrib.staticfiles")
KERNEL_LINES = 3060
NOT_OURS = {"package-lock.json", "LICENSE"}


def our_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=shape.ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split("\0"):
        path = shape.ROOT / name
        if name and path.is_file() and path.name not in NOT_OURS:
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith("fengqiao.")]


def test_contexts_depend_downwards():
    """The contract in pyproject.toml, as `make check` runs it."""
    program = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([program, "--no-cache"], cwd=shape.ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_order_here_is_the_order_of_the_contract():
    import tomllib

    contract = tomllib.loads((shape.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    flat = [name.strip() for layer in reversed(contract["layers"]) for name in layer.split("|")]
    assert tuple(flat) == shape.ORDER


def test_contexts_are_entered_through_the_front_door():
    graph = grimp.build_graph("fengqiao", cache_dir=None)
    imports = [(m, i) for m in graph.modules for i in graph.find_modules_directly_imported_by(m)]
    assert shape.leaks(imports) == []


def test_a_side_entrance_is_found():
    planted = [
        ("fengqiao.intake.pages", "fengqiao.people.models"),
        ("fengqiao.intake.pages", "fengqiao.people.access"),
        ("fengqiao.intake.actions.receiving", "fengqiao.people.middleware"),
        ("fengqiao.intake.models", "fengqiao.people.models"),
        ("fengqiao.intake.tests.test_x", "fengqiao.people.models"),
        ("fengqiao.config.urls", "fengqiao.people.models"),
        ("fengqiao.people.actions", "fengqiao.kernel.models"),
    ]
    assert shape.leaks(planted) == [planted[0], planted[2]]


def test_foreign_keys_point_downwards():
    assert shape.upward_keys(shape.foreign_keys(our_models())) == []


def test_a_key_that_points_up_is_found():
    assert shape.upward_keys([("people", "intake"), ("intake", "people"), ("people", "auth")]) == [("people", "intake")]


def test_every_route_says_who_may_open_it():
    assert shape.routes_without_verb(shape.routes(get_resolver().url_patterns), GUARD_THEMSELVES) == []


def test_a_route_without_a_verb_is_found():
    def bare(request): ...

    def guarded(request): ...

    guarded.verb = None
    found = [("bare/", bare), ("open/", guarded), ("theirs/", SimpleNamespace(__module__="allauth.account.views"))]
    assert shape.routes_without_verb(found, GUARD_THEMSELVES) == ["bare/"]


def test_nothing_is_left_for_later():
    assert [(name, found) for name, text in our_files() if (found := shape.words_for_later(text))] == []


@pytest.mark.parametrize(
    "text", ["# TO" + "DO: later", "FIX" + "ME", "raise Error('not implem" + "ented')", "功能开" + "发中"]
)
def test_a_word_for_later_is_found(text):
    assert shape.words_for_later(text)
    assert not shape.words_for_later("SELECT 1 WHERE status = 'todo'")


def test_no_package_registry_is_named():
    assert [(name, found) for name, text in our_files() if (found := shape.hosts_of_registries(text))] == []


@pytest.mark.parametrize("host", ["files.python" + "hosted.org", "registry.npm" + "js.org", "mirrors.ali" + "yun.com"])
def test_a_registry_is_found(host):
    assert shape.hosts_of_registries(f"https://{host}/simple")


def test_the_kernel_stays_small():
    assert shape.lines_of(shape.ROOT / "src/fengqiao/kernel") < KERNEL_LINES


def test_lines_are_counted_without_tests(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n\ny = 2\n")
    (tmp_path / "tests/b.py").write_text("z = 3\n")
    assert shape.lines_of(tmp_path) == 2


def test_money_is_whole_fen():
    assert shape.money_not_whole(our_models()) == []


@isolate_apps()
def test_rounded_money_is_found():
    class Bill(models.Model):
        amount_yuan = models.DecimalField(max_digits=9, decimal_places=2)
        fee = models.FloatField()
        balance_fen = models.BigIntegerField()
        latitude = models.FloatField()

        class Meta:
            app_label = "intake"

    assert shape.money_not_whole([Bill]) == ["Bill.amount_yuan", "Bill.fee"]


def test_no_person_is_scored_ranked_or_coloured():
    assert shape.verdicts_on_persons(our_models()) == []


@isolate_apps()
def test_a_verdict_on_a_person_is_found():
    class Person(models.Model):
        risk_score = models.IntegerField()
        credit_code = models.CharField(max_length=18)

        class Meta:
            app_label = "people"

    class Visit(models.Model):
        person = models.ForeignKey(Person, models.CASCADE)
        colour = models.CharField(max_length=9)
        title = models.CharField(max_length=9)

        class Meta:
            app_label = "intake"

    class Shop(models.Model):
        colour = models.CharField(max_length=9)

        class Meta:
            app_label = "intake"

    assert shape.verdicts_on_persons([Person, Visit, Shop]) == ["Person.risk_score", "Visit.colour"]
