"""Worker processes give results in order, take no more ahead than they may, and pass on what went wrong."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

import pytest

from kexin.core.imports.workers import AHEAD, WORTH, Workers


@pytest.mark.parametrize("rows", [WORTH - 1, WORTH])
def test_results_come_in_the_order_of_the_parts(rows: int) -> None:
    with Workers(rows, models=False) as workers:
        workers.start()
        assert list(workers.stream(math.isqrt, (number * number for number in range(30)))) == list(range(30))
        assert workers.map(math.isqrt, [4, 9]) == [2, 3]


def test_parts_are_made_only_a_little_ahead() -> None:
    made: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    with Workers(WORTH, models=False) as workers:
        found = workers.stream(abs, parts())
        assert next(found) == 0
        assert len(made) <= AHEAD * (os.cpu_count() or 1) + 2
        found.close()  # type: ignore[attr-defined]
    assert len(made) < 50


@pytest.mark.parametrize("rows", [WORTH - 1, WORTH])
def test_what_goes_wrong_in_a_worker_is_raised_in_its_place(rows: int) -> None:
    with Workers(rows, models=False) as workers:
        found = workers.stream(math.isqrt, [4, -1, 9])
        assert next(found) == 2
        with pytest.raises(ValueError, match="nonnegative"):
            next(found)
