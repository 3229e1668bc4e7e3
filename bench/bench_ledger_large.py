"""A ledger of ten million transfers: a card's statement, the balance as of a day, and the recount of everything.

The transfers are posted by the ledger's own function, called on the server, over sixty days of its clock; each day is
ended and written. `make bench ARGS=ledger_large`; FENGQIAO_BENCH_TRANSFERS (10,000,000). Takes some ten minutes and
5 GB below var/bench-ledger-large, which is kept and used again.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-ledger-large")

import ground

TRANSFERS = int(os.environ.get("FENGQIAO_BENCH_TRANSFERS", "10000000"))
DAYS, BATCH = 60, 8190
ISSUERS, CARDS, FIRST = 1000, 200, 600_000
OFTEN, OFTEN_CARDS, LINES = 610_000, 40, 1000
"""One issuer whose forty cards have a thousand lines each."""

_IDS = """
CREATE OR REPLACE FUNCTION pg_temp.id(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint + n), 12, '0') || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid
  FROM md5(n || random()::text) r
$$
"""
_POST = """
SELECT p.outcomes IS NULL FROM (
  SELECT array_agg(issuer) i, array_agg(pg_temp.id(%(at)s, at_ms)) k, array_agg(CASE WHEN is_in THEN 1 ELSE card END) d,
         array_agg(CASE WHEN is_in THEN card ELSE 6 END) c, array_agg(CASE WHEN is_in THEN 1000000 ELSE 100 END::bigint) a,
         array_agg(CASE WHEN is_in THEN 1 ELSE 5 END::smallint) f, array_agg(NULL::timestamptz) e, array_agg('job:bench'::text) w
  FROM ({rows}) x
) g, LATERAL ledger.post_batch(g.i, g.k, g.d, g.c, g.a, g.f, g.e, g.k, g.w) p
"""
_FUND = _POST.format(
    rows="SELECT %(first)s::bigint AS issuer, 1000 + n AS card, true AS is_in, n AS at_ms FROM generate_series(0, %(cards)s - 1) n"
)
_MIXED = _POST.format(
    rows="SELECT %(first)s + floor(random() * %(issuers)s)::bigint AS issuer, 1000 + floor(random() * %(cards)s)::bigint AS card,"
    " random() < 0.2 AS is_in, %(round)s * 10000::bigint + n AS at_ms FROM generate_series(1, %(batch)s) n"
)


def fill(owner: object) -> float:
    """Seconds of the database's CPU a transfer, everything posted and all days written."""
    owner.execute("SET ledger.door = 'on'; UPDATE ledger.setting SET clock_may_be_set = true")
    start = dt.datetime(2031, 3, 1, 7, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    owner.execute("SELECT set_config('ledger.clock', %s, false), ledger.make_months(3)", [start.isoformat()])
    pool = [(FIRST + n, CARDS) for n in range(ISSUERS)] + [(OFTEN, OFTEN_CARDS)]
    for issuer, cards in pool:
        owner.execute("SELECT ledger.open_issuer(%s, 'bench', 'job:bench'), ledger.open_cards(%s, %s::bigint[])",
                      [issuer, issuer, list(range(1000, 1000 + cards))])  # fmt: skip
    stat = Path(f"/proc/{owner.info.backend_pid}/stat")

    def cpu() -> float:
        spent = stat.read_text().rpartition(")")[2].split()
        return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")

    began, rounds = cpu(), TRANSFERS // DAYS // BATCH + 1
    owner.execute(_IDS)
    for issuer, cards in pool:
        assert owner.execute(_FUND, {"at": start, "first": issuer, "cards": cards}).fetchone()[0]
    everybody = {"first": FIRST, "issuers": ISSUERS, "cards": CARDS, "batch": BATCH}
    often = {"first": OFTEN, "issuers": 1, "cards": OFTEN_CARDS, "batch": OFTEN_CARDS * LINES // DAYS + 1}
    for day in range(DAYS):
        at = start + dt.timedelta(days=day)
        for n, names in enumerate([everybody] * rounds + [often]):
            now = at + dt.timedelta(minutes=2 * n)
            owner.execute("SELECT set_config('ledger.clock', %s, false)", [now.isoformat()])
            assert owner.execute(_MIXED, {**names, "at": at, "round": n}).fetchone()[0]
        owner.execute(
            "SELECT set_config('ledger.clock', %s, false), ledger.roll_up()",
            [(at + dt.timedelta(hours=18)).isoformat()],
        )
        owner.execute("SELECT ledger.cut_day(%s)", [at.date()])
        owner.execute("SELECT ledger.write_day(%s)", [at.date()])
        print(f"day {day}", file=sys.stderr, flush=True)
    spent = cpu() - began
    owner.execute("VACUUM ANALYZE ledger.transfer, ledger.account, ledger.daily_balance")
    return spent


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


def timed(work: object) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main() -> None:
    import psycopg

    cluster = ground.start(max_wal_size="8GB", shared_buffers="1GB", maintenance_work_mem="512MB", work_mem="64MB")
    with psycopg.connect(cluster.url("fengqiao_owner"), autocommit=True) as owner:
        count = owner.execute("SELECT count(*) FROM ledger.transfer").fetchone()[0]
        assert count in {0, *range(TRANSFERS, TRANSFERS * 2)}, "half filled: delete var/bench-ledger-large"
        if count == 0:
            spent = fill(owner)
            count = owner.execute("SELECT count(*) FROM ledger.transfer").fetchone()[0]
            ground.tell(
                "L12 filled by the ledger's own function, days ended and written",
                spent / count * 1e6,
                "µs CPU of the database a transfer",
            )
        size = owner.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'ledger.transfer'::regclass"
        ).fetchone()[0]
        ground.tell(
            "L12 transfers in the ledger", count, "transfers", gate=f">= {TRANSFERS}", bytes_each=round(size / count)
        )

    from fengqiao.prepaid.ledger import queries

    chance = random.Random(5)
    lines = []

    def statement() -> None:
        lines.append(len(queries.statement(OFTEN, 1000 + chance.randrange(OFTEN_CARDS))))

    def as_of(issuer: int, account: int) -> None:
        queries.balance_at(issuer, account, dt.datetime(2031, 3, 2 + chance.randrange(28), 15, 30, tzinfo=dt.UTC))

    statement()
    took = [timed(statement) for _ in range(300)]
    ground.tell("L12 statement of a card with 1,000 lines, p95", percentile(took, 0.95), "ms", gate="<= 20", median=round(percentile(took, 0.5), 2),
                lines=round(sum(lines) / len(lines)))  # fmt: skip
    took = [timed(lambda: as_of(FIRST + chance.randrange(ISSUERS), 1000 + chance.randrange(CARDS))) for _ in range(500)]
    ground.tell(
        "L12 balance of a card as of an instant, p95",
        percentile(took, 0.95),
        "ms",
        gate="<= 5",
        median=round(percentile(took, 0.5), 2),
    )
    took = [timed(lambda: as_of(FIRST + chance.randrange(ISSUERS), 6)) for _ in range(200)]
    ground.tell(
        "L12 balance of EARNED as of an instant, p95",
        percentile(took, 0.95),
        "ms",
        median=round(percentile(took, 0.5), 2),
    )
    took = [timed(lambda: queries.balance(FIRST + chance.randrange(ISSUERS), 6)) for _ in range(300)]
    ground.tell("L12 balance of EARNED now, p95", percentile(took, 0.95), "ms", median=round(percentile(took, 0.5), 2))

    def children_cpu() -> float:
        total = 0.0
        for pid in [
            int(one)
            for one in Path(f"/proc/{cluster.process.pid}/task/{cluster.process.pid}/children").read_text().split()
        ]:
            spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
        return total

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # its CPU would leave with the helpers
        cursor.execute("SET work_mem = '256MB'")
    before, drift = children_cpu(), []
    wall = timed(lambda: drift.extend(queries.recount())) / 1000
    ground.tell(
        "L13 recount of everything, CPU",
        (children_cpu() - before) / count * 1e6,
        "µs a transfer",
        gate="<= 5",
        seconds=round(wall, 1),
    )
    ground.tell("L13 drift between recount and stored balances", len(drift), "accounts", gate="<= 0")
    connection.close()


if __name__ == "__main__":
    main()
