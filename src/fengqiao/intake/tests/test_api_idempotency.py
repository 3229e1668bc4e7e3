"""A deed sent again under its key happens once, and its answer is the same to the last byte."""

import threading

import pytest
from django.db import connection
from tests.cast import Cast, cast

from fengqiao.intake.models import Contact, Raw
from fengqiao.intake.tests.api_ground import DESK, Caller, by_key, told
from fengqiao.kernel.models import IdempotencyKey
from fengqiao.people.rules import Role


def _desk(people: Cast) -> Caller:
    return by_key(people.qiaoxi_office, Role.CLERK, DESK)


@pytest.mark.django_db
def test_filed_twice_is_one_matter() -> None:
    desk = _desk(cast())
    first, second = (desk.post("/contacts", {"text": "暖气不热"}, once="a-1") for _time in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (Contact.objects.count(), Raw.objects.count()) == (1, 1)
    other = desk.post("/contacts", {"text": "别的事"}, once="a-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_body")
    assert desk.post("/contacts", {"text": "x"}, once="两个字").status_code == 422


@pytest.mark.django_db
def test_a_refusal_is_repeated_too_and_a_mistake_is_not() -> None:
    people = cast()
    desk, contact = _desk(people), told(people)
    path = f"/contacts/{contact.number}/finish"
    assert desk.post(path, {}, once="b").status_code == 422
    assert desk.post(path, {"text": "办好了"}, once="b").status_code == 200
    again = desk.post(path, {"text": "办好了"}, once="c")
    assert (again.status_code, again.content) == (409, desk.post(path, {"text": "办好了"}, once="c").content)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_matter() -> None:
    desk = _desk(cast())
    answers: list[bytes] = []
    start = threading.Barrier(8)

    def send() -> None:
        try:
            start.wait(10)
            answers.append(
                Caller(desk.headers["Authorization"]).post("/contacts", {"text": "暖气不热"}, once="t").content
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert Contact.objects.count() == 1
    assert IdempotencyKey.objects.get().status == 201
