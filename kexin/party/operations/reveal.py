"""Showing one masked value to one person, for a purpose, and writing that down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.models import AuditEntry
from kexin.core.operation import operation
from kexin.core.policies import RevealPolicy
from kexin.core.policy import in_force
from kexin.party.events import PersonalDataRevealed
from kexin.party.models import Address, ContactPoint, Customer, IdentityDocument, PartyAttribute

PURPOSES = {
    "contact": _("To contact the customer"),
    "verify": _("To verify identity"),
    "business": _("To handle business the customer asked for"),
    "correct": _("To correct the file"),
    "inspection": _("For an inspection"),
}
_FIELDS: dict[str, tuple[type[models.Model], str]] = {
    "document": (IdentityDocument, "number"),
    "contact": (ContactPoint, "value"),
    "address": (Address, "detail"),
    "attribute": (PartyAttribute, "value"),
}


@dataclass(frozen=True, slots=True)
class Revealed:
    """The value, and for how many seconds the screen shows it."""

    value: str
    seconds: int


@operation("party.reveal", label=_("Reveal masked personal data"), plain=("what", "purpose"))
def reveal(customer: Customer, *, actor: Actor, what: str, row_id: int, purpose: str) -> Revealed:
    """Reveal one value of a customer's file. Limited per person and hour by policy; always audited."""
    row = Customer.objects.lock(customer, actor)
    if purpose not in PURPOSES:
        raise RuleViolation(fields={"purpose": _("Say what you need it for.")})
    rules = in_force(RevealPolicy)
    since = timezone.now() - dt.timedelta(hours=1)
    done = AuditEntry.objects.filter(
        actor_name=actor.name, operation="party.reveal", outcome=Outcome.DONE, at__gte=since
    ).count()
    if done >= rules.per_hour:
        raise RuleViolation(
            _("You have revealed %(count)s values within an hour; this is the limit.") % {"count": done}
        )
    if what not in _FIELDS:
        raise NotFound
    model, field = _FIELDS[what]
    found = model._default_manager.filter(pk=row_id, party_id=row.pk).first()
    if found is None:
        raise NotFound
    emit(PersonalDataRevealed(row.pk, row.customer_no, what))
    return Revealed(str(getattr(found, field) or ""), rules.shown_seconds)
