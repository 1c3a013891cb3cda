"""Foreign keys checked set by set hold as much as those checked row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.errors import ForeignKeyViolation, LockNotAvailable

from kexin.core.imports.keys import checked_already, hold
from kexin.core.imports.staging import run

INSERT = "INSERT INTO key_child (parent_id) VALUES (%s)"


@pytest.fixture
def tables(transactional_db: None) -> Iterator[None]:
    """Committed tables, so that a second session sees them."""
    run("CREATE TABLE key_parent (id bigint PRIMARY KEY)")
    run("CREATE TABLE key_child (parent_id bigint REFERENCES key_parent)")
    run("INSERT INTO key_parent SELECT generate_series(1, 5)")
    yield
    run("DROP TABLE key_child, key_parent")


@contextmanager
def _other(user: str | None = None) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    known = connection.get_connection_params()
    with psycopg.connect(
        host=known.get("host"), dbname=known["dbname"], user=user or known.get("user"), autocommit=True
    ) as session:
        yield session


def test_what_is_held_cannot_be_removed_until_the_end(tables: None) -> None:
    with _other() as other:
        other.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            hold("key_parent", [1, 2, 2])
            with pytest.raises(LockNotAvailable):
                other.execute("DELETE FROM key_parent WHERE id = 2")
            other.execute("DELETE FROM key_parent WHERE id = 3")
        other.execute("DELETE FROM key_parent WHERE id = 2")


def test_a_missing_row_cannot_be_held(tables: None) -> None:
    with pytest.raises(ForeignKeyViolation), transaction.atomic():
        hold("key_parent", [1, 99])


def test_rows_are_checked_one_by_one_again_behind_the_block(tables: None) -> None:
    with transaction.atomic():
        with checked_already():
            run(INSERT, [1])
        with pytest.raises(ForeignKeyViolation), connection.cursor().connection.transaction():
            run(INSERT, [99])
        with pytest.raises(ZeroDivisionError), checked_already():
            raise ZeroDivisionError
        with pytest.raises(ForeignKeyViolation), connection.cursor().connection.transaction():
            run(INSERT, [99])
    assert run("SELECT parent_id FROM key_child").fetchall() == [(1,)]


def test_without_the_right_every_row_is_checked_as_ever(tables: None) -> None:
    if connection.get_connection_params().get("user") == "postgres":
        pytest.skip("a superuser has every right")
    with _other("postgres") as superuser:
        superuser.execute("REVOKE SET ON PARAMETER session_replication_role FROM kexin")
        try:
            with pytest.raises((ForeignKeyViolation, IntegrityError)), transaction.atomic(), checked_already():
                run(INSERT, [99])
        finally:
            superuser.execute("GRANT SET ON PARAMETER session_replication_role TO kexin")
