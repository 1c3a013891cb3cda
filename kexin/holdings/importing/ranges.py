"""Work on many accounts in portions, two portions at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

ACCOUNTS_AT_ONCE = 50_000


def account_ranges(source: str) -> list[tuple[int, int]]:
    """Ranges of account ids of a source that hold a bearable number each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM holdings_account WHERE source = %s", [source])
        low, high = cursor.fetchone()
    if low is None:
        return []
    return [(start, min(start + ACCOUNTS_AT_ONCE - 1, high)) for start in range(low, high + 1, ACCOUNTS_AT_ONCE)]


def two_at_a_time(steps: Sequence[Callable[[], object]]) -> None:
    """Steps on connections of their own; one after the other inside a transaction (a trial, a test)."""
    if connection.in_atomic_block or len(steps) < 2:
        for step in steps:
            step()
        return

    def one(step: Callable[[], object]) -> None:
        try:
            step()
        finally:
            connection.close()

    with ThreadPoolExecutor(2, "import-closing") as pool:
        for future in [pool.submit(one, step) for step in steps]:
            future.result()
