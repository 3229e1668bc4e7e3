"""Hard kills under load: 40 times `kill -9` of web, worker or database while eight writers send deeds with keys.

Every writer keeps each answer it got. Afterwards the database is compared with the answers: nothing acknowledged may be
missing, nothing may be there twice, every event has its deed and every job of the outbox has run. A control run with
`synchronous_commit` and `fsync` off must lose something, or the check proves nothing.

`make bench ARGS=crash`; FENGQIAO_BENCH_KILLS (40), FENGQIAO_BENCH_SEED. Home: var/bench-crash, made anew each time.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

os.environ["FENGQIAO_BENCH_FOLDER"] = "bench-crash"

KILLS = int(os.environ.get("FENGQIAO_BENCH_KILLS", "40"))
CONTROL_KILLS = 3
SEED = int(os.environ.get("FENGQIAO_BENCH_SEED", "20261124"))
WRITERS = 8
SERVING_S, JOBS_S, PATIENCE_S = 60.0, 120.0, 90.0
GAP_S = (0.6, 2.4)
CONTROL_GAP_S = (6.0, 9.0)
FOLDER = Path(__file__).resolve().parent

_UP = """
import sys
from fengqiao.config import supervisor
supervisor.CALM_S = 3.0  # forty kills in some minutes are not forty failures of ours: no growing pause
sys.exit(supervisor.up(demo=False))
"""


# ---------------------------------------------------------------- a writer, in a process of its own


class Writer:
    """Sends deeds one after the other and writes down each answer; asks again with the same key until there is one."""

    def __init__(self, name: str, port: int, keys: dict[str, str], folder: Path) -> None:
        self.name, self.port, self.keys, self.folder = name, port, keys, folder
        self.random = random.Random(f"{SEED}{name}")
        self.log = (folder / f"{name}.jsonl").open("a")
        self.wire: http.client.HTTPConnection | None = None

    def run(self) -> None:
        n = 0
        while not (self.folder / "stop").exists():
            n += 1
            token = f"{self.name}x{n:05d}x"
            text = f"{self.random.choice(('云锦小区', '槐荫北里', '海棠苑'))}{n % 17}号楼暖气不热，单号{token}。"
            made = self.deed("file", token, "desk", "/contacts", {"text": text})
            if made is None or self.random.random() < 0.4:
                continue
            number = made["number"]
            if self.deed("dispatch", token, "desk", f"/contacts/{number}/dispatch", {"unit": "heating"}) is None:
                continue
            if self.deed("take", token, "unit", f"/contacts/{number}/take", {}) is not None:
                self.deed("answer", token, "unit", f"/contacts/{number}/answer", {"text": f"已安排检修，{token}。"})

    def deed(self, kind: str, token: str, who: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        key, sent, tries = str(uuid.UUID(int=self.random.getrandbits(128))), json.dumps(body).encode(), 0
        self.note(kind="tried", deed=kind, token=token)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            tries += 1
            status, answer = self.ask(who, path, sent, key)
            if status in {200, 201}:
                told: dict[str, Any] = json.loads(answer)
                number = told["number"]
                self.note(kind="acknowledged", deed=kind, token=token, number=number, tries=tries)
                if self.random.random() < 0.05:
                    again = self.ask(who, path, sent, key)
                    if again[0] in {200, 201} and again[1] != answer:
                        self.note(kind="differs", deed=kind, token=token)
                return told
            if 400 <= status < 500 and status not in {408, 429} and b"in_progress" not in answer:
                self.note(kind="refused", deed=kind, token=token, status=status, answer=answer.decode()[:300])
                return None
            time.sleep(0.15)
        self.note(kind="unanswered", deed=kind, token=token)
        return None

    def ask(self, who: str, path: str, body: bytes, key: str) -> tuple[int, bytes]:
        """Status 0 when nothing came back."""
        try:
            if self.wire is None:
                self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            headers = {
                "Authorization": f"Bearer {self.keys[who]}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            }
            self.wire.request("POST", f"/api/v1{path}", body, headers)
            response = self.wire.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            if self.wire is not None:
                self.wire.close()
            self.wire = None
            return 0, b""

    def note(self, **facts: Any) -> None:
        self.log.write(json.dumps(facts) + "\n")
        self.log.flush()


def write_forever(name: str, port: str, folder: str) -> None:
    keys = json.loads((Path(folder) / "keys.json").read_text())
    Writer(name, int(port), keys, Path(folder)).run()


# ---------------------------------------------------------------- processes


def _parents() -> dict[int, int]:
    """Parent of every living process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                if words[0] != "Z":
                    found[int(entry.name)] = int(words[1])
    return found


def _below(pid: int) -> list[int]:
    parents, found = _parents(), [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


MARKS = {"web": "granian", "worker": "fengqiao.config.worker", "database": "bin/postgres"}


class Stack:
    """`fengqiao up` as its own process, and ways to hurt it."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home = port, home
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "FENGQIAO_OWNER_URL"}}
        environment = {
            **kept,
            "PYTHONPATH": str(FOLDER.parent / "src"),
            "FENGQIAO_HOME": str(self.home),
            "FENGQIAO_PORT": str(self.port),
            "FENGQIAO_API_PER_MINUTE": "1000000",
        }
        log = (self.home / "up.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _UP], env=environment, stdout=log, stderr=log, start_new_session=True
        )

    def victims(self, what: str) -> list[int]:
        """The process of this service with all below it; database: the postmaster and every backend."""
        assert self.process
        parents = _parents()
        children = [pid for pid, parent in parents.items() if parent == self.process.pid]
        heads = [pid for pid in children if MARKS[what] in _command(pid)]
        return [pid for head in heads for pid in _below(head)]

    def kill(self, what: str) -> int:
        """SIGKILL to all of them at once. Result: how many processes."""
        found = self.victims(what)
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def is_whole(self, key: str) -> bool:
        """Whether a page of the API answers from the database and all services run."""
        return all(self.victims(what) for what in MARKS) and _status(self.port, key) == 200

    def wait(self, key: str, *, most_s: float) -> float:
        """Seconds until whole again; `most_s` when it never was."""
        began = time.monotonic()
        while time.monotonic() - began < most_s:
            if self.is_whole(key):
                return time.monotonic() - began
            time.sleep(0.1)
        return most_s

    def stop(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            for pid in _below(self.process.pid):
                os.kill(pid, signal.SIGKILL)


def _status(port: int, key: str) -> int:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        wire.request("GET", "/api/v1/contacts?limit=1", headers={"Authorization": f"Bearer {key}"})
        return wire.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        wire.close()


# ---------------------------------------------------------------- one run


def run(
    name: str,
    order: list[str],
    stack: Stack,
    folder: Path,
    keys: dict[str, str],
    *,
    gap_s: tuple[float, float] = GAP_S,
) -> dict[str, list[float]]:
    """Writers on, kills in this order, writers off, jobs drained. Result: seconds to recover, by what was killed."""
    folder.mkdir(parents=True)
    (folder / "keys.json").write_text(json.dumps(keys))
    stack.start()
    if stack.wait(keys["desk"], most_s=SERVING_S * 2) >= SERVING_S * 2:
        sys.exit((stack.home / "up.log").read_text()[-3000:])
    writers = [
        subprocess.Popen([sys.executable, __file__, "writer", f"{name}{n}", str(stack.port), str(folder)])
        for n in range(WRITERS)
    ]
    chance, recovered = random.Random(SEED), {what: list[float]() for what in MARKS}
    try:
        for what in order:
            time.sleep(chance.uniform(*gap_s))
            assert stack.kill(what), f"no process of {what} to kill"
            recovered[what].append(stack.wait(keys["desk"], most_s=SERVING_S))
        time.sleep(1)
    finally:
        (folder / "stop").touch()
        for writer in writers:
            try:
                writer.wait(timeout=PATIENCE_S + 30)
            except subprocess.TimeoutExpired:
                writer.kill()
    return recovered


_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"


def drain(url: str) -> float:
    """Seconds until every job that was due has run; JOBS_S when some never did."""
    import psycopg

    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as base:
        while time.monotonic() - began < JOBS_S:
            if base.execute(_LEFT).fetchone()[0] == 0:
                return time.monotonic() - began
            time.sleep(0.5)
    return JOBS_S


def said(folder: Path) -> list[dict[str, Any]]:
    """Everything the writers wrote down. A last line may be cut when a writer was ended."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
    return found


ENTRY = {"file": "received", "dispatch": "dispatched", "take": "taken", "answer": "answer"}


def compare(name: str, notes: list[dict[str, Any]]) -> dict[str, int]:
    """What was acknowledged beside what is there."""
    from fengqiao.intake.events import ContactReceived
    from fengqiao.intake.models import Contact, Entry
    from fengqiao.kernel import scoping
    from fengqiao.kernel.models import Event

    with scoping.unscoped("bench"):
        contacts = list(Contact.objects.filter(text__contains=f"单号{name}").values_list("id", "number", "text"))
        tokens = {pk: text.partition("单号")[2].rstrip("。") for pk, _number, text in contacts}
        numbers = {number: pk for pk, number, _text in contacts}
        there = Counter(tokens.values())
        lines = Counter(Entry.objects.filter(contact_id__in=tokens).values_list("contact_id", "kind"))
        received = Counter(
            Event.objects.filter(kind=ContactReceived.kind, subject__in=numbers).values_list("subject", flat=True)
        )
    told = [note for note in notes if note["kind"] == "acknowledged"]
    lost = doubled = 0
    for note in told:
        pk = numbers.get(note["number"])
        count = lines[pk, ENTRY[note["deed"]]] if pk and tokens.get(pk) == note["token"] else 0
        lost += count == 0
        doubled += count > 1
    answered = {(note["deed"], note["token"]) for note in told}
    kinds = {kind: deed for deed, kind in ENTRY.items()}
    done = [(kinds[kind], tokens[pk]) for (pk, kind), n in lines.items() if kind in kinds for _one in range(n)]
    return {
        "acknowledged": len(told),
        "lost": lost,
        "doubled": doubled + sum(n - 1 for n in there.values() if n > 1),
        "done without an answer": sum(deed not in answered for deed in done),
        "contacts without one event each": sum(received[number] != 1 for number in numbers),
        "answers that differed when asked again": sum(note["kind"] == "differs" for note in notes),
        "refused": sum(note["kind"] == "refused" for note in notes),
        "unanswered": sum(note["kind"] == "unanswered" for note in notes),
    }


def main() -> None:
    import ground
    from bench_setup import free_port

    shutil.rmtree(ground.HOME, ignore_errors=True)
    cluster = ground.start()
    ground.district()
    keys = _keys()
    cluster.stop()
    _forget_connections()
    stack = Stack(free_port(), ground.HOME)
    chance = random.Random(SEED)
    order = [tuple(MARKS)[n % 3] for n in range(KILLS)]
    chance.shuffle(order)

    recovered = run("W", order, stack, ground.HOME / "run", keys)
    drained = drain(cluster.url("fengqiao_app"))
    failed = _jobs(cluster, "failed")
    stack.stop()
    cluster.start()
    found = compare("W", said(ground.HOME / "run"))
    _tell("", found)
    for what, seconds in recovered.items():
        if seconds:
            ground.tell(f"serving again after kill -9 of the {what}, longest of {len(seconds)}", max(seconds), "s",
                        gate="<= 30", median=round(sorted(seconds)[len(seconds) // 2], 2))  # fmt: skip
    ground.tell(f"{KILLS} kills: acknowledged deeds", found["acknowledged"], "deeds")
    ground.tell("outbox: until every job had run", drained, "s", gate=f"<= {JOBS_S - 1:.0f}")
    ground.tell("outbox: jobs given up", failed, "jobs", gate="<= 0")
    ground.tell("pages of tables and indexes found damaged (pg_amcheck)", _damaged(cluster), "relations", gate="<= 0")

    _alter(
        cluster, "synchronous_commit = off", "fsync = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"
    )
    cluster.stop()
    _forget_connections()
    run("C", ["database"] * CONTROL_KILLS, stack, ground.HOME / "control", keys, gap_s=CONTROL_GAP_S)
    stack.stop()
    cluster.start()
    found = compare("C", said(ground.HOME / "control"))
    ground.tell(
        f"control without durable commits, {CONTROL_KILLS} kills of the database: acknowledged and lost",
        found["lost"], "deeds", gate=">= 1", of=found["acknowledged"],
    )  # fmt: skip


def _tell(name: str, found: dict[str, int]) -> None:
    import ground

    for what in ("lost", "doubled", "contacts without one event each", "answers that differed when asked again"):
        ground.tell(f"{KILLS} kills: {what}", found[what], "deeds", gate="<= 0")
    for what in ("done without an answer", "refused", "unanswered"):
        ground.tell(f"{KILLS} kills: {what}", found[what], "deeds")


def _keys() -> dict[str, str]:
    """A key of the district's centre and one of the heating office."""
    import datetime as dt

    from fengqiao.intake import rules
    from fengqiao.kernel import clock, scoping
    from fengqiao.kernel.actor import system
    from fengqiao.people import actions as people
    from fengqiao.people.models import Organisation
    from fengqiao.people.rules import Role

    at = clock.now()
    wanted = {
        "desk": ("centre", Role.DISPATCHER, (rules.FILE, rules.READ, rules.DISPATCH)),
        "unit": ("heating", Role.OFFICER, (rules.READ, rules.HANDLE)),
    }
    with scoping.unscoped("bench"):
        return {
            name: people.issue_key(
                organisation=Organisation.objects.get(code=code), name=f"bench {name}", role=role, scopes=scopes,
                expires_on=at.date() + dt.timedelta(days=30), actor=system("bench"), at=at,
            )[1]
            for name, (code, role, scopes) in wanted.items()
        }  # fmt: skip


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()


def _jobs(cluster: Any, status: str) -> int:
    import psycopg

    with psycopg.connect(cluster.url("fengqiao_app")) as base:
        found = base.execute(
            "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = %s GROUP BY 1", [status]
        ).fetchall()
    for name, count in found:
        print(f"{status}: {count} × {name}", file=sys.stderr)
    return sum(count for _name, count in found)


def _alter(cluster: Any, *settings: str) -> None:
    import psycopg

    with psycopg.connect(cluster.url("fengqiao_super", "postgres"), autocommit=True) as base:
        for setting in settings:
            base.execute(f"ALTER SYSTEM SET {setting}")


def _damaged(cluster: Any) -> int:
    """Relations pg_amcheck complains of."""
    from fengqiao.config.postgres import PORT, SUPERUSER, binaries

    password = (cluster.home / f"{SUPERUSER}.password").read_text().strip()
    command = [str(binaries() / "pg_amcheck"), "-h", str(cluster.sockets), "-p", PORT, "-U", SUPERUSER]
    made = subprocess.run(
        [*command, "--install-missing", "--heapallindexed", "fengqiao"],
        capture_output=True, text=True, env={**os.environ, "PGPASSWORD": password},
    )  # fmt: skip
    sys.stderr.write(made.stderr[-1500:])
    damaged = {line for line in made.stdout.splitlines() if "relation" in line or "index" in line}
    return len(damaged) or int(made.returncode != 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["writer"]:
        write_forever(*sys.argv[2:])
    else:
        main()
