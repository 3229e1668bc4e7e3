"""The net alone: application filter off, a table with places, and every way a forgotten filter could leak."""

import pytest
from django.db import Error, connection, transaction

from fengqiao.kernel import rls, scoping
from fengqiao.kernel.actor import PUBLIC, Actor, system

pytestmark = pytest.mark.django_db

ROWS = 400
DISTRICT = Actor(id="member:1", role="clerk", level="district", area_id=3)
STREET = Actor(id="member:2", role="clerk", level="street", area_id=31)
UNIT = Actor(id="member:3", role="officer", level="unit", organisation_id=7)
READER = Actor(id="resident:5", matter_id=5)


@pytest.fixture(autouse=True)
def tables():
    """Ten districts of four streets; district 3 holds every tenth row. A child hangs on each row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE net (id bigint PRIMARY KEY, city_id int, district_id int, street_id int, community_id int,"
            " grid_id int, unit_id bigint);"
            "CREATE TABLE net_child (id bigint PRIMARY KEY, net_id bigint REFERENCES net);"
        )
        rule = rls.in_place(unit=["unit_id"], matter="id")
        for table, condition in (("net", rule), ("net_child", rls.through("net", "net_id"))):
            cursor.execute(rls.protect(table, condition).sql)
    with scoping.unscoped("fill"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO net SELECT n, 1, n %% 10, (n %% 10) * 10 + n / 10 %% 4, null, null, n %% 8"
            " FROM generate_series(1, %s) AS n",
            [ROWS],
        )
        cursor.execute("INSERT INTO net_child SELECT n * 2, n FROM generate_series(1, %s) AS n", [ROWS])
    scoping.apply(PUBLIC)


def _count(actor: Actor, table: str = "net") -> int:
    with scoping.scoped(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def _column(actor: Actor, column: str) -> set[int]:
    with scoping.scoped(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM net")
        return {value for (value,) in cursor.fetchall()}


def test_without_a_scope_there_is_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM net), (SELECT count(*) FROM net_child)")
        assert cursor.fetchone() == (0, 0)
    assert (_count(PUBLIC), _count(PUBLIC, "net_child")) == (0, 0)


def test_each_sees_only_their_own() -> None:
    assert (_count(DISTRICT), _column(DISTRICT, "district_id")) == (40, {3})
    assert _column(STREET, "street_id") == {31}
    assert _column(UNIT, "unit_id") == {7}
    assert _column(READER, "id") == {5}
    assert _count(system("job")) == ROWS


def test_a_child_is_seen_with_its_parent() -> None:
    for actor in (DISTRICT, STREET, UNIT, READER):
        assert _count(actor, "net_child") == _count(actor)


def test_a_scope_ends_with_its_block_and_its_transaction() -> None:
    assert _count(DISTRICT) == 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM net")
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE net SET district_id = 4 WHERE id = 3",
        "INSERT INTO net (id, district_id) VALUES (9999, 4)",
        "INSERT INTO net_child (id, net_id) VALUES (9999, 4)",
    ],
)
def test_nothing_can_be_written_out_of_scope(statement: str) -> None:
    with pytest.raises(Error), scoping.scoped(DISTRICT), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_hidden_can_be_neither_changed_nor_removed() -> None:
    with scoping.scoped(DISTRICT), connection.cursor() as cursor:
        cursor.execute("UPDATE net SET unit_id = 0 WHERE id = 4")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM net_child WHERE net_id = 4")
        assert cursor.rowcount == 0


def test_the_index_of_the_application_filter_stays_in_use() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX net_district ON net (district_id, id DESC)")
        with scoping.unscoped("fill"):
            cursor.execute(
                "INSERT INTO net SELECT n, 1, n % 1000, n % 4000, null, null, n % 800"
                " FROM generate_series(1000, 60000) AS n"
            )
        cursor.execute("ANALYZE net")
        with scoping.scoped(DISTRICT):
            cursor.execute("EXPLAIN SELECT * FROM net WHERE district_id = 3 ORDER BY id DESC LIMIT 20")
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "net_district" in plan, plan
    assert "Sort" not in plan, plan


def test_every_table_with_places_has_its_policy() -> None:
    assert rls.unprotected() == []


def test_a_new_table_with_places_and_no_policy_is_named() -> None:
    with connection.cursor() as cursor:
        for model in rls.scoped_models():
            cursor.execute(f"DROP POLICY scope ON {model._meta.db_table}")
    assert rls.unprotected() == [model._meta.label for model in rls.scoped_models()]


def test_the_switch_works_in_tests_only(settings) -> None:
    with scoping.application_filter_off():
        assert scoping.net_only()
    assert not scoping.net_only()
    settings.UNDER_TEST = False
    with pytest.raises(AssertionError), scoping.application_filter_off():
        pass
