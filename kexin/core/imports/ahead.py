"""Reading one step ahead: while one batch is written, the next is read and checked in a second thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 0.2


def read_ahead(items: Iterator[T], depth: int = 1) -> Iterator[T]:
    """The items of a generator that runs in a thread of its own, at most ``depth`` of them waiting.

    An exception of the generator is raised here, in its place. Leaving early ends the thread.
    """
    waiting: queue.Queue[tuple[bool, object]] = queue.Queue(maxsize=depth)
    given_up = threading.Event()

    def put(good: bool, item: object) -> bool:
        while not given_up.is_set():
            try:
                waiting.put((good, item), timeout=_PATIENCE)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        try:
            for item in items:
                if not put(True, item):
                    return
            put(False, None)
        except BaseException as error:
            put(False, error)

    thread = threading.Thread(target=run, name="import-read-ahead", daemon=True)
    thread.start()
    try:
        while True:
            good, item = waiting.get()
            if good:
                yield item  # type: ignore[misc]
            elif isinstance(item, BaseException):
                raise item
            else:
                return
    finally:
        given_up.set()
        thread.join()
