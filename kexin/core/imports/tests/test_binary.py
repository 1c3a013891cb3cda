"""What is written in the binary format, PostgreSQL reads back as the same values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kexin.core.imports import binary
from kexin.core.imports.staging import copy_binary, run

pytestmark = pytest.mark.django_db

ROWS = [
    (
        2**62, -7, 32_000, "陈秀兰 \\ \t \n '\"", b"\x00\xff", UUID(int=5), True, dt.date(1899, 12, 31),
        dt.datetime(2026, 11, 21, 22, 30, 5, 123456, tzinfo=dt.UTC), Decimal("-1234567.05"), [-(2**63), 5, 2**63 - 1],
    ),
    (None, None, None, None, None, UUID(int=6), None, None, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), None, []),
    (0, 0, 0, "", b"", UUID(int=7), False, dt.date(2000, 1, 1), dt.datetime(2199, 1, 1, tzinfo=dt.UTC), Decimal(), [1]),
]  # fmt: skip


def test_every_type_comes_back_as_it_was() -> None:
    columns = list(zip(*ROWS, strict=True))
    encode = (
        binary.int8s, binary.int4s, binary.int2s, binary.texts, binary.raws, binary.uuids, binary.booleans,
        binary.dates, lambda values: [binary.moment(value) for value in values], binary.numerics, binary.bigint_arrays,
    )  # fmt: skip
    run(
        "CREATE TEMP TABLE types_read (a bigint, b integer, c smallint, d text, e bytea, f uuid, g boolean, h date,"
        " i timestamptz, j numeric(20,2), k bigint[]) ON COMMIT DROP"
    )
    block = binary.rows([each(values) for each, values in zip(encode, columns, strict=True)])
    copy_binary("types_read", tuple("abcdefghijk"), [block])
    found = run("SELECT * FROM types_read ORDER BY f").fetchall()
    assert [tuple(bytes(each) if isinstance(each, memoryview) else each for each in row) for row in found] == ROWS


def test_constant_columns_and_codes_stand_in_every_row() -> None:
    run("CREATE TEMP TABLE codes_read (a text, b text, c text) ON COMMIT DROP")
    block = binary.rows([binary.codes(["x", None, "x"]), binary.same(binary.text("一")), binary.same(binary.NULL)])
    copy_binary("codes_read", ("a", "b", "c"), [block, b"", block])
    assert run("SELECT * FROM codes_read").fetchall() == [("x", "一", None), (None, "一", None), ("x", "一", None)] * 2


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=2))
@example(Decimal("0.00"))
@example(Decimal("10000"))
@example(Decimal("1E+5"))
@example(Decimal("0.0001"))
@example(Decimal("-0.5"))
def test_any_amount_is_exact(amount: Decimal) -> None:
    run("CREATE TEMP TABLE IF NOT EXISTS amounts_read (a numeric) ON COMMIT DROP")
    run("DELETE FROM amounts_read")
    copy_binary("amounts_read", ("a",), [binary.rows([binary.numerics([amount])])])
    row = run("SELECT a, a::text FROM amounts_read").fetchone()
    assert row is not None
    assert row[0] == amount
    if amount and -amount.as_tuple().exponent >= 0:  # type: ignore[operator]
        assert row[1] == f"{amount:f}"


def test_what_is_no_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="no amounts"):
        binary.numeric(Decimal("NaN"))
