"""`make bench [ARGS="setup import"]`: runs bench_*.py, prints one JSON object a line, fails when a gate is missed.

Each line: {"name", "value", "unit", "peer", "ratio", "gate", "aim"}. `gate` and `aim` are "<= 120" or ">= 1200";
`peer` is a peer's value measured in the same run, `ratio` ours against it; absent ones are null.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
FIELDS = ("name", "value", "unit", "peer", "ratio", "gate", "aim")


def holds(value: float, bound: str | None) -> bool:
    """Whether the value keeps the bound; a figure without one always does."""
    if not bound:
        return True
    sign, limit = bound.split()
    return value <= float(limit) if sign == "<=" else value >= float(limit)


def whole(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with every field in its order. Refuses: KeyError when name, value or unit is missing."""
    _ = figure["name"], figure["value"], figure["unit"]
    return {field: figure.get(field) for field in FIELDS}


def chosen(words: list[str]) -> list[Path]:
    found = sorted(FOLDER.glob("bench_*.py"))
    return [path for path in found if not words or any(word in path.stem for word in words)]


def main(words: list[str]) -> int:
    missed = 0
    for path in chosen(words):
        with subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent) as process:
            for line in process.stdout or ():
                if line.startswith("{"):
                    figure = whole(json.loads(line))
                    missed += not holds(float(figure["value"]), figure["gate"])
                    print(json.dumps(figure, ensure_ascii=False), flush=True)
        if process.returncode != 0:
            print(f"{path.name} ended with {process.returncode}", file=sys.stderr)
            missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
