"""The supervisor's look at an elderly customer's result (NFRA Order 2025-7 Art. 18 asks for care, not for a cap)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work
from kexin.party.models import Customer
from kexin.suitability.assessments.events import ElderResultReviewed
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import may_be_reviewed
from kexin.suitability.assessments.standing import current_assessment, lock_standing
from kexin.suitability.assessments.work import ASSESSMENT, ELDER_REVIEW
from kexin.suitability.models import ElderReview, RiskAssessment


@operation("suitability.review_elder_result", label=_("Review the result of an elderly customer"))
def review_elder_result(assessment: RiskAssessment | int, *, actor: Actor, lift: bool, reason: str) -> ElderReview:
    """Lift the ceiling, so that the grade of the answers counts, or leave it; once per result, with a reason.

    Whoever invited the customer does not lift the ceiling on the result of it.
    """
    pk = assessment if isinstance(assessment, int) else assessment.pk
    row = RiskAssessment.objects.fetch(pk, actor, "suitability.review_elder_result")
    customer = Customer.objects.get(pk=row.customer_id)
    standing = lock_standing(customer)
    reviewed = ElderReview.objects.filter(assessment=row).exists()
    now = current_assessment(customer)
    may_be_reviewed(
        elder=now.elder,
        counts=row.pk in (standing.assessment_id, standing.pending_id),
        above=row.grade > in_force(AssessmentPolicy).elder_cap > 0,
        reviewed=reviewed,
        own=row.invited_by == actor.name and lift,
    ).enforce()
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    made = ElderReview.objects.create(
        customer=customer,
        assessment=row,
        lifted=lift,
        reason=reason.strip()[:500],
        reviewed_by=actor.name,
        reviewed_at=timezone.now(),
    )
    if lift and standing.assessment_id == row.pk:
        standing.lifted = True
        standing.save(update_fields=["lifted"])
    outcome = "lifted" if lift else "left"
    close_work(ELDER_REVIEW, ASSESSMENT, row.pk, outcome=outcome, by=actor.name)
    grade = row.grade if lift else row.told_grade
    emit(ElderResultReviewed(customer.pk, customer.customer_no, row.pk, lift, grade))
    return made
