"""Worker processes for what costs processor time in Python: encryption, tokens, checks of numbers.

They are spawned at the first large batch and end with the load. A small load does the work in its own process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Self, TypeVar

T = TypeVar("T")
WORTH = 20_000  # rows: below it, starting processes costs more than it gives


def _prepare(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    import django

    django.setup()


class Workers:
    """``with Workers(rows) as workers: workers.map(function, parts)``; functions and parts must be picklable."""

    def __init__(self, rows: int) -> None:
        self.count = min(2, os.cpu_count() or 1) if rows >= WORTH else 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Any], T], parts: Sequence[Any]) -> list[T]:
        """The function on every part, in order."""
        if self.count == 1 or len(parts) <= 1:
            return [function(part) for part in parts]
        if self._pool is None:
            keep = (
                "DJANGO_SETTINGS_MODULE",
                "DATABASE_URL",
                "KEXIN_ENV",
                "KEXIN_VAR",
                "KEXIN_KEYS_DIR",
                "KEXIN_FILES_DIR",
            )
            self._pool = ProcessPoolExecutor(
                self.count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_prepare,
                initargs=({name: os.environ[name] for name in keep if name in os.environ},),
            )
        return list(self._pool.map(function, parts))
