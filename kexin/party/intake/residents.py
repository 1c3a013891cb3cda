"""Resident identity numbers of a whole column, looked at together: what is plainly right needs no single look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECKS: Final = np.frombuffer(b"10X98765432", dtype=np.uint8)  # ISO 7064 MOD 11-2, as GB 11643 has it
_NONE: Final = b"-" * 18


class Resident(NamedTuple):
    """What a right number tells of its holder."""

    born_on: dt.date
    sex: str


def plainly_right(numbers: Sequence[str | None], today: dt.date) -> list[Resident | None]:
    """For each number in normal form without any error what it tells, else None: then ``identifiers.check`` decides."""
    fit = [each.encode() if each and len(each) == 18 and each.isascii() else _NONE for each in numbers]
    chars = np.frombuffer(b"".join(fit), dtype=np.uint8).reshape(len(fit), 18)
    digits = chars[:, :17] - 48  # what stands before “0” wraps round to a large number
    right = (digits <= 9).all(axis=1) & (_CHECKS[digits.astype(np.int64) @ _WEIGHTS % 11] == chars[:, 17])
    return [_told(number, today) if good else None for number, good in zip(fit, right.tolist(), strict=True)]


def _told(number: bytes, today: dt.date) -> Resident | None:
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return Resident(born, "M" if number[16] % 2 else "F") if born <= today else None
