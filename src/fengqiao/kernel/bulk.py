"""Many rows at once, far quicker than the ORM and still under row-level security.

PostgreSQL refuses COPY into a table with policies, so rows are copied into a temporary table first and inserted from
there, policies and constraints applying as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """Reserve primary keys from the model's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert unsaved instances of one model, giving each its key. Must run inside a transaction.

    Fields are prepared as by `save`; signals and `auto_now` of the ORM do not run.
    """
    if not rows:
        return
    assert connection.in_atomic_block
    model = type(rows[0])
    fields = list(model._meta.concrete_fields)
    for row, key in zip(rows, take_ids(model, len(rows)), strict=True):
        row.pk = key
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "bulk_{table}" (LIKE "{table}") ON COMMIT DELETE ROWS')
        with cursor.copy(f'COPY "bulk_{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([_value(field, row) for field in fields])
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "bulk_{table}"')  # noqa: S608
        cursor.execute(f'DELETE FROM "bulk_{table}"')  # noqa: S608


def _value(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
