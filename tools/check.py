"""The quick look: linters, types, import order, migrations, messages and shape. `make check` runs it in seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
FOLDERS = [name for name in ("src", "tests", "tools", "bench") if (ROOT / name).is_dir()]
QUICK_TESTS = [name for name in ("tests/test_shape.py", "tests/test_messages.py") if (ROOT / name).exists()]
LOOKS: dict[str, list[str]] = {
    "lint": ["ruff", "check", "-q", *FOLDERS],
    "format": ["ruff", "format", "--check", "-q", *FOLDERS],
    "import order": ["lint-imports"],
    "migrations": ["python", "-W", "ignore::RuntimeWarning", "-m", "fengqiao.config.cli", "makemigrations", "--check"],
    "types": ["mypy", "src"],
    "shape and messages": ["python", "-m", "pytest", *QUICK_TESTS],
}


def look(command: list[str]) -> tuple[bool, str]:
    """Result: whether all is well, and what was said."""
    program, *arguments = command
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def main() -> int:
    failed = []
    for name, command in LOOKS.items():
        began = time.monotonic()
        is_well, said = look(command)
        print(f"{'ok' if is_well else 'NO':<3} {name:<20} {time.monotonic() - began:5.1f} s", flush=True)
        if not is_well:
            failed.append(name)
            print(said.rstrip())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
