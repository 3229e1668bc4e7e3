"""django-hordak doing the same transfers, in a process and a database of its own: `set-up`, `rows` or `bulk`.

Prints the CPU microseconds a transfer, its own and its backend's. Each movement is a transaction with two legs; `rows`
saves as its documentation shows, `bulk` uses bulk_create for transactions and legs of a thousand movements.
"""

from __future__ import annotations

import os
import random
import sys
import time
import urllib.parse
from pathlib import Path

ACCOUNTS, ROWS, BULK = 200, 300, 3000


def configure() -> None:
    import django
    from django.conf import settings

    parts = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    query = urllib.parse.parse_qs(parts.query)
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql", "NAME": parts.path.lstrip("/"), "USER": parts.username,
                "PASSWORD": parts.password, "HOST": query["host"][0], "PORT": query["port"][0],
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, SECRET_KEY="bench", DEFAULT_CURRENCY="CNY", CURRENCIES=["CNY"],
    )  # fmt: skip
    django.setup()


def set_up() -> None:
    from django.core.management import call_command
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0)
    if not Account.objects.exists():
        for n in range(ACCOUNTS):
            Account.objects.create(name=f"card {n}", code=str(n), type=AccountType.liability, currencies=["CNY"])
        Account.objects.create(name="earned", code="999", type=AccountType.income, currencies=["CNY"])


def rows(accounts: list, earned: object) -> int:
    from django.db import transaction
    from hordak.models import Leg, Transaction

    for _ in range(ROWS):
        with transaction.atomic():
            made = Transaction.objects.create(description="use")
            Leg.objects.create(transaction=made, account=random.choice(accounts), debit=cny(7))
            Leg.objects.create(transaction=made, account=earned, credit=cny(7))
    return ROWS


def bulk(accounts: list, earned: object) -> int:
    from django.db import transaction
    from hordak.models import Leg, Transaction

    for _ in range(BULK // 1000):
        with transaction.atomic():
            made = Transaction.objects.bulk_create([Transaction(description="use") for _ in range(1000)])
            legs = []
            for one in made:
                legs.append(Leg(transaction=one, account=random.choice(accounts), debit=cny(7)))
                legs.append(Leg(transaction=one, account=earned, credit=cny(7)))
            Leg.objects.bulk_create(legs)
    return BULK


def cny(yuan: int) -> object:
    from moneyed import Money

    return Money(yuan, "CNY")


def main() -> None:
    configure()
    if sys.argv[1] == "set-up":
        set_up()
        print(0)
        return
    from django.db import connection
    from hordak.models import Account

    accounts = list(Account.objects.exclude(code="999"))
    earned = Account.objects.get(code="999")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")

    def cpu() -> float:
        spent = stat.read_text().rpartition(")")[2].split()
        return time.process_time() + (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")

    began = cpu()
    count = (rows if sys.argv[1] == "rows" else bulk)(accounts, earned)
    print((cpu() - began) / count * 1e6)


if __name__ == "__main__":
    main()
