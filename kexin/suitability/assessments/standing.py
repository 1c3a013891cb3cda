"""What counts for a customer now: read from the standing row, and derivable from the appended rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery

from kexin.core.calendar import business_date
from kexin.core.models.lookups import Keys
from kexin.core.policy import in_force
from kexin.party.models import Customer, MergeRecord
from kexin.party.queries import files_behind
from kexin.suitability.assessments.choices import Capacity
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import Kept, age_in, capacity_of, present, valid_until, window_start
from kexin.suitability.models import (
    CapacityNote,
    ElderReview,
    ProfessionalStatus,
    ResultConfirmation,
    RiskAssessment,
    RiskStanding,
)

_STRICT = (Capacity.NONE, Capacity.LIMITED, Capacity.FULL)


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


def own_results(pk: int) -> tuple[RiskAssessment | None, RiskAssessment | None]:
    """The result in force and the one that waits for confirmation, of this file alone."""
    rows = list(RiskAssessment.objects.filter(customer=pk).order_by("submitted_at", "pk"))
    confirmed = set(ResultConfirmation.objects.filter(assessment__in=rows).values_list("assessment_id", flat=True))
    counting = [row for row in rows if not row.needs_confirmation or row.pk in confirmed]
    now = counting[-1] if counting else None
    return now, rows[-1] if rows and rows[-1] != now else None


def _known(keys: list[int]) -> dict[int, dict[str, Any]]:
    """By customer: the standing, the pending result, the last notes of capacity and professional status; one read."""
    notes = CapacityNote.objects.filter(customer=OuterRef("pk")).order_by("-pk")
    professional = ProfessionalStatus.objects.filter(customer=OuterRef("pk")).order_by("-pk")
    rows = Customer.objects.filter(pk__any_of=Keys(keys)).order_by()
    found = rows.values(
        "pk",
        grade=F("risk_standing__grade"),
        lowest=F("risk_standing__lowest"),
        lifted=F("risk_standing__lifted"),
        assessed_on=F("risk_standing__assessed_on"),
        until=F("risk_standing__valid_until"),
        assessment=F("risk_standing__assessment"),
        pending=F("risk_standing__pending"),
        pending_grade=F("risk_standing__pending__told_grade"),
        pending_lowest=F("risk_standing__pending__lowest"),
        pending_until=F("risk_standing__pending__valid_until"),
        capacity=Subquery(notes.values("capacity")[:1]),
        guardian=Subquery(notes.values("guardian")[:1]),
        professional_until=Subquery(professional.values("valid_until")[:1]),
    )
    known = {each["pk"]: dict(each) for each in found}
    files = files_behind(keys)
    if files:
        _join(known, files)
    return known


def _join(known: dict[int, dict[str, Any]], files: dict[int, int]) -> None:
    """Add what merged files say of the person: the stricter note of civil capacity until there is one after the merge,
    the last verification of a professional investor."""
    keys = [*files, *set(files.values())]
    merged = dict(MergeRecord.objects.filter(absorbed__in=files, undone_at=None).values_list("absorbed", "merged_at"))
    latest: dict[int, dt.datetime] = {}
    for pk, kept in files.items():
        if pk in merged:
            latest[kept] = max(merged[pk], latest.get(kept, merged[pk]))
    notes = CapacityNote.objects.filter(customer__any_of=keys).order_by("customer", "-pk").distinct("customer")
    by_kept: dict[int, list[CapacityNote]] = {}
    for note in notes:
        by_kept.setdefault(files.get(note.customer_id, note.customer_id), []).append(note)
    for kept, rows in by_kept.items():
        since = [row for row in rows if row.customer_id == kept and kept in latest and row.noted_at > latest[kept]]
        found = min(since or rows, key=lambda row: _STRICT.index(row.capacity))
        known[kept]["capacity"], known[kept]["guardian"] = found.capacity, found.guardian_id
    verified = ProfessionalStatus.objects.filter(customer__any_of=keys).order_by("pk")
    for customer_id, until in verified.values_list("customer_id", "valid_until"):
        known[files.get(customer_id, customer_id)]["professional_until"] = until


def current_assessments(customers: Iterable[Customer], on: dt.date | None = None) -> dict[int, CurrentAssessment]:
    """For each of these customers what counts on a day (today by default); one read however many."""
    today, rules = on or business_date(), in_force(AssessmentPolicy)
    rows = {row.pk: row for row in customers}
    return {pk: _current(rows[pk], known, today, rules) for pk, known in _known(list(rows)).items()}


def current_assessment(customer: Customer, on: dt.date | None = None) -> CurrentAssessment:
    """What counts for one customer on a day."""
    return current_assessments([customer], on)[customer.pk]


def _current(customer: Customer, known: dict[str, Any], today: dt.date, rules: AssessmentPolicy) -> CurrentAssessment:
    age = age_in(customer.born_year, customer.birthday, today)
    kept = Kept(
        grade=known["grade"],
        lowest=bool(known["lowest"]),
        lifted=bool(known["lifted"]),
        valid_until=known["until"],
        pending=known["pending_grade"],
        pending_lowest=bool(known["pending_lowest"]),
        pending_until=known["pending_until"],
        age=age,
        capacity=capacity_of(known["capacity"] or "", age, rules),
        exempt=known["professional_until"] is not None and known["professional_until"] >= today,
    )
    now = present(kept, today, rules)
    return CurrentAssessment(
        customer_id=customer.pk,
        standing=now.standing,
        grade=now.grade,
        lowest=now.lowest,
        exempt=kept.exempt and rules.professional_exempt,
        elder=now.elder,
        elder_capped=now.elder_capped,
        age=age,
        capacity=kept.capacity,
        guardian_id=known["guardian"],
        assessed_on=known["assessed_on"],
        valid_until=known["until"],
        assessment_id=known["assessment"],
        pending_id=known["pending"],
        pending_grade=kept.pending,
        policy_version=rules.policy_version,
    )


def ends_on(today: dt.date, rules: AssessmentPolicy) -> dt.date:
    """The last day of a result submitted today."""
    return valid_until(today, rules.valid_months)
