"""Micro-batches: the requests that arrive while one call is under way go into the next, together.

One thread with a connection of its own per process; one call, one flush to disk, every request its own answer. When
the connection breaks nobody knows whether the call was done, so the same batch is sent again: ids make that safe.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence

import psycopg

from fengqiao.prepaid.ledger import doors
from fengqiao.prepaid.ledger.rules import Answer, Transfer

MOST = 256
PATIENCE_S = 30.0
PAUSE_S = 0.1
LINGER_S = 0.003

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """No answer in time. Whether it was posted is unknown: ask again with the same id."""


class _Waiting:
    """One request and the place where its answer will lie. A bare lock is the quickest thing to wait for."""

    __slots__ = ("answer", "asked", "error", "gate")

    def __init__(self, asked: Transfer) -> None:
        self.asked = asked
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self.gate = threading.Lock()
        self.gate.acquire()

    def wait(self, timeout_s: float) -> Answer:
        if not self.gate.acquire(timeout=timeout_s):
            raise Unavailable
        if self.error is not None:
            raise self.error
        assert self.answer is not None
        return self.answer


class Batcher:
    """Posts what many threads ask for. `connect` makes a psycopg connection in autocommit mode.

    Whoever was answered just now probably asks again: the next call waits for as many as the last one had, `linger_s`
    seconds at most. A single client therefore never waits.
    """

    def __init__(
        self, connect: Callable[[], psycopg.Connection], *, most: int = MOST, linger_s: float = LINGER_S,
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        self._connect, self._most, self._linger_s, self._patience_s = connect, most, linger_s, patience_s
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._connection: psycopg.Connection | None = None
        self._expected = 1
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def post(self, asked: Transfer) -> Answer:
        """Post one movement with whatever else is waiting. Refuses: Unavailable when there is no answer in time."""
        waiting = _Waiting(asked)
        self._queue.put(waiting)
        return waiting.wait(self._patience_s * 2)

    def post_all(self, asked: Sequence[Transfer]) -> list[Answer]:
        """Post several, each for itself, in their order."""
        waiting = [_Waiting(one) for one in asked]
        for one in waiting:
            self._queue.put(one)
        return [one.wait(self._patience_s * 2) for one in waiting]

    def close(self) -> None:
        """Answer what was asked, then end the thread."""
        self._queue.put(None)
        self._thread.join(self._patience_s * 2)

    def _work(self) -> None:
        is_open = True
        while is_open:
            first = self._queue.get()
            if first is None:
                break
            batch = [first]
            is_open = self._gather(batch)
            self._expected = len(batch)
            self._answer(batch)
        self._hang_up()

    def _gather(self, batch: list[_Waiting]) -> bool:
        """Add what is waiting already, and wait a little for those expected. Result: whether to go on after it."""
        end = time.monotonic() + self._linger_s
        while len(batch) < self._most:
            try:
                left = end - time.monotonic() if len(batch) < self._expected else 0
                more = self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                return True
            if more is None:
                return False
            batch.append(more)
        return True

    def _answer(self, batch: list[_Waiting]) -> None:
        try:
            answers = self._call([one.asked for one in batch])
        except Exception as error:
            log.warning("a batch of the ledger ended in %s", type(error).__name__)
            for one in batch:
                one.error = error
                one.gate.release()
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answer = answer
            one.gate.release()

    def _call(self, asked: Sequence[Transfer]) -> list[Answer]:
        """One call, again until it is answered or patience ends."""
        end = time.monotonic() + self._patience_s
        while True:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return doors.post_many(self._connection, asked)
            except psycopg.OperationalError as error:
                self._hang_up()
                if time.monotonic() > end:
                    raise Unavailable from error
                time.sleep(PAUSE_S)

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


_lock = threading.Lock()
_ours: tuple[int, Batcher] | None = None


def batcher() -> Batcher:
    """The one of this process: a process that was forked makes its own."""
    global _ours
    if _ours is None or _ours[0] != os.getpid():
        with _lock:
            if _ours is None or _ours[0] != os.getpid():
                _ours = (os.getpid(), Batcher(connect))
    return _ours[1]


def connect() -> psycopg.Connection:
    """A connection beside Django's, with its address, that answers in binary."""
    from django.db import connection

    parameters = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey")
    address = {name: parameters[name] for name in names if parameters.get(name)}
    return psycopg.connect(**address, autocommit=True, application_name="fengqiao ledger")
