"""The work that an answered plan gives: take it up."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import add
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.models import Plan

ANSWERED = "sales.plan_answered"
PLAN = "sales.Plan"


def owe_taking_up(plan: Plan, accepted: bool) -> WorkItem:
    """Whoever made the plan opens what was agreed, or talks to the customer again."""
    rules = in_force(AdvicePolicy)
    return open_work(
        ANSWERED,
        unit_id=plan.unit_id,
        owner_post_id=plan.customer.lead_post_id or plan.post_id,
        due_at=add(timezone.now(), Duration(rules.act_days, "working_days")),
        customer_id=plan.customer_id,
        subject_kind=PLAN,
        subject_id=plan.pk,
        details={"plan_no": plan.plan_no, "accepted": accepted},
        policy_id=rules.policy_version,
    )


def taken_up(plan: Plan, by: str) -> None:
    """A sale was opened from it: the answer was taken up."""
    close_work(ANSWERED, PLAN, plan.pk, outcome="done", by=by)


def _sentence(item: WorkItem) -> str:
    if item.details.get("accepted"):
        return _t("The customer accepted plan %(plan_no)s: take it up.") % {"plan_no": item.details["plan_no"]}
    return _t("The customer declined plan %(plan_no)s: ask why.") % {"plan_no": item.details["plan_no"]}


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            ANSWERED,
            _("Answer to a plan"),
            _sentence,
            lambda item: reverse("advice:plan", args=[item.subject_id]),
            icon="clipboard-check",
            outcomes={"done": _("Dealt with")},
        )
    )
