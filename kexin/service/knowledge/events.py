"""Facts about articles."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class ArticleSubmitted:
    """A version waits for its review."""

    article_id: int
    language: str
    number: int


@event
@dataclass(frozen=True, slots=True)
class ArticleReturned:
    """A reviewer did not let a version pass; why stands with it."""

    article_id: int
    language: str
    number: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ArticleApproved:
    """A version may be relied upon from a day on; ``sha256`` is of its words."""

    article_id: int
    language: str
    number: int
    in_use_from: dt.date
    sha256: str


@event
@dataclass(frozen=True, slots=True)
class ArticleWithdrawn:
    """A version is given to nobody any more."""

    article_id: int
    language: str
    number: int
    reason: str


@event
@dataclass(frozen=True, slots=True)
class ArticleConfirmed:
    """Somebody looked: it is still right, and is looked at again by a day."""

    article_id: int
    language: str
    number: int
    review_on: dt.date
