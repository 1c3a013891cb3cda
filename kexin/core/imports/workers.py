"""Worker processes for what costs processor time in Python: encryption, tokens, checks of numbers.

They are spawned for a large load and end with it. A small load does the work in its own process. A worker that
needs no models is there in half a second, with them it takes three: ``models`` says which.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Self, TypeVar

T = TypeVar("T")
WORTH = 20_000  # rows: below it, starting processes costs more than it gives
AHEAD = 2  # parts per worker that are under way or wait to be fetched: what bounds the memory


def _prepare(environment: dict[str, str], models: bool) -> None:
    os.environ.update(environment)
    if models:
        import django

        django.setup()
    # A part is hundreds of thousands of small objects without cycles; searched at every 700th, as Python does,
    # they cost a fifth more. What was imported is never searched again.
    gc.freeze()
    gc.set_threshold(100_000)


def _started() -> None:
    """The first task of a worker: it is there now."""


class Workers:
    """``with Workers(rows) as workers: workers.stream(function, parts)``; functions and parts must be picklable.

    ``models``: the functions need Django's models.
    """

    def __init__(self, rows: int, *, models: bool = True) -> None:
        self.count = min(2, os.cpu_count() or 1) if rows >= WORTH else 1
        self._models = models
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def start(self) -> None:
        """Begin to start the processes, where there will be any: before the first part is ready."""
        if self.count > 1:
            pool = self._opened()
            for _ in range(self.count):
                pool.submit(_started)

    def map(self, function: Callable[[Any], T], parts: Sequence[Any]) -> list[T]:
        """The function on every part, in order."""
        if self.count == 1 or len(parts) <= 1:
            return [function(part) for part in parts]
        return list(self._opened().map(function, parts))

    def stream(self, function: Callable[[Any], T], parts: Iterable[Any]) -> Iterator[T]:
        """The function on every part, in order and one after the other, while the workers go on with the next ones."""
        if self.count == 1:
            yield from map(function, parts)
            return
        pool = self._opened()
        waiting: deque[Future[T]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(function, part))
                if len(waiting) > AHEAD * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()

    def _opened(self) -> ProcessPoolExecutor:
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
                initargs=({name: os.environ[name] for name in keep if name in os.environ}, self._models),
            )
        return self._pool
