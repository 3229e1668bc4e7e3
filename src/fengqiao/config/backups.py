"""Backup and restore: the whole database past row-level security, and the files, in one folder with a manifest.

`pg_dump` under a role that the policies bind would fail or leave rows out, so the dump is made by the superuser of
the embedded cluster, or by the role that FENGQIAO_BACKUP_URL names. Keys are not in a backup: who finds one must not
be able to read sealed fields. They are kept apart, by hand (docs/how-to/backup.md).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fengqiao.config import databases
from fengqiao.config.home import home
from fengqiao.config.postgres import SUPERUSER, Cluster, binaries

DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
LAST = "last-backup.json"


class Unusable(Exception):
    """The backup cannot be made or put back; the text says why, in both languages."""


def address() -> str:
    """Of the role that sees every row."""
    if given := os.environ.get("FENGQIAO_BACKUP_URL"):
        return given
    if "DATABASE_URL" in os.environ:
        raise Unusable(
            "Set FENGQIAO_BACKUP_URL to a role with BYPASSRLS: a backup by any other would miss rows. · "
            "请把 FENGQIAO_BACKUP_URL 设为带 BYPASSRLS 的角色，否则备份会缺行。"
        )
    return Cluster(home() / databases.CLUSTER).url(SUPERUSER)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tool(name: str, *arguments: str | Path, url: str) -> None:
    """Run pg_dump or pg_restore. The password goes by the environment: other users can read command lines."""
    program = shutil.which(name) if "FENGQIAO_BACKUP_URL" in os.environ else None
    parts = conninfo_to_dict(url)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {f"PG{key.upper()}": str(value) for key, value in parts.items() if key != "dbname"}
    command = [program or str(binaries() / name), f"--dbname={parts.get('dbname', '')}", *map(str, arguments)]
    made = subprocess.run(command, env=environment, capture_output=True, text=True)
    if made.returncode != 0:
        raise Unusable(f"{name}: {made.stderr.strip()}")


def counts(url: str) -> dict[str, int]:
    """Rows of every table of ours, so that a restore can show that nothing is missing."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('public', 'ledger') AND c.relkind IN ('r', 'p') ORDER BY 1, 2"
        ).fetchall()
        result = {}
        for schema, table in names:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            ).fetchone()
            result[table if schema == "public" else f"{schema}.{table}"] = int(row[0]) if row else 0
        return result


def backup(folder: Path, *, files: Path, url: str, at: dt.datetime) -> Path:
    """A new folder below `folder`, complete or absent: it gets its name when everything is in it."""
    target = folder / f"fengqiao-{at:%Y%m%dT%H%M%S}"
    if target.exists():
        raise Unusable(f"{target} exists already · 已存在")
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    tool("pg_dump", "--format=custom", f"--file={partial / DUMP}", url=url)
    if files.is_dir():
        shutil.copytree(files, partial / FILES)
    sums = {str(path.relative_to(partial)): digest(path) for path in sorted(partial.rglob("*")) if path.is_file()}
    manifest = {"made_at": at.isoformat(), "format": 1, "rows": counts(url), "sha256": sums}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=1))
    partial.rename(target)
    return target


def verify(folder: Path) -> dict[str, int]:
    """Every file is there and unchanged. Result: the rows per table the backup promises."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (FileNotFoundError, ValueError) as error:
        raise Unusable(f"{folder} is not a complete backup · 不是完整的备份") from error
    for name, expected in manifest["sha256"].items():
        if not (folder / name).is_file() or digest(folder / name) != expected:
            raise Unusable(f"{name} is missing or was changed · 文件缺失或被改动：{name}")
    rows: dict[str, int] = manifest["rows"]
    return rows


def restore(folder: Path, *, files: Path, url: str, replace: bool = False) -> dict[str, int]:
    """Put a verified backup back, in a new database that takes the old one's name when it is whole.

    Refuses: a changed backup; a database with events unless `replace`; one that is in use.
    """
    promised = verify(folder)
    if not replace and counts(url).get("kernel_event", 0):
        raise Unusable("This installation holds data; --replace overwrites it. · 已有数据；确要覆盖请加 --replace。")
    name = str(conninfo_to_dict(url)["dbname"])
    fresh = f"{name}_restored"
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        _make_empty(connection, fresh, like=name)
        tool(
            "pg_restore", "--exit-on-error", "--single-transaction", folder / DUMP, url=make_conninfo(url, dbname=fresh)
        )
        restored = counts(make_conninfo(url, dbname=fresh))
        if restored != promised:
            raise Unusable("the restored tables differ from the manifest · 恢复的数据与清单不符")
        if (folder / FILES).is_dir():
            shutil.copytree(folder / FILES, files, dirs_exist_ok=True)
        _take_place(connection, fresh, of=name)
    return restored


def _make_empty(connection: psycopg.Connection, name: str, *, like: str) -> None:
    owner = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [like]).fetchone()
    assert owner, "we were just connected to it"
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(sql.Identifier(name), sql.Identifier(owner[0]))
    )


def _take_place(connection: psycopg.Connection, fresh: str, *, of: str) -> None:
    try:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(of)))
    except psycopg.errors.ObjectInUse as error:
        raise Unusable("The database is in use; stop everything that uses it. · 数据库正被使用，请先停止。") from error
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(of)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def backup_command(folder: str) -> int:
    at = dt.datetime.now(dt.UTC).astimezone()
    try:
        made = backup(Path(folder).resolve(), files=home() / "files", url=address(), at=at)
    except Unusable as error:
        _say(f"No backup was made. · 备份未完成。\n{error}")
        return 1
    (home() / LAST).write_text(json.dumps({"at": at.isoformat(), "folder": str(made)}))
    _say(f"Backup in {made} · 备份完成")
    _say(f"Keep the keys elsewhere: {home() / 'secrets'} · 密钥请另行保管，不要与备份放在一起")
    return 0


def restore_command(folder: str, *, replace: bool) -> int:
    from fengqiao.config import supervisor

    running = supervisor.lock(home() / "up.lock")
    if running is None:
        _say("Stop `fengqiao up` first. · 请先停止 fengqiao up。")
        return 1
    with running:
        try:
            rows = restore(Path(folder).resolve(), files=home() / "files", url=address(), replace=replace)
        except Unusable as error:
            _say(f"Nothing was restored. · 未恢复。\n{error}")
            return 1
    _say(f"Restored {sum(rows.values())} rows in {len(rows)} tables. · 已恢复 {sum(rows.values())} 行。")
    return 0
