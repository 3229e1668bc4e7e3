"""The ledger beside a ledger of dictionaries: sixteen threads walk at random, every answer is compared.

Each thread has an issuer of its own, some of one shard, and mixes single postings, batches, copies, reversals, holds
and freezes; meanwhile one rolls up and another asks the invariants of one snapshot after the other. At the end every
balance is compared, and small mistakes are planted in the functions one after the other: each must be found.

`make bench ARGS=ledger_state`; FENGQIAO_BENCH_OPERATIONS (200,000), FENGQIAO_BENCH_SEED.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-ledger-state")

import ground

OPERATIONS = int(os.environ.get("FENGQIAO_BENCH_OPERATIONS", "200000"))
SEED = int(os.environ.get("FENGQIAO_BENCH_SEED", "20261128"))
THREADS, FIRST = 16, 800_000


class Run:
    """Threads that walk until enough was done or something broke."""

    def __init__(self, operations: int, first: int, seed: int) -> None:
        self.operations, self.first, self.seed = operations, first, seed
        self.walks: list[Any] = []
        self.broken: list[str] = []
        self.rolled = self.looked = 0
        self.is_over = threading.Event()

    def walk(self, number: int) -> None:
        from fengqiao.prepaid.ledger import batching
        from fengqiao.prepaid.ledger.tests.walk import Walk

        with batching.connect() as on:
            walk = Walk(on, self.first + number % 5 + 64 * number, self.seed + number)
            self.walks.append(walk)
            try:
                while walk.operations < self.operations // THREADS and not self.broken:
                    walk.step()
                walk.compare()
            except Exception as error:
                self.broken.append(f"{type(error).__name__}: {error}")

    def look(self) -> None:
        """I1 in one snapshot after the other, I13: whatever is under way, and whenever the roll-up happens."""
        from fengqiao.prepaid.ledger import batching

        with batching.connect() as on:
            while not self.is_over.is_set():
                self.rolled += on.execute("SELECT ledger.roll_up()").fetchone()[0]
                wrong = on.execute(
                    "SELECT issuer_id FROM ledger.account WHERE issuer_id >= %s GROUP BY 1 HAVING sum(ledger.balance(issuer_id, id)) <> 0",
                    [self.first],
                ).fetchall()
                self.looked += 1
                self.broken += [f"I1 in a snapshot: {row}" for row in wrong]

    def run(self) -> None:
        walkers = [threading.Thread(target=self.walk, args=(number,)) for number in range(THREADS)]
        looker = threading.Thread(target=self.look)
        for thread in [*walkers, looker]:
            thread.start()
        for thread in walkers:
            thread.join()
        self.is_over.set()
        looker.join()

    @property
    def done(self) -> int:
        return sum(walk.operations for walk in self.walks)


def main() -> None:
    import psycopg

    if (ground.HOME / "postgres").exists():
        shutil.rmtree(ground.HOME)
    cluster = ground.start(fsync="off", full_page_writes="off")
    from fengqiao.prepaid.ledger import batching
    from fengqiao.prepaid.ledger.tests.walk import FAULTS, invariants, mended, plant

    began = time.monotonic()
    run = Run(OPERATIONS, FIRST, SEED)
    run.run()
    with batching.connect() as on:
        broken = run.broken + invariants(on)
    print(*broken[:5], sep="\n", file=sys.stderr)
    ground.tell("R2 operations compared with the oracle, 16 threads", run.done, "operations", gate=f">= {OPERATIONS}",
                seconds=round(time.monotonic() - began), seed=SEED)  # fmt: skip
    ground.tell("R2 breaks", len(broken), "breaks", gate="<= 0")
    ground.tell("R2 snapshots looked at while others wrote", run.looked, "snapshots", rolled_up=run.rolled)
    found = 0
    with psycopg.connect(cluster.url("fengqiao_owner"), autocommit=True) as owner, batching.connect() as on:
        for n, name in enumerate(FAULTS):
            owner.execute(plant(name))
            tried = Run(8_000, FIRST + 100_000 * (n + 1), SEED + n)
            tried.run()
            is_found = bool(tried.broken or invariants(on))
            print(f"planted: {name}: {'found' if is_found else 'NOT FOUND'} {tried.broken[:1]}", file=sys.stderr)
            found += is_found
            owner.execute(mended(name))
    ground.tell("R2 planted mistakes found", found, "mistakes", gate=f">= {len(FAULTS)}")


if __name__ == "__main__":
    main()
