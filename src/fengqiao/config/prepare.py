"""Set-up steps that need Django, each run by the supervisor in a process of its own: `migrate` and `data`."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from fengqiao.config.home import DEMO_ACCOUNTS, home


def migrate() -> None:
    """As the owner of the tables."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def data(*, demo: bool) -> None:
    """As the application: reference data, and the demonstration district when it is asked for and empty."""
    from django.core.management import call_command

    from fengqiao.intake.reference import sync_categories

    call_command("sync_reference", verbosity=0, stdout=io.StringIO())
    sync_categories()
    if demo:
        call_command("demo", "load")
        write_accounts(home() / DEMO_ACCOUNTS)


def write_accounts(path: Path) -> None:
    """The accounts to look around with, for the supervisor to print."""
    from fengqiao.config.demo import loading

    path.write_text("\n".join(loading.accounts_as_text()) + "\n")


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
