"""Deciding the value of customers: each night by buckets of ids, and at once after a new assessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.events import emit, subscribe
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.holdings.aum.queries import month_of, months_before
from kexin.holdings.models import AssetsUnderManagement
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.suitability.assessments.events import AssessmentSubmitted, ChangedResultConfirmed, ElderResultReviewed
from kexin.suitability.assessments.standing import current_assessments
from kexin.suitability.models import CustomerValue, QuestionnaireVersion, RiskAssessment
from kexin.suitability.questionnaires.content import Content
from kexin.suitability.value.events import ValueClassChanged
from kexin.suitability.value.policies import ValuePolicy
from kexin.suitability.value.rules import FULL, Facts, Value, value_of

BUCKET = 1 << 12  # customer ids
ZERO = Decimal(0)


def experience_of(content: Content, answers: dict[str, str], module: str) -> int | None:
    """Points of one module of the questionnaire in per cent of its most; None where it has no such module."""
    questions = next((each.questions for each in content.modules if each.code == module), ())
    scored = [each for each in questions if each.options]
    most = sum(max(option.points for option in each.options) for each in scored)
    if not most:
        return None
    chosen = [each.option(answers.get(each.code, "")) for each in scored]
    return round(FULL * sum(each.points for each in chosen if each is not None) / most)


def _assets(customers: Iterable[int], today: dt.date) -> dict[int, Decimal]:
    """The daily average of the closed month, of the running one where the customer is newer; nought without any."""
    running = month_of(today)
    rows = AssetsUnderManagement.objects.filter(
        customer_id__in=list(customers), month__in=(months_before(running, 1), running), known_until=None
    )
    return {row.customer_id: row.average for row in rows.order_by("-month")}


def _facts(customers: list[Customer], today: dt.date, policy: ValuePolicy) -> dict[int, Facts]:
    assets = _assets([row.pk for row in customers], today)
    now = current_assessments(customers, today)
    counting = {each.assessment_id for each in now.values() if each.assessment_id and each.grade is not None}
    results = RiskAssessment.objects.in_bulk(list(counting))
    versions = QuestionnaireVersion.objects.in_bulk({row.questionnaire_id for row in results.values()})
    contents = {pk: row.parsed for pk, row in versions.items()}
    found = {}
    for row in customers:
        each = now[row.pk]
        result = results.get(each.assessment_id or 0)
        known = result is not None and each.grade is not None
        found[row.pk] = Facts(
            assets=assets.get(row.pk, ZERO),
            experience=experience_of(contents[result.questionnaire_id], result.answers, policy.experience_module)
            if known and result is not None
            else None,
            tolerance=each.grade if known else None,
        )
    return found


def _row(customer: Customer, facts: Facts, value: Value, today: dt.date, policy: ValuePolicy) -> CustomerValue:
    return CustomerValue(
        customer=customer,
        value_class=value.code,
        points=value.points,
        assets=facts.assets,
        experience=facts.experience,
        tolerance=facts.tolerance,
        valid_from=today,
        policy=policy.policy_version,
    )


def _same(before: CustomerValue, now: CustomerValue) -> bool:
    """Assets that move within their band make no new row."""
    return all(
        getattr(before, each) == getattr(now, each) for each in ("value_class", "points", "experience", "tolerance")
    )


def _decide(customers: list[Customer], today: dt.date) -> int:
    """Write what changed for these customers; how many moved to another class."""
    policy = in_force(ValuePolicy)
    facts = _facts([row for row in customers if row.status == CustomerStatus.ACTIVE], today, policy)
    rows = CustomerValue.objects.select_for_update().filter(customer__in=customers, valid_until=None)
    current = {row.customer_id: row for row in rows.order_by("customer")}
    made: list[CustomerValue] = []
    ended: list[int] = []
    again: list[int] = []
    moves: list[tuple[Customer, str, CustomerValue]] = []
    for customer in customers:
        before, known, now = current.get(customer.pk), facts.get(customer.pk), None
        if known is not None:
            value = value_of(
                known, policy.asset_bands, policy.tolerance_points, policy.part_weights, policy.value_classes
            )
            now = _row(customer, known, value, today, policy)
        if before is not None and (now is None or not _same(before, now)):
            (ended if before.valid_from < today else again).append(before.pk)
        if now is not None and (before is None or not _same(before, now)):
            made.append(now)
            if before is not None and before.value_class != now.value_class:
                moves.append((customer, before.value_class, now))
    CustomerValue.objects.filter(pk__in=ended).update(valid_until=today)
    CustomerValue.objects.filter(pk__in=again).delete()  # decided earlier today: a day has one value
    CustomerValue.objects.bulk_create(made, batch_size=1000)
    for customer, was, row in moves:
        emit(ValueClassChanged(customer.pk, customer.customer_no, was, row.value_class, row.points, today))
    return len(moves)


@operation("suitability.settle_values", label=_("Decide the value of customers"))
def settle_values(bucket: int, *, actor: Actor, today: dt.date) -> int:
    """Decide the value of one bucket of customer ids; how many moved to another class."""
    low = bucket * BUCKET
    changed = Q(status=CustomerStatus.ACTIVE) | Q(
        pk__in=CustomerValue.objects.filter(valid_until=None).values("customer")
    )
    rows = Customer.objects.filter(changed, pk__gte=low, pk__lt=low + BUCKET)
    return _decide(list(rows.order_by("pk")), today)


def settle_all(today: dt.date, *, actor: Actor) -> int:
    """Every bucket, each in an operation of its own; how many moved. Safe to run again."""
    ends = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return 0
    buckets = range(ends["low"] // BUCKET, ends["high"] // BUCKET + 1)
    return sum(settle_values(bucket, actor=actor, today=today) for bucket in buckets)


@operation("suitability.settle_value", label=_("Decide the value of a customer anew"))
def settle_value(customer_id: int, *, actor: Actor) -> int:
    """One customer, after a new assessment; 1 where the class changed."""
    return _decide(list(Customer.objects.filter(pk=customer_id)), business_date())


@subscribe(AssessmentSubmitted)
@subscribe(ChangedResultConfirmed)
@subscribe(ElderResultReviewed)
def assessed_anew(fact: AssessmentSubmitted | ChangedResultConfirmed | ElderResultReviewed) -> None:
    """Repeated delivery finds nothing to change."""
    settle_value(fact.customer_id, actor=system("clock.value"))
