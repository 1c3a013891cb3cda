"""Birthdays for other systems."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.problems import InvalidRequest
from kexin.core.api.shapes import Day, Id, Shown, Taken
from kexin.core.calendar import business_date
from kexin.party.birthdays import LONGEST, birthdays
from kexin.party.naming import shown_name
from kexin.party.queries import open_names

router = Endpoints("customers", _("Customers"))


class BirthdaysWanted(Taken):
    """Which days (at most 62, both ends belong to it)."""

    first: dt.date | None = Field(default=None, description="Today, if left out")
    last: dt.date | None = Field(default=None, description="Six days after `first`, if left out")
    limit: int = Field(default=200, ge=1, le=500, description="Lines at most", examples=[200])

    def days(self) -> tuple[dt.date, dt.date]:
        """First and last day. Raises InvalidRequest for a span that is not understood."""
        first = self.first or business_date()
        if not 1901 <= first.year <= 2099:  # as far as lunar months are published
            raise InvalidRequest(fields={"first": _("This value is not understood.")})
        last = self.last or first + dt.timedelta(days=6)
        if not 0 <= (last - first).days < LONGEST:
            raise InvalidRequest(fields={"last": _("This value is not understood.")})
        return first, last


class BirthdayShown(Shown):
    """A birthday, kept by the calendar that the customer stated."""

    customer_id: Id
    customer_name: str = Field(examples=["陈秀兰"])
    day: Day
    lunar: bool = Field(description="Kept by the lunar calendar", examples=[False])
    turns: int | None = Field(description="Age reached, where the year of birth is known", examples=[70])


class Birthdays(Shown):
    """By day."""

    items: list[BirthdayShown]


@router.read("/birthdays", "party.view_customers", _("List birthdays"))
def list_birthdays(request: ApiRequest, wanted: Query[BirthdaysWanted]) -> Birthdays:
    """Birthdays of customers within reach in the next days."""
    found = birthdays(request.actor, *wanted.days(), wanted.limit)
    open_names([each.customer for each in found])
    return Birthdays(
        items=[
            BirthdayShown(
                customer_id=each.customer.pk,
                customer_name=shown_name(request.actor, each.customer),
                day=each.day,
                lunar=each.lunar,
                turns=each.turns,
            )
            for each in found
        ]
    )
