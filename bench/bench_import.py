"""How quickly files of messages come in: the real stream whole, twice; and a million rows.

`make bench ARGS=import`; FENGQIAO_BENCH_ROWS sets the size of the large file (1,000,000).
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import ground

ground.start()

from django.db.models import Count  # noqa: E402

from fengqiao.config.demo import places, texts  # noqa: E402
from fengqiao.intake import importing, queries  # noqa: E402
from fengqiao.intake.models import Contact, Entry, ImportRun  # noqa: E402
from fengqiao.kernel import clock, scoping  # noqa: E402
from fengqiao.kernel.actor import system  # noqa: E402
from fengqiao.kernel.models import Deadline  # noqa: E402

ROWS = int(os.environ.get("FENGQIAO_BENCH_ROWS", "1000000"))
ACTOR = system("bench")


def run(path: Path) -> tuple[ImportRun, float]:
    began = time.perf_counter()
    with scoping.scoped(ACTOR):
        pass
    made = importing.import_file(path, actor=ACTOR, at=clock.now())
    return made, time.perf_counter() - began


def counts() -> tuple[int, int, int]:
    with scoping.unscoped("bench"):
        return Contact.objects.count(), Entry.objects.count(), Deadline.objects.count()


def stream() -> None:
    """The 4,326 real messages: nobody without an owner, none lost, and a second run changes nothing."""
    path = ground.shared("data/hotline/stream_2019.csv")
    if path is None:
        print("shared data not present: the real stream is skipped", file=sys.stderr)
        return
    ground.empty_intake()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        made, seconds = run(copy)
        before = counts()
        ImportRun.objects.all().delete()
        _again, second = run(copy)
    with scoping.unscoped("bench"):
        clocks = dict(Deadline.objects.values_list("kind").annotate(n=Count("pk")))
        ownerless = queries.ownerless().count() + Contact.objects.filter(unit=None).count()
    ground.tell(
        "real stream of 4,326: imported, understood, dispatched, on the clock", seconds, "s", gate="<= 30", aim="<= 12"
    )
    ground.tell("real stream: rows lost", made.read - made.made - made.known, "rows", gate="<= 0")
    ground.tell("real stream: rejected", made.rejected, "rows", gate="<= 0")
    ground.tell("real stream: without an owner", ownerless, "contacts", gate="<= 0")
    ground.tell("real stream: without a response clock", made.made - clocks.get("response", 0), "contacts", gate="<= 0")
    ground.tell(
        "real stream: changed by a second run",
        sum(abs(a - b) for a, b in zip(before, counts(), strict=True)),
        "rows",
        gate="<= 0",
    )
    ground.tell("real stream: second run", second, "s")


def large() -> None:
    """Many rows of the demonstration's own stories, each with its own key."""
    ground.empty_intake()
    chance = random.Random(7)
    communities = [one for street in places.STREETS for one in street.communities]
    start = clock.now() - dt.timedelta(days=20)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["msg_id", "time", "name", "phone", "title", "text"])
            for n in range(ROWS):
                _code, _weight, title, text = chance.choice(texts.STORIES)
                words = {
                    "estate": chance.choice(chance.choice(communities).estates),
                    "building": chance.randint(1, 12),
                    "floor": chance.randint(2, 18),
                    "n": chance.randint(3, 28),
                }
                moment = start + dt.timedelta(seconds=n * 1.5)
                phone = f"139{chance.randrange(10**6):06d}{n % 100:02d}"
                writer.writerow(
                    [n, moment.isoformat(timespec="seconds"), "", phone, title.format(**words), text.format(**words)]
                )
        made, seconds = run(path)
    ground.tell(f"{ROWS:,} contacts imported", made.made / seconds, "rows/s", gate=">= 1200", aim=">= 4000")
    ground.tell(f"{ROWS:,} contacts imported: lost", ROWS - made.made, "rows", gate="<= 0")


ground.district()
stream()
large()
