"""Refusals at start-up: each names a setting that would quietly undo a promise, and says what to do.

Used by the supervisor, by every serving process, by `fengqiao check-start`, and as Django checks (`check --deploy`).
"""

from __future__ import annotations

import ipaddress
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from fengqiao.config import databases, home

EX_CONFIG = 78
SECRETS = ("FENGQIAO_SECRET_KEY", "FENGQIAO_FIELD_KEY", "FENGQIAO_INDEX_KEY")
_WELL_KNOWN = ("django-insecure", "changeme", "change-me", "secret", "test-only", "example", "default")


@dataclass(frozen=True)
class Problem:
    """One reason not to start. `code` is stable; both languages say what is wrong and what to do."""

    code: str
    en: str
    zh: str

    def __str__(self) -> str:
        return f"[{self.code}] {self.en}\n    {self.zh}"


def is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def debug_problems(environment: Mapping[str, str]) -> Iterator[Problem]:
    bind = environment.get("FENGQIAO_BIND", "127.0.0.1")
    debug = environment.get("FENGQIAO_DEBUG", "").lower() in {"1", "true", "yes", "on"}
    if debug and not is_loopback(bind):
        yield Problem(
            "start.debug",
            f"Debug is on and the address {bind} can be reached from outside: error pages would show secrets. "
            "Unset FENGQIAO_DEBUG, or set FENGQIAO_BIND=127.0.0.1.",
            f"调试模式已打开，而监听地址 {bind} 可从外部访问，错误页会泄露机密。"
            "请去掉 FENGQIAO_DEBUG，或设 FENGQIAO_BIND=127.0.0.1。",
        )


def is_default_secret(value: str) -> bool:
    """Short, well known, or with so few different characters that nobody drew it at random."""
    lowered = value.lower()
    return len(value) < 32 or len(set(value)) < 8 or any(word in lowered for word in _WELL_KNOWN)


def secret_problems(environment: Mapping[str, str]) -> Iterator[Problem]:
    for name in SECRETS:
        value = environment.get(name)
        if value is not None and is_default_secret(value):
            yield Problem(
                "start.secret",
                f"{name} is a default or too simple. Unset it to have a random one made, "
                "or set the output of: openssl rand -hex 32",
                f"{name} 是默认值或过于简单。请去掉它以自动生成，或改用 openssl rand -hex 32 的输出。",
            )


def key_file_problems(folder: Path) -> Iterator[Problem]:
    """Keys and passwords of this installation must be readable by their owner alone."""
    for path in sorted([*folder.glob("secrets/*"), *folder.glob("postgres/*.password")]):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Problem(
                "start.key_file",
                f"The key file {path} can be read by others. Do: chmod 600 {path} — and change the key "
                "if anybody else uses this machine.",
                f"密钥文件 {path} 可被他人读取。请执行 chmod 600 {path}；如有他人使用本机，请更换密钥。",
            )


_ROLE = """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls,
           (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
      FROM pg_roles r WHERE r.rolname = current_user
"""


def role_problems(address: str) -> Iterator[Problem]:
    """Row-level security does not bind superusers, BYPASSRLS roles, or owners; so none of them may serve pages."""
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            row = connection.execute(_ROLE).fetchone()
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[0]
        yield Problem(
            "start.database",
            f"The database does not let us in: {said}. Check DATABASE_URL, and that the server runs.",
            f"连接不上数据库：{said}。请检查 DATABASE_URL，以及数据库是否在运行。",
        )
        return
    assert row, "current_user is always a role"
    name, is_superuser, bypasses, owned = row
    cure_en = "Create a plain role and name it in DATABASE_URL; the owner belongs in FENGQIAO_OWNER_URL."
    cure_zh = "请另建普通角色写入 DATABASE_URL，表的所有者写入 FENGQIAO_OWNER_URL（见 docs/how-to/own-database.md）。"
    if is_superuser:
        yield Problem(
            "start.superuser",
            f"The database role {name} is a superuser: row-level security would not bind it. {cure_en}",
            f"数据库角色 {name} 是超级用户，行级权限对它无效。{cure_zh}",
        )
    elif bypasses:
        yield Problem(
            "start.bypassrls",
            f"The database role {name} has BYPASSRLS. Do: ALTER ROLE {name} NOBYPASSRLS. {cure_en}",
            f"数据库角色 {name} 带有 BYPASSRLS。请执行 ALTER ROLE {name} NOBYPASSRLS。{cure_zh}",
        )
    elif owned:
        yield Problem(
            "start.owner",
            f"The database role {name} owns {owned} tables and could switch their protection off. {cure_en}",
            f"数据库角色 {name} 是 {owned} 张表的所有者，可自行关闭保护。{cure_zh}",
        )


def owner_problems(environment: Mapping[str, str]) -> Iterator[Problem]:
    """With a server of the operator's, another role than ours must make the tables; only `up` and `migrate` need it."""
    if environment.get("DATABASE_URL") and not environment.get("FENGQIAO_OWNER_URL"):
        yield Problem(
            "start.owner_url",
            "DATABASE_URL is set, but not FENGQIAO_OWNER_URL: the role that serves pages may not own the tables, so "
            "another one makes them. Create it and set FENGQIAO_OWNER_URL (see docs/how-to/own-database.md).",
            "设了 DATABASE_URL，但没有设 FENGQIAO_OWNER_URL：提供页面的角色不能是表的所有者，要由另一个角色建表。"
            "请按 docs/how-to/own-database.md 建好该角色并设 FENGQIAO_OWNER_URL。",
        )


def before_database(environment: Mapping[str, str] | None = None) -> list[Problem]:
    given = os.environ if environment is None else environment
    return [*debug_problems(given), *secret_problems(given), *key_file_problems(home.home())]


def all_problems() -> list[Problem]:
    return [*before_database(), *role_problems(databases.url())]


def refuse(problems: list[Problem]) -> None:
    """Ends the process with the reasons, when there are any."""
    if problems:
        sys.stderr.write("Fengqiao does not start. · 枫桥没有启动：\n")
        sys.stderr.writelines(f"  {problem}\n" for problem in problems)
        raise SystemExit(EX_CONFIG)


def register() -> None:
    """Also as Django checks, under `check --deploy`, so that the usual tools show them."""
    from django.core import checks

    @checks.register(checks.Tags.security, deploy=True)
    def start_checks(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
        return [checks.Error(each.en, hint=each.zh, id=f"fengqiao.{each.code}") for each in all_problems()]
