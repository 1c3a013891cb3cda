"""What the clock does: results that end soon become work, questionnaires nobody finished are closed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.party.choices import CustomerStatus
from kexin.suitability.assessments.choices import LIVE, SessionState
from kexin.suitability.assessments.events import AssessmentExpiring
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.work import CUSTOMER, EXPIRING
from kexin.suitability.models import AssessmentSession, RiskStanding

BATCH = 500


@operation("suitability.flag_expiring_assessments", label=_("Open work for assessments that end"))
def flag_expiring_assessments(*, actor: Actor, today: dt.date) -> int:
    """One work item for each result that ends within the policy's days, of active customers; how many were opened.

    At most 500 at a time: the caller repeats until nothing is left. A customer whose item of this result was closed
    by hand gets no second one; where nobody could own it, the customer waits for the next day.
    """
    rules = in_force(AssessmentPolicy)
    until = today + dt.timedelta(days=rules.remind_days)
    known = WorkItem.objects.filter(kind=EXPIRING, subject_kind=CUSTOMER)
    told = known.filter(opened_at__gte=_start(today - dt.timedelta(days=rules.remind_days))).values("subject_id")
    rows = (
        RiskStanding.objects.filter(valid_until__gte=today, valid_until__lte=until)
        .filter(customer__status=CustomerStatus.ACTIVE)
        .exclude(pk__in=told)
        .select_related("customer")
        .order_by("valid_until", "pk")[:BATCH]
    )
    opened = 0
    for row in rows:
        customer = row.customer
        owner = customer.lead_post_id or duty_holder("suitability.invite_to_assess", customer.unit_id, None)
        if owner is None or row.valid_until is None or row.assessment_id is None:
            continue
        open_work(
            EXPIRING,
            unit_id=customer.unit_id,
            owner_post_id=owner,
            due_at=_start(row.valid_until + dt.timedelta(days=1)) - dt.timedelta(seconds=1),
            customer_id=customer.pk,
            subject_kind=CUSTOMER,
            subject_id=customer.pk,
            details={"valid_until": row.valid_until.isoformat(), "grade": row.grade},
            policy_id=rules.policy_version,
        )
        emit(AssessmentExpiring(customer.pk, customer.customer_no, row.assessment_id, row.valid_until))
        opened += 1
    return opened


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone())


@operation("suitability.close_unfinished_sessions", label=_("Close questionnaires that nobody finished"))
def close_unfinished_sessions(*, actor: Actor) -> int:
    """Invitations and answers whose time is over are marked abandoned; the answers given stay on record."""
    now = timezone.now()
    return AssessmentSession.objects.filter(state__in=LIVE, ends_at__lte=now).update(
        state=SessionState.ABANDONED, closed_at=now
    )
