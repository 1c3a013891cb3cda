"""Rows in PostgreSQL's binary COPY format, column by column: cheaper to read in than text, and nothing to quote.

A column of values becomes a column of cells (length and content); :func:`rows` puts columns together. The types are
those of the table's columns and must match them exactly. Source: PostgreSQL's manual, COPY, “Binary Format”.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from struct import Struct
from typing import Final, TypeVar
from uuid import UUID

import numpy as np

T = TypeVar("T")
Cells = Iterable[bytes]

HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER: Final = b"\xff\xff"
NULL: Final = b"\xff\xff\xff\xff"
EMPTY: Final = bytes(4)
_length = Struct(">i").pack
_LENGTHS: Final = [_length(size) for size in range(4_096)]  # most values are short
_int2, _int4, _int8 = (partial(Struct(f">i{code}").pack, size) for code, size in (("h", 2), ("i", 4), ("q", 8)))
_DAY_ZERO: Final = dt.date(2000, 1, 1).toordinal()
_MOMENT_ZERO: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_BIGINT: Final = 20  # the type's number in every PostgreSQL
_array_head = Struct(">iiiiii").pack


def rows(columns: Sequence[Cells]) -> bytes:
    """The rows of columns of cells; a column may be endless (``same``) as long as one is not."""
    count = Struct(">h").pack(len(columns))
    return b"".join(chain.from_iterable(zip(repeat(count), *columns)))


def same(cell: bytes) -> Cells:
    """One cell in every row."""
    return repeat(cell)


def _each(cell: Callable[[T], bytes], values: Iterable[T | None]) -> list[bytes]:
    return [NULL if value is None else cell(value) for value in values]


def raw(value: bytes) -> bytes:
    """A cell of bytea."""
    size = len(value)
    return (_LENGTHS[size] if size < 4_096 else _length(size)) + value


def text(value: str) -> bytes:
    """A cell of text or varchar."""
    return raw(value.encode())


def raws(values: Iterable[bytes | None]) -> list[bytes]:
    """bytea."""
    return _each(raw, values)


def texts(values: Iterable[str | None]) -> list[bytes]:
    """text, varchar."""
    return _each(text, values)


class _Codes(dict[str | None, bytes]):
    def __missing__(self, value: str | None) -> bytes:
        found = NULL if value is None else text(value)
        self[value] = found
        return found


def codes(values: Iterable[str | None]) -> list[bytes]:
    """text, varchar of few different values: each is written once."""
    return list(map(_Codes().__getitem__, values))


def uuids(values: Iterable[UUID]) -> list[bytes]:
    """uuid."""
    return [_LENGTHS[16] + value.bytes for value in values]


def int2s(values: Iterable[int | None]) -> list[bytes]:
    """smallint."""
    return _each(_int2, values)


def int4(value: int) -> bytes:
    """A cell of integer."""
    return _int4(value)


def int4s(values: Iterable[int | None]) -> list[bytes]:
    """integer."""
    return _each(_int4, values)


def int8(value: int) -> bytes:
    """A cell of bigint."""
    return _int8(value)


def int8s(values: Iterable[int | None]) -> list[bytes]:
    """bigint."""
    return _each(_int8, values)


def booleans(values: Iterable[bool | None]) -> list[bytes]:
    """boolean."""
    return _each(boolean, values)


def boolean(value: bool) -> bytes:
    """A cell of boolean."""
    return b"\x00\x00\x00\x01" + (b"\x01" if value else b"\x00")


def dates(values: Iterable[dt.date | None]) -> list[bytes]:
    """date."""
    return _each(lambda day: _int4(day.toordinal() - _DAY_ZERO), values)


def moment(value: dt.datetime) -> bytes:
    """A cell of timestamp with time zone; the value knows its zone."""
    return _int8((value - _MOMENT_ZERO) // dt.timedelta(microseconds=1))


def numeric(value: Decimal) -> bytes:
    """A cell of numeric, exact: groups of four decimal digits, the weight of the first, sign, shown decimals."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("Infinities and not-a-number are no amounts.")
    decimals = max(-exponent, 0)
    padded = decimals + -decimals % 4
    whole = int("".join(map(str, digits))) * 10 ** (exponent + padded)
    groups: list[int] = []
    while whole:
        whole, group = divmod(whole, 10_000)
        groups.insert(0, group)
    weight = len(groups) - padded // 4 - 1 if groups else 0
    while groups and not groups[-1]:
        groups.pop()
    head = (len(groups), weight, 0x4000 if sign and groups else 0, decimals)
    return raw(Struct(f">HhHH{len(groups)}H").pack(*head, *groups))


def numerics(values: Iterable[Decimal | None]) -> list[bytes]:
    """numeric."""
    return _each(numeric, values)


def bigint_arrays(values: Sequence[Sequence[int]]) -> list[bytes]:
    """bigint[], of one dimension and without nulls; all elements of the column are laid out at once."""
    total = sum(map(len, values))
    laid = np.empty(total, dtype=[("size", ">i4"), ("value", ">i8")])
    laid["size"] = 8
    laid["value"] = np.fromiter(chain.from_iterable(values), np.int64, total)
    body = laid.tobytes()
    cells, at = [], 0
    for each in values:
        size = len(each)
        if size:
            cells.append(_array_head(20 + 12 * size, 1, 0, _BIGINT, size, 1) + body[at : at + 12 * size])
            at += 12 * size
        else:
            cells.append(_length(12) + Struct(">iii").pack(0, 0, _BIGINT))
    return cells
