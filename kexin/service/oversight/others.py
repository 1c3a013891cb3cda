"""What complaints and surveys add to the service board, each in one set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import zone
from kexin.service.models import Complaint, SurveyInvitation
from kexin.service.oversight.figures import UNIT, WHOLE, BoardColumn, Key, register_board_column


def _span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return (
        dt.datetime.combine(first, dt.time(), zone()),
        dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone()),
    )


def complaints(units: Sequence[int] | None, first: dt.date, last: dt.date) -> Mapping[Key, Any]:
    """Complaints received, by the unit that is responsible for them."""
    start, end = _span(first, last)
    rows = Complaint.objects.filter(received_at__gte=start, received_at__lt=end)
    if units is not None:
        rows = rows.filter(unit__in=units)
    found: dict[Key, Any] = {
        (UNIT, str(unit)): count for unit, count in rows.order_by().values_list("unit").annotate(Count("pk"))
    }
    return found | ({(WHOLE, ""): sum(found.values())} if found else {})


def satisfaction(units: Sequence[int] | None, first: dt.date, last: dt.date) -> Mapping[Key, Any]:
    """Mean score on 100 of the surveys answered, by the unit whose service was judged."""
    start, end = _span(first, last)
    rows = SurveyInvitation.objects.filter(answered_at__gte=start, answered_at__lt=end, score__isnull=False)
    if units is not None:
        rows = rows.filter(unit__in=units)
    found: dict[Key, Any] = {
        (UNIT, str(unit)): score for unit, score in rows.order_by().values_list("unit").annotate(Avg("score"))
    }
    whole = rows.aggregate(score=Avg("score"))["score"]
    return found | ({(WHOLE, ""): whole} if whole is not None else {})


def _score(value: Decimal) -> str:
    return f"{value:.1f}"


def register() -> None:
    """Once, when the floor is ready."""
    register_board_column(BoardColumn("complaints", _("Complaints"), complaints))
    register_board_column(BoardColumn("satisfaction", _("Satisfaction (of 100)"), satisfaction, _score))
