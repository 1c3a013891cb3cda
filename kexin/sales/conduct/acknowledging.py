"""Acknowledging the rules of conduct, and the clock that asks for it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.choices import WorkStatus
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import close_work, open_work
from kexin.people.models import Employee, Post
from kexin.people.queries import held_on
from kexin.sales.conduct.events import ConductRulesAcknowledged
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.conduct.queries import acknowledged, authorised_sellers
from kexin.sales.conduct.rules import may_acknowledge
from kexin.sales.models import ConductAcknowledgement

WORK = "sales.conduct_rules"
LABEL = "people.Employee"


@operation(
    "sales.acknowledge_conduct_rules", label=_("Acknowledge the rules of conduct"), plain=("version",), open_to_all=True
)
def acknowledge_conduct_rules(*, actor: Actor, version: int) -> ConductAcknowledgement:
    """The actor has read this version of the rules and will keep to them; said twice, it stands once.

    RuleViolation for who is no employee, and where another version is in force by now.
    """
    rules = in_force(ConductRulesPolicy)
    row = Employee.objects.filter(user=actor.user_id).first() if actor.user_id is not None else None
    may_acknowledge(version, rules.policy_version, employee=row is not None).enforce()
    assert row is not None
    said, new = ConductAcknowledgement.objects.get_or_create(
        employee=row, policy_id=rules.policy_version, defaults={"at": timezone.now()}
    )
    if new:
        close_work(WORK, LABEL, row.pk, outcome="acknowledged", by=actor.name)
        emit(ConductRulesAcknowledged(row.staff_no, row.pk, said.policy_id))
    return said


@operation("sales.ask_for_acknowledgements", label=_("Ask for acknowledgements of the rules of conduct"))
def ask_for_acknowledgements(*, actor: Actor) -> int:
    """Open work for everybody who may sell and has not acknowledged the rules in force; how many were opened.

    It is one's own work: it stands at a post the person holds, follows to another one, and ends where the person may
    not sell any more.
    """
    if not actor.everything:
        raise NotPermitted
    rules = in_force(ConductRulesPolicy)
    owed = _owed(rules.policy_version)
    running = {item.subject_id: item for item in WorkItem.objects.open().filter(kind=WORK)}
    gone = [item.pk for employee, item in running.items() if owed.get(employee or 0) != item.owner_post_id]
    WorkItem.objects.filter(pk__in=gone).update(
        status=WorkStatus.CANCELLED, outcome="lapsed", closed_at=timezone.now(), closed_by=actor.name
    )
    units = dict(Post.objects.filter(pk__in=owed.values()).values_list("pk", "unit_id"))
    due, opened = add(timezone.now(), Duration(rules.acknowledge_days, Unit.WORKING_DAYS)), 0
    for employee, post in owed.items():
        if employee in running and running[employee].owner_post_id == post:
            continue
        open_work(
            WORK,
            unit_id=units[post],
            owner_post_id=post,
            due_at=due,
            subject_kind=LABEL,
            subject_id=employee,
            policy_id=rules.policy_version,
        )
        opened += 1
    act = frame.current.get()
    assert act is not None
    act.notes["opened"] = opened
    return opened


def _owed(policy_id: int) -> dict[int, int]:
    """Employee → the post at which the acknowledgement is owed: the first of those held today."""
    sellers = authorised_sellers().exclude(acknowledged(policy_id)).values("pk")
    held = held_on(business_date()).filter(employee__in=sellers, post__closed_on=None).order_by("-post_id")
    return dict(held.values_list("employee_id", "post_id"))
