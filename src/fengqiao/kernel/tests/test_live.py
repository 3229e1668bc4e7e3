import json

import psycopg
import pytest
from django.db import connection, transaction

from fengqiao.kernel import live


@pytest.mark.django_db(transaction=True)
def test_news_go_out_with_the_commit_and_not_with_a_rollback():
    named = connection.settings_dict
    where = {"host": named["HOST"], "port": named["PORT"], "user": named["USER"], "password": named["PASSWORD"]}
    with psycopg.connect(**where, dbname=named["NAME"], autocommit=True) as listener:
        listener.execute(f"LISTEN {live.CHANNEL}")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            live.tell("unit:1")
            raise ZeroDivisionError
        with transaction.atomic():
            live.tell("unit:2", "user:3", kind="queue")
            assert list(listener.notifies(timeout=0)) == []
        (notice,) = listener.notifies(timeout=5, stop_after=1)
    assert json.loads(notice.payload) == {"topics": ["unit:2", "user:3"], "kind": "queue"}


def test_news_without_a_reader_or_too_long_are_a_mistake():
    with pytest.raises(AssertionError):
        live.tell()
    with pytest.raises(AssertionError):
        live.tell(*(f"unit:{number}" for number in range(2000)))
