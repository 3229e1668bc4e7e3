"""`fengqiao demo load|reset|accounts|code`: the demonstration district."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fengqiao.config.demo import loading, people
from fengqiao.kernel import clock


class Command(BaseCommand):
    help = "The demonstration district: load it, reset it, list its accounts, print a one-time code for them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["load", "reset", "accounts", "code"])

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is no demonstration installation: start with FENGQIAO_DEMO=1 or `fengqiao up --demo`."
            )
        getattr(self, options["what"])()

    def load(self) -> None:
        if loading.is_loaded():
            return
        self.refuse_a_real_district()
        began = time.monotonic()
        made = loading.load(at=clock.now())
        self.stdout.write(f"demonstration district: {made} contacts in {time.monotonic() - began:.1f} s")

    def reset(self) -> None:
        """Empties every table; so nothing but a demonstration may be in them."""
        if not loading.is_loaded():
            self.refuse_a_real_district()
        loading.clear()
        self.load()

    def refuse_a_real_district(self) -> None:
        if not loading.is_empty():
            raise CommandError("This database holds a district of its own; the demonstration would mix with it.")

    def accounts(self) -> None:
        self.stdout.write("\n".join(loading.accounts_as_text()))

    def code(self) -> None:
        """The one-time code of now for the accounts that need a second factor."""
        counter = next(iter(yield_hotp_counters_from_time()))
        self.stdout.write(format_hotp_value(hotp_value(people.TOTP_SECRET, counter)))
