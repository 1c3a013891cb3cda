"""When a return visit is due: pure functions."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused

INTERVALS = (0, 1, 2, 3, 6, 12, 24)  # months that a customer may wish for; 0: no visits


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def visit_due(last: dt.date, months: int, today: dt.date, following: Callable[[dt.date], dt.date]) -> dt.date:
    """The working day of the next visit, never before today. ``following``: the first working day from a day on."""
    return following(max(months_after(last, months), today))


def may_wish(months: int | None) -> Decision:
    """None: as the tier says."""
    if months is not None and months not in INTERVALS:
        return refused("months", _("Choose one of the intervals."), "months")
    return ALLOWED
