"""Set-up steps that need Django, each run by the supervisor in a process of its own: `migrate` and `data`."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from fengqiao.config.home import home


def migrate() -> None:
    """As the owner of the tables."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def data(*, demo: bool) -> None:
    """As the application: reference data, and the demonstration district when it is asked for and empty."""
    from django.core.management import call_command, get_commands

    known = get_commands()
    if "sync_reference" in known:
        call_command("sync_reference", verbosity=0)
    if demo and "demo" in known:
        call_command("demo", "load")
        write_accounts(home() / "demo-accounts.txt")


def write_accounts(path: Path) -> None:
    """Lines such as "clerk  demo-clerk / password"; from `fengqiao.config.demo_accounts()` where it exists."""
    hook: Any = getattr(importlib.import_module("fengqiao.config"), "demo_accounts", None)
    if hook is not None:
        path.write_text("\n".join(str(line) for line in hook()) + "\n")


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    import django

    django.setup()
    step, *rest = sys.argv[1:]
    if step == "migrate":
        migrate()
    else:
        data(demo="--demo" in rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
