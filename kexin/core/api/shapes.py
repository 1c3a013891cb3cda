"""The pieces that bodies and answers are made of: identifiers, amounts, texts, pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from kexin.core.api.problems import InvalidRequest
from kexin.core.ui.keyset import KeysetPage, Order

LARGEST_ID = 9_223_372_036_854_775_807

Id = Annotated[int, Field(ge=1, le=LARGEST_ID, examples=[1042])]
Amount = Annotated[
    Decimal, Field(max_digits=18, decimal_places=2, examples=["12500.00"], description="Decimal, as a string")
]
Day = Annotated[dt.date, Field(examples=["2026-03-02"])]
Moment = Annotated[dt.datetime, Field(examples=["2026-03-02T01:30:00Z"], description="UTC")]


def _utc(value: dt.datetime) -> dt.datetime:
    """In UTC, within the years that PostgreSQL and calendars of today agree on; farther offsets are no time of ours."""
    try:
        found = value.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error
    if not 1900 <= found.year <= 2200:
        raise ValueError("out of range")
    return found


Instant = Annotated[
    AwareDatetime, AfterValidator(_utc), Field(description="With its offset", examples=["2026-03-02T01:30:00Z"])
]
Line = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=1000, examples=["The customer asked for it in the branch"])]
Note = Annotated[str, Field(max_length=1000)]
Version = Annotated[int, Field(ge=1, examples=[3], description="Stands in ETag and If-Match")]


class Taken(BaseModel):
    """What a request brings; unknown fields are refused, so that a mistyped name is noticed."""

    model_config = ConfigDict(extra="forbid")


class Why(Taken):
    """Why, for the person who decides and for the record."""

    reason: Reason


class Shown(BaseModel):
    """What an answer shows."""


T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Page(Shown, Generic[T]):
    """Part of a list. Follow ``next`` (also in the header ``Link``) until it is empty."""

    items: list[T]
    next: str | None = Field(default=None, description="Cursor of the page behind this one", examples=[None])


class Paging(Taken):
    """Which part of a list."""

    cursor: str = Field(default="", max_length=2000, description="`next` of the page before", examples=[""])
    limit: int = Field(default=50, ge=1, le=200, description="Lines per page", examples=[50])


def page_of(
    request: HttpRequest,
    rows: QuerySet[M],
    paging: Paging,
    order: Order,
    show: Callable[[M], T],
    prepare: Callable[[Sequence[M]], Any] | None = None,
) -> tuple[list[T], str | None]:
    """The lines of a page and the cursor behind it; ``prepare`` opens what the lines need, at once.

    Raises InvalidRequest for a cursor that is forged or was made for another order: starting anew in silence would
    let a caller turn in circles.
    """
    page = KeysetPage(rows, order, paging.cursor, paging.limit)
    if paging.cursor and not page.has_previous:
        raise InvalidRequest(fields={"cursor": _("This cursor does not belong to this list.")})
    if prepare is not None:
        prepare(page.rows)
    following = page.next_cursor or None
    if following:
        wanted = request.GET.copy()
        wanted["cursor"] = following
        headers: dict[str, str] = request.answer_headers  # type: ignore[attr-defined]
        headers["Link"] = f'<{request.path}?{wanted.urlencode()}>; rel="next"'
    return [show(row) for row in page.rows], following


def one_of(choices: Any) -> Any:
    """A text that must be one of a vocabulary's codes, shown as such in the reference."""
    values = [str(value) for value in choices.values]

    def check(value: str) -> str:
        if value not in values:
            raise ValueError("unknown")
        return value

    named = [value for value in values if value]
    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": [*values]}, examples=named[:1])]
