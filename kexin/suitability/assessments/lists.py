"""Whose assessment ends, has ended, waits for a confirmation, or was repeated often: the list and its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.export import Leaving, may_leave
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import CustomerStatus
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.suitability.assessments.choices import Standing, ToleranceGrade
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.queries import VIEW
from kexin.suitability.assessments.rules import window_start
from kexin.suitability.assessments.standing import current_assessments
from kexin.suitability.models import RiskAssessment, RiskStanding

EXPORT = "suitability.export_assessments"
DUE, EXPIRED, UNCONFIRMED, OFTEN = "due", "expired", "unconfirmed", "often"
AT_ONCE = 500
HEADS = (
    _("Customer number"),
    _("Name"),
    _("Grade"),
    _("What it is worth"),
    _("Assessed on"),
    _("Valid until"),
    _("Assessments in twelve months"),
    _("Unit"),
)
KINDS = "ttttddnt"


@dataclass(frozen=True, slots=True)
class StandingFilter:
    """What the list is narrowed by; everything empty means everybody who was ever assessed."""

    what: str = ""
    grade: int | None = None
    unit_id: int | None = None
    post_id: int | None = None


def often(today: dt.date, least: int) -> QuerySet[Any]:
    """Customers with at least so many assessments in the twelve months that end today."""
    rows = RiskAssessment.objects.filter(submitted_on__gte=window_start(today)).order_by()
    return rows.values("customer").annotate(n=Count("pk")).filter(n__gte=least).values("customer")


def narrowed(rows: QuerySet[RiskStanding], wanted: StandingFilter) -> QuerySet[RiskStanding]:
    """The filters as column conditions."""
    today, rules = business_date(), in_force(AssessmentPolicy)
    if wanted.what == DUE:
        rows = rows.filter(valid_until__gte=today, valid_until__lte=today + dt.timedelta(days=rules.remind_days))
    elif wanted.what == EXPIRED:
        rows = rows.filter(valid_until__lt=today)
    elif wanted.what == UNCONFIRMED:
        rows = rows.filter(pending__valid_until__gte=today)
    elif wanted.what == OFTEN:
        rows = rows.filter(pk__in=often(today, rules.near_limit))
    if wanted.grade is not None:
        rows = rows.filter(grade=wanted.grade)
    if wanted.unit_id is not None:
        rows = rows.filter(customer__unit=wanted.unit_id)
    if wanted.post_id is not None:
        rows = rows.filter(customer__lead_post=wanted.post_id)
    return rows


@query(VIEW, label=_("See risk assessments"), record="list")
def standings(actor: Actor) -> QuerySet[RiskStanding]:
    """Standings of customers within reach whose file is open; the caller narrows, orders and cuts the page."""
    rows = RiskStanding.objects.visible_to(actor, VIEW)
    return rows.exclude(customer__status__in=(CustomerStatus.MERGED, CustomerStatus.CLOSED))


def used(customers: Iterable[int], today: dt.date) -> dict[int, int]:
    """Assessments within the twelve months that end today, by customer."""
    rows = RiskAssessment.objects.filter(customer__in=list(customers), submitted_on__gte=window_start(today))
    found = rows.order_by().values_list("customer").annotate(n=Count("pk"))
    return dict(found)


@operation(EXPORT, label=_("Export the list of risk assessments"), plain=("purpose",))
def export_assessments(wanted: StandingFilter, *, actor: Actor, purpose: str) -> QuerySet[RiskStanding]:
    """Allow the list within reach to leave; the audit keeps how many lines.

    Raises RuleViolation without a purpose, or where they are more than one file may hold.
    """
    reach = RiskStanding.objects.visible_to(actor, EXPORT)
    rows = narrowed(reach.exclude(customer__status__in=(CustomerStatus.MERGED, CustomerStatus.CLOSED)), wanted)
    may_leave(rows, purpose)
    return rows.select_related("customer__party", "customer__unit").order_by("valid_until", "pk")


def assessments_file(actor: Actor, rows: QuerySet[RiskStanding]) -> Leaving:
    """The list as a file."""
    return Leaving("risk-assessments", _("Risk assessments"), HEADS, KINDS, _lines(actor, rows))


def _lines(actor: Actor, rows: QuerySet[RiskStanding]) -> Iterator[tuple[Any, ...]]:
    part: list[RiskStanding] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        part.append(row)
        if len(part) == AT_ONCE:
            yield from _part(actor, part)
            part = []
    yield from _part(actor, part)


def _part(actor: Actor, rows: list[RiskStanding]) -> Iterator[tuple[Any, ...]]:
    open_names([row.customer for row in rows])
    now = current_assessments([row.customer for row in rows])
    counted = used([row.pk for row in rows], business_date())
    for row in rows:
        current = now[row.pk]
        yield (
            row.customer.customer_no,
            shown_name(actor, row.customer),
            str(ToleranceGrade(current.grade).label) if current.grade else "",
            str(Standing(current.standing).label),
            row.assessed_on,
            row.valid_until,
            counted.get(row.pk, 0),
            row.customer.unit.name,
        )
