"""The clock's duties: kept documents whose validity ends, and files without a row."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.engagement.events import KeptDocumentExpiring
from kexin.engagement.models import Document
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.work import EXPIRING
from kexin.party.choices import CustomerStatus

BATCH = 500
LABEL = "engagement.Document"


@operation("engagement.flag_expiring_documents", label=_("Open work for expiring documents"))
def flag_expiring_documents(*, actor: Actor, today: dt.date) -> int:
    """Open a work item, once per document, for those whose validity ends within the policy's days; how many.

    At most 500 in one transaction: the caller repeats until nothing is left. A document without anybody who could
    own the work waits for the next day.
    """
    rules = in_force(DocumentPolicy)
    known = WorkItem.objects.filter(kind=EXPIRING, subject_kind=LABEL).values("subject_id")
    rows = (
        Document.objects.filter(
            withdrawn_at=None, expires_on__isnull=False, expires_on__lte=today + dt.timedelta(days=rules.warn_days)
        )
        .exclude(customer__status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
        .exclude(pk__in=known)
        .select_related("customer")
        .order_by("expires_on", "pk")[:BATCH]
    )
    opened = 0
    for row in rows:
        customer = row.customer
        owner = customer.lead_post_id or duty_holder("engagement.add_document", customer.unit_id, None)
        if owner is None or row.expires_on is None:
            continue
        open_work(
            EXPIRING,
            unit_id=customer.unit_id,
            owner_post_id=owner,
            due_at=end_of(max(row.expires_on, today)),
            customer_id=customer.pk,
            subject_kind=LABEL,
            subject_id=row.pk,
            details={"category": row.category, "expires_on": row.expires_on.isoformat()},
            policy_id=rules.policy_version,
        )
        emit(KeptDocumentExpiring(customer.pk, customer.customer_no, row.pk, row.category, row.expires_on))
        opened += 1
    return opened


def end_of(day: dt.date) -> dt.datetime:
    """The last second of a day of the institution."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(settings.TIME_ZONE))


@operation("engagement.sweep_files", label=_("Remove files without a record"))
def sweep_files(*, actor: Actor) -> int:
    """Remove files whose upload was cut off or whose row was rolled back; how many."""
    rules = in_force(DocumentPolicy)
    return vault.sweep(vault.kept, older_than_seconds=rules.orphan_hours * 3600)
