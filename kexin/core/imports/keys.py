"""Foreign keys of a load, checked set by set.

PostgreSQL checks a foreign key row by row: look the referenced row up, lock it, forget it. For two hundred thousand
bookings that is two thirds of the work of COPY. A load knows all references of a batch at once: :func:`hold` locks the
referenced rows in one statement, with the very lock PostgreSQL takes, so that none of them can go before the batch is
committed; within :func:`checked_already` PostgreSQL then leaves the rows alone. The constraint itself stays, for
everybody else and for this load's own session before and after.

The role needs the right to set ``session_replication_role`` (our own cluster gives it; for a server of your own see
docs/guides/importing.md). Without it everything is checked row by row, as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from psycopg import sql
from psycopg.errors import ForeignKeyViolation

from kexin.core.imports.staging import run


def hold(table: str, ids: Iterable[int], *, pk: str = "id") -> None:
    """Keep the rows ``ids`` (their ``pk``) of ``table`` from being removed or renumbered until the transaction ends.

    Raises ForeignKeyViolation if one of them is not there.
    """
    wanted = set(ids)
    lock = sql.SQL("SELECT FROM {t} WHERE {pk} = ANY(%s::bigint[]) ORDER BY {pk} FOR KEY SHARE").format(
        t=sql.Identifier(table), pk=sql.Identifier(pk)
    )
    found = run(
        sql.SQL("SELECT count(*) FROM ({}) held").format(lock), ["{" + ",".join(map(str, sorted(wanted))) + "}"]
    ).fetchone()
    if found is None or found[0] != len(wanted):
        raise ForeignKeyViolation(f"Rows of {table} that are referred to are gone.")


@contextmanager
def checked_already() -> Iterator[None]:
    """What is written in this block refers to nothing but rows that are held, or that a foreign key holds already.

    No trigger fires in the block: nothing but tables without history of their own may be written here, or new rows of
    a load, which leave no history anyhow (``history.inserts_unrecorded``).
    """
    allowed = run("SELECT has_parameter_privilege('session_replication_role', 'SET')").fetchone()
    if not (allowed and allowed[0]):
        yield
        return
    with transaction.atomic():  # an exception takes the setting back, too
        run("SELECT set_config('session_replication_role', 'replica', true)")
        yield
        run("SELECT set_config('session_replication_role', 'origin', true)")
