"""The ledger against its peers and controls, in the same run: three interleaved rounds, medians, CPU and rate.

`make bench ARGS=ledger.py`, or all of the ledger by `make bench-ledger`. CPU is ours and the database backend's
together, per transfer; rates are by the wall on a durable database of its own (var/bench-ledger, made anew).
FENGQIAO_BENCH_SECONDS (6) is how long each rate is measured, FENGQIAO_BENCH_ROUNDS (3).
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-ledger")

import ground

SECONDS = float(os.environ.get("FENGQIAO_BENCH_SECONDS", "6"))
ROUNDS = int(os.environ.get("FENGQIAO_BENCH_ROUNDS", "3"))
BATCH, CLIENTS, MANY = 8190, 16, 64
ISSUERS, CARDS = 200, 250
HOT, HOT_CARDS = 900_000, 50_000
FIRST_ISSUER = 500_000
SQL = ground.ROOT / "src/fengqiao/prepaid/ledger/sql"
TYPES = ("bigint", "uuid", "bigint", "bigint", "bigint", "smallint", "timestamptz", "uuid", "text")

_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in TYPES)
_POST = "SELECT base, outcomes, earlier FROM {schema}.post_batch(" + _ARRAYS + ")"
_PLAIN = (
    "INSERT INTO plain.transfer (issuer_id, id, debit, credit, amount, posted_at, effective_at, xid, request_hash, code, actor)"
    " SELECT issuer, id, debit, credit, amount, now(), coalesce(effective, now()), pg_current_xact_id()::text::bigint, hash,"
    f" code, actor FROM unnest({_ARRAYS}) AS i (issuer, id, debit, credit, amount, code, effective, hash, actor)",
    "UPDATE plain.account a SET balance = a.balance + m.delta FROM (SELECT issuer, account, sum(delta)::bigint AS delta FROM ("
    " SELECT issuer, debit AS account, -amount AS delta FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
    " AS i (issuer, debit, credit, amount) UNION ALL SELECT issuer, credit, amount FROM unnest(%s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::bigint[]) AS i (issuer, debit, credit, amount)) x GROUP BY 1, 2) m"
    " WHERE a.issuer_id = m.issuer AND a.id = m.account",
)
_PLAIN_TABLES = """
DROP SCHEMA IF EXISTS plain CASCADE; CREATE SCHEMA plain;
CREATE TABLE plain.transfer (issuer_id bigint NOT NULL, id uuid NOT NULL, debit bigint NOT NULL, credit bigint NOT NULL,
  amount bigint NOT NULL, posted_at timestamptz NOT NULL, effective_at timestamptz NOT NULL, xid bigint NOT NULL,
  request_hash uuid NOT NULL, code smallint NOT NULL, actor text NOT NULL, PRIMARY KEY (issuer_id, id));
CREATE TABLE plain.copied (LIKE plain.transfer INCLUDING ALL);
CREATE TABLE plain.account (issuer_id bigint NOT NULL, id bigint NOT NULL, balance bigint NOT NULL, PRIMARY KEY (issuer_id, id))
  WITH (fillfactor = 70);
"""
_ID = """
CREATE OR REPLACE FUNCTION plain.uuid7() RETURNS uuid LANGUAGE sql AS $$
  SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8'
    || substr(r, 4, 15))::uuid FROM md5(random()::text) r
$$;
"""


class Line:
    """A connection whose CPU, with our own, can be read."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.on = psycopg.connect(url, autocommit=True)
        self.stat = Path(f"/proc/{self.on.info.backend_pid}/stat")

    def cpu(self) -> float:
        spent = self.stat.read_text().rpartition(")")[2].split()
        return time.process_time() + (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def measured(line: Line, works: Sequence[Callable[[], Any]], each: int) -> float:
    """CPU microseconds for each of the `each` transfers of every piece of work; long enough for clock ticks of 10 ms."""
    began = line.cpu()
    for work in works:
        work()
    return (line.cpu() - began) / (len(works) * each) * 1e6


def interleaved(cases: dict[str, Callable[[], float]], *, warm: bool = True) -> dict[str, float]:
    """The median of each case, all cases in turn in every round."""
    if warm:
        for case in cases.values():
            case()
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, case in cases.items():
            found[name].append(case())
    for name, values in found.items():
        print(f"{name}: {', '.join(f'{value:.1f}' for value in values)}", file=sys.stderr)
    return {name: statistics.median(values) for name, values in found.items()}


# ---------------------------------------------------------------- the ground


def in_schema(name: str) -> Iterator[str]:
    """The ledger's functions over tables with one index, without months, guards and statement indexes."""
    for file in ("1_tables", "4_posting", "6_days"):
        text = (SQL / f"{file}.sql").read_text(encoding="utf-8").replace(") PARTITION BY RANGE (id);", ");")
        yield re.sub(r"\bledger\b(?=[.,;'])", name, text).replace("SCHEMA ledger", f"SCHEMA {name}")


def lay_out(owner: Line, app: str) -> None:
    """The pool of issuers and cards, full of money, in all three schemas."""
    owner.on.execute(_PLAIN_TABLES)
    owner.on.execute(_ID)
    owner.on.execute("DROP SCHEMA IF EXISTS bare CASCADE")
    for text in in_schema("bare"):
        owner.on.execute(text)
    owner.on.execute("GRANT USAGE ON SCHEMA plain, bare TO fengqiao_app")
    owner.on.execute("GRANT ALL ON ALL TABLES IN SCHEMA plain TO fengqiao_app")
    pool = [(FIRST_ISSUER + n, CARDS) for n in range(ISSUERS)] + [(HOT, HOT_CARDS)]
    for schema in ("ledger", "bare"):
        for issuer, cards in pool:
            owner.on.execute(f"SELECT {schema}.open_issuer(%s, 'bench', 'job:bench')", [issuer])
            owner.on.execute(f"SELECT {schema}.open_cards(%s, %s::bigint[])", [issuer, list(range(1000, 1000 + cards))])
    for issuer, cards in pool:
        owner.on.execute("INSERT INTO plain.account SELECT %s, k, 0 FROM generate_series(1, 11) k", [issuer])
        owner.on.execute(
            "INSERT INTO plain.account SELECT %s, 1000 + k, 0 FROM generate_series(0, %s) k", [issuer, cards - 1]
        )
    everybody = [(issuer, 1000 + card) for issuer, cards in pool for card in range(cards)]
    for start in range(0, len(everybody), BATCH):
        some = everybody[start : start + BATCH]
        columns = movements([one[0] for one in some], [1] * len(some), [one[1] for one in some], 10**9, 1)
        for schema in ("ledger", "bare"):
            assert owner.on.execute(_POST.format(schema=schema), columns).fetchone()[1] is None
    owner.on.execute("ANALYZE")


def movements(issuers: list[int], debits: list[int], credits: list[int], fen: int, code: int) -> tuple[list[Any], ...]:
    from fengqiao.prepaid.ledger.ids import uuid7

    n = len(issuers)
    ids = [uuid7() for _ in range(n)]
    return issuers, ids, debits, credits, [fen] * n, [code] * n, [None] * n, ids, ["member:1"] * n


def uses(n: int, *, hot: bool = False, short: float = 0) -> tuple[list[Any], ...]:
    """Consumptions on different cards: of one merchant, or spread; a part of the cards has less than is asked."""
    if hot:
        issuers, cards = [HOT] * n, random.sample(range(1000, 1000 + HOT_CARDS), n)
    else:
        picked = random.sample(range(ISSUERS * CARDS), n)
        issuers, cards = [FIRST_ISSUER + one // CARDS for one in picked], [1000 + one % CARDS for one in picked]
    columns = movements(issuers, cards, [6] * n, 7, 5)
    for at in random.sample(range(n), round(n * short)):
        columns[4][at] = 10**11
    return columns


# ---------------------------------------------------------------- batches: L1 to L4, L11


def batches(line: Line) -> None:
    def post(schema: str, columns: Sequence[tuple[list[Any], ...]]) -> float:
        n = len(columns[0][0])
        return measured(
            line,
            [lambda c=c: line.on.execute(_POST.format(schema=schema), c, binary=True).fetchone() for c in columns],
            n,
        )

    def plain(columns: Sequence[tuple[list[Any], ...]]) -> float:
        def both(one: tuple[list[Any], ...]) -> None:
            with line.on.transaction():
                line.on.execute(_PLAIN[0], one)
                line.on.execute(_PLAIN[1], (one[0], one[2], one[3], one[4]) * 2)

        return measured(line, [lambda c=c: both(c) for c in columns], BATCH)

    def copied(columns: Sequence[tuple[list[Any], ...]]) -> float:
        import datetime as dt

        at = dt.datetime.now(dt.UTC)

        def copy(one: tuple[list[Any], ...]) -> None:
            issuers, ids, debits, credits, amounts, codes, _effective, hashes, actors = one
            with line.on.cursor() as cursor, cursor.copy("COPY plain.copied FROM STDIN (FORMAT BINARY)") as out:
                out.set_types(
                    [
                        "int8",
                        "uuid",
                        "int8",
                        "int8",
                        "int8",
                        "timestamptz",
                        "timestamptz",
                        "int8",
                        "uuid",
                        "int2",
                        "text",
                    ]
                )
                for row in zip(issuers, ids, debits, credits, amounts, hashes, codes, actors, strict=True):
                    out.write_row((*row[:5], at, at, 1, *row[5:]))

        return measured(line, [lambda c=c: copy(c) for c in columns], BATCH)

    def fresh(count: int, n: int = BATCH, **more: Any) -> list[tuple[list[Any], ...]]:
        return [uses(n, **more) for _ in range(count)]

    found = interleaved(
        {
            "plain INSERT + UPDATE": lambda: plain(fresh(5)),
            "batch, all rules, one index": lambda: post("bare", fresh(5)),
            "batch, all rules, months, indexes, guards": lambda: post("ledger", fresh(5)),
            "binary COPY": lambda: copied(fresh(5)),
            "batch, one merchant": lambda: post("ledger", fresh(5, hot=True)),
            "1,000, none short": lambda: post("ledger", fresh(30, 1000)),
            "1,000, 1 % short": lambda: post("ledger", fresh(30, 1000, short=0.01)),
        }
    )
    control = found["plain INSERT + UPDATE"]
    bare, full, hot = (found[name] for name in [*list(found)[1:3], "batch, one merchant"])
    say("L1 batch of 8,190, all rules, one index, CPU against plain INSERT + UPDATE", bare, control, "<= 1.7", "<= 1.3")
    say("L2 the same with statement indexes, months and triggers", full, control, "<= 2.4", "<= 1.8")
    say("L3 batch, all rules, one index, CPU against binary COPY", bare, found["binary COPY"], "<= 5", "<= 3.5")
    say("L4 batch on one hot merchant against spread, CPU", hot, full, "<= 1.1", "<= 0.8")
    say(
        "L11 1,000 with 1 % of cards short against none, CPU",
        found["1,000, 1 % short"],
        found["1,000, none short"],
        "<= 3",
        "<= 2",
    )


def say(
    name: str, ours: float, theirs: float, gate: str, aim: str, *, unit: str = "x", us: str = "µs CPU a transfer"
) -> None:
    ground.tell(name, ours / theirs, unit, peer=round(theirs, 2), ratio=round(ours / theirs, 3), gate=gate, aim=aim)
    ground.tell(f"{name.split()[0]} ours", ours, us, peer=round(theirs, 2))


# ---------------------------------------------------------------- singles: L5 to L7


def pgbench() -> str | None:
    found = [shutil.which("pgbench") or "", *map(str, Path("/usr/lib/postgresql").glob("*/bin/pgbench"))]
    return next((one for one in found if one and Path(one).exists()), None)


_SCRIPT = r"""
\set issuer {issuer}
\set card random(1000, {last})
SELECT ledger.post_one(:issuer, i, :card, 6, 7, 5::smallint, NULL, i, 'member:1') FROM plain.uuid7() i;
"""


def with_pgbench(program: str, cluster: Any, script: str, clients: int = CLIENTS) -> float:
    """Transactions a second of so many clients, each commit flushed."""
    password = (cluster.home / "fengqiao_app.password").read_text().strip()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        made = subprocess.run(
            [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(round(SECONDS)), "-f", file.name,
             "-h", str(cluster.sockets), "-p", "5432", "-U", "fengqiao_app", "fengqiao"],
            capture_output=True, text=True, env={**os.environ, "PGPASSWORD": password},
        )  # fmt: skip
    tps = re.search(r"tps = ([\d.]+)", made.stdout)
    assert tps and "number of failed transactions: 0 " in made.stdout, made.stdout + made.stderr
    return float(tps.group(1))


def through_service(threads: int, each: int = 1) -> float:
    """Transfers a second that threads post through the micro-batcher, built, checked and answered one by one."""
    from fengqiao.prepaid.ledger import batching
    from fengqiao.prepaid.ledger.ids import uuid7
    from fengqiao.prepaid.ledger.rules import Flow, Transfer

    batcher = batching.Batcher(batching.connect)
    done, end = [0] * threads, time.monotonic() + SECONDS

    def run(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            asked = [
                Transfer(FIRST_ISSUER + chance.randrange(ISSUERS), uuid7(), 1000 + chance.randrange(CARDS), 6, 7, Flow.CONSUME, "member:1")
                for _ in range(each)
            ]  # fmt: skip
            answers = [batcher.post(asked[0])] if each == 1 else batcher.post_all(asked)
            done[number] += sum(answer.is_posted for answer in answers)

    began = time.monotonic()
    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rate = sum(done) / (time.monotonic() - began)
    batcher.close()
    return rate


def singles(cluster: Any) -> None:
    program = pgbench()
    if program is None:
        print("L5, L6: no pgbench on this machine", file=sys.stderr)
        return
    spread = _SCRIPT.format(issuer=f"random({FIRST_ISSUER}, {FIRST_ISSUER + ISSUERS - 1})", last=999 + CARDS)
    hot = _SCRIPT.format(issuer=HOT, last=999 + HOT_CARDS)
    found = interleaved(
        {
            "pgbench, spread": lambda: with_pgbench(program, cluster, spread),
            "pgbench, one merchant": lambda: with_pgbench(program, cluster, hot),
            "pgbench, spread, 64": lambda: with_pgbench(program, cluster, spread, MANY),
            "service, 64": lambda: through_service(MANY),
            "service, 16": lambda: through_service(CLIENTS),
            "service, 16 of 16 each": lambda: through_service(CLIENTS, 16),
        },
        warm=False,
    )
    few, many = found["pgbench, spread"], found["pgbench, spread, 64"]
    hottest = found["pgbench, one merchant"]
    say(
        "L5 single posts, durable, 16 clients: one hot merchant against spread",
        hottest,
        few,
        ">= 0.7",
        ">= 1.0",
        us="1/s",
    )
    say("L6 micro-batched durable posting, 64 requests at a time, against pgbench with 64 clients",
        found["service, 64"], many, ">= 1.5", ">= 3", us="1/s")  # fmt: skip
    for name in ("service, 16", "service, 16 of 16 each"):
        ground.tell(
            f"L6 {name}, against pgbench with 16 clients",
            found[name] / few,
            "x",
            peer=round(few, 1),
            ratio=round(found[name] / few, 2),
        )


def layer(line: Line) -> None:
    """L7: the bare function call against the service around it: built, checked, hashed, called, answered, refused in words."""
    from fengqiao.prepaid.ledger import doors
    from fengqiao.prepaid.ledger.ids import uuid7
    from fengqiao.prepaid.ledger.rules import Flow, Transfer

    statement = "SELECT * FROM ledger.post_one(%s::bigint, %s::uuid, %s::bigint, 6::bigint, 7::bigint, 5::smallint, NULL, %s::uuid, %s::text)"

    def bare() -> None:
        with line.on.cursor() as cursor:
            own = uuid7()
            cursor.execute(
                statement,
                (FIRST_ISSUER + random.randrange(ISSUERS), own, 1000 + random.randrange(CARDS), own, "member:1"),
            )
            assert cursor.fetchone()[0] == 0

    def service() -> None:
        asked = Transfer(
            FIRST_ISSUER + random.randrange(ISSUERS),
            uuid7(),
            1000 + random.randrange(CARDS),
            6,
            7,
            Flow.CONSUME,
            "member:1",
        )
        doors.post(line.on, asked).or_refuse()

    found = interleaved(
        {"bare call": lambda: measured(line, [bare] * 2000, 1), "service": lambda: measured(line, [service] * 2000, 1)}
    )
    say("L7 service layer over the bare function call, CPU", found["service"], found["bare call"], "<= 2", "<= 1.4")


# ---------------------------------------------------------------- a peer: L9


def against_hordak(cluster: Any, line: Line) -> None:
    from fengqiao.prepaid.ledger import doors
    from fengqiao.prepaid.ledger.ids import uuid7
    from fengqiao.prepaid.ledger.rules import Flow, Transfer

    def ours() -> float:
        work = []
        for _ in range(3):
            issuers, _ids, cards, *_more = uses(BATCH)
            pairs = list(zip(issuers, cards, strict=True))
            work.append(
                lambda p=pairs: doors.post_many(
                    line.on, [Transfer(i, uuid7(), c, 6, 7, Flow.CONSUME, "member:1") for i, c in p]
                )
            )
        return measured(line, work, BATCH)

    def peer(how: str) -> float:
        made = subprocess.run([sys.executable, str(Path(__file__).with_name("peer_hordak.py")), how], capture_output=True, text=True,
                              env={**os.environ, "DATABASE_URL": cluster.url("fengqiao_super", "hordak")})  # fmt: skip
        if made.returncode != 0:
            raise RuntimeError(made.stderr[-2000:])
        return float(made.stdout.split()[-1])

    import psycopg

    base = psycopg.connect(cluster.url("fengqiao_super", "postgres"), autocommit=True)
    with base, contextlib.suppress(psycopg.errors.DuplicateDatabase):
        base.execute("CREATE DATABASE hordak")
    peer("set-up")
    found = interleaved(
        {"ours, from Python": ours, "hordak, row by row": lambda: peer("rows"), "hordak, bulk": lambda: peer("bulk")},
        warm=False,
    )
    mine = found["ours, from Python"]
    for how, gate, aim in (("row by row", ">= 30", ">= 100"), ("bulk", ">= 5", ">= 10")):
        theirs = found[f"hordak, {how}"]
        ground.tell(f"L9 times less CPU than django-hordak, {how}", theirs / mine, "x", peer=round(theirs, 1),
                    ratio=round(theirs / mine, 2), gate=gate, aim=aim)  # fmt: skip
    ground.tell("L9 ours, batches through the service", mine, "µs CPU a transfer")


def main() -> None:
    words = sys.argv[1:] or ["batches", "singles", "layer", "hordak"]
    if (ground.HOME / "postgres").exists():
        shutil.rmtree(ground.HOME)
    cluster = ground.start(max_wal_size="8GB", shared_buffers="1GB")
    owner = Line(cluster.url("fengqiao_owner"))
    lay_out(owner, "fengqiao_app")
    line = Line(cluster.url("fengqiao_app"))
    bare = Line(cluster.url("fengqiao_owner"))
    if "batches" in words:
        batches(bare)
    if "layer" in words:
        layer(line)
    if "hordak" in words:
        against_hordak(cluster, line)
    if "singles" in words:
        singles(cluster)
    from django.db import connections

    with owner.on.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.transfer")
        count = cursor.fetchone()[0]
    from fengqiao.prepaid.ledger import queries

    ground.tell(
        "accounts whose balance is not the sum of their movements",
        len(queries.recount()),
        "accounts",
        gate="<= 0",
        transfers=count,
    )
    connections.close_all()


if __name__ == "__main__":
    main()
