"""The evidence log: foreign checkers, changed bits, forks, missing events, speed, kills, proofs, erasure.

`make bench ARGS=evidence`; FENGQIAO_BENCH_LEAVES (1,000,000 for the big tree, 10,000,000 for the proof where disk and
time allow), FENGQIAO_BENCH_KILLS (40). Home: var/bench-evidence. Foreign checkers run where they are installed: Go's
x/mod (golang-go, golang-golang-x-mod-dev) and the package aics-tlog under FENGQIAO_FOREIGN_PYTHON.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["FENGQIAO_BENCH_FOLDER"] = "bench-evidence"
os.environ.setdefault("FENGQIAO_EVIDENCE_ORIGIN", "log.example/evidence")

import ground

SIZES = (1, 255, 256, 257, 70_000)
BIG = int(os.environ.get("FENGQIAO_BENCH_LEAVES", "1000000"))
KILLS = int(os.environ.get("FENGQIAO_BENCH_KILLS", "40"))
FOLDER = Path(__file__).resolve().parent
GO = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": "/tmp/fengqiao-go"}
FOREIGN_PYTHON = os.environ.get("FENGQIAO_FOREIGN_PYTHON", "")
AICS = """
import sys, aics_tlog as a
from pathlib import Path
folder = Path(sys.argv[1])
note = a.parse_note((folder / "checkpoint").read_text())
key = a.parse_vkey((folder / "vkey").read_text().strip())
result = a.verify_checkpoint(note, key)
assert getattr(result, "ok", getattr(result, "valid", True)), result
lines = (folder / "checkpoint").read_text().split("\\n")
import base64
a.audit_tiles(a.FileSystemTileReader(folder), int(lines[1]), base64.b64decode(lines[2]))
print("agrees")
"""

from fengqiao.evidence import audit, signing, tiles, verifier  # noqa: E402
from fengqiao.evidence.store import Folder  # noqa: E402
from fengqiao.evidence.witness import Witness, compose_request  # noqa: E402

KEY = signing.Ed25519("log.example/bench", b"\7" * 32)


class Quick(Folder):
    """A folder without syncing, for trees that are only looked at."""

    def write_all(self, objects: Any) -> None:
        for path, content in objects:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content)


def entry(number: int) -> bytes:
    return b'{"at":"2026-07-12T01:00:00.000000Z","kind":"bench","n":%d,"unit":"990101","v":1}' % number


def tree(folder: Path, size: int) -> None:
    """A log of `size` leaves on disk."""
    store = Quick(folder)
    for start in range(0, size, 65_536):
        some = [entry(number) for number in range(start, min(start + 65_536, size))]
        store.write_all(tiles.grow_entries(store.read, start, some))
        store.write_all(tiles.grow(store.read, start, [tiles.leaf_hash(one) for one in some]))
    root = tiles.root(store.read, size)
    note = signing.sign_checkpoint(verifier.Checkpoint(KEY.name, size, root), [KEY])
    store.write_all([("checkpoint", note), ("vkey", KEY.key.vkey().encode() + b"\n")])


# ---------------------------------------------------------------- pure figures


def go_checker(folder: Path) -> Path | None:
    if shutil.which("go") is None or not Path("/usr/share/gocode/src/golang.org/x/mod").exists():
        return None
    made = folder / "check"
    built = subprocess.run(["go", "build", "-o", made, FOLDER / "foreign/check.go"], env=GO, capture_output=True)
    return made if built.returncode == 0 else None


def foreign(folder: Path) -> None:
    """Sizes at the edges of tiles, 70,000 and a million, read by code of others."""
    checker = go_checker(folder)
    refused, asked, python_asked = 0, 0, 0
    for size in (*SIZES, BIG):
        here = folder / f"tree-{size}"
        tree(here, size)
        if checker is not None:
            asked += 1
            refused += subprocess.run([checker, here], capture_output=True).returncode != 0
        if FOREIGN_PYTHON and size <= 70_000:
            python_asked += 1
            done = subprocess.run([FOREIGN_PYTHON, "-c", AICS, here], capture_output=True, text=True)
            refused += done.stdout.strip() != "agrees"
            if done.returncode:
                print(done.stderr[-300:], file=sys.stderr)
    unit = f"trees refused of {asked} by Go x/mod and {python_asked} by aics-tlog"
    ground.tell("evidence: foreign checkers", refused, unit, gate="<= 0")
    if checker is not None:
        here = folder / "tree-70000"
        tile = here / "tile/0/100"
        raw = tile.read_bytes()
        tile.write_bytes(raw[:64] + bytes([raw[64] ^ 1]) + raw[65:])
        found = subprocess.run([checker, here], capture_output=True, text=True)
        tile.write_bytes(raw)
        ground.tell("evidence: a changed tile refused by Go", int(found.returncode != 0), "of 1", gate=">= 1")


def bits(folder: Path) -> None:
    """One bit turned in tile, entry, checkpoint or proof: found each time, and for tiles and entries the leaf named."""
    chance, here = random.Random(20261128), folder / "bits"
    tree(here, 1_000)
    policy = verifier.Policy(logs=(KEY.key,))
    store = Folder(here)
    index = 417
    path = tuple(tiles.inclusion(store.read, 1_000, index))
    record, salt = '{"told":{"text":"退1200元"}}', bytes(range(32))
    extra = '{"leaf":' + _json(entry(index).decode()) + ',"v":1}'
    proof = verifier.Proof(index, path, store.read("checkpoint"), extra.encode()).text()
    right = verifier.judge(proof, policy)
    assert right.agrees and record and salt
    files = sorted(one for one in here.rglob("*") if one.is_file() and one.name != "vkey")
    found = named = leaves = 0
    for turn in range(1_000):
        if turn % 4 == 0:
            found += _other(bytes(_turned(proof, chance)), right, policy)
            continue
        one = files[chance.randrange(len(files))]
        raw = one.read_bytes()
        one.write_bytes(_turned(raw, chance))
        problems = audit.audit(here, policy)[1]
        one.write_bytes(raw)
        found += bool(problems)
        if one.name != "checkpoint":
            leaves += 1
            named += any("leaf" in problem or "leaves" in problem or "entries" in problem for problem in problems)
    ground.tell("evidence: changed bits found", found, "of 1,000", gate=">= 1000")
    ground.tell("evidence: changed leaves named", named / leaves, "of those in tiles and entries", gate=">= 1")


def _json(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _turned(raw: bytes, chance: random.Random) -> bytearray:
    at, turned = chance.randrange(len(raw) * 8), bytearray(raw)
    turned[at // 8] ^= 1 << at % 8
    return turned


def _other(raw: bytes, right: verifier.Judgement, policy: verifier.Policy) -> bool:
    try:
        return verifier.judge(raw, policy) != right
    except verifier.Malformed:
        return True


def forks(folder: Path) -> None:
    """Rewritten, cut and replaced histories, signed by the log's own key, offered to a witness."""
    chance = random.Random(7)
    witness = Witness(folder / "witness", signing.Cosigner("w.example/1", b"\2" * 32), {KEY.name: (KEY.key,)})
    known, hashes = 300, [tiles.leaf_hash(entry(number)) for number in range(600)]
    assert witness.add_checkpoint(_asked(hashes[:known], 0), at=1).status == 200
    refused = kept = 0
    for turn in range(200):
        if turn % 2:
            size, old = chance.randrange(1, known), chance.choice((0, known))
            raw = _asked(hashes[:size], 0) if old == 0 else _asked(hashes[:size], old, lie=True)
        else:
            size = chance.randrange(known, 600)
            forged = [*hashes[:size]]
            forged[chance.randrange(known)] = bytes(32)
            raw = _asked(forged, known)
        before = len(witness.kept())
        refused += witness.add_checkpoint(raw, at=2).status != 200
        kept += turn % 2 == 0 and len(witness.kept()) >= before
    ground.tell("evidence: forks and rollbacks refused", refused, "of 200", gate=">= 200")
    ground.tell("evidence: forks kept as proof", len(witness.kept()), "of 100 forks", gate=">= 95")


def _asked(hashes: list[bytes], old: int, *, lie: bool = False) -> bytes:
    files: dict[str, bytes] = dict(tiles.grow(lambda path: b"", 0, hashes))
    size = len(hashes)
    path = tiles.consistency(files.__getitem__, min(old, size), size) if old and not lie else []
    note = signing.sign_checkpoint(verifier.Checkpoint(KEY.name, size, tiles.top(hashes)), [KEY])
    return compose_request(old, path, note)


def proof_of_many(folder: Path) -> None:
    """One proof out of the big tree, a random leaf each time, every tile read from its file anew.

    The time of the processor counts for the gate: on a shared machine the wall shows what others do.
    """
    here, chance, longest = folder / f"tree-{BIG}", random.Random(3), 0
    wall, busy = [], []
    store = Folder(here)
    note = store.read("checkpoint")
    for _turn in range(200):
        began, used = time.perf_counter(), time.process_time()
        index = chance.randrange(BIG)
        path = tuple(tiles.inclusion(store.read, BIG, index))
        made = verifier.Proof(index, path, note, b"").text()
        wall.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - used) * 1000)
        longest = max(longest, len(made))
    name = f"evidence: proof of one of {BIG:,}"
    ground.tell(f"{name}, processor", statistics.quantiles(busy, n=100)[98], "ms, p99 of 200", gate="<= 20", aim="<= 5")
    ground.tell(f"{name}, wall", statistics.median(wall), "ms, median of 200", gate="<= 20", aim="<= 5")
    ground.tell(f"evidence: size of a proof of {BIG:,}", longest, "bytes without the record", gate="<= 3072")


# ---------------------------------------------------------------- with the database


def happened(count: int, *, size: int = 5_000) -> None:
    from django.db import transaction

    from fengqiao.evidence.tests.ground import AT, Told
    from fengqiao.kernel import events, scoping

    for start in range(0, count, size):
        with transaction.atomic(), scoping.unscoped("bench"):
            facts = [Told(f"m{number}", number) for number in range(start, min(start + size, count))]
            events.record_many(facts, actor="job:bench", at=AT)


def append(count: int = 100_000) -> None:
    """Events that wait, sealed and shown: per second of the whole turn, files synced, checkpoint signed."""
    from fengqiao.evidence.tasks import turn

    turn()
    happened(count)
    began, used = time.perf_counter(), time.process_time()
    turn()
    took, busy = time.perf_counter() - began, time.process_time() - used
    name = "evidence: append"
    ground.tell(name, count / took, "leaves/s, sealed, synced and signed", gate=">= 5000", aim=">= 20000")
    ground.tell(f"{name}, our share", count / busy, "leaves/s of processor, without the database's and the disk's")


def write_path(turns: int = 200) -> None:
    """What numbering adds to a deed: the time PostgreSQL itself gives for the trigger, against the whole deed."""
    import re

    from django.db import connection, transaction

    from fengqiao.kernel.models import Event
    from fengqiao.people.models import Area

    before = Event.objects.count()
    deed = statistics.median(_deeds(turns)) * 1000
    events = (Event.objects.count() - before) / turns
    place, took = Area.objects.filter(kind="community").values_list("pk", flat=True)[0], []
    statement = (
        "EXPLAIN (ANALYZE, COSTS OFF) INSERT INTO kernel_event (kind, subject, actor, at, facts, place_id)"
        " VALUES ('tests.told', 'x', 'job:bench', now(), '{}', %s)"
    )
    for _turn in range(300):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [place])
            said = "\n".join(row[0] for row in cursor.fetchall())
            found = re.search(r"event_numbered: time=([\d.]+)", said)
            assert found, said
            took.append(float(found[1]))
    share = statistics.median(took) * events / deed * 100
    unit = f"% of {deed:.1f} ms: {events:.1f} events of {statistics.median(took):.3f} ms"
    ground.tell("evidence: sealed action slowed", share, unit, gate="<= 3")


def _deeds(count: int) -> list[float]:
    from fengqiao.intake import actions
    from fengqiao.intake.rules import Channel
    from fengqiao.kernel import clock, scoping
    from fengqiao.kernel.actor import PUBLIC
    from fengqiao.people.models import Area

    place, took = Area.objects.filter(kind="community").first(), []
    assert place is not None
    for number in range(count):
        began = time.perf_counter()
        with scoping.unscoped("bench"):
            draft = actions.Draft(text=f"楼道灯坏了 {number}", place_id=place.pk)
            actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=clock.now())
        took.append(time.perf_counter() - began)
    return took


def missing() -> None:
    """Events and their outbox rows removed as the owner could: reported by the next turn, and the counts agree."""
    import psycopg
    from django.db import connection

    from fengqiao.evidence.models import Incident
    from fengqiao.evidence.tasks import turn
    from fengqiao.kernel import clock

    turn()
    happened(200)
    chance = random.Random(1)
    with psycopg.connect(os.environ["FENGQIAO_OWNER_URL"], autocommit=True) as owner:
        gone = chance.sample([row[0] for row in owner.execute("SELECT event_id FROM evidence_pending")], 20)
        owner.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        owner.execute("DELETE FROM kernel_event WHERE id = ANY(%s)", [gone])
        owner.execute("ALTER TABLE kernel_event ENABLE TRIGGER event_append_only")
        owner.execute("DELETE FROM evidence_pending WHERE event_id = ANY(%s)", [gone])
    before = Incident.objects.count()
    turn()
    told = Incident.objects.order_by("pk")[before:]
    reported = sum(one.facts["to"] - one.facts["from"] + 1 for one in told)
    ground.tell("evidence: removed events reported by the next turn", reported, "of 20", gate=">= 20")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_event")
        events = cursor.fetchone()[0]
        cursor.execute("SELECT count(event_id) FROM evidence_leaf")
        leaves = cursor.fetchone()[0]
    ground.tell("evidence: events less leaves", abs(events - leaves), f"of {events:,}", gate="<= 0")
    Incident.objects.filter(settled_at=None).update(settled_at=clock.now(), settled_by="job:bench")


_SEALER = """
import os, signal, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import django
django.setup()
from fengqiao.evidence import steps
from fengqiao.evidence.tasks import turn
name, count = sys.argv[3], int(sys.argv[4])
def end(reached):
    global count
    if reached == name:
        count -= 1
        if count <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
steps.at = end
turn()
"""


def kills() -> None:
    """kill -9 at every step in turn; afterwards one turn repairs everything and nobody lent a hand."""
    from fengqiao.evidence import counting, steps
    from fengqiao.evidence.models import Log
    from fengqiao.evidence.tasks import turn

    chance, killed, forked = random.Random(9), 0, 0
    roots: dict[tuple[str, int], bytes] = {}
    for number in range(KILLS):
        happened(chance.randrange(1, 900))
        name = steps.NAMES[number % len(steps.NAMES)]
        command = [sys.executable, "-c", _SEALER, str(ground.ROOT / "src"), str(ground.ROOT), name, "1"]
        killed += subprocess.run(command, stderr=subprocess.DEVNULL).returncode == -9
        forked += _remember(roots)
        if number % 3 == 2:
            turn()
            forked += _remember(roots)
    turn()
    forked += _remember(roots)
    problems = list(counting.problems())
    for log in Log.objects.all():
        kept = dict(log.checkpoints.values_list("size", "root"))
        forked += sum(kept.get(size) != root.hex() for (origin, size), root in roots.items() if origin == log.origin)
    ground.tell("evidence: kills at every step", killed, f"of {KILLS}", gate=f">= {KILLS}")
    ground.tell("evidence: forks after kills", forked, "checkpoints that contradict", gate="<= 0")
    ground.tell("evidence: problems after kills", len(problems), "found by fsck", gate="<= 0")
    for problem in problems[:5]:
        print(problem, file=sys.stderr)


def _remember(roots: dict[tuple[str, int], bytes]) -> int:
    """What strangers see now, against what they saw before at that size."""
    from fengqiao.evidence import settled
    from fengqiao.evidence.actions.publishing import shown
    from fengqiao.evidence.models import Log

    forked = 0
    for log in Log.objects.all():
        now = shown(log, settled.store_of(log))
        forked += roots.setdefault((log.origin, now.size), now.root) != now.root
    return forked


def erasure(cluster: Any) -> None:
    """200 planted texts: sealed, backed up, erased; then looked for in data files, WAL and the restored backup."""
    from fengqiao.evidence import actions, queries
    from fengqiao.evidence.models import Erasure, Leaf
    from fengqiao.evidence.tasks import turn
    from fengqiao.evidence.tests.ground import AT, Told
    from fengqiao.kernel.actor import system

    texts = {f"erase{number}": f"暗语{number:03d}{random.Random(number).getrandbits(64):016x}" for number in range(200)}
    actions.add_words(Told.kind, lambda some: {one["event"]: {"text": texts[one["subject"]]} for one in some
                                               if one["subject"] in texts})  # fmt: skip
    from django.db import connection, transaction

    from fengqiao.kernel import events, scoping

    with transaction.atomic(), scoping.unscoped("bench"):
        events.record_many([Told(subject, 1) for subject in texts], actor="job:bench", at=AT)
    turn()
    there = sum(bool((queries.record(leaf) or {}).get("told")) for leaf in Leaf.objects.filter(subject__in=texts))
    connection.close()
    cluster.stop()
    yesterday = ground.HOME / "yesterday"
    shutil.rmtree(yesterday, ignore_errors=True)
    subprocess.run(["cp", "-a", ground.HOME / "postgres", yesterday], check=True)  # with its owner
    cluster.start()
    for subject in texts:
        Erasure.objects.create(
            subject=subject, asked_at=AT, asked_by="job:a", first_by="job:b", second_by="job:c", granted_at=AT
        )
    actions.carry_out(actor=system("bench"), at=dt.datetime.now(dt.UTC))
    opened = sum(queries.words_of(leaf) is not None for leaf in Leaf.objects.filter(subject__in=texts))
    restored = _opened_in(yesterday, texts)
    plain = _grep([ground.HOME / "postgres", ground.HOME / "evidence", yesterday], texts.values())
    shutil.rmtree(yesterday, ignore_errors=True)
    ground.tell("evidence: planted texts readable before", there, "of 200 (control)", gate=">= 200")
    ground.tell("evidence: erased texts readable live", opened, "of 200", gate="<= 0")
    ground.tell("evidence: erased texts in data files, WAL, log and backup", plain, "of 200", gate="<= 0")
    ground.tell(
        "evidence: erased texts opened in the restored backup with today's keys", restored, "of 200", gate="<= 0"
    )


def _grep(folders: list[Path], texts: Any) -> int:
    marks = {text.encode() for text in texts}
    seen: set[bytes] = set()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and path.stat().st_size:
                raw = path.read_bytes()
                seen |= {mark for mark in marks - seen if mark in raw}
    return len(seen)


def _opened_in(home: Path, texts: dict[str, str]) -> int:
    """Start the backup as a server of its own and try every leaf with the vault of now."""
    import psycopg

    from fengqiao.config.postgres import OWNER, Cluster
    from fengqiao.evidence import settled
    from fengqiao.evidence.vault import Destroyed

    restored, vault, opened = Cluster(home), settled.vault(), 0
    restored.start()
    try:
        with psycopg.connect(restored.url(OWNER)) as link:
            asked = "SELECT number, sealed FROM evidence_leaf WHERE subject = ANY(%s)"
            rows = link.execute(asked, [list(texts)]).fetchall()
    finally:
        restored.stop()
    assert len(rows) == len(texts), len(rows)
    for number, sealed in rows:
        try:
            vault.keys(number).unseal(bytes(sealed), number)
            opened += 1
        except Destroyed:
            continue
    return opened


def main() -> None:
    parts = {"files": files, "tables": tables, "erasure": erased}
    if sys.argv[1:]:
        parts[sys.argv[1]]()
        return
    for name in parts:  # each in a process of its own: settings are read once
        subprocess.run([sys.executable, __file__, name], check=True)


def files() -> None:
    """What needs no database."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        foreign(folder)
        proof_of_many(folder)
        bits(folder)
        forks(folder)


def tables() -> None:
    shutil.rmtree(ground.HOME / "evidence", ignore_errors=True)
    shutil.rmtree(ground.HOME / "postgres", ignore_errors=True)
    ground.start()
    ground.district()
    append()
    write_path()
    missing()
    kills()


def erased() -> None:
    """In a cluster of its own, since it is stopped and copied."""
    ground.HOME = ground.ROOT / "var" / "bench-erasure"
    os.environ["FENGQIAO_HOME"] = str(ground.HOME)
    shutil.rmtree(ground.HOME, ignore_errors=True)
    erasure(ground.start())


if __name__ == "__main__":
    main()
