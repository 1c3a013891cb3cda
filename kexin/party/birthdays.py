"""Birthdays as customers keep them: by the solar calendar, or by the lunar one where they said so.

A lunar birthday is kept in the ordinary month of its number, never in a leap month (闰月), also by who was born in one;
kept on the 30th, it falls on the 29th where the month is a short one. A solar birthday of 29 February falls on the
28th in a common year.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer

LONGEST = 62  # days of one look ahead
_LIVING = (CustomerStatus.PROSPECT, CustomerStatus.ACTIVE, CustomerStatus.DORMANT)


@dataclass(frozen=True, slots=True)
class Birthday:
    """A customer's birthday on a day; ``turns`` is the age reached, counted in the calendar it is kept by."""

    customer: Customer
    day: dt.date
    lunar: bool
    turns: int | None


@query("party.view_customers", label=_("See customers"), record="list")
def birthdays(actor: Actor, first: dt.date, last: dt.date, most: int = 200) -> list[Birthday]:
    """Birthdays within reach from ``first`` to ``last`` (at most 62 days), by day. Two reads; names stay closed.

    Raises ValueError for a longer span.
    """
    if not 0 <= (last - first).days < LONGEST:
        raise ValueError(f"birthdays are looked up for {LONGEST} days at most")
    span = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    solar = {code: day for day in span for code in solar_codes(day)}
    lunar = {code: day for day in span for code in lunar_codes(day)}
    rows = Customer.objects.visible_to(actor, "party.view_customers").filter(status__in=_LIVING)
    rows = rows.select_related("party", "unit")
    found = [
        Birthday(row, solar[row.birthday], False, _turns(row, solar[row.birthday]))
        for row in rows.filter(birthday__in=list(solar), party__lunar_birthday="")[:most]
        if row.birthday is not None
    ]
    for row in rows.filter(party__lunar_birthday__in=list(lunar))[:most]:
        day = lunar[row.party.lunar_birthday]
        found.append(Birthday(row, day, True, _turns_lunar(row, day)))
    return sorted(found, key=lambda each: (each.day, -each.customer.assets, each.customer.pk))[:most]


def solar_codes(day: dt.date) -> Iterator[int]:
    """Month × 100 + day of the birthdays kept on a day."""
    yield day.month * 100 + day.day
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        yield 229


def lunar_codes(day: dt.date) -> Iterator[str]:
    """``MM-DD`` of the lunar birthdays kept on a day; nothing in a leap month."""
    from lunar_python import LunarMonth, Solar  # large, and no part of a start

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    month, number = lunar.getMonth(), lunar.getDay()
    if month < 0:
        return
    yield f"{month:02}-{number:02}"
    if number == 29 and LunarMonth.fromYm(lunar.getYear(), month).getDayCount() == 29:
        yield f"{month:02}-30"


def _turns(row: Customer, day: dt.date) -> int | None:
    return day.year - row.born_year if row.born_year else None


def _turns_lunar(row: Customer, day: dt.date) -> int | None:
    """From the lunar year of birth to that of the day: who was born in January may belong to the year before."""
    from lunar_python import Solar

    if not row.born_year or not row.birthday:
        return None
    month, number = divmod(row.birthday, 100)
    born = Solar.fromYmd(row.born_year, month, number).getLunar().getYear()
    return int(Solar.fromYmd(day.year, day.month, day.day).getLunar().getYear() - born)
