"""Months appear by themselves; what is outside lands in the net and moves; one month cannot be emptied quietly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kexin.core import partitions

pytestmark = pytest.mark.django_db


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _where(name: str) -> list[str]:
    return [str(row[0]) for row in _rows("SELECT tableoid::regclass::text FROM core_event WHERE name = %s", name)]


def test_a_migrated_database_has_last_month_to_twelve_months_ahead() -> None:
    today = dt.datetime.now(dt.UTC).date()
    expected = [f"core_auditentry_{partitions._month(today, n):%Y%m}" for n in range(-1, 13)]
    assert all(_rows("SELECT to_regclass(%s)", name)[0][0] for name in expected)


def test_missing_months_are_made_once() -> None:
    assert partitions.ensure_partitions("core_event", dt.date(1993, 11, 30), dt.date(1994, 2, 1)) == 4
    assert partitions.ensure_partitions("core_event", dt.date(1993, 12, 1), dt.date(1994, 3, 31)) == 1
    assert partitions.ensure_partitions("core_event", dt.date(1993, 11, 1), dt.date(1994, 3, 1)) == 0


def test_a_month_begins_and_ends_at_midnight_utc() -> None:
    partitions.ensure_partitions("core_event", dt.date(1993, 12, 1), dt.date(1994, 1, 1))
    for at in ("1993-12-31 23:59:59.999999+00", "1994-01-01 00:00:00+00"):
        _rows("INSERT INTO core_event (at, name) VALUES (%s, %s)", at, at)
    assert _where("1993-12-31 23:59:59.999999+00") == ["core_event_199312"]
    assert _where("1994-01-01 00:00:00+00") == ["core_event_199401"]


def test_the_first_day_is_found_in_its_month_and_among_strays() -> None:
    assert partitions.earliest("holdings_balance", "day") is None
    _rows("INSERT INTO core_event (at, name) VALUES ('1994-02-03+00', 'later'), (now(), 'now')")
    partitions.ensure_partitions("core_event", dt.date(1994, 1, 1), dt.date(1994, 2, 28))
    assert partitions.earliest("core_event", "at") == dt.datetime(1994, 2, 3, tzinfo=dt.UTC)
    _rows("INSERT INTO core_event (at, name) VALUES ('1993-07-15+00', 'stray')")
    assert partitions.earliest("core_event", "at") == dt.datetime(1993, 7, 15, tzinfo=dt.UTC)


def test_rows_outside_every_month_are_kept_reported_and_moved_when_the_month_comes() -> None:
    _rows("INSERT INTO core_event (at, name) VALUES ('1993-07-15+00', 'stray'), ('1993-08-15+00', 'other')")
    assert _where("stray") == ["core_event_default"]
    assert partitions.strays() == {"core_event": 2}

    partitions.ensure_partitions("core_event", dt.date(1993, 7, 1), dt.date(1993, 7, 31))

    assert _where("stray") == ["core_event_199307"]
    assert _where("other") == ["core_event_default"]
    with pytest.raises(IntegrityError), transaction.atomic():
        _rows("DELETE FROM core_event_default")  # the guard that stepped aside stands again


@pytest.mark.parametrize("table", ["core_auditentry", "core_event", "core_history"])
@pytest.mark.parametrize("statement", ["TRUNCATE {}", "TRUNCATE {}_{:%Y%m}", "TRUNCATE {}_default"])
def test_no_month_can_be_emptied(table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _rows(statement.format(table, dt.datetime.now(dt.UTC)))


@pytest.mark.parametrize("table", ["core_event", "core_event_{:%Y%m}"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'y' WHERE name = 'x'", "DELETE FROM {} WHERE name = 'x'"])
def test_rows_are_not_changed_or_deleted_even_in_the_partition_itself(table: str, statement: str) -> None:
    _rows("INSERT INTO core_event (at, name) VALUES (now(), 'x')")
    with pytest.raises(IntegrityError, match="append-only"):
        _rows(statement.format(table.format(dt.datetime.now(dt.UTC))))


@pytest.mark.parametrize("table", ["core_auditlink", "core_auditcheckpoint"])
def test_the_chain_itself_is_append_only(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        _rows(f"TRUNCATE {table}")


def test_a_table_that_is_not_partitioned_by_one_date_is_refused() -> None:
    with pytest.raises(Exception, match="not partitioned by one column"):
        partitions.ensure_partitions("core_auditlink", dt.date(2024, 1, 1), dt.date(2024, 1, 1))
