"""Facts about texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class TextSubmitted:
    """A version waits for its review."""

    text_id: int
    number: int


@event
@dataclass(frozen=True, slots=True)
class TextReturned:
    """A reviewer did not let a version pass; why stands with it."""

    text_id: int
    number: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class TextApproved:
    """A version may be given to customers from a day on; it replaces the one before. ``sha256`` is of its words."""

    text_id: int
    number: int
    in_use_from: dt.date
    sha256: str


@event
@dataclass(frozen=True, slots=True)
class TextWithdrawn:
    """A version may not be given to anybody any more."""

    text_id: int
    number: int
    reason: str
