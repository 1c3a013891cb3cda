"""A risk of selling whose day of the next look has passed becomes somebody's work, until the register says a later day.

Each risk is owed once, by whoever holds its owner's role at the head office; a new version of the register that moves
the day closes the work (H-08).
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.choices import WorkStatus
from kexin.core.errors import NotPermitted
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import WorkKind, duty_holder, open_work, recipient, register_work_kind
from kexin.people.models import OrgUnit
from kexin.sales.oversight.compliance import VIEW_OVERSIGHT
from kexin.sales.oversight.policies import InspectionPolicy, RiskRegisterPolicy

WORK = "sales.risk_review"
OFFICER = "compliance_officer"


@operation("sales.remind_risk_reviews", label=_("Ask for reviews of sales risks"))
def remind_risk_reviews(*, actor: Actor) -> int:
    """Open work for risks whose day has passed, and close what is not overdue any more; how many were opened."""
    if not actor.everything:
        raise NotPermitted
    register, rules, today = in_force(RiskRegisterPolicy), in_force(InspectionPolicy), business_date()
    overdue = {each.code: each for each in register.register if each.review_on < today}
    items = WorkItem.objects.filter(kind=WORK, status=WorkStatus.OPEN)
    running = {item.details.get("code"): item for item in items}
    done = [item.pk for code, item in running.items() if code not in overdue]
    items.filter(pk__in=done).update(
        status=WorkStatus.DONE, outcome="reviewed", closed_at=timezone.now(), closed_by=actor.name
    )
    head = OrgUnit.objects.filter(parent=None).order_by("path").first()
    opened = 0
    for code, risk in overdue.items():
        if code in running or head is None:
            continue
        near = WorkItem(unit_id=head.pk, owner_post_id=0)
        owner = recipient(risk.owner, near) or recipient(OFFICER, near) or duty_holder(VIEW_OVERSIGHT, head.pk)
        if owner is None:
            continue  # the page marks the day all the same
        open_work(
            WORK,
            unit_id=head.pk,
            owner_post_id=owner,
            due_at=add(timezone.now(), Duration(rules.settle_days, Unit.WORKING_DAYS)),
            details={"code": code, "words": risk.words, "day": risk.review_on.isoformat()},
            policy_id=register.policy_version,
        )
        opened += 1
    act = frame.current.get()
    assert act is not None
    act.notes["opened"] = opened
    return opened


def _sentence(item: WorkItem) -> str:
    words = item.details.get("words", {})
    name = words.get("en" if (get_language() or "").startswith("en") else "zh", item.details.get("code", ""))
    return _t("Look again at the sales risk “%(name)s”, due on %(day)s.") % {
        "name": name, "day": item.details.get("day", "")
    }  # fmt: skip


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Review of a sales risk"),
            _sentence,
            lambda item: f"{reverse('oversight:page')}#risks",
            icon="shield-exclamation",
            outcomes={"reviewed": _("Reviewed: the register names a later day")},
            closable=False,
        )
    )
