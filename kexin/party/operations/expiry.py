"""The clock's duty: identity documents whose validity ends become somebody's work, which rises step by step."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.party.choices import CustomerStatus
from kexin.party.events import DocumentExpiring
from kexin.party.models import Customer, IdentityDocument
from kexin.party.policies import FilePolicy
from kexin.party.rules import EXPIRED, urgency, validity_stages

EXPIRING = "party.document_expiring"
LABEL = "party.IdentityDocument"
BATCH = 500


@operation("party.flag_expiring_documents", label=_("Open work for expiring identity documents"))
def flag_expiring_documents(*, actor: Actor, today: dt.date) -> int:
    """One open work item per identity document that comes near its end; how many were opened or rose.

    The policy's steps (90, 30, 7 days before) and the day after the end are stages: the item opens at the first and
    rises at each further one. An item that somebody ticked off without a new document is followed by another at the
    next stage. At most 500 in one transaction: the caller repeats until nothing is left. Long-term documents have no
    end; those of closed files, and those that a newer one of the same kind follows, are nobody's work.
    """
    rules = in_force(FilePolicy)
    _close_settled(actor, today + dt.timedelta(days=max(rules.document_steps)))
    changed = 0
    for stage, first, last in validity_stages(rules.document_steps, today):
        for document in _unflagged(stage, first, last)[: BATCH - changed]:
            changed += _flag(document, stage, today, rules)
        if changed >= BATCH:
            break
    return changed


def _unflagged(stage: int, first: dt.date | None, last: dt.date) -> QuerySet[IdentityDocument]:
    """Documents in use whose end lies in the stage's days and that no item has told so yet."""
    items = WorkItem.objects.filter(kind=EXPIRING, subject_kind=LABEL, subject_id=OuterRef("pk"))
    ends = Q(expires_on__lte=last) if first is None else Q(expires_on__range=(first, last))
    rows = IdentityDocument.objects.filter(ends, retired_at=None, long_term=False, party__customer__isnull=False)
    return (
        rows.exclude(party__customer__status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
        .exclude(followed())
        .filter(~Exists(items.filter(details__stage__lte=stage)))
        .select_related("party__customer")
        .order_by("expires_on", "pk")
    )


def followed() -> Exists:
    """Has the file another document of the same kind in use that is valid for longer?"""
    newer = IdentityDocument.objects.filter(party=OuterRef("party"), type=OuterRef("type"), retired_at=None)
    newer = newer.filter(country=OuterRef("country")).exclude(pk=OuterRef("pk"))
    return Exists(newer.filter(Q(long_term=True) | Q(expires_on__gt=OuterRef("expires_on"))))


def _flag(document: IdentityDocument, stage: int, today: dt.date, rules: FilePolicy) -> int:
    customer: Customer = document.party.customer
    owner = customer.lead_post_id or duty_holder("party.record_document", customer.unit_id, None)
    if owner is None or document.expires_on is None:
        return 0
    details = {"type": document.type, "expires_on": document.expires_on.isoformat(), "stage": stage}
    priority = urgency(rules.document_steps, stage)
    item = open_work(
        EXPIRING,
        unit_id=customer.unit_id,
        owner_post_id=owner,
        due_at=_end_of(max(document.expires_on, today)),
        customer_id=customer.pk,
        subject_kind=LABEL,
        subject_id=document.pk,
        details=details,
        priority=priority,
        policy_id=rules.policy_version,
    )
    if item.details.get("stage") == stage:  # opened just now
        emit(DocumentExpiring(customer.pk, customer.customer_no, document.type, document.expires_on))
        return 1
    if stage == EXPIRED:
        emit(DocumentExpiring(customer.pk, customer.customer_no, document.type, document.expires_on))
    return (
        WorkItem.objects.open()
        .filter(pk=item.pk)
        .update(
            details={**item.details, **details},
            priority=priority,
            snoozed_until=None,
            reminded_at=timezone.now(),
            version=F("version") + 1,
        )
    )


def _close_settled(actor: Actor, near: dt.date) -> None:
    """Open items whose document is no longer the one in use, or now ends later than any step, are done."""
    later = Q(long_term=True) | Q(expires_on=None) | Q(expires_on__gt=near)
    _close(actor, IdentityDocument.objects.filter(~Q(retired_at=None) | later | followed()))


def close_renewed(customer: Customer, actor: Actor) -> None:
    """A document was recorded: what it follows in this file is nobody's work any more. Inside the operation."""
    _close(actor, IdentityDocument.objects.filter(followed(), party_id=customer.pk))


def _close(actor: Actor, documents: QuerySet[IdentityDocument]) -> None:
    settled = documents.values("pk")
    WorkItem.objects.open().filter(kind=EXPIRING, subject_kind=LABEL, subject_id__in=settled).update(
        status=WorkStatus.DONE, outcome="replaced", closed_at=timezone.now(), closed_by=actor.name
    )


def _end_of(day: dt.date) -> dt.datetime:
    """The last second of a day of the institution."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(settings.TIME_ZONE))
