"""SQL of row-level security for migrations, in the form that keeps indexes in use.

One policy a table, one OR of plain equalities; each setting is read once a query, not once a row. The index is chosen
by the application's own filter (`people.access.narrow`); the policy only checks what that finds. A scope that was not
set compares with NULL and shows nothing. FORCE binds the owner as well. See docs/decisions/0013-row-level-security.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import connection, migrations, models

from fengqiao.kernel.actor import LEVELS

EVERYTHING = "(SELECT current_setting('fq.all', true) = 'on')"
EXEMPT: dict[str, str] = {}
"""Labels of models with places whose rows anybody may see, each with the reason."""


def setting(name: str, kind: str = "int") -> str:
    """The value of a scope setting, NULL when it is not set."""
    return f"(SELECT nullif(current_setting('fq.{name}', true), '')::{kind})"


def in_place(*, unit: Iterable[str] = (), person: str = "", matter: str = "", also: Iterable[str] = ()) -> str:
    """The rule of a table with its own ancestor columns.

    `unit` names columns that hold an organisation whose members see the row wherever it lies, `person` the column of
    the resident whose own row it is, `matter` the column compared with the one matter opened by number and code;
    `also` adds conditions, tried last.
    """
    parts = [EVERYTHING, *(f"{level}_id = {setting(level)}" for level in LEVELS)]
    parts += [f"{column} = {setting('unit', 'bigint')}" for column in unit]
    parts += [
        f"{column} = {setting(name, 'bigint')}" for name, column in (("person", person), ("matter", matter)) if column
    ]
    return " OR ".join([*parts, *also])


def through(parent: str, column: str, *, key: str = "id") -> str:
    """The rule of a table whose rows are visible when the row of `parent` they hang on is."""
    return f"{EVERYTHING} OR EXISTS (SELECT 1 FROM {parent} AS above WHERE above.{key} = {column})"  # noqa: S608 (our own names)


def of_user(column: str = "user_id") -> str:
    """The rule of a table whose rows belong to one account."""
    return f"{EVERYTHING} OR {column} = {setting('user', 'bigint')}"


def holds(compartment: str) -> str:
    """Whether the actor holds a compartment. Nobody sees past it by place or rank; join it to a rule with AND."""
    return f"(SELECT '{compartment}' = ANY (string_to_array(current_setting('fq.compartments', true), ',')))"


def protect(table: str, rule: str) -> migrations.RunSQL:
    """Migration step: lay the net over `table`."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"DROP POLICY IF EXISTS scope ON {table};"
        f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule});",
        f"DROP POLICY IF EXISTS scope ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def exempt(label: str, reason: str) -> None:
    """Say why a table with a place stays open ("people.Area": names of places are public)."""
    assert reason
    EXEMPT[label] = reason


def scoped_models() -> list[type[models.Model]]:
    """Every table that holds ancestor columns, and every table that hangs on one of those by foreign key."""
    tables = {model for model in apps.get_models() if model._meta.managed and not model._meta.proxy}
    found = {model for model in tables if _has_place(model) and model._meta.label not in EXEMPT}
    while True:
        below = {model for model in tables - found if model._meta.label not in EXEMPT and _hangs_on(model, found)}
        if not below:
            return sorted(found, key=lambda model: model._meta.label)
        found |= below


def unprotected() -> list[str]:
    """Labels of scoped tables without a forced policy. Must be empty; `fengqiao check_scopes` prints it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relrowsecurity AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace"
        )
        protected = {name for (name,) in cursor.fetchall()}
    return [model._meta.label for model in scoped_models() if model._meta.db_table not in protected]


def _has_place(model: type[models.Model]) -> bool:
    return {f"{level}_id" for level in LEVELS} <= {field.column for field in model._meta.local_fields}


def _hangs_on(model: type[models.Model], scoped: set[type[models.Model]]) -> bool:
    return any(field.is_relation and field.related_model in scoped for field in model._meta.local_fields)
