"""Two workers look at once, with real commits: every clock is told of once, and none is left."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from fengqiao.kernel import deadlines
from fengqiao.kernel.actor import system
from fengqiao.kernel.deadlines import Looked, NewDeadline
from fengqiao.kernel.models import Deadline, Event
from fengqiao.kernel.tests.ground import at

MANY = 1200
RECEIVED = at("2026-04-30 16:50")
LATER = at("2026-05-08 09:00")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clocks():
    new = [NewDeadline(f"n{i}", "response", "intake.response.default", RECEIVED, None, "desk") for i in range(MANY)]
    deadlines.start_many(new, at=RECEIVED, actor=system("test"))


def look_together(workers: int) -> list[Looked]:
    answers: list[Looked] = []
    ready = threading.Barrier(workers)

    def look() -> None:
        ready.wait()
        try:
            answers.append(deadlines.tick(LATER))
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_workers_share_the_work_and_repeat_nothing() -> None:
    answers = look_together(2)
    deadlines.tick(LATER)
    assert sum(answer.lapsed for answer in answers) <= MANY
    assert Deadline.objects.filter(state="missed").count() == MANY
    told = Event.objects.filter(kind="deadline.lapsed").values_list("subject", flat=True)
    assert len(told) == len(set(told)) == MANY


def test_a_clock_another_transaction_holds_is_left_for_the_next_look() -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(Deadline.objects.select_for_update().filter(subject="n7"))
                held.set()
                done.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    assert deadlines.tick(LATER).lapsed == MANY - 1
    done.set()
    holder.join()
    assert deadlines.tick(LATER + dt.timedelta(minutes=1)).lapsed == 1
