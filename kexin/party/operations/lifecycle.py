"""Admission and exit, dormancy: the states of a customer, each step with its checklist (H-17)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.party import rules
from kexin.party.choices import CustomerStatus, LifecycleProcess
from kexin.party.events import CustomerAdmitted, CustomerLeft, CustomerStateChanged
from kexin.party.models import Customer, LifecycleCheck, PortfolioAssignment


@operation("party.tick_check", label=_("Tick a line of a checklist"), plain=("process", "item"))
def tick_check(
    customer: Customer, *, actor: Actor, process: str, item: str, done: bool = True, note: str = ""
) -> Customer:
    """Tick or untick one line of the admission or exit checklist."""
    row = Customer.objects.lock(customer, actor)
    items = rules.ADMISSION_CHECKS if process == LifecycleProcess.ADMISSION else rules.EXIT_CHECKS
    if process not in LifecycleProcess.values or item not in items:
        raise RuleViolation(_("This checklist has no such line."))
    expected = CustomerStatus.PROSPECT if process == LifecycleProcess.ADMISSION else None
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED) or (expected and row.status != expected):
        raise RuleViolation(_("This is not possible in the present state."))
    if done:
        LifecycleCheck.objects.get_or_create(
            customer=row, process=process, item=item, defaults={"note": note.strip()[:200], "checked_by": actor.name}
        )
    else:
        LifecycleCheck.objects.filter(customer=row, process=process, item=item).delete()
    return row


def _checked(customer: Customer, process: str) -> set[str]:
    return set(customer.checks.filter(process=process).values_list("item", flat=True))


@operation("party.admit_customer", label=_("Admit a customer"))
def admit_customer(customer: Customer, *, actor: Actor) -> Customer:
    """Make a prospect a customer once every line of the admission checklist is ticked."""
    row = Customer.objects.lock(customer, actor)
    state = rules.STATES.after(row.status, "admit")
    rules.may_finish("admission", _checked(row, LifecycleProcess.ADMISSION)).enforce()
    row.status, row.admitted_on = state, business_date()
    row.version += 1
    row.save(update_fields=["status", "admitted_on", "version", "updated_at"])
    emit(CustomerAdmitted(row.pk, row.customer_no))
    return row


@operation("party.propose_exit", label=_("Propose the exit of a customer"), plain=("reason",))
def propose_exit(customer: Customer, *, actor: Actor, reason: str) -> Approval:
    """Propose to end a relationship once every line of the exit checklist is ticked; another person approves."""
    row = Customer.objects.lock(customer, actor)
    rules.STATES.may(row.status, "close").enforce()
    rules.may_finish("exit", _checked(row, LifecycleProcess.EXIT)).enforce()
    return propose(
        "party.propose_exit",
        actor=actor,
        arguments={"customer": row.pk, "reason": reason},
        summary={"customer": row.customer_no},
        unit_id=row.unit_id,
        customer_id=row.pk,
        reason=reason,
        subject_kind="party.Customer",
        subject_id=row.pk,
    )


def _apply_exit(actor: Actor, arguments: dict[str, Any]) -> Customer:
    row = Customer.objects.select_for_update().get(pk=arguments["customer"])
    row.status = rules.STATES.after(row.status, "close")
    rules.may_finish("exit", _checked(row, LifecycleProcess.EXIT)).enforce()
    today = business_date()
    row.closed_on = today
    row.version += 1
    row.save(update_fields=["status", "closed_on", "version", "updated_at"])
    PortfolioAssignment.objects.filter(customer=row, ends_on=None).update(ends_on=today)
    emit(CustomerLeft(row.pk, row.customer_no, arguments["reason"]))
    return row


declare_right("party.approve_exit", _("Approve the exit of a customer"))
register_approvable(Approvable("party.propose_exit", "party.approve_exit", _("The exit of a customer"), _apply_exit))


@operation("party.readmit_customer", label=_("Readmit a former customer"), plain=("reason",))
def readmit_customer(customer: Customer, *, actor: Actor, reason: str) -> Customer:
    """Open a closed file again; the old checklists are cleared, so that the next exit is checked anew."""
    row = Customer.objects.lock(customer, actor)
    row.status = rules.STATES.after(row.status, "readmit")
    row.closed_on = None
    row.version += 1
    row.save(update_fields=["status", "closed_on", "version", "updated_at"])
    row.checks.filter(process=LifecycleProcess.EXIT).delete()
    PortfolioAssignment.objects.create(
        customer=row,
        post=row.lead_post,
        unit=row.unit,
        starts_on=business_date(),
        reason=reason[:200],
        made_by=actor.name,
    )
    emit(CustomerStateChanged(row.pk, row.customer_no, row.status))
    return row


@operation("party.mark_dormant", label=_("Mark a customer dormant or active again"))
def mark_dormant(customer: Customer, *, actor: Actor, dormant: bool) -> Customer:
    """Dormant 睡眠客户: nothing has moved for long; awake again when something moves."""
    row = Customer.objects.lock(customer, actor)
    row.status = rules.STATES.after(row.status, "fall_dormant" if dormant else "wake")
    row.version += 1
    row.save(update_fields=["status", "version", "updated_at"])
    emit(CustomerStateChanged(row.pk, row.customer_no, row.status))
    return row
