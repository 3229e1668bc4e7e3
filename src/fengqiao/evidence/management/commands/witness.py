"""`fengqiao witness …`: sign that somebody's log only grows. Needs no database; keep it on a machine of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fengqiao.evidence import verifier
from fengqiao.evidence.signing import Cosigner
from fengqiao.evidence.witness import Witness, seed_in, server


class Command(BaseCommand):
    help = "a witness of an evidence log · 存证日志的见证方"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["serve", "key", "state"])
        parser.add_argument("--dir", required=True, help="folder of its key and memory · 见证方的文件夹")
        parser.add_argument("--name", required=True, help="such as witness.court.example/1 · 见证方名称")
        parser.add_argument(
            "--log", action="append", default=[], metavar="VKEY", help="a log it watches · 被见证的日志公钥"
        )
        parser.add_argument("--bind", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8600)

    def handle(self, *args: Any, **given: Any) -> None:
        folder = Path(given["dir"])
        signer = Cosigner(given["name"], seed_in(folder))
        logs: dict[str, tuple[verifier.Key, ...]] = {}
        for vkey in given["log"]:
            key = verifier.parse_key(vkey)
            logs[key.name] = (*logs.get(key.name, ()), key)
        witness = Witness(folder, signer, logs)
        if given["part"] == "key":
            self.stdout.write(signer.key.vkey())
            return
        if not logs:
            raise CommandError("--log names the log it watches · 请用 --log 指明日志公钥")
        if given["part"] == "state":
            for origin in logs:
                size, root = witness.latest(origin)
                self.stdout.write(f"{origin}: {size} {root.hex()}")
            for path in witness.kept():
                self.stdout.write(f"kept as evidence · 留证: {path}")
            return
        serving = server(witness, (given["bind"], given["port"]))
        self.stdout.write(f"{signer.key.vkey()}\nhttp://{given['bind']}:{serving.server_port}/")
        self.stdout.flush()
        serving.serve_forever()
