"""The functions are the only door: neither the application's role nor the owner's hand gets past them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from fengqiao.prepaid.ledger import doors
from fengqiao.prepaid.ledger.rules import Kind
from fengqiao.prepaid.ledger.tests.book import Book, own_connection

pytestmark = pytest.mark.django_db

TABLES = (
    "setting", "issuer", "flow", "account", "transfer", "hold", "hold_end", "daily_balance", "closed_day", "period",
)  # fmt: skip


@pytest.fixture
def book():
    made = Book()
    made.post(made.top_up(100))
    return made


def partitions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger.transfer'::regclass")
        return [name.removeprefix("ledger.") for (name,) in cursor.fetchall()]


def is_role_there():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [settings.APPLICATION_ROLE]
        )
        return cursor.fetchone()[0] == 1


@pytest.fixture
def role():
    if not is_role_there():
        pytest.skip("this cluster has no role for the application")
    return settings.APPLICATION_ROLE


def address_of(role):
    """Of the database of the tests, for that role; its password is beside the embedded cluster."""
    password = Path(settings.HOME) / "postgres" / f"{role}.password"
    server = connection.settings_dict
    if not (password.exists() and server["HOST"].startswith("/")):
        pytest.skip("the tests run on a server of somebody else")
    return psycopg.conninfo.make_conninfo(
        host=server["HOST"],
        port=server["PORT"],
        dbname=server["NAME"],
        user=role,
        password=password.read_text().strip(),
    )


RIGHTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def test_the_role_of_the_application_holds_no_right_to_write(role):
    """Asked of PostgreSQL for every table of the schema, partitions included, columns too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, r FROM pg_class c, unnest(%s::text[]) r WHERE c.relnamespace = 'ledger'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND (has_table_privilege(%s, c.oid, r)"
            " OR (r IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%s, c.oid, r)))",
            [list(RIGHTS), role, role],
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT has_schema_privilege(%s, 'ledger', 'CREATE')", [role])
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND proname LIKE '\\_%%'"
            " AND proname NOT IN ('_clock', '_day_start') AND has_function_privilege(%s, oid, 'EXECUTE')", [role],
        )  # fmt: skip
        assert cursor.fetchall() == [], "the parts of the door are no doors"
        cursor.execute("SELECT has_function_privilege(%s, 'ledger.admit(text)', 'EXECUTE')", [role])
        assert cursor.fetchone() == (False,)


def test_nobody_else_holds_any_right(role):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'ledger'::regnamespace"
            " AND a.grantee NOT IN (c.relowner, %s::regrole)", [role],
        )  # fmt: skip
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            " WHERE p.pronamespace = 'ledger'::regnamespace AND a.grantee NOT IN (p.proowner, %s::regrole)", [role],
        )  # fmt: skip
        assert cursor.fetchone() == (0,)


def written_by_hand(table):
    yield f"INSERT INTO ledger.{table} DEFAULT VALUES"
    yield f"DELETE FROM ledger.{table}"
    yield f"TRUNCATE ledger.{table} CASCADE"
    yield f"COPY ledger.{table} FROM STDIN"


def column_of(table):
    return {
        "issuer": "region",
        "setting": "rolled_up_to",
        "flow": "name",
        "closed_day": "cut_at",
    }.get(table)


def test_as_the_application_every_way_round_is_shut(role):
    """Really tried, as that role on a connection of its own."""
    with psycopg.connect(address_of(role), autocommit=True) as app:
        app.execute("SELECT set_config('ledger.door', 'on', false)")
        assert app.execute("SELECT count(*) FROM ledger.transfer").fetchone()
        for table in [*TABLES, *partitions()]:
            for statement in [
                *written_by_hand(table),
                f"UPDATE ledger.{table} SET {column_of(table) or 'issuer_id'} = NULL",
            ]:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(statement)
        for statement in (
            "ALTER TABLE ledger.transfer DISABLE TRIGGER ALL",
            "DROP TRIGGER transfer_stays ON ledger.transfer",
            "DROP TABLE ledger.hold_end",
            "SET session_replication_role = replica",
            "CREATE TABLE ledger.mine (a int)",
            "SELECT ledger.admit('public')",
            "SELECT ledger._move(1, 1, 1000, 5)",
            "CREATE OR REPLACE FUNCTION ledger.roll_up() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)


def test_the_application_may_post_and_read(role):
    with psycopg.connect(address_of(role)) as app:
        book = Book(on=app)
        assert book.post(book.top_up(100)).is_posted
        assert book.post_many([book.use(1), book.use(200)])[0].is_posted
        assert app.execute("SELECT ledger.balance(%s, 1000)", [book.issuer]).fetchone() == (99,)
        assert app.execute("SELECT ledger.balance_at(%s, 6, now())", [book.issuer]).fetchone() is not None
        app.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_the_owners_hand_is_stopped_too(book, table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ledger.door', '', false)")
    column = {"account": "opened_at"}.get(table) or column_of(table) or "issuer_id"
    for statement in (
        f"UPDATE ledger.{table} SET {column} = {column}",
        f"DELETE FROM ledger.{table}",
        f"TRUNCATE ledger.{table} CASCADE",
        f"INSERT INTO ledger.{table} SELECT * FROM ledger.{table} LIMIT 0",
    ):  # fmt: skip
        if table == "account":  # its side is computed
            statement = statement.replace("account SELECT *", "account (id, opened_at) SELECT id, opened_at")
        with pytest.raises(DatabaseError, match=r"ledger|final"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_facts_stay_even_with_the_door_open(book):
    """Of what was written, and of each partition by its own name."""
    for table in ["transfer", *partitions()]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ledger.door', 'on', true)")
            cursor.execute(f"TRUNCATE ledger.{table}")
    for statement in ("UPDATE ledger.transfer SET amount = amount", "DELETE FROM ledger.transfer"):
        with pytest.raises(DatabaseError, match="never rewritten"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ledger.door', 'on', true)")
            cursor.execute(statement)


def test_a_balance_out_of_its_limit_cannot_be_written_by_anybody(book):
    for change in ("balance = -1", "held = balance + 1", "held = -1", "state = 2"):
        with pytest.raises(DatabaseError, match="account_whole"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('ledger.door', 'on', true)")
            cursor.execute(f"UPDATE ledger.account SET {change} WHERE issuer_id = %s AND id = 1000", [book.issuer])


def test_money_is_posted_durably_whatever_the_connection_says():
    """Asked before and after a posting, in the transaction that will commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        book = Book()
        cursor.execute("SET LOCAL synchronous_commit = off")
        for post in (lambda: book.post(book.top_up(5)), lambda: book.post_many([book.top_up(5)])):
            cursor.execute("SET LOCAL synchronous_commit = off")
            post()
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


def test_a_snapshot_that_is_too_old_is_refused():
    with own_connection() as on, pytest.raises(psycopg.errors.FeatureNotSupported), on.transaction():
        on.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        doors.open_issuer(on, 5, region="x", actor="member:1")


def test_closing_ends_at_zero(book):
    assert sum(book.balance(number) for number in [*range(1, 12), 1000, 1001, 1002]) == 0
    assert book.balance(Kind.CLEARING_IN) == -100
