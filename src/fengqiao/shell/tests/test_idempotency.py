"""Asked twice, done once: also by two at the same time, with real commits."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.http import HttpResponse, JsonResponse
from django.test import RequestFactory

from fengqiao.kernel import clock
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import IdempotencyKey, Limit
from fengqiao.shell import idempotency

AT = dt.datetime(2026, 3, 10, 9, 0, tzinfo=clock.CHINA)


def asked(body: str = "a", key: str = "k1", caller: str = "key:1", path: str = "/x") -> idempotency.Asked:
    request = RequestFactory().post(path, body, content_type="application/json")
    return idempotency.asked(request, caller=caller, key=key)


def do(this: idempotency.Asked, deed, at: dt.datetime = AT) -> HttpResponse:
    with transaction.atomic():
        before = idempotency.claim(this, at=at)
        if before is not None:
            return before
        response = deed()
        idempotency.finish(this, response)
        return response


@pytest.mark.django_db
def test_the_same_key_gets_the_same_answer() -> None:
    answers = iter("ab")
    first, second = (do(asked(), lambda: JsonResponse({"n": next(answers)}, status=201)) for _time in range(2))
    assert (first.content, first.status_code) == (second.content, second.status_code)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert do(asked(caller="key:2"), lambda: HttpResponse("other")).content == b"other"


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"body": "b"}, {"path": "/y"}])
def test_another_body_or_address_is_refused(other) -> None:
    do(asked(), lambda: HttpResponse("a"))
    with pytest.raises(Refused) as refusal:
        do(asked(**other), lambda: HttpResponse("b"))
    assert refusal.value.code == "idempotency.other_body"


@pytest.mark.django_db
def test_what_was_not_understood_gives_the_key_back() -> None:
    do(asked(), lambda: HttpResponse("no", status=422))
    assert do(asked("mended"), lambda: HttpResponse("yes")).content == b"yes"


@pytest.mark.django_db
def test_answers_are_sealed_and_forgotten_after_a_week() -> None:
    do(asked(), lambda: HttpResponse("what somebody told"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kernel_idempotencykey")
        assert "somebody" not in cursor.fetchone()[0]
    assert idempotency.forget(at=AT + dt.timedelta(days=7)) == 0
    assert idempotency.forget(at=AT + dt.timedelta(days=7, seconds=1)) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "a" * 101, "a\n"])
def test_a_key_has_a_form(key) -> None:
    with pytest.raises(Refused):
        asked(key=key)


def deed(n: int = 0) -> HttpResponse:
    """Something that must happen once: a row nobody else makes."""
    Limit.objects.create(key=f"deed{Limit.objects.count()}", began_at=AT, ends_at=AT, hits=1)
    return HttpResponse(f"done {n}")


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_time_do_it_once() -> None:
    said: list[bytes] = []
    start = threading.Barrier(8)

    def one(n: int) -> None:
        try:
            start.wait(10)
            said.append(do(asked(), lambda: deed(n)).content)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(said) == 8
    assert len(set(said)) == 1
    assert Limit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_deed_and_answer_leaves_neither() -> None:
    with pytest.raises(ZeroDivisionError):
        do(asked(), lambda: deed(1 // 0))
    assert (Limit.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    assert do(asked(), deed).content == b"done 0"


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_waits_too_long_is_told_to_come_again(monkeypatch) -> None:
    monkeypatch.setattr(idempotency, "WAIT_MS", 50)
    told: list[str] = []

    def twin() -> None:
        try:
            do(asked(), deed)
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    with transaction.atomic():
        assert idempotency.claim(asked(), at=AT) is None
        thread = threading.Thread(target=twin)
        thread.start()
        thread.join(30)
    assert told == ["idempotency.in_progress"]
