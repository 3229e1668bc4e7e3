"""Writes docs/reference/law.md: every rule with its article, dates and what uses it, and every `Basis` in the code.

python tools/law.py              check; the exit code says whether the page is current
python tools/law.py --write      write it
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "fengqiao"
RULES = SOURCE / "kernel" / "data" / "rules.csv"
PAGE = ROOT / "docs" / "reference" / "law.md"
SKIPPED = {"tests", "migrations", "__pycache__"}
BASIS = re.compile(r"Basis:\s*(.+?)(?:\n\s*\n|\n\s*(?:Units|Shape|Result|Refuses):|\Z)", re.DOTALL)
HEAD = """# The rules and where they come from

Made by `python tools/law.py --write` from `src/fengqiao/kernel/data/rules.csv` and the code; a test keeps it current.
The day of the fact chooses the version. "To be verified": the official text was not compared yet; pages say so beside
the number. Not legal advice.
"""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Name below fengqiao and tree of every module of ours."""
    for path in sorted(SOURCE.rglob("*.py")):
        if not SKIPPED & set(path.parts):
            name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def named(tree: ast.Module) -> tuple[set[str], list[re.Pattern[str]]]:
    """Texts of a module, and its composed texts as patterns: f"injury.lump_sum.{grade}"."""
    texts: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if re.fullmatch(r"[a-z_.0-9]{6,}", fixed) and "." in fixed:
                patterns.append(re.compile("".join(map(_pattern, node.values))))
    return texts, patterns


def _pattern(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[a-z0-9_]+"


def users(keys: set[str]) -> dict[str, list[str]]:
    """Key of a rule → the modules that name it."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    for module, tree in modules():
        texts, patterns = named(tree)
        for key in sorted(keys):
            if key in texts or any(one.fullmatch(key) for one in patterns):
                found[key].append(module.removeprefix("disputes.calculators.") if "calculators" in module else module)
    return found


def bases() -> Iterator[tuple[str, str]]:
    """What code rests on, as its docstrings say."""
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                words = BASIS.search(ast.get_docstring(node) or "")
                if words:
                    name = module if isinstance(node, ast.Module) else f"{module}.{node.name}"
                    yield name, " ".join(words.group(1).split())


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def text() -> str:
    with RULES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    used = users({row["key"] for row in rows})
    lines = [
        HEAD,
        f"## {len(rows)} rules",
        "",
        "| rule | value | instrument, article | from – to | read | used by |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        where = f"{row['instrument']} {row['article']}".strip()
        until = f"{row['valid_from']} – {row['valid_to']}".strip(" –")
        place = "" if row["jurisdiction"] == "national" else f" ({row['jurisdiction']})"
        read = "yes" if row["is_verified"] == "yes" else "**to be verified**"
        who = ", ".join(used[row["key"]])
        value = f"{row['value']} {row['unit']}".removesuffix(" text")
        lines.append(f"| `{row['key']}`{place} | {cell(value)} | {cell(where)} | {until} | {read} | {who} |")
    lines += ["", "## What the code rests on", "", "| where | basis |", "|---|---|"]
    lines += [f"| `{name}` | {cell(words)} |" for name, words in sorted(bases())]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    if "--write" in arguments:
        PAGE.write_text(text(), encoding="utf-8")
        return 0
    is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text()
    print("current" if is_current else "not current; run python tools/law.py --write")
    return 0 if is_current else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
