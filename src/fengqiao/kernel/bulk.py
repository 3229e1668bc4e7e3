"""Many rows at once, far quicker than the ORM and still under row-level security.

PostgreSQL refuses COPY into a table with policies, so rows are copied into a temporary table first and inserted from
there, policies and constraints applying as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models

from fengqiao.kernel.crypto import SealedField


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

    Columns the database generates are left to it; signals and `auto_now` of the ORM do not run.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    for row, key in zip(rows, take_ids(model, len(rows)), strict=True):
        row.pk = key
    values = attrgetter(*(field.attname for field in fields))
    prepared = [at for at, field in enumerate(fields) if isinstance(field, models.JSONField | SealedField)]
    insert_rows(model, [field.attname for field in fields], (_ready(values(row), fields, prepared) for row in rows))


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert plain rows under these field names; keys and columns left out come from the database."""
    assert connection.in_atomic_block
    table = model._meta.db_table
    by_name = {field.attname: field.column for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{by_name[name]}"' for name in names)
    with connection.cursor() as cursor:
        like = f'LIKE "{table}" INCLUDING DEFAULTS INCLUDING IDENTITY'
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "bulk_{table}" ({like}) ON COMMIT DELETE ROWS')
        with cursor.copy(f'COPY "bulk_{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "bulk_{table}"')  # noqa: S608
        cursor.execute(f'DELETE FROM "bulk_{table}"')  # noqa: S608


def _ready(values: tuple[Any, ...], fields: Sequence[Any], prepared: Sequence[int]) -> list[Any]:
    """The values as columns want them: sealed, or as JSON; everything else goes as it is."""
    row = list(values)
    for at in prepared:
        row[at] = fields[at].get_db_prep_save(row[at], connection)
    return row
