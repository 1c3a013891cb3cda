"""Timing one thing many times: wall clock, this process's own processor time, and SQL statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

WARM = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: median, 95th percentile, the fastest tenth (what other work on the machine left alone), median
    of own processor time; SQL statements of one call."""

    median: float
    p95: float
    quiet: float
    cpu: float
    queries: int
    calls: int


def timed(calls: Sequence[Callable[[], Any]], *, warm: int = WARM) -> Timing:
    """Run every call once, after ``warm`` of them unmeasured; statements are counted in the last call."""
    for call in calls[:warm]:
        call()
    wall, own = [], []
    for call in calls[warm:]:
        began, cpu = time.perf_counter(), time.thread_time()
        call()
        wall.append((time.perf_counter() - began) * 1000)
        own.append((time.thread_time() - cpu) * 1000)
    return Timing(
        statistics.median(wall),
        p95(wall),
        sorted(wall)[len(wall) // 10],
        statistics.median(own),
        counted(calls[0]),
        len(wall),
    )


def p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def counted(call: Callable[[], Any]) -> int:
    """SQL statements of one call, transaction marks left out."""
    seen: list[str] = []

    def note(execute: Any, statement: Any, params: Any, many: Any, context: Any) -> Any:
        seen.append(str(statement))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        call()
    return sum(not each.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) for each in seen)


def bare(statement: str, choices: Sequence[Sequence[Any]]) -> float:
    """Median milliseconds of a statement for several parameters, its rows fetched."""
    wall = []
    with connection.cursor() as cursor:
        for number, values in enumerate([*choices[:WARM], *choices]):
            began = time.perf_counter()
            cursor.execute(statement, values)
            cursor.fetchall()
            if number >= WARM:
                wall.append((time.perf_counter() - began) * 1000)
    return statistics.median(wall)
