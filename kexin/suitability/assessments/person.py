"""What staff record of a person or institution for assessments: civil capacity, and professional investors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.party.choices import RelationshipKind
from kexin.party.models import Customer, Relationship
from kexin.suitability.assessments.choices import Capacity, ProfessionalCategory
from kexin.suitability.assessments.events import CapacityNoted, ProfessionalStatusGranted
from kexin.suitability.assessments.rules import may_be_professional
from kexin.suitability.models import CapacityNote, ProfessionalStatus

PROPOSE = "suitability.propose_professional"
APPROVE = "suitability.approve_professional"
CUSTOMER = "party.Customer"

declare_right(APPROVE, _("Approve professional investors"))


@operation("suitability.note_capacity", label=_("Record a customer's civil capacity"), plain=("capacity",))
def note_capacity(customer: Customer | int, *, actor: Actor, capacity: str, evidence: str) -> CapacityNote:
    """Record full, limited or no civil capacity on evidence; a result from then on follows it.

    The guardian is the one recorded among the customer's relationships; without one, limited or no capacity cannot be
    recorded (Art. 19 asks for the guardian's consent).
    """
    row = Customer.objects.lock(customer, actor)
    if capacity not in Capacity.values:
        raise RuleViolation(fields={"capacity": _("Choose one of the values.")})
    if not evidence.strip():
        raise RuleViolation(fields={"evidence": _("Name the document that shows it.")})
    guardian = None
    if capacity != Capacity.FULL:
        guardian = guardian_of(row)
        if guardian is None:
            raise RuleViolation(fields={"capacity": _("Record the guardian among the relationships first.")})
    made = CapacityNote.objects.create(
        customer=row,
        capacity=capacity,
        guardian=guardian,
        evidence=evidence.strip()[:200],
        noted_by=actor.name,
        noted_at=timezone.now(),
    )
    emit(CapacityNoted(row.pk, row.customer_no, capacity))
    return made


def guardian_of(customer: Customer) -> Customer | None:
    """The guardian recorded in the file, the latest first."""
    rows = Relationship.objects.filter(Q(to_party=customer.pk), kind=RelationshipKind.GUARDIAN, ends_on=None)
    return Customer.objects.filter(pk__in=rows.values("from_party_id")).order_by("-pk").first()


@operation(PROPOSE, label=_("Propose a professional investor"), plain=("category", "evidence", "reason"))
def propose_professional(
    customer: Customer | int, *, actor: Actor, category: str, evidence: str, valid_until: dt.date, reason: str
) -> Approval:
    """Propose to exempt an institution or product from assessment (Art. 27); somebody else approves."""
    row = Customer.objects.lock(customer, actor)
    if category not in ProfessionalCategory.values:
        raise RuleViolation(fields={"category": _("Choose one of the values.")})
    may_be_professional(
        customer_kind=row.kind, evidence=evidence, valid_until=valid_until, today=business_date()
    ).enforce()
    arguments = {
        "customer": row.pk,
        "category": category,
        "evidence": evidence.strip()[:200],
        "valid_until": valid_until.isoformat(),
        "by": actor.name,
    }
    summary = {
        "customer_no": row.customer_no,
        "category": str(ProfessionalCategory(category).label),
        "valid_until": valid_until.isoformat(),
    }
    return propose(
        PROPOSE,
        actor=actor,
        arguments=arguments,
        summary=summary,
        unit_id=row.unit_id,
        reason=reason,
        customer_id=row.pk,
        subject_kind=CUSTOMER,
        subject_id=row.pk,
    )


def _apply(actor: Actor, arguments: dict[str, Any]) -> ProfessionalStatus:
    row = Customer.objects.get(pk=arguments["customer"])
    until = dt.date.fromisoformat(arguments["valid_until"])
    made = ProfessionalStatus.objects.create(
        customer=row,
        customer_kind=row.kind,
        category=arguments["category"],
        evidence=arguments["evidence"],
        valid_until=until,
        proposed_by=arguments["by"],
        approved_by=actor.name,
        approved_at=timezone.now(),
    )
    emit(ProfessionalStatusGranted(row.pk, row.customer_no, made.category, until))
    return made


register_approvable(Approvable(PROPOSE, APPROVE, _("Professional investor"), _apply))
