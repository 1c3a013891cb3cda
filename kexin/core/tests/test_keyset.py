"""Paging by key: every row once, in order, both ways, NULLs last, and from the index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from kexin.core.ui.keyset import Cursor, Direction, KeysetPage, count_capped


class Row(models.Model):
    """A table of this test alone: a nullable amount with many ties, a moment, a name."""

    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    at = models.DateTimeField()
    name = models.CharField(max_length=10)
    objects: ClassVar[models.Manager[Row]] = models.Manager()

    class Meta:
        app_label = "core_keyset_test"


ROWS = 137


@pytest.fixture
def rows(db: None) -> Iterator[list[Row]]:
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    start = datetime(2026, 1, 5, 9, 30, 0, 123456, tzinfo=UTC)
    Row.objects.bulk_create(
        Row(
            amount=None if n % 5 == 0 else Decimal(n * 7 % 13) + Decimal("0.10"),
            at=start + timedelta(microseconds=n * 7919 % 41),
            name=f"n{n * 31 % 17}",
        )
        for n in range(ROWS)
    )
    yield list(Row.objects.all())
    with connection.schema_editor() as editor:
        editor.delete_model(Row)


ORDERS: list[list[tuple[str, Any]]] = [
    [],
    [("amount", "asc")],
    [("amount", "desc")],
    [("at", "desc")],
    [("name", "asc"), ("at", "asc")],
    [("name", "asc"), ("at", "desc")],
    [("amount", "desc"), ("name", "asc")],
]


def expected(order: list[tuple[str, Any]]) -> list[int]:
    """The order as SQL itself gives it."""
    tie = order[-1][1] if order else "asc"
    terms = [
        F(name).asc(nulls_last=True) if way == "asc" else F(name).desc(nulls_last=True)
        for name, way in [*order, ("id", tie)]
    ]
    return list(Row.objects.order_by(*terms).values_list("pk", flat=True))


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("size", [1, 10, 28, 200])
def test_walking_to_the_end_and_back_meets_every_row_once(rows: list[Row], order: Any, size: int) -> None:
    want = expected(order)
    page = KeysetPage(Row.objects.all(), order, size=size)
    seen = [row.pk for row in page]
    pages = [page]
    while page.next_cursor:
        page = KeysetPage(Row.objects.all(), order, page.next_cursor, size)
        assert page.first_number == len(seen) + 1
        seen += [row.pk for row in page]
        pages.append(page)
    assert seen == want
    assert page.last_number == ROWS
    for before in reversed(pages[:-1]):
        assert page.previous_cursor
        page = KeysetPage(Row.objects.all(), order, page.previous_cursor, size)
        assert [row.pk for row in page] == [row.pk for row in before]
        assert page.first_number == before.first_number
        assert page.next_cursor
    assert not page.previous_cursor


def test_going_back_to_a_beginning_that_shrank_shows_a_whole_first_page(rows: list[Row]) -> None:
    second = KeysetPage(Row.objects.all(), [("at", "asc")], size=10)
    third = KeysetPage(Row.objects.all(), [("at", "asc")], second.next_cursor, 10)
    Row.objects.filter(pk__in=[row.pk for row in second.rows[:4]]).delete()
    back = KeysetPage(Row.objects.all(), [("at", "asc")], third.previous_cursor, 10)
    assert len(back) == 10
    assert not back.has_previous
    assert back.first_number == 1


def test_a_forged_foreign_or_broken_cursor_gives_the_first_page(rows: list[Row]) -> None:
    first = KeysetPage(Row.objects.all(), [("name", "asc")], size=10)
    other_order = KeysetPage(Row.objects.all(), [("name", "desc")], size=10).next_cursor
    forged = first.next_cursor[:-3] + "abc"
    nonsense = str(Cursor("next", "name,id", ("n1", "not a number"), 10))
    for cursor in (other_order, forged, nonsense, "", "x" * 3000):
        page = KeysetPage(Row.objects.all(), [("name", "asc")], cursor, 10)
        assert [row.pk for row in page] == [row.pk for row in first]
        assert not page.has_previous


def test_one_query_a_page_and_a_second_only_where_nulls_begin(rows: list[Row]) -> None:
    known = Row.objects.filter(amount__isnull=False).count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = KeysetPage(Row.objects.all(), [("amount", "desc")], size=known - 1)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        KeysetPage(Row.objects.all(), [("amount", "desc")], page.next_cursor, 10)
    assert len(queries) == 2
    assert not any("OFFSET" in query["sql"] for query in queries)


def test_a_deep_page_is_read_from_the_index(rows: list[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute('CREATE INDEX keyset_test ON core_keyset_test_row ("amount", "id")')
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    ways: tuple[Direction, ...] = ("asc", "desc")
    for way in ways:
        first = KeysetPage(Row.objects.all(), [("amount", way)], size=20)
        with CaptureQueriesContext(connection) as queries:
            KeysetPage(Row.objects.all(), [("amount", way)], first.next_cursor, 20)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + queries[0]["sql"])
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "Index Cond" in plan
        assert "ROW(amount, id)" in plan
        assert "Sort" not in plan


def test_a_count_stops_at_its_limit(rows: list[Row]) -> None:
    assert str(count_capped(Row.objects.all(), 100)) == "100+"
    assert str(count_capped(Row.objects.all(), ROWS)) == str(ROWS)
    assert not count_capped(Row.objects.all(), ROWS).capped
    assert count_capped(Row.objects.none()).number == 0
