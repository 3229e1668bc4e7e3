"""Fifty mediation rooms of three talking at once: how soon a line is with the others, and what a cut connection costs.

`make bench ARGS=room`; FENGQIAO_BENCH_SECONDS (20). Web and live processes as `fengqiao up` starts them; every guest has
a stream of its own, asks for a line when the stream names it, and writes about every fifteen seconds, so that each room has a line every five. The guests are one
asyncio process on the same machine. Afterwards two hundred streams are cut while everybody goes on, and one line in five
is sent over a connection that breaks before the answer, then again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import time
import uuid
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-room")

import ground

CLUSTER = ground.start()

import psycopg  # noqa: E402
from bench_setup import free_port  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402

from fengqiao.config.supervisor import Place, is_serving, services  # noqa: E402
from fengqiao.disputes import actions as disputes  # noqa: E402
from fengqiao.disputes.actions import ConsentBy, ConsentTo, NewDispute, NewParty, Side, Source  # noqa: E402
from fengqiao.kernel import clock, scoping  # noqa: E402
from fengqiao.mediation import access, actions  # noqa: E402
from fengqiao.mediation.actions import room  # noqa: E402
from fengqiao.mediation.room_rules import CheckedBy  # noqa: E402
from fengqiao.people.models import User  # noqa: E402

SECONDS = float(os.environ.get("FENGQIAO_BENCH_SECONDS", "20"))
ARRIVING = 6
"""Seconds until 150 guests who come in at once have their stream. The talk begins before; both figures are told."""
ROOMS, PACE_S, CUTS, RETRY_S = 50, 15.0, 200, 1.0


# -- the rooms --------------------------------------------------------------------------------------------------------


def session(**held: Any) -> str:
    store = SessionStore()
    for key, value in held.items():
        store[key] = value
    store.create()
    return str(store.session_key)


def of_user(user: User) -> str:
    return session(**{
        SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    })  # fmt: skip


def lay_out() -> list[tuple[str, list[str]]]:
    """Fifty open rooms with everybody checked. Result: number and the cookies of mediator and parties."""
    from fengqiao.mediation.tests import ground as g

    tables = (
        "people_area, people_organisation, people_user, people_person, django_session, kernel_event, kernel_deadline"
    )
    with psycopg.connect(os.environ["FENGQIAO_OWNER_URL"], autocommit=True) as owner:
        owner.execute(f"TRUNCATE {tables} CASCADE")
    with transaction.atomic(), scoping.unscoped("bench"):
        here = g.ground()
        here.xu_mediator.capacity = 0
        here.xu_mediator.save()
        return [_room(here, n) for n in range(ROOMS)]


def _room(here: Any, n: int) -> tuple[str, list[str]]:
    at, quarrel = clock.now(), here.quarrel
    parties = (NewParty(Side.APPLICANT, f"申请人{n}"), NewParty(Side.RESPONDENT, f"被申请人{n}"))
    new = NewDispute(
        source=Source.DIRECT, desk_id=quarrel.cast.hotline.pk, place_id=quarrel.cast.grid.pk, demanded_at=at,
        topic="邻里噪声", facts="夜里响", court_id=quarrel.court.pk, parties=parties,
    )  # fmt: skip
    dispute = disputes.open_dispute(new=new, actor=here.duan, at=at)
    number, sides = dispute.number, list(dispute.parties.order_by("pk"))
    edge = {"number": number, "at": at}
    actions.offer(kind=actions.Kind.DELEGATED, actor=here.duan, **edge)
    for party in sides:
        yes = {"party_id": party.pk, "by": ConsentBy.CODE, "actor": here.duan}
        disputes.consent(to=(ConsentTo.MEDIATION,), **yes, **edge)
    listed = actions.send_list(actor=here.duan, **edge)
    chosen = next(one for one in listed if one.mediator_id == here.xu_mediator.pk)
    for party in sides:
        actions.choose(party_id=party.pk, candidate_id=chosen.pk, actor=here.duan, **edge)
    actions.accept(actor=here.xu, **edge)
    room.open_room(actor=here.xu, **edge)
    for party in sides:
        room.check_identity(party_id=party.pk, how=CheckedBy.FACE, actor=here.xu, **edge)
        own = access.actor_of_party(party.pk)
        with scoping.scoped(own):
            room.come_in(online=True, warned=True, by=ConsentBy.CODE, actor=own, **edge)
    stamp = int(at.timestamp())
    cookies = [of_user(User.objects.get(pk=here.xu.user_id))]
    cookies += [session(**{access.PARTIES: {number: [party.pk, stamp]}}) for party in sides]
    return number, cookies


# -- one guest --------------------------------------------------------------------------------------------------------


class Wire:
    """A kept-alive connection to the web process."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.lock = asyncio.Lock()
        self.reader: Any = None
        self.writer: Any = None

    async def ask(self, method: str, path: str, body: bytes = b"", headers: str = "", *, breaks: bool = False) -> bytes:
        """The body of the answer; with `breaks` the connection is cut as soon as the request is out."""
        async with self.lock:
            for _try in range(2):
                try:
                    if self.writer is None:
                        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                    head = (
                        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: application/json\r\n"
                        f"Cookie: {self.cookie}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
                    )
                    self.writer.write(head.encode() + body)
                    await self.writer.drain()
                    if breaks:
                        self.cut()
                        return b""
                    return await asyncio.wait_for(self._answer(), 30)
                except (OSError, asyncio.IncompleteReadError):
                    self.writer = None
            raise OSError("no answer")

    def cut(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()
        self.writer = None

    async def _answer(self) -> bytes:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = re.search(r"content-length: (\d+)", head)
        body = await self.reader.readexactly(int(length[1])) if length else b""
        if "connection: close" in head:
            self.writer.close()
            self.writer = None
        if status != 200:
            raise RuntimeError(f"{status} {body[:200]!r}")
        return bytes(body)


class Guest:
    """What the page does: a stream, a look when it says so, one line at a time."""

    def __init__(self, web: int, live: int, number: str, key: str, csrf: str, log: Log) -> None:
        cookie = f"fq_session={key}; fq_csrf={csrf}"
        self.wire, self.number, self.live, self.cookie, self.csrf, self.log = (
            Wire(web, cookie),
            number,
            live,
            cookie,
            csrf,
            log,
        )
        self.out = Wire(web, cookie)
        self.last, self.got = 0, []
        self.stream: Any = None
        self.cut_at = 0.0
        self.looking = asyncio.Lock()

    async def listen(self, until: float) -> None:
        while time.monotonic() < until:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ConnectionError):
                await self._listen()
            if time.monotonic() < until:
                await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        reader, self.stream = await asyncio.open_connection("127.0.0.1", self.live)
        head = f"GET /live/room/{self.number} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n"
        self.stream.write(head.encode())
        kind = ""
        while True:
            line = (await reader.readuntil(b"\n")).strip()
            if line.startswith(b"event: "):
                kind = line[7:].decode()
            elif line.startswith(b"data: ") and kind in {"look", "line"}:
                told = json.loads(line[6:])
                if kind == "look" or (told["channel"] == "joint" and told["n"] > self.last):
                    asyncio.get_running_loop().create_task(self.look())

    async def look(self) -> None:
        async with self.looking:
            answer = await self.wire.ask("GET", f"/room/{self.number}/lines/joint/?after={self.last}")
            self.take(json.loads(answer)["lines"])
            if self.cut_at and self.stream is not None and not self.stream.is_closing():
                self.log.reconnects.append(time.monotonic() - self.cut_at)
                self.cut_at = 0.0

    def take(self, lines: list[dict[str, Any]]) -> None:
        now = time.monotonic()
        for line in lines:
            if line["n"] <= self.last:
                continue
            self.last = line["n"]
            self.got.append(line["n"])
            found = re.search(r"行([0-9a-f]{32})", line["html"])
            if found and found[1] in self.log.sent and self.log.owner[found[1]] is not self:
                self.log.delays.append((self.log.sent[found[1]], now - self.log.sent[found[1]]))

    async def say(self, *, breaks: bool = False) -> None:
        key = uuid.uuid4()
        body = f"text=行{key.hex}&client_id={key}&after={self.last}&csrfmiddlewaretoken={self.csrf}".encode()
        headers = "Content-Type: application/x-www-form-urlencoded\r\n"
        self.log.sent[key.hex], self.log.owner[key.hex] = time.monotonic(), self
        self.log.lines[self.number] = self.log.lines.get(self.number, 0) + 1
        if breaks:
            await self.out.ask("POST", f"/room/{self.number}/", body, headers, breaks=True)
            self.log.sent.pop(key.hex)  # how long the broken one took says nothing
        answer = await self.out.ask("POST", f"/room/{self.number}/", body, headers)
        self.take(json.loads(answer)["lines"])

    async def talk(self, until: float, chance: random.Random, *, breaks: bool = False) -> None:
        await asyncio.sleep(chance.uniform(0, PACE_S))
        while time.monotonic() < until:
            await self.say(breaks=breaks and chance.random() < 0.2)
            await asyncio.sleep(chance.uniform(0.5 * PACE_S, 1.5 * PACE_S))

    def cut(self) -> None:
        if self.stream is not None and not self.stream.is_closing():
            self.cut_at = time.monotonic()
            self.stream.transport.abort()
            self.log.cuts += 1


class Log:
    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.owner: dict[str, Guest] = {}
        self.lines: dict[str, int] = {}
        self.delays: list[tuple[float, float]] = []
        """(when it was sent, seconds until it was there)"""
        self.reconnects: list[float] = []
        self.cuts = 0


async def play(guests: list[Guest], log: Log, seconds: float, *, cuts: int = 0) -> None:
    """Everybody listens and talks; `cuts` streams are cut meanwhile. Afterwards everybody looks once more."""
    until = time.monotonic() + 2 + seconds
    streams = [asyncio.create_task(guest.listen(until + 8)) for guest in guests]
    await asyncio.sleep(2)
    talks = [
        asyncio.create_task(guest.talk(until, random.Random(n), breaks=bool(cuts))) for n, guest in enumerate(guests)
    ]
    chance = random.Random(11)
    for _cut in range(cuts):
        chance.choice([guest for guest in guests if not guest.cut_at]).cut()
        await asyncio.sleep((seconds - 3) / cuts)
    await asyncio.gather(*talks)
    await asyncio.sleep(4)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    for guest in guests:
        if guest.stream is not None:
            guest.stream.transport.abort()


def wrong(guests: list[Guest]) -> int:
    """Lines a guest missed or got twice. What the room holds is told by the database."""
    from fengqiao.mediation.room_models import RoomLine

    with transaction.atomic(), scoping.unscoped("bench"):
        held: dict[str, list[int]] = {}
        for number, n in RoomLine.objects.filter(channel="joint").values_list("dispute__number", "n"):
            held.setdefault(number, []).append(n)
    return sum(len(set(held[one.number]) ^ set(one.got)) + len(one.got) - len(set(one.got)) for one in guests)


def stored(log: Log) -> int:
    """Lines that were stored more or less often than they were meant."""
    from fengqiao.mediation.room_models import RoomLine

    with transaction.atomic(), scoping.unscoped("bench"):
        kept = RoomLine.objects.filter(channel="joint", kind="say").count()
    return abs(kept - sum(log.lines.values()))


def percentile(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def main() -> None:
    rooms = lay_out()
    web_port = free_port()
    place = Place("127.0.0.1", web_port, web_port + 1)
    running = []
    for one in services(place):
        if one.name in {"web", "live"}:
            environment = {**os.environ, **one.environment, "PYTHONPATH": str(ground.ROOT / "src")}
            running.append(subprocess.Popen(one.command, env=environment, stdout=sys.stderr, start_new_session=True))
    try:
        for address in (f"http://127.0.0.1:{web_port}/", f"http://127.0.0.1:{web_port + 1}/live/health"):
            end = time.monotonic() + 90
            while not is_serving(address) and time.monotonic() < end:
                time.sleep(0.2)
        csrf = "c" * 32
        log = Log()
        guests = [Guest(web_port, web_port + 1, number, key, csrf, log) for number, cookies in rooms for key in cookies]
        used = time.process_time()
        asyncio.run(both(guests, log))
        used = time.process_time() - used
        print(f"{len(log.sent)} lines, {log.cuts} cuts; this process used {used:.1f} s", file=sys.stderr)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


async def both(guests: list[Guest], log: Log) -> None:
    await play(guests, log, 8)  # so that nothing is measured while it is loaded for the first time
    log.delays.clear()
    began = time.monotonic()
    await play(guests, log, SECONDS)
    delays, load = [1000 * took for _sent, took in log.delays], round(os.getloadavg()[0], 1)
    settled = [1000 * took for sent, took in log.delays if sent - began >= ARRIVING]
    ground.tell("room: message to the other side, median", percentile(delays, 0.5), "ms", lines=len(delays), load=load)
    ground.tell("room: message to the other side, p95", percentile(delays, 0.95), "ms", gate="<= 300", aim="<= 100")
    ground.tell("room: the same once everybody is in, p95", percentile(settled, 0.95), "ms", lines=len(settled))
    await play(guests, log, max(SECONDS, 25), cuts=CUTS)
    ground.tell("room: reconnect and catch up, longest", max(log.reconnects), "s", gate="<= 5", cuts=log.cuts)
    missed, doubled = await asyncio.to_thread(wrong, guests), await asyncio.to_thread(stored, log)
    ground.tell("room: lines lost or doubled", missed + doubled, "lines", gate="<= 0", cuts=log.cuts)


if __name__ == "__main__":
    main()
