"""What counts for a customer now: read from the standing row, and derivable from the appended rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.suitability.assessments.choices import Capacity
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import Kept, Present, age_in, capacity_of, present, valid_until, window_start
from kexin.suitability.models import (
    CapacityNote,
    ElderReview,
    ProfessionalStatus,
    ResultConfirmation,
    RiskAssessment,
    RiskStanding,
)


@dataclass(frozen=True, slots=True)
class CurrentAssessment:
    """What a decision needs to know of a customer as an investor, on one day.

    ``grade`` is None where nothing may be matched: never assessed, expired, a first change unconfirmed, or exempt
    (then ``exempt`` is True). ``lowest`` means R1 only. ``assessment_id`` is the evidence.
    """

    customer_id: int
    standing: str
    grade: int | None
    lowest: bool
    exempt: bool
    elder: bool
    elder_capped: bool
    age: int | None
    capacity: str
    guardian_id: int | None
    assessed_on: dt.date | None
    valid_until: dt.date | None
    assessment_id: int | None
    pending_id: int | None
    pending_grade: int | None
    policy_version: int


def absorbed(pk: int) -> list[int]:
    """The customer's own key and those of the files merged into it: one person's assessments count together."""
    found, last = [pk], [pk]
    while last:
        last = list(Customer.objects.filter(merged_into__in=last).exclude(pk__in=found).values_list("pk", flat=True))
        found += last
    return found


def counts(pk: int, today: dt.date) -> tuple[int, int]:
    """Assessments submitted today, and in the rolling twelve months that end today."""
    rows = RiskAssessment.objects.filter(customer__in=absorbed(pk), submitted_on__gte=window_start(today))
    found = rows.aggregate(day=Count("pk", filter=Q(submitted_on=today)), period=Count("pk"))
    return found["day"], found["period"]


def lock_standing(customer: Customer) -> RiskStanding:
    """The one row that everything about a customer's assessment waits for; made if there is none. In an operation."""
    RiskStanding.objects.bulk_create([RiskStanding(customer=customer)], ignore_conflicts=True)
    rows = RiskStanding.objects.select_for_update(of=("self",)).select_related("assessment", "pending")
    return rows.get(pk=customer.pk)


def put_in_force(standing: RiskStanding, result: RiskAssessment) -> None:
    """From now on this result counts."""
    standing.assessment, standing.pending = result, None
    standing.grade, standing.lowest = result.grade, result.lowest
    standing.lifted = ElderReview.objects.filter(assessment=result, lifted=True).exists()
    standing.assessed_on, standing.valid_until = result.submitted_on, result.valid_until
    standing.save()


def derived(pk: int) -> tuple[int | None, int | None, bool]:
    """Assessment in force, pending one, and whether the ceiling is lifted, from the appended rows alone."""
    rows = list(RiskAssessment.objects.filter(customer__in=absorbed(pk)).order_by("submitted_at", "pk"))
    confirmed = set(ResultConfirmation.objects.filter(assessment__in=rows).values_list("assessment_id", flat=True))
    lifted = set(ElderReview.objects.filter(assessment__in=rows, lifted=True).values_list("assessment_id", flat=True))
    counting = [row.pk for row in rows if not row.needs_confirmation or row.pk in confirmed]
    now = counting[-1] if counting else None
    pending = rows[-1].pk if rows and rows[-1].pk != now else None
    return now, pending, now in lifted


def _notes(pks: list[int]) -> Mapping[int, CapacityNote]:
    rows = CapacityNote.objects.filter(customer__in=pks).order_by("customer_id", "-pk").distinct("customer_id")
    return {row.customer_id: row for row in rows}


def exempt_on(pks: Iterable[int], today: dt.date) -> set[int]:
    """The customers whose last recorded status of a professional investor is still valid."""
    rows = ProfessionalStatus.objects.filter(customer__in=list(pks)).order_by("customer_id", "-pk")
    return {row.customer_id for row in rows.distinct("customer_id") if row.valid_until >= today}


def current_assessments(customers: Iterable[Customer], on: dt.date | None = None) -> dict[int, CurrentAssessment]:
    """For each of these customers what counts on a day (today by default); four reads however many."""
    today, rules = on or business_date(), in_force(AssessmentPolicy)
    rows = {row.pk: row for row in customers}
    keys = list(rows)
    known = RiskStanding.objects.select_related("pending").in_bulk(keys)
    notes, exempt = _notes(keys), exempt_on(keys, today)
    found = {}
    for pk, row in rows.items():
        age = age_in(row.born_year, row.birthday, today)
        note = notes.get(pk)
        capacity = capacity_of(note.capacity if note else "", age, rules)
        standing = known.get(pk) or RiskStanding(customer_id=pk)
        kept = _kept(standing, age, capacity, pk in exempt)
        found[pk] = _current(standing, kept, present(kept, today, rules), note, rules)
    return found


def current_assessment(customer: Customer, on: dt.date | None = None) -> CurrentAssessment:
    """What counts for one customer on a day."""
    return current_assessments([customer], on)[customer.pk]


def _kept(standing: RiskStanding, age: int | None, capacity: str, exempt: bool) -> Kept:
    pending = standing.pending
    return Kept(
        grade=standing.grade,
        lowest=standing.lowest,
        lifted=standing.lifted,
        valid_until=standing.valid_until,
        pending=pending.told_grade if pending else None,
        pending_lowest=pending.lowest if pending else False,
        pending_until=pending.valid_until if pending else None,
        age=age,
        capacity=capacity,
        exempt=exempt,
    )


def _current(
    standing: RiskStanding, kept: Kept, now: Present, note: CapacityNote | None, rules: AssessmentPolicy
) -> CurrentAssessment:
    return CurrentAssessment(
        customer_id=standing.pk,
        standing=now.standing,
        grade=now.grade,
        lowest=now.lowest,
        exempt=kept.exempt and rules.professional_exempt,
        elder=now.elder,
        elder_capped=now.elder_capped,
        age=kept.age,
        capacity=kept.capacity or Capacity.FULL,
        guardian_id=note.guardian_id if note else None,
        assessed_on=standing.assessed_on,
        valid_until=standing.valid_until,
        assessment_id=standing.assessment_id,
        pending_id=standing.pending_id,
        pending_grade=kept.pending,
        policy_version=rules.policy_version,
    )


def ends_on(today: dt.date, rules: AssessmentPolicy) -> dt.date:
    """The last day of a result submitted today."""
    return valid_until(today, rules.valid_months)
