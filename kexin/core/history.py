"""Row history: who changed which row of a tracked table, when, by which operation, from what to what.

Statement-level triggers with transition tables write it (function ``kexin_record_history`` of migration 0002), so
``QuerySet.update()``, raw SQL and a psql session are caught alike; the latter appear as ``database:<login>``. A floor
puts a table under history in a migration::

    operations = [..., TrackHistory("party_party", customer_column="id", exclude=["search_tokens"])]

``exclude`` names columns that must not stand in the history: blind tokens, and what is derived from other columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_EVENTS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


class TrackHistory(Operation):
    """Put ``table`` under row history; used again on the same table it replaces what is excluded.

    ``customer_column`` says whose history a row belongs to (``"id"`` for the customer's own row, ``None`` for tables
    that know no customer); ``pk_column`` is the bigint key.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        table: str,
        customer_column: str | None = None,
        exclude: Sequence[str] = (),
        pk_column: str = "id",
    ) -> None:
        self.table = table
        self.customer_column = customer_column
        self.exclude = tuple(exclude)
        self.pk_column = pk_column

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {
            "customer_column": self.customer_column,
            "exclude": list(self.exclude),
        }
        if self.pk_column != "id":
            kwargs["pk_column"] = self.pk_column
        return self.__class__.__name__, [self.table], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of Django's model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        quote = schema_editor.quote_name
        arguments = ", ".join(
            schema_editor.quote_value(each) for each in (self.customer_column or "", self.pk_column, *self.exclude)
        )
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        for event, tables in _EVENTS.items():
            schema_editor.execute(
                f"CREATE TRIGGER {quote('history_' + event)} AFTER {event.upper()} ON {quote(self.table)} {tables}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION kexin_record_history({arguments})"
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        quote = schema_editor.quote_name
        for event in _EVENTS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {quote('history_' + event)} ON {quote(self.table)}")

    def describe(self) -> str:
        return f"Keep the row history of {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return f"track_{self.table}"


def tracked_tables() -> list[str]:
    """The tables under row history, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'history_update'"
            " AND NOT tgisinternal ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def inserts_unrecorded() -> Iterator[None]:
    """Within this transaction's block new rows leave no history: for loads, which leave one audit entry instead.

    Changes and removals are recorded all the same. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("inserts_unrecorded() is used inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.history', 'off', true)")
        yield
        cursor.execute("SELECT set_config('kexin.history', 'on', true)")
