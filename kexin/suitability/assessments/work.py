"""The work that assessments give: a result that ends soon, an elderly customer's result above the ceiling."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import add
from kexin.core.models import WorkItem
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, duty_holder, open_work, register_work_kind
from kexin.party.models import Customer
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.models import RiskAssessment

EXPIRING = "suitability.assessment_expiring"
ELDER_REVIEW = "suitability.elder_review"
CUSTOMER = "party.Customer"
ASSESSMENT = "suitability.RiskAssessment"


def open_elder_review(customer: Customer, result: RiskAssessment, rules: AssessmentPolicy) -> WorkItem | None:
    """Owed by the nearest head who may review; nobody there: the ceiling simply stays."""
    owner = duty_holder("suitability.review_elder_result", customer.unit_id, None)
    if owner is None:
        return None
    return open_work(
        ELDER_REVIEW,
        unit_id=customer.unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.elder_review_days, "working_days")),
        customer_id=customer.pk,
        subject_kind=ASSESSMENT,
        subject_id=result.pk,
        details={"told": result.told_grade, "grade": result.grade},
        policy_id=rules.policy_version,
    )


def settle_expiring(customer_id: int, *, by: str) -> None:
    """A new result counts: the reminder about the old one has done its work."""
    close_work(EXPIRING, CUSTOMER, customer_id, outcome="renewed", by=by)


def _expiring(item: WorkItem) -> str:
    return _t("The risk assessment counts until %(day)s: invite the customer to a new one.") % {
        "day": item.details["valid_until"]
    }


def _review(item: WorkItem) -> str:
    values = {"told": f"C{item.details['told']}", "grade": f"C{item.details['grade']}"}
    return _t("An elderly customer answered for %(grade)s and was told %(told)s: look at it.") % values


def _tab(item: WorkItem) -> str:
    return f"{reverse('party:customer', args=[item.customer_id])}?tab=risk"


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            EXPIRING,
            _("Risk assessment ending"),
            _expiring,
            _tab,
            icon="gauge",
            outcomes={"done": _("Dealt with"), "renewed": _("Assessed anew")},
        )
    )
    register_work_kind(
        WorkKind(
            ELDER_REVIEW,
            _("Result of an elderly customer"),
            _review,
            _tab,
            icon="old",
            outcomes={"lifted": _("Ceiling lifted"), "left": _("Ceiling left")},
            closable=False,
        )
    )
