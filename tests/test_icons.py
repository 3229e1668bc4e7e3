"""Every icon that is named exists in Tabler's set, so that none shows as a hole."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHEET = ROOT / "node_modules/@tabler/icons-webfont/dist/tabler-icons.css"
TAG = re.compile(r"""\{%\s*(?:icon|empty)\s+["']([a-z0-9-]+)["']""")
CLASS = re.compile(r"\bti ti-([a-z0-9-]+)")
CALL = re.compile(r"""register\(\s*_\([^)]*\),\s*["']([a-z0-9-]+)["']|icon\(["']([a-z0-9-]+)["']""")


def named() -> dict[str, str]:
    """Icon name to the file that names it: in tags, classes, menus and badges."""
    from fengqiao.shell import clocks, menu

    found = dict.fromkeys(clocks.ICONS.values(), "clocks") | {item.icon: "menu" for item in menu.registered()}
    for path in (ROOT / "src/fengqiao").rglob("*.*"):
        if path.suffix in {".html", ".js"} or (path.suffix == ".py" and "tests" not in path.parts):
            text = path.read_text(encoding="utf-8")
            for groups in (*TAG.findall(text), *CLASS.findall(text), *CALL.findall(text)):
                for name in groups if isinstance(groups, tuple) else (groups,):
                    if name and not name.endswith("-"):
                        found.setdefault(name, path.name)
    return found


def test_every_icon_exists():
    if not SHEET.exists():
        pytest.skip("no node_modules here: npm ci --ignore-scripts")
    known = set(re.findall(r"\.ti-([a-z0-9-]+):+before", SHEET.read_text(encoding="utf-8")))
    wrong = {name: where for name, where in named().items() if name not in known}
    assert not wrong


def test_the_icons_we_know_of_are_found():
    assert {"clock-exclamation", "lock", "bell"} <= named().keys()
