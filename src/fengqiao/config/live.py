"""ASGI entry of the live process: `/live/health` and server-sent events of counts and of mediation rooms.

Ordinary pages are served elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from fengqiao.config import checks, databases
from fengqiao.kernel.live import CHANNEL

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


KEEP, QUEUE, HEARTBEAT_S = 1000, 100, 15.0
ROOM = "/live/room/"


@dataclass(frozen=True)
class News:
    """One thing that changed: who may hear it, and what kind of thing. Never the thing itself."""

    id: int
    topics: frozenset[str]
    kind: str
    mark: int | None = None

    def as_event(self) -> bytes:
        return f"id: {self.id}\nevent: {self.kind}\ndata: {{}}\n\n".encode()

    def as_room_event(self) -> bytes:
        """Counted by the channel's own lines: a count of the whole process would show that others were busy."""
        (topic,) = self.topics
        channel = topic.rpartition(":")[2]
        return f'event: {self.kind}\ndata: {{"channel":"{channel}","n":{self.mark or 0}}}\n\n'.encode()


@dataclass(eq=False)
class Listener:
    """One open stream. A reader too slow for its queue is told to load the page anew rather than kept in memory."""

    topics: frozenset[str]
    queue: asyncio.Queue[News | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def hear(self, news: News) -> None:
        if self.topics & news.topics:
            try:
                self.queue.put_nowait(news)
            except asyncio.QueueFull:
                while not self.queue.empty():
                    self.queue.get_nowait()
                self.queue.put_nowait(None)


class Hub:
    """One LISTEN connection for the process, fanned out to the queues of its streams."""

    def __init__(self, address: Callable[[], str] = databases.url) -> None:
        self.address = address
        self.listeners: set[Listener] = set()
        self.recent: deque[News] = deque(maxlen=KEEP)
        self.is_connected = False
        self.first = time.time_ns() // 1_000_000  # ids of a former process are smaller than any of ours
        self._numbers = itertools.count(self.first)

    async def run(self) -> None:
        """Listen for ever; connect anew when the database was away."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen()
            self.is_connected = False
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self.address(), autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.is_connected = True
            if self.recent:  # whatever was said while we were away is lost: everybody looks anew
                self.tell_all_to_reload()
            async for notice in connection.notifies():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self.publish(**json.loads(notice.payload))

    def publish(self, *, topics: Iterable[str], kind: str, mark: int | None = None) -> None:
        news = News(next(self._numbers), frozenset(topics), kind, mark)
        self.recent.append(news)
        for listener in self.listeners:
            listener.hear(news)

    def tell_all_to_reload(self) -> None:
        for listener in self.listeners:
            with contextlib.suppress(asyncio.QueueFull):
                listener.queue.put_nowait(None)

    async def stream(self, topics: frozenset[str], last_id: int | None) -> AsyncGenerator[bytes, None]:
        """Server-sent events for these topics, first what was missed since `last_id`."""
        listener = Listener(topics)
        self.listeners.add(listener)
        try:
            yield b"retry: 3000\n\n"
            for chunk in self._missed(topics, last_id):
                yield chunk
            while True:
                try:
                    news = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield news.as_event() if news else b"event: reload\ndata: {}\n\n"
        finally:
            self.listeners.discard(listener)

    async def room(self, topics: frozenset[str]) -> AsyncGenerator[bytes, None]:
        """The stream of one guest of a room. It begins with "look": the page then asks for every line after its last
        one, so that nothing said while the connection was cut is lost and nothing comes twice."""
        listener = Listener(topics)
        self.listeners.add(listener)
        try:
            yield b"retry: 1000\n\nevent: look\ndata: {}\n\n"
            while True:
                try:
                    news = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield news.as_room_event() if news else b"event: look\ndata: {}\n\n"
        finally:
            self.listeners.discard(listener)

    def _missed(self, topics: frozenset[str], last_id: int | None) -> list[bytes]:
        """Refuses to guess: an id older than what we remember, or of a process before us, means "load anew"."""
        if last_id is None:
            return []
        oldest = self.recent[0].id if self.recent else self.first
        newest = self.recent[-1].id if self.recent else self.first - 1
        if not oldest - 1 <= last_id <= newest:
            return [b"event: reload\ndata: {}\n\n"]
        return [news.as_event() for news in self.recent if news.id > last_id and news.topics & topics]


def topics_of(cookie: str) -> frozenset[str] | None:
    """What the person behind this session cookie may hear of; none when nobody is signed in. Runs in a thread."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import get_user
    from django.db import close_old_connections
    from django.http import HttpRequest

    from fengqiao.kernel import clock
    from fengqiao.people import access

    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
        user = get_user(request)
        if not user.is_authenticated:
            return None
        actor, _ = access.choose(user, chosen=request.session.get("duty"), on=clock.now().date())
    finally:
        close_old_connections()
    place = [f"{actor.level}:{actor.area_id}"] if actor.area_id else []
    unit = [f"unit:{actor.organisation_id}"] if actor.organisation_id else []
    return frozenset([f"user:{actor.user_id}", *place, *unit, *(["all"] if actor.level == "all" else [])])


def room_topics_of(cookie: str, number: str) -> frozenset[str] | None:
    """What the person behind this session cookie hears in a mediation room; none for everybody without a part in it.
    Runs in a thread."""
    from importlib import import_module

    from django.conf import settings
    from django.db import close_old_connections

    from fengqiao.kernel import clock
    from fengqiao.mediation import access as rooms

    close_old_connections()
    try:
        session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
        return rooms.topics(session, number, now=clock.now())
    finally:
        close_old_connections()


def cookie_of(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    from http.cookies import CookieError, SimpleCookie

    for key, value in headers:
        if key == b"cookie":
            with contextlib.suppress(CookieError):
                morsel = SimpleCookie(value.decode("latin-1")).get(name)
                return morsel.value if morsel else None
    return None


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


class Live:
    """The ASGI application: four answers, everything else is 404."""

    def __init__(
        self,
        hub: Hub,
        *,
        who: Callable[[str], frozenset[str] | None] = topics_of,
        guests: Callable[[str, str], frozenset[str] | None] = room_topics_of,
    ) -> None:
        self.hub, self.who, self.guests = hub, who, guests
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/live/health":
            ready = self.hub.is_connected
            await answer(send, 200 if ready else 503, b"ok\n" if ready else b"no database\n")
        elif scope["type"] == "http" and scope["path"] == "/live/counts":
            await self.counts(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(ROOM):
            await self.room(scope, receive, send)
        elif scope["type"] == "http":
            await answer(send, 404, b"")

    async def lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.task = asyncio.create_task(self.hub.run())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self.task:
                    self.task.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def counts(self, scope: Message, receive: Receive, send: Send) -> None:
        """ "Something of yours changed": the page then asks the ordinary address for its numbers."""
        last = header(scope["headers"], b"last-event-id")
        last_id = int(last) if last.isdigit() else None
        await self._stream(scope, receive, send, self.who, lambda topics: self.hub.stream(topics, last_id))

    async def room(self, scope: Message, receive: Receive, send: Send) -> None:
        """ "A line was said in your room": the page then asks for it under its own scope."""
        number = scope["path"].removeprefix(ROOM)
        await self._stream(scope, receive, send, lambda cookie: self.guests(cookie, number), self.hub.room)

    async def _stream(
        self,
        scope: Message,
        receive: Receive,
        send: Send,
        who: Callable[[str], frozenset[str] | None],
        opened: Callable[[frozenset[str]], AsyncGenerator[bytes, None]],
    ) -> None:
        from django.conf import settings

        cookie = cookie_of(scope["headers"], settings.SESSION_COOKIE_NAME)
        topics = await asyncio.to_thread(who, cookie) if cookie else None
        allowed = cross_origin(header(scope["headers"], b"origin"), settings.SITE_URL)
        if topics is None:
            await answer(send, 401, b"", allowed)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [*EVENT_STREAM, *allowed]})
        stream = opened(topics)
        gone = asyncio.create_task(until_gone(receive))
        try:
            await pour(stream, send, gone)
        finally:
            gone.cancel()
            await stream.aclose()


EVENT_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def cross_origin(origin: str, site: str) -> list[tuple[bytes, bytes]]:
    """Only our own pages, which come from another port, may read the stream."""
    if not origin or origin != site.rstrip("/"):
        return []
    return [
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": body})


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def pour(stream: AsyncGenerator[bytes, None], send: Send, gone: asyncio.Task[None]) -> None:
    """Send the stream until the reader has gone."""
    while not gone.done():
        chunk = asyncio.ensure_future(anext(stream))
        await asyncio.wait({chunk, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not chunk.done():
            chunk.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await chunk
            return
        await send({"type": "http.response.body", "body": chunk.result(), "more_body": True})


def make() -> Live:
    """Called by uvicorn (`--factory`): refuses to start like every serving process."""
    import django

    checks.refuse(checks.all_problems())
    django.setup()
    return Live(Hub())
