"""What makes a net value possible, and from when past performance may be shown. Pure; no database, no clock."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.products.choices import ProductClass

WITH_NET_VALUE = frozenset(
    {
        ProductClass.STRUCTURED,
        ProductClass.WEALTH,
        ProductClass.FUND,
        ProductClass.INSURANCE,
        ProductClass.GOLD,
        ProductClass.TRUST,
    }
)
LARGEST = Decimal(10) ** 12


def net_value_possible(
    product_class: str, day: dt.date, unit: Decimal, accumulated: Decimal, *, today: dt.date
) -> Decision:
    """A product of a class that has net values, a day that has come, two amounts above nought."""
    found = ALLOWED
    if product_class not in WITH_NET_VALUE:
        found &= refused("no_net_value", _("Products of this class have no net value."), "product")
    if day > today:
        found &= refused("range", _("A net value is known on its day at the earliest."), "day")
    for name, value in (("unit_value", unit), ("accumulated", accumulated)):
        if not 0 < value < LARGEST:
            found &= refused("range", _("A net value is above nought."), name)
    return found


def jump(before: Decimal, after: Decimal) -> Decimal:
    """How far a net value is from the one before, in per cent, above nought."""
    return abs(after - before) / before * 100


def plausible(before: Decimal | None, after: Decimal, limit_percent: Decimal, before_on: dt.date | None) -> Decision:
    """Does it move no more than the policy says is usual? A person may confirm that it is right all the same."""
    if before is None or jump(before, after) <= limit_percent:
        return ALLOWED
    said = _("It moves by %(percent)s %% against %(day)s. If it is right, confirm it.") % {
        "percent": round(jump(before, after), 1),
        "day": before_on,
    }
    return Decision((Reason("jump", said, "confirmed"),))


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where there is no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def performance_may_be_shown(began: dt.date | None, today: dt.date, months: int) -> Decision:
    """May past performance be shown? Only once the product is so many months old (``began``: its first net value)."""
    if began is None:
        return refused("no_values", _("There are no net values yet."))
    first = months_later(began, months)
    if today < first:
        return refused("too_young", _("Past performance may be shown from %(day)s on.") % {"day": first})
    return ALLOWED
