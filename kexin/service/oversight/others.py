"""What complaints and surveys add to the service board, each in one set.

A case that is kept from a reader is in none of their figures, and a mean of few answers is not shown: the board keeps
to what the rooms of complaints and of satisfaction show, or it would tell by counting what they keep to themselves.

- *complaints*: consumer complaints opened in the period after joining, by the unit complained about (or, where there is
  none, the one that received it) and by the lead manager of the customer;
- *complaint rate* (K-15): these in per cent of the customers at the end of the period;
- *satisfaction*: the mean score on 100 of the surveys answered in the period, by whose service was judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.service.complaints.analysis.asking import (
    COUNTED_UNIT,
    VIEW_FIGURES,
    FiguresAsked,
    day_after,
    moment_of,
    seen_by,
    units_counted_for,
)
from kexin.service.models import SurveyInvitation
from kexin.service.oversight.figures import (
    POST,
    UNIT,
    WHOLE,
    Asked,
    BoardColumn,
    Key,
    register_board_column,
    units_asked,
)
from kexin.service.surveys.policies import SurveyPolicy
from kexin.service.surveys.results import RESULTS
from kexin.service.surveys.statistics import hidden

COMPLAINTS, COMPLAINT_RATE, SATISFACTION = "complaints", "complaint_rate", "satisfaction"
Before = Mapping[str, Mapping[Key, Any]]  # what the columns registered earlier have read


def _places(groups: Iterable[tuple[int | None, int | None, int]]) -> Counter[Key]:
    """Counts of units and posts, added up by unit, by post and together."""
    found: Counter[Key] = Counter()
    for unit, post, count in groups:
        found[WHOLE, ""] += count
        if unit is not None:
            found[UNIT, str(unit)] += count
        if post is not None:
            found[POST, str(post)] += count
    return found


def _units(actor: Actor, asked: Asked) -> list[int] | None:
    """Units within reach of the board and of the figures of complaints; None for everything."""
    seen, counted = units_asked(actor, asked.unit_id), units_counted_for(actor, asked.unit_id)
    if seen is None or counted is None:
        return counted if seen is None else seen
    return sorted({*seen} & {*counted})


def complaints(actor: Actor, asked: Asked, before: Before) -> Mapping[Key, int]:
    """How many were brought; joined ones count with the one they go on in."""
    try:
        units = _units(actor, asked)
    except NotFound:  # sees the board of this unit, not its complaints
        return {}
    rows = seen_by(actor, FiguresAsked(asked.first, asked.last, asked.unit_id), units).filter(joined_into=None)
    groups = rows.order_by().annotate(of_unit=COUNTED_UNIT).values_list("of_unit", "customer__lead_post")
    return _places(groups.annotate(Count("pk")))


def complaint_rate(actor: Actor, asked: Asked, before: Before) -> Mapping[Key, Decimal]:
    """Complaints in per cent of the customers in the care of the unit or person; where there was a complaint."""
    counts = before[COMPLAINTS]
    if not counts:
        return {}
    units = _units(actor, asked)
    there = Customer.objects.filter(Q(closed_on=None) | Q(closed_on__gt=asked.last), admitted_on__lte=asked.last)
    there = there.exclude(status=CustomerStatus.MERGED).order_by()
    if units is not None:
        there = there.filter(unit__in=units)
    customers = _places(there.values_list("unit", "lead_post").annotate(Count("pk")))
    return {place: Decimal(100 * count) / customers[place] for place, count in counts.items() if customers[place]}


def satisfaction(actor: Actor, asked: Asked, before: Before) -> Mapping[Key, Decimal]:
    """Mean scores of groups that are large enough, so that nobody's own answer can be told from them."""
    units, smallest = units_asked(actor, asked.unit_id), in_force(SurveyPolicy).smallest_group
    rows = SurveyInvitation.objects.visible_to(actor, RESULTS).filter(
        answered_at__gte=moment_of(asked.first), answered_at__lt=moment_of(day_after(asked.last)), score__isnull=False
    )
    rows = (rows if units is None else rows.filter(unit__in=units)).order_by()
    whole = rows.aggregate(count=Count("pk"), mean=Avg("score"))
    if whole["count"] < smallest:
        return {}
    found: dict[Key, Decimal] = {(WHOLE, ""): whole["mean"]}
    for dimension in (UNIT, POST):
        groups = list(rows.values_list(dimension).annotate(Count("pk"), Avg("score")).order_by(dimension))
        small = hidden([count for _key, count, _mean in groups], smallest)
        found |= {
            (dimension, str(key)): mean
            for place, (key, _count, mean) in enumerate(groups)
            if key is not None and place not in small
        }
    return found


def _percent(value: Any) -> str:
    return f"{value:.3f} %"


def _score(value: Any) -> str:
    return f"{value:.1f}"


def register() -> None:
    """Once, when the floor is ready."""
    register_board_column(BoardColumn(COMPLAINTS, _("Complaints"), complaints, VIEW_FIGURES))
    register_board_column(BoardColumn(COMPLAINT_RATE, _("Complaint rate"), complaint_rate, VIEW_FIGURES, _percent))
    register_board_column(BoardColumn(SATISFACTION, _("Satisfaction (of 100)"), satisfaction, RESULTS, _score))
