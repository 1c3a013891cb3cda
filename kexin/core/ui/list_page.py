"""Paging over rows already in memory: a manager's own portfolio sorted by a name that only exists decrypted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from kexin.core.ui.keyset import LARGEST_SIZE

R = TypeVar("R")
LARGEST_LIST = 2000  # rows; a longer list must sort by a plain column in the database


class TooLong(ValueError):
    """The list is longer than may be sorted in memory."""


class ListPage(Generic[R]):
    """The same face as KeysetPage; the cursor is simply how many rows stand before."""

    def __init__(
        self,
        rows: Sequence[R],
        key: Callable[[R], Any] | None = None,
        descending: bool = False,
        cursor: str = "",
        size: int = 50,
    ) -> None:
        if len(rows) > LARGEST_LIST:
            raise TooLong(len(rows))
        if key is not None:
            known = [row for row in rows if key(row) is not None]
            unknown = [row for row in rows if key(row) is None]
            rows = sorted(known, key=key, reverse=descending) + unknown
        self.total = len(rows)
        self.size = max(1, min(size, LARGEST_SIZE))
        before = int(cursor) if cursor.isdigit() else 0
        self.before = before if before < self.total else 0
        self.rows = list(rows[self.before : self.before + self.size])

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_next(self) -> bool:
        return self.before + self.size < self.total

    @property
    def has_previous(self) -> bool:
        return self.before > 0

    @property
    def first_number(self) -> int:
        return self.before + 1 if self.rows else 0

    @property
    def last_number(self) -> int:
        return self.before + len(self.rows)

    @property
    def next_cursor(self) -> str:
        return str(self.before + self.size) if self.has_next else ""

    @property
    def previous_cursor(self) -> str:
        return str(max(0, self.before - self.size)) if self.has_previous else ""
