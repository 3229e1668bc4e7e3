"""Hard kills of the ledger: 40 times `kill -9` of database, web or worker while sixteen terminals post.

Web is a process with the micro-batcher of the product behind a socket; the worker rolls up without a pause. Every
request has an id of its own and is sent two to ten times, by several terminals, in mixed order, again until there is
an answer. Afterwards every acknowledged movement must be there once, every copy must have heard the same, another
content under a used id must meet a conflict, and every balance must be the sum of its movements. A control with
`synchronous_commit` off, and the function that insists on it taken out, must lose something.

`make bench ARGS=ledger_crash`; FENGQIAO_BENCH_KILLS (40), FENGQIAO_BENCH_IDS (10,000), FENGQIAO_BENCH_SEED.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-ledger-crash")

import ground

KILLS = int(os.environ.get("FENGQIAO_BENCH_KILLS", "40"))
IDS = int(os.environ.get("FENGQIAO_BENCH_IDS", "10000"))
SEED = int(os.environ.get("FENGQIAO_BENCH_SEED", "20261128"))
TERMINALS, ISSUERS, CARDS, FIRST = 16, 20, 50, 700_000
PATIENCE_S = 60.0
FOLDER = Path(__file__).resolve().parent


# ---------------------------------------------------------------- the processes that are killed


def asked_of(words: list[Any]) -> Any:
    from fengqiao.prepaid.ledger.rules import Flow, Transfer

    key, issuer, debit, credit, fen, flow, memo = words
    return Transfer(issuer, uuid.UUID(key), debit, credit, fen, Flow(flow), "member:1", memo=memo)


def serve(port: str) -> None:
    """One line of JSON a request, one an answer; every terminal has a thread, all share the batcher."""
    import django

    django.setup()
    from fengqiao.prepaid.ledger import batching

    batcher = batching.Batcher(batching.connect, patience_s=20)

    class Terminal(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            for line in self.rfile:
                answer = batcher.post(asked_of(json.loads(line)))
                said = [answer.outcome, answer.at and answer.at.isoformat()]
                self.wfile.write(json.dumps(said).encode() + b"\n")
                self.wfile.flush()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    Server(("127.0.0.1", int(port)), Terminal).serve_forever()


def work() -> None:
    import django

    django.setup()
    from django.db import DatabaseError, InterfaceError, connection

    from fengqiao.prepaid.ledger import jobs

    while True:
        try:
            jobs.roll_up()
            jobs.expire_holds()
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(0.1)


class Processes:
    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        if name == "database":
            self.cluster.start()
            return
        command = [sys.executable, __file__, name, *([str(self.port)] if name == "web" else [])]
        self.running[name] = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(FOLDER.parent / "src")})

    def kill(self, name: str) -> None:
        """SIGKILL: for the database to the postmaster and every backend at once."""
        process = self.cluster.process if name == "database" else self.running[name]
        found = [process.pid, *(children(process.pid) if name == "database" else [])]
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def is_serving(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return self.cluster.is_answering()
        return False

    def wait(self) -> float:
        began = time.monotonic()
        while not self.is_serving() and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# ---------------------------------------------------------------- terminals


@dataclasses.dataclass
class Heard:
    """What terminals heard: by id, the set of answers."""

    answers: dict[str, set[tuple[int, str | None]]] = dataclasses.field(default_factory=dict)
    sent: int = 0
    silent: int = 0
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)


class Supply:
    """Requests with their copies, mixed within a window, until there were enough and the kills are over."""

    def __init__(self, chance: random.Random, least: int) -> None:
        self.least, self.chance = least, chance
        self.window, self.made = list[list[Any]](), dict[str, list[Any]]()
        self.lock, self.is_over = threading.Lock(), False

    def new(self) -> list[Any]:
        from fengqiao.prepaid.ledger.ids import uuid7

        issuer, card = FIRST + self.chance.randrange(ISSUERS), 1000 + self.chance.randrange(CARDS)
        debit, credit, flow = (1, card, 1) if self.chance.random() < 0.6 else (card, 6, 5)
        return [str(uuid7()), issuer, debit, credit, self.chance.randrange(1, 100), flow, ""]

    def next(self) -> list[Any] | None:
        with self.lock:
            if not self.window:
                if self.is_over and len(self.made) >= self.least:
                    return None
                for _ in range(100):
                    one = self.new()
                    self.made[one[0]] = one
                    self.window += [one] * self.chance.randrange(2, 11)
                self.chance.shuffle(self.window)
            return self.window.pop()


def terminal(port: int, supply: Supply, heard: Heard) -> None:
    wire = None
    while (one := supply.next()) is not None:
        end, line = time.monotonic() + PATIENCE_S, json.dumps(one).encode() + b"\n"
        while time.monotonic() < end:
            try:
                if wire is None:
                    wire = socket.create_connection(("127.0.0.1", port), timeout=30).makefile("rwb")
                wire.write(line)
                wire.flush()
                back = wire.readline()
                if not back:
                    raise OSError("cut")
                outcome, at = json.loads(back)
            except (OSError, ValueError):
                if wire is not None:
                    with contextlib.suppress(OSError):
                        wire.close()
                wire = None
                time.sleep(0.1)
                continue
            with heard.lock:
                heard.answers.setdefault(one[0], set()).add((outcome, at))
                heard.sent += 1
            break
        else:
            with heard.lock:
                heard.silent += 1


def run(
    processes: Processes, order: list[str], seed: int, *, ids: int, gap_s: tuple[float, float]
) -> tuple[Supply, Heard, dict[str, list[float]]]:
    chance, heard = random.Random(seed), Heard()
    supply, recovered = Supply(random.Random(seed + 1), ids), dict[str, list[float]]()
    processes.start("web")
    processes.start("worker")
    processes.wait()
    threads = [threading.Thread(target=terminal, args=(processes.port, supply, heard)) for _ in range(TERMINALS)]
    for thread in threads:
        thread.start()
    for victim in order:
        time.sleep(chance.uniform(*gap_s))
        processes.kill(victim)
        processes.start(victim)
        recovered.setdefault(victim, []).append(processes.wait())
    supply.is_over = True
    for thread in threads:
        thread.join()
    processes.stop()
    return supply, heard, recovered


# ---------------------------------------------------------------- what was there afterwards


def compare(url: str, supply: Supply, heard: Heard) -> dict[str, int]:
    import psycopg

    with psycopg.connect(url) as base:
        there = {str(key): at.isoformat() for key, at in base.execute("SELECT id, posted_at FROM ledger.transfer")}
        count = base.execute("SELECT count(*) FROM ledger.transfer").fetchone()[0]
    posted = {key: {at for outcome, at in said if outcome == 0} for key, said in heard.answers.items()}
    posted = {key: moments for key, moments in posted.items() if moments}
    return {
        "acknowledged": len(posted),
        "lost": sum(key not in there for key in posted),
        "doubled": count - len(there),
        "differing": sum(len(moments) > 1 or moments != {there[key]} for key, moments in posted.items() if key in there),
        "called a conflict": sum(any(outcome == 1 for outcome, _at in said) for said in heard.answers.values()),
        "unacknowledged but there": sum(key in there and key not in posted for key in supply.made),
    }  # fmt: skip


def conflicts(supply: Supply, heard: Heard) -> int:
    """Posted ids asked again with another content, all of them. Result: how many did not meet a conflict."""
    import psycopg

    from fengqiao.prepaid.ledger import batching, doors
    from fengqiao.prepaid.ledger.rules import Outcome

    posted = [key for key, said in heard.answers.items() if any(outcome == 0 for outcome, _at in said)]
    wrong = 0
    with batching.connect() as on:
        assert isinstance(on, psycopg.Connection)
        for start in range(0, len(posted), 500):
            asked = [asked_of([*supply.made[key][:6], "other"]) for key in posted[start : start + 500]]
            wrong += sum(answer.outcome is not Outcome.CONFLICT for answer in doors.post_many(on, asked))
    return wrong


_CARELESS = """
CREATE OR REPLACE FUNCTION ledger._open() RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('ledger.door', 'on', true); END $$
"""


def main() -> None:
    import psycopg

    if (ground.HOME / "postgres").exists():
        shutil.rmtree(ground.HOME)
    cluster = ground.start()
    from django.db import connection, connections

    from fengqiao.prepaid.ledger import doors, queries

    for issuer in range(FIRST, FIRST + ISSUERS):
        doors.open_issuer(connection, issuer, region="bench", actor="job:bench")
        doors.open_cards(connection, issuer, range(1000, 1000 + CARDS))
    connections.close_all()
    processes = Processes(cluster)
    order = [("database", "web", "worker", "database")[n % 4] for n in range(KILLS)]
    random.Random(SEED).shuffle(order)
    supply, heard, recovered = run(processes, order, SEED, ids=IDS, gap_s=(0.5, 1.5))
    found = compare(cluster.url("fengqiao_app"), supply, heard)
    print(found, f"sent {heard.sent}, ids {len(supply.made)}", file=sys.stderr)
    for what, seconds in recovered.items():
        ground.tell(f"R1 serving again after kill -9 of the {what}, longest of {len(seconds)}", max(seconds), "s")
    ground.tell(f"R1 {KILLS} kills: acknowledged movements", found["acknowledged"], "movements", sent=heard.sent)
    ground.tell(f"R1 {KILLS} kills: acknowledged and lost", found["lost"], "movements", gate="<= 0")
    ground.tell(f"R1 {KILLS} kills: doubled", found["doubled"], "movements", gate="<= 0")
    ground.tell(
        "R1 accounts whose balance is not the sum of their movements", len(queries.recount()), "accounts", gate="<= 0"
    )
    ground.tell("R1 issuers that do not add up to zero", len(queries.imbalances()), "issuers", gate="<= 0")
    ground.tell(
        f"R3 ids sent 2 to 10 times, reordered, through {KILLS} kills", len(supply.made), "ids", gate=f">= {IDS}"
    )
    ground.tell(
        "R3 ids whose copies heard different answers",
        found["differing"] + found["called a conflict"],
        "ids",
        gate="<= 0",
    )
    ground.tell("R3 other content under a used id that met no conflict", conflicts(supply, heard), "ids", gate="<= 0")
    ground.tell("R1 requests without an answer within a minute", heard.silent, "requests")

    with psycopg.connect(cluster.url("fengqiao_owner"), autocommit=True) as owner:
        owner.execute(_CARELESS)
    with psycopg.connect(cluster.url("fengqiao_super", "postgres"), autocommit=True) as base:
        for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
            base.execute(f"ALTER SYSTEM SET {setting}")
    connections.close_all()
    cluster.stop()
    cluster.start()
    supply, heard, _recovered = run(processes, ["database"] * 4, SEED + 9, ids=0, gap_s=(1.5, 2.5))
    found = compare(cluster.url("fengqiao_app"), supply, heard)
    print("control", found, file=sys.stderr)
    ground.tell("R1 control with synchronous_commit off, 4 kills of the database: acknowledged and lost", found["lost"], "movements",
                gate=">= 1", of=found["acknowledged"])  # fmt: skip
    connections.close_all()


if __name__ == "__main__":
    if sys.argv[1:2] == ["web"]:
        serve(sys.argv[2])
    elif sys.argv[1:2] == ["worker"]:
        work()
    else:
        main()
