"""`fengqiao evidence …`: look the log over, prove, verify, export, seal files, settle."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fengqiao.evidence import audit, counting, filelog, leaves, queries, settled, verifier
from fengqiao.evidence.actions import adopt, settle
from fengqiao.evidence.models import Leaf, Log
from fengqiao.evidence.tasks import turn
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import system

WITHOUT_DATABASE = frozenset({"verify", "append-file"})


class Command(BaseCommand):
    help = "the evidence log · 存证日志"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
        parts.add_parser("seal", help="one turn of the sequencer, now · 立即存证一次")
        fsck = parts.add_parser("fsck", help="look over everything, or a copy in DIR · 全面检查")
        fsck.add_argument("folder", nargs="?", metavar="DIR", help="a folder of log files · 日志文件夹")
        fsck.add_argument("--key", action="append", default=[], help="verifier key of the copy · 日志公钥")
        fsck.add_argument("--policy", help="policy file with the witnesses · 信任文件")
        prove = parts.add_parser("prove", help="write the proofs of a matter or an event · 导出证明")
        prove.add_argument("subject", help="matter number or event id · 编号")
        prove.add_argument("--to", default=".", metavar="DIR")
        verify = parts.add_parser("verify", help="check a proof file, without the database · 核对证明", add_help=False)
        verify.add_argument("words", nargs="*")
        export = parts.add_parser("export", help="the logs as plain files with their keys · 导出日志")
        export.add_argument("folder", metavar="DIR")
        seal = parts.add_parser("append-file", help="seal files in a log of their own in DIR · 为文件存证")
        seal.add_argument("--log", required=True, metavar="DIR")
        seal.add_argument("--origin", default="", help="name of a new log · 新日志的名称")
        seal.add_argument("files", nargs="+")
        parts.add_parser("adopt", help="after a restore: take back what was shown · 恢复后对齐")
        done = parts.add_parser("settle", help="an incident is looked into · 事件已处理")
        done.add_argument("incident", type=int)
        done.add_argument("--by", required=True, help="who answers for it · 负责人")
        parts.add_parser("keys", help="print the keys of the logs as a policy file · 打印日志公钥")

    def run_from_argv(self, argv: list[str]) -> None:
        """`verify` belongs to the program strangers use, with its own options."""
        if argv[2:3] == ["verify"]:
            sys.exit(verifier.main(argv[3:]))
        super().run_from_argv(argv)

    def handle(self, *args: Any, **given: Any) -> None:
        part = getattr(self, f"_{given['part'].replace('-', '_')}")
        if given["part"] in WITHOUT_DATABASE:
            part(given)
            return
        with scoping.unscoped(f"evidence.{given['part']}"):
            part(given)

    def _seal(self, given: dict[str, Any]) -> None:
        turn()
        for state in queries.logs():
            self.stdout.write(f"{state.log.origin}: {state.shown}")

    def _verify(self, given: dict[str, Any]) -> None:
        raise SystemExit(verifier.main(given["words"]))

    def _fsck(self, given: dict[str, Any]) -> None:
        found = self._fsck_copy(given) if given["folder"] else list(counting.problems())
        for problem in found:
            self.stdout.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems · 有{len(found)}处不对")
        self.stdout.write("Everything agrees. · 全部一致。")

    def _fsck_copy(self, given: dict[str, Any]) -> list[str]:
        folder = Path(given["folder"])
        policy = verifier.parse_policy(Path(given["policy"]).read_bytes()) if given["policy"] else verifier.Policy()
        keys = given["key"] or ([(folder / "vkey").read_text()] if (folder / "vkey").exists() else [])
        logs = policy.logs + tuple(verifier.parse_key(key) for key in keys)
        known = verifier.Policy(logs, policy.witnesses, policy.groups, policy.quorum)
        checkpoint, found = audit.audit(folder, known)
        if checkpoint is not None:
            self.stdout.write(f"{checkpoint.origin}: {checkpoint.size}")
        return found

    def _prove(self, given: dict[str, Any]) -> None:
        subject, folder = given["subject"], Path(given["to"])
        about = {"event_id": int(subject)} if subject.isdigit() else {"subject": subject}
        written = 0
        for leaf in Leaf.objects.filter(**about).order_by("pk"):
            made = queries.proof(leaf.event_id) if leaf.event_id else None
            if made is not None:
                (folder / f"{leaf.event_id}.tlog-proof").write_bytes(made)
                written += 1
        (folder / "policy").write_text(queries.policy_text())
        self.stdout.write(f"{written} proofs · {written} 份证明")
        if not written:
            raise CommandError("There is nothing to prove yet. · 还没有可导出的证明。")

    def _export(self, given: dict[str, Any]) -> None:
        target = Path(given["folder"])
        for log in Log.objects.order_by("pk"):
            copy = target / log.folder
            shutil.copytree(
                Path(settings.EVIDENCE_ROOT) / log.folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*")
            )
            (copy / "vkey").write_text("".join(f"{key.vkey()}\n" for key in settled.keys(log)[:1]))
            self.stdout.write(f"{log.origin} → {copy}")
        target.mkdir(parents=True, exist_ok=True)
        (target / "policy").write_text(queries.policy_text())
        shutil.copyfile(Path(verifier.__file__), target / "verifier.py")

    def _append_file(self, given: dict[str, Any]) -> None:
        folder = Path(given["log"])
        origin = given["origin"] or f"files.invalid/{folder.resolve().name}".replace(" ", "-").replace("+", "-")
        files = [Path(name) for name in given["files"]]
        for path in filelog.append(folder, files, origin=origin, at=leaves.instant(clock.now())):
            self.stdout.write(str(path))

    def _adopt(self, given: dict[str, Any]) -> None:
        for log in Log.objects.order_by("pk"):
            self.stdout.write(f"{log.origin}: {adopt(log, at=clock.now())}")

    def _settle(self, given: dict[str, Any]) -> None:
        settle(given["incident"], actor=system(f"evidence.settle by {given['by']}"[:60]), at=clock.now())
        self.stdout.write("Settled. · 已处理。")

    def _keys(self, given: dict[str, Any]) -> None:
        self.stdout.write(queries.policy_text())
