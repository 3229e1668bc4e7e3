"""Fifty people reading at once: pages per second and errors, from granian as `fengqiao up` starts it, with sessions.

`make bench ARGS=mixed`; FENGQIAO_BENCH_SECONDS (20). Over the same large city as `reading`. The readers are one asyncio
process with fifty kept-alive connections that ask for the next page as soon as they have one; what that process uses
of the machine is told beside the figure.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import subprocess
import sys
import time
from typing import Any

import crowd
import ground

CLUSTER = crowd.ready()

from bench_setup import free_port  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.urls import reverse  # noqa: E402

from fengqiao.config.supervisor import Place, services  # noqa: E402
from fengqiao.intake import queries  # noqa: E402
from fengqiao.kernel import clock, scoping  # noqa: E402
from fengqiao.people import access  # noqa: E402
from fengqiao.people.models import User  # noqa: E402

SECONDS = float(os.environ.get("FENGQIAO_BENCH_SECONDS", "20"))
USERS = 50
PARTS = (("linxiaomei", 12), ("fangjing", 10), ("hanlu", 10), ("wanfang", 4), ("bench-city", 2), ("shilei", 8), ("", 4))
"""How many of the fifty are whom; the last are strangers at the public pages."""
WORDS = ("暖气", "电梯", "物业费", "押金", "停水")


def session_of(user: User) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def visits(username: str, chance: random.Random) -> tuple[str, list[str]]:
    """(cookie, pages) of one reader: what they would open in a morning."""
    if not username:
        return "", ["/", "/board/", "/tell/", "/follow/", "/help/", reverse("account_login")]
    user = User.objects.get(username=username)
    actor = access.actor_for(access.duties(user, on=clock.now().date())[0])
    with scoping.scoped(actor):
        fresh = list(queries.open_for(actor).order_by("queue_key", "pk").values_list("number", flat=True)[:60])
        old = list(queries.visible_to(actor).order_by("-received_at", "-pk").values_list("number", flat=True)[:60])
    queue, search = reverse("intake:desk"), reverse("intake:search")
    pages = (
        [reverse("intake:today")] * 3 + [queue] * 3 + [f"{queue}?pile={pile}" for pile in ("over", "others", "today")]
    )
    pages += [reverse("intake:detail", args=[chance.choice(fresh + old)]) for _page in range(9)]
    pages += [f"{search}?q={chance.choice(old)}", f"{search}?q={chance.choice(WORDS)}"]
    return f"fq_session={session_of(user)}", pages


class Tally:
    def __init__(self) -> None:
        self.times: list[float] = []
        self.errors: dict[str, int] = {}

    def wrong(self, what: str) -> None:
        self.errors[what] = self.errors.get(what, 0) + 1


async def read(port: int, cookie: str, pages: list[str], until: float, tally: Tally, chance: random.Random) -> None:
    """One reader on one connection."""
    reader = writer = None
    while time.monotonic() < until:
        page = chance.choice(pages)
        began = time.monotonic()
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            lines = [f"GET {_ascii(page)} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html", f"Cookie: {cookie}"]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            status, closes = await asyncio.wait_for(_answer(reader), 30)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            tally.wrong(f"{type(error).__name__} {page}")
            writer = None
            continue
        tally.times.append(time.monotonic() - began)
        if status not in {200, 302}:
            tally.wrong(f"{status} {page}")
        if closes:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: Any) -> tuple[int, bool]:
    """(status, whether the server closes). The body is read and dropped."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
    elif "transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head.split(" ", 2)[1]), "connection: close" in head


def _ascii(page: str) -> str:
    from urllib.parse import quote

    return quote(page, safe="/?=&%-")


async def everybody(port: int, readers: list[tuple[str, list[str]]], seconds: float, tally: Tally) -> float:
    began = time.monotonic()
    until = began + seconds
    await asyncio.gather(
        *(read(port, cookie, pages, until, tally, random.Random(n)) for n, (cookie, pages) in enumerate(readers))
    )
    return time.monotonic() - began


def main() -> None:
    chance = random.Random(3)
    readers = [visits(username, chance) for username, count in PARTS for _reader in range(count)]
    assert len(readers) == USERS
    port = free_port()
    web = next(one for one in services(Place("127.0.0.1", port, port + 1)) if one.name == "web")
    environment = {**os.environ, **web.environment, "PYTHONPATH": str(ground.ROOT / "src")}
    process = subprocess.Popen(web.command, env=environment, stdout=sys.stderr, start_new_session=True)
    try:
        from fengqiao.config.supervisor import is_serving

        end = time.monotonic() + 90
        while not is_serving(f"http://127.0.0.1:{port}/") and time.monotonic() < end:
            time.sleep(0.2)
        asyncio.run(everybody(port, readers, min(SECONDS / 4, 8), Tally()))
        tally, used = Tally(), time.process_time()
        took = asyncio.run(everybody(port, readers, SECONDS, tally))
        used = time.process_time() - used
    finally:
        process.terminate()
        process.wait(timeout=30)
    times = sorted(tally.times)
    for what, count in sorted(tally.errors.items(), key=lambda one: -one[1])[:20]:
        print(f"   {count} × {what}", file=sys.stderr)
    ground.tell("mixed reading by 50 users", len(times) / took, "pages/s", gate=">= 80", aim=">= 200",
                pages=len(times), load=os.getloadavg()[0], reader_share_of_a_core=round(used / took, 2))  # fmt: skip
    ground.tell("mixed reading: errors", sum(tally.errors.values()), "answers", gate="<= 0")
    ground.tell("mixed reading: median", statistics.median(times) * 1000, "ms")
    ground.tell("mixed reading: p95", times[int(len(times) * 0.95)] * 1000, "ms")


main()
