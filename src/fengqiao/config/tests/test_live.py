"""The live process: who hears what, what is caught up, and that one connection listens for all."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from fengqiao.config import databases
from fengqiao.config.live import CHANNEL, QUEUE, Hub, Live, cookie_of, cross_origin

UNIT = frozenset({"unit:5"})


def play(scene):
    """In a thread of its own: browser tests leave a running loop behind in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result(timeout=60)


async def heard(stream, count):
    return [await asyncio.wait_for(anext(stream), 10) for _ in range(count)]


def test_a_stream_hears_its_topics_only():
    async def scene():
        hub = Hub()
        stream = hub.stream(UNIT, None)
        assert await heard(stream, 1) == [b"retry: 3000\n\n"]
        hub.publish(topics=["unit:6"], kind="queue")
        hub.publish(topics=["unit:5", "unit:6"], kind="queue")
        (event,) = await heard(stream, 1)
        assert f"id: {hub.first + 1}\nevent: queue\n".encode() in event
        await stream.aclose()
        assert hub.listeners == set()

    play(scene())


def test_what_was_missed_is_caught_up_and_the_unknown_means_load_anew():
    async def scene():
        hub = Hub()
        for kind in ("a", "b", "c"):
            hub.publish(topics=UNIT, kind=kind)
        _, *rest = await heard(hub.stream(UNIT, hub.first), 3)
        assert [event.split(b"\n")[1] for event in rest] == [b"event: b", b"event: c"]
        for stranger in (hub.first - 2, hub.first + 99):
            _, event = await heard(hub.stream(UNIT, stranger), 2)
            assert event.startswith(b"event: reload")

    play(scene())


def test_a_slow_reader_is_told_to_load_anew():
    async def scene():
        hub = Hub()
        stream = hub.stream(UNIT, None)
        await heard(stream, 1)
        for _ in range(QUEUE + 1):
            hub.publish(topics=UNIT, kind="queue")
        assert (await heard(stream, 1))[0].startswith(b"event: reload")

    play(scene())


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


def test_the_hub_listens_to_the_database_and_bears_nonsense():
    async def scene():
        hub = Hub(databases.url)
        task = asyncio.create_task(hub.run())
        stream = hub.stream(UNIT, None)
        await heard(stream, 1)
        await asyncio.wait_for(until(lambda: hub.is_connected), 10)
        async with await psycopg.AsyncConnection.connect(databases.url(), autocommit=True) as connection:
            for payload in ("nonsense", "{}", json.dumps({"topics": ["unit:5"], "kind": "queue"})):
                await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
        assert b"event: queue" in (await heard(stream, 1))[0]
        task.cancel()

    play(scene())


def call(app, path, headers=(), messages=1):
    """The first messages the app sends for a GET."""

    async def scene():
        sent: asyncio.Queue = asyncio.Queue()
        silent = asyncio.Event()

        async def receive():
            await silent.wait()
            return {"type": "http.disconnect"}

        scope = {"type": "http", "path": path, "headers": list(headers)}
        task = asyncio.create_task(app(scope, receive, sent.put))
        got = [await asyncio.wait_for(sent.get(), 10) for _ in range(messages)]
        silent.set()
        await asyncio.wait_for(task, 10)
        return got

    return play(scene())


def test_a_stranger_gets_no_stream_and_an_unknown_address_is_absent():
    app = Live(Hub(), who=lambda cookie: None)
    assert call(app, "/live/counts")[0]["status"] == 401
    assert call(app, "/live/counts", [(b"cookie", b"fq_session=forged")])[0]["status"] == 401
    assert call(app, "/live/other")[0]["status"] == 404
    assert call(app, "/live/health")[0]["status"] == 503


def test_a_signed_in_person_gets_a_stream_that_ends_when_they_leave():
    hub = Hub()
    app = Live(hub, who=lambda cookie: UNIT if cookie == "mine" else None)
    start, body = call(app, "/live/counts", [(b"cookie", b"a=b; fq_session=mine")], messages=2)
    assert start["status"] == 200 and dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert body["body"] == b"retry: 3000\n\n" and hub.listeners == set()


def test_only_our_own_pages_may_read_across_ports():
    assert cross_origin("http://127.0.0.1:8000", "http://127.0.0.1:8000/")
    assert cross_origin("http://evil.example", "http://127.0.0.1:8000") == []
    assert cross_origin("", "http://127.0.0.1:8000") == []


def test_a_broken_cookie_is_no_cookie():
    assert cookie_of([(b"cookie", b"fq_session=x; other=y")], "fq_session") == "x"
    assert cookie_of([(b"cookie", b"\xff;;;")], "fq_session") is None
    assert cookie_of([], "fq_session") is None


@pytest.mark.django_db(transaction=True)
def test_the_topics_follow_the_duty_of_the_session():
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from fengqiao.config.live import topics_of
    from fengqiao.people.models import User

    user = User.objects.create_user("chen", "a long pass phrase", name="陈")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert topics_of(client.session.session_key) == {f"user:{user.pk}"}
    assert topics_of("forged") is None
    assert topics_of(SessionStore().session_key or "") is None


def test_a_room_s_stream_begins_with_a_look_and_counts_by_its_own_lines():
    async def scene():
        hub = Hub()
        topics = frozenset({"room:7:joint"})
        stream = hub.room(topics)
        (first,) = await heard(stream, 1)
        assert b"event: look" in first
        hub.publish(topics=["room:7:respondent"], kind="line", mark=3)
        hub.publish(topics=["room:7:joint"], kind="line", mark=5)
        assert await heard(stream, 1) == [b'event: line\ndata: {"channel":"joint","n":5}\n\n']
        await stream.aclose()
        assert hub.listeners == set()

    play(scene())


def test_a_room_s_stream_opens_to_its_guests_alone():
    app = Live(Hub(), guests=lambda cookie, number: UNIT if (cookie, number) == ("mine", "1") else None)
    assert call(app, "/live/room/1")[0]["status"] == 401
    assert call(app, "/live/room/1", [(b"cookie", b"fq_session=other")])[0]["status"] == 401
    assert call(app, "/live/room/2", [(b"cookie", b"fq_session=mine")])[0]["status"] == 401
    start, body = call(app, "/live/room/1", [(b"cookie", b"fq_session=mine")], messages=2)
    assert start["status"] == 200
    assert b"event: look" in body["body"]
