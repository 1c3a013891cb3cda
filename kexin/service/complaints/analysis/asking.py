"""What is asked of the figures: a period, a unit; and what may be counted for whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.choices import Reach
from kexin.core.errors import NotFound, RuleViolation
from kexin.people.queries import units_below
from kexin.service.complaints.choices import ComplaintNature
from kexin.service.models import Complaint

VIEW_FIGURES = "service.view_complaint_figures"
LONGEST = dt.timedelta(days=731)
COUNTED_UNIT = Coalesce("concerned_unit", "unit")


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """From which day to which, of which unit and those below (none: all within reach)."""

    first: dt.date
    last: dt.date
    unit_id: int | None = None

    @property
    def before(self) -> FiguresAsked:
        """The period of the same length that ended the day before."""
        end = self.first - dt.timedelta(days=1)
        return FiguresAsked(end - (self.last - self.first), end, self.unit_id)


def figures_asked(
    first: dt.date | None = None, last: dt.date | None = None, unit_id: int | None = None
) -> FiguresAsked:
    """The question with what was left out filled in: this year so far. RuleViolation if impossible."""
    end = last or business_date()
    asked = FiguresAsked(first or end.replace(month=1, day=1), end, unit_id)
    if asked.last < asked.first or asked.last - asked.first > LONGEST:
        raise RuleViolation(fields={"last": _("The period ends before it begins, or is longer than two years.")})
    return asked


def moment_of(day: dt.date) -> dt.datetime:
    """The beginning of a day."""
    return dt.datetime.combine(day, dt.time(), zone())


def day_after(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1)


def units_counted_for(actor: Actor, unit_id: int | None) -> list[int] | None:
    """Units that count: of the reach and under the unit asked for; None for everything. NotFound outside."""
    grants = actor.grants_for(VIEW_FIGURES)
    whole = actor.everything or any(grant.reach == Reach.ALL for grant in grants)
    reach = {each for grant in grants if grant.reach != Reach.PORTFOLIO for each in grant.unit_ids}
    if unit_id is None:
        return None if whole else sorted(reach)
    below = set(units_below(unit_id))
    found = below if whole else below & reach
    if not found or (not whole and unit_id not in reach):
        raise NotFound
    return sorted(found)


def of_units(rows: QuerySet[Complaint], units: list[int] | None) -> QuerySet[Complaint]:
    """Cases that count for these units: about one of them, or about none and received there."""
    return rows if units is None else rows.alias(counted_unit=COUNTED_UNIT).filter(counted_unit__in=units)


def brought_in(rows: QuerySet[Complaint], first: dt.date, last: dt.date) -> QuerySet[Complaint]:
    """Consumer complaints opened in the period; joined ones too. A case opened again does not count again."""
    return rows.filter(
        nature=ComplaintNature.COMPLAINT, opened_at__gte=moment_of(first), opened_at__lt=moment_of(day_after(last))
    )


def seen_by(actor: Actor, asked: FiguresAsked, units: list[int] | None) -> QuerySet[Complaint]:
    """What counts for this reader: a case kept from somebody is in none of their figures."""
    rows = Complaint.objects.visible_to(actor, VIEW_FIGURES)
    return of_units(brought_in(rows, asked.first, asked.last), units)
