"""Load, describe and reset the demonstration district."""

from __future__ import annotations

import datetime as dt
import shutil

import psycopg
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from fengqiao.config import databases, prepared
from fengqiao.config.demo import closed, deeds, mediations, people, registry, rosters
from fengqiao.config.demo.district import District, lay_out
from fengqiao.config.demo.places import DISTRICT
from fengqiao.config.demo.stories import Teller
from fengqiao.intake import search
from fengqiao.intake.models import Contact
from fengqiao.intake.reference import sync_categories
from fengqiao.kernel import scoping
from fengqiao.people.models import Area
from fengqiao.people.rules import SECOND_FACTOR

KEPT = frozenset(
    {
        "django_migrations",
        "django_content_type",
        "kernel_rule",
        "kernel_holiday",
        "kernel_calendaryear",
        "kernel_referenceversion",
        "kernel_heartbeat",
        "procrastinate_workers",
    }
)


def is_loaded() -> bool:
    return Area.objects.filter(code=DISTRICT[0]).exists()


def is_empty() -> bool:
    """Whether nothing real is in the database: the demonstration never mixes with a district's own data."""
    with scoping.unscoped("demo"):
        return not Contact.objects.exists() and not Area.objects.filter(kind="community").exists()


def load(*, at: dt.datetime) -> int:
    """Make the district with its 90 days up to `at`, in one transaction. Result: how many contacts."""
    with transaction.atomic(), scoping.unscoped("demo"):
        sync_categories()
        district = lay_out(at=at)
        _second_factors(district)
        registry.lay_out(district.units, district.users, district.areas, at=at)
        mediations.tell(district, at=at)
        mediations.stations(district, at=at)
        rosters.lay_out(district, at=at)
        closed.lay_down(district, at=at)
        closed.weigh(district, at=at)
        told = Teller(district, at=at).tell() + deeds.do(at=at)
        search.put_all_missing()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return told


def _second_factors(district: District) -> None:
    """The duties that need a second factor get the demonstration's printed one."""
    secret = get_adapter().encrypt(people.TOTP_SECRET)
    Authenticator.objects.bulk_create(
        Authenticator(user=district.users[worker.username], type=Authenticator.Type.TOTP, data={"secret": secret})
        for worker in people.every()
        if any(role in SECOND_FACTOR for role, _unit, _place in worker.duties)
    )


def clear() -> None:
    """Empty every table but those of the reference data. Only the owner of the tables can; the application cannot."""
    with psycopg.connect(databases.url(owner=True), autocommit=True) as owner:
        found = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [sql.Identifier(name) for (name,) in found if name not in KEPT]
        owner.execute(prepared.FORGET)
        owner.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(sql.SQL(", ").join(names)))
        owner.execute("ALTER SEQUENCE matter_number RESTART")
    forget_published()


def forget_published() -> None:
    """The log starts anew; what the old one had published would contradict it."""
    shutil.rmtree(settings.EVIDENCE_ROOT, ignore_errors=True)


def accounts_as_text() -> list[str]:
    """The same as lines to print, with the password and where the one-time codes come from."""
    lines = [f"{username:<14}{name}  {duties}" for username, name, duties in accounts()]
    return [
        *lines,
        f"{people.RESIDENT:<14}居民  用手机号登录，验证码在 outbox/sms.log · resident: by phone, the code is in that file",
        f"password · 密码: {people.PASSWORD}",
        "second factor · 动态码: .venv/bin/fengqiao demo code",
    ]


def accounts() -> list[tuple[str, str, str]]:
    """(user name, person, duty) of the accounts to look around with."""
    return [
        (worker.username, worker.name, " / ".join(str(role.label) for role, _unit, _place in worker.duties))
        for worker in people.WORKERS
        if worker.is_shown
    ]
