"""`fengqiao`: the command line for operators. What it does not know itself it hands to Django's commands."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator

from fengqiao.config.home import DEMO_ACCOUNTS, home

GROUPS: dict[str, dict[str, str]] = {
    "Run · 运行": {
        "up": "start database, web, live and worker, and keep them running · 启动并看护全部进程",
        "check-start": "say what would keep it from starting · 检查启动条件",
        "migrate": "bring the tables up to date, as their owner · 更新数据库结构",
    },
    "Safe keeping · 备份": {
        "backup": "write database and files into a new folder below DIR · 备份到 DIR 下的新文件夹",
        "restore": "put a backup back into an empty installation · 从备份恢复",
    },
    "Evidence · 存证": {
        "evidence": "fsck, prove, verify, export, append-file … · 检查、证明、核对、导出、文件存证",
        "witness": "run a witness for somebody's log, on another machine · 为他人日志做见证",
    },
    "District · 辖区": {
        "demo": "load, reset or describe the demonstration district · 演示辖区",
        "sync-reference": "holidays and rules from their files into the tables · 同步节假日与规则",
        "import-contacts": "contacts from CSV or XLSX, resumable · 导入诉求",
        "import-areas": "administrative divisions from a file · 导入行政区划",
        "openapi": "print the description of the API, --write refreshes docs · 接口说明",
        "check-scopes": "list tables that row-level security leaves open · 检查行级权限",
        "train-classifier": "train the category suggestions · 训练分类",
        "evaluate-classifier": "print a model card · 评估分类",
        "calc": "work out a fee, a time limit or damages, --list names them · 费用与风险测算",
    },
    "Other · 其他": {
        "shell": "a Python shell with everything loaded · Python 交互环境",
        "help": "all commands, Django's too · 全部命令",
    },
}
AS_OWNER = {"migrate", "showmigrations", "sqlmigrate"}
WITHOUT_DATABASE = {
    "help", "check", "makemigrations", "makemessages", "compilemessages", "collectstatic", "findstatic", "diffsettings",
    "startproject", "evaluate_classifier", "version", "--version", "witness", "calc",
}  # fmt: skip
ALONE = {("evidence", "verify"), ("evidence", "append-file")}
OWN = {"up", "check-start", "backup", "restore"}


def overview() -> str:
    """The help text: only commands that exist are listed."""
    known = OWN | {name.replace("_", "-") for name in django_commands()}
    lines = ["usage: fengqiao COMMAND [options]        fengqiao COMMAND --help", ""]
    for title, commands in GROUPS.items():
        present = {name: text for name, text in commands.items() if name in known or name == "help"}
        if present:
            lines += [title, *(f"  {name:<20} {text}" for name, text in present.items()), ""]
    return "\n".join(lines)


def django_commands() -> dict[str, str]:
    import django
    from django.core.management import get_commands

    django.setup()
    return get_commands()


def up(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("fengqiao up", description=GROUPS["Run · 运行"]["up"])
    parser.add_argument("--demo", action="store_true", help="load the demonstration district · 载入演示辖区")
    parser.add_argument("--port", type=int, help="port of the pages (FENGQIAO_PORT, 8000); live is the next one")
    parser.add_argument("--bind", help="address to listen on (FENGQIAO_BIND, 127.0.0.1)")
    given = parser.parse_args(arguments)
    if given.port:
        os.environ["FENGQIAO_PORT"] = str(given.port)
    if given.bind:
        os.environ["FENGQIAO_BIND"] = given.bind
    from fengqiao.config import supervisor

    return supervisor.up(demo=given.demo)


def check_start(arguments: list[str]) -> int:
    argparse.ArgumentParser("fengqiao check-start", description=GROUPS["Run · 运行"]["check-start"]).parse_args(
        arguments
    )
    from fengqiao.config import checks

    checks.refuse([*checks.before_database(), *checks.owner_problems(os.environ)])
    with database():
        checks.refuse(checks.all_problems())
    sys.stdout.write("Nothing keeps Fengqiao from starting. · 可以启动。\n")
    return 0


def backup(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("fengqiao backup", description=GROUPS["Safe keeping · 备份"]["backup"])
    parser.add_argument("folder", metavar="DIR")
    given = parser.parse_args(arguments)
    from fengqiao.config import backups

    with database():
        return backups.backup_command(given.folder)


def restore(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("fengqiao restore", description=GROUPS["Safe keeping · 备份"]["restore"])
    parser.add_argument("folder", metavar="DIR", help="a folder that `fengqiao backup` made · 备份文件夹")
    parser.add_argument("--replace", action="store_true", help="also over tables that hold data · 覆盖已有数据")
    given = parser.parse_args(arguments)
    from fengqiao.config import backups

    with database():
        return backups.restore_command(given.folder, replace=given.replace)


@contextlib.contextmanager
def database() -> Iterator[None]:
    """The embedded server, started for this command when `fengqiao up` is not running; nothing with DATABASE_URL."""
    from fengqiao.config import supervisor

    cluster = supervisor.embedded_cluster()
    if cluster is None or cluster.is_answering():
        yield
        return
    cluster.start()
    try:
        yield
    finally:
        cluster.stop()


def hand_to_django(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    name = arguments[0] if arguments[0].startswith("-") else arguments[0].replace("-", "_")
    if name in AS_OWNER:
        os.environ["FENGQIAO_AS_OWNER"] = "1"
    asks_only = {"--help", "-h"} & set(arguments)
    is_alone = name in WITHOUT_DATABASE or tuple(arguments[:2]) in ALONE
    without = (is_alone and "--database" not in arguments) or asks_only
    with contextlib.nullcontext() if without else database():
        execute_from_command_line(["fengqiao", name, *arguments[1:]])
    return 0


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    if (home() / DEMO_ACCOUNTS).exists():
        os.environ.setdefault("FENGQIAO_DEMO", "1")
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.stdout.write(overview())
        return 0
    own = {"up": up, "check-start": check_start, "backup": backup, "restore": restore}
    if arguments[0] in own:
        return own[arguments[0]](arguments[1:])
    return hand_to_django(arguments)


if __name__ == "__main__":
    sys.exit(main())
