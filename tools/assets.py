"""Builds what the browser loads: third-party files, a subset of the icon font, messages, hashed names."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "fengqiao"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "build" / "static" / "vendor"
COPIED = {
    "tabler/css/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/LICENSE": "@tabler/core/LICENSE",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/images": "leaflet/dist/images",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "icons/LICENSE": "@tabler/icons-webfont/LICENSE",
}
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+")
GLYPH = re.compile(r'\.ti-([a-z0-9-]+):+before\s*\{\s*content:\s*"\\([0-9a-f]+)"')
QUOTED = re.compile(r"""(?<=["'])[a-z0-9]+(?:-[a-z0-9]+)*(?=["'])""")
CLASS = re.compile(r"\bti-([a-z0-9-]+)")


def copy_vendor() -> None:
    for target, source in COPIED.items():
        origin, copy = MODULES / source, VENDOR / target
        if not origin.exists():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, dirs_exist_ok=True)
        elif origin.suffix in {".css", ".js"}:
            copy.write_text(SOURCE_MAP.sub("", origin.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copy(origin, copy)


def glyphs(css: str) -> dict[str, int]:
    """Icon name to code point, from the style sheet of the whole font."""
    return {name: int(code, 16) for name, code in GLYPH.findall(css)}


def names_used(texts: Iterable[str], known: Iterable[str]) -> set[str]:
    """Known icons that appear as `ti-name` or as a quoted word: one too many costs bytes, one missing is a hole."""
    found: set[str] = set()
    for text in texts:
        found.update(CLASS.findall(text))
        found.update(QUOTED.findall(text))
    return found & set(known)


def our_texts() -> list[str]:
    kinds = ("*.html", "*.py", "*.js", "*.css")
    files = [path for kind in kinds for path in SOURCE.rglob(kind) if "/tests/" not in str(path)]
    return [path.read_text(encoding="utf-8") for path in files if "migrations" not in path.parts]


def subset_icons() -> None:
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    folder = MODULES / "@tabler/icons-webfont/dist"
    if not folder.exists():
        return
    known = glyphs((folder / "tabler-icons.css").read_text(encoding="utf-8"))
    used = sorted(names_used(our_texts(), known))
    target = VENDOR / "icons"
    target.mkdir(parents=True, exist_ok=True)
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, desubroutinize=True)
    font = subset.load_font(str(folder / "fonts/tabler-icons.ttf"), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[known[name] for name in used])
    subsetter.subset(font)
    subset.save_font(font, str(target / "tabler-icons.woff"), options)
    rules = "\n".join(f'.ti-{name}:before {{ content: "\\{known[name]:x}"; }}' for name in used)
    (target / "tabler-icons.min.css").write_text(
        "/* A subset of Tabler Icons (MIT, see LICENSE), made by tools/assets.py. */\n"
        '@font-face { font-family: "tabler-icons"; font-display: block;\n'
        '  src: url("tabler-icons.woff") format("woff"); }\n'
        '.ti { font-family: "tabler-icons" !important; font-style: normal; font-weight: 400; line-height: 1;\n'
        "  -webkit-font-smoothing: antialiased; }\n" + rules + "\n",
        encoding="utf-8",
    )


def compile_messages() -> None:
    import polib

    for source in SOURCE.rglob("LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def collect() -> None:
    """Hashed names and compressed copies, by Django and whitenoise. Needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    os.environ["FENGQIAO_COLLECT"] = "1"
    sys.path.insert(0, str(ROOT / "src"))
    import django
    from django.core.management import call_command

    django.setup()
    shutil.rmtree(ROOT / "build" / "collected", ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True, exist_ok=True)
    copy_vendor()
    subset_icons()
    compile_messages()
    collect()


if __name__ == "__main__":
    main()
