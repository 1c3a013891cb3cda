"""What a personal value is: its level of sensitivity, its ciphertext, and what stands where it was erased."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from django.utils.translation import gettext


class Level(enum.StrEnum):
    """Sensitivity of personal financial information (JR/T 0171-2020, section 4.2)."""

    C1 = "C1"  # for internal use: dates and places of opening, product holdings
    C2 = "C2"  # identifies a person or tells of their finances: name, number, phone, address, account
    C3 = "C3"  # authenticates: passwords, card verification values, biometrics


@dataclass(frozen=True)
class Personal:
    """What the inventory of personal data says of a field."""

    level: Level
    retention: str | None  # name of the retention rule, None: the customer's
    mask: Callable[[str], str] | None


class Sealed(bytes):
    """A ciphertext on its way from or to the database; never a plaintext."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Sealed {len(self)} bytes>"

    __str__ = __repr__


class Forgotten(str):
    """The value whose key was forgotten: prints as “erased”, is false, never raises where text may stand."""

    __slots__ = ()

    def __new__(cls) -> Self:
        return super().__new__(cls, gettext("erased"))

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> tuple[type[Forgotten], tuple[()]]:
        return Forgotten, ()


UNOPENED: Final = object()


class Cell:
    """One field of one row: the ciphertext as it lies in the database, and the value once it is known."""

    __slots__ = ("plain", "sealed")

    def __init__(self, sealed: Sealed | None, plain: Any) -> None:
        self.sealed = sealed
        self.plain = plain

    def __reduce__(self) -> tuple[Any, ...]:
        # A cached or queued model carries the ciphertext only; an unsaved value must travel as it is.
        if self.sealed is not None:
            return _unopened, (bytes(self.sealed),)
        return Cell, (None, self.plain)


def _unopened(sealed: bytes) -> Cell:
    return Cell(Sealed(sealed), UNOPENED)
