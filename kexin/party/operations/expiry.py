"""The clock's duty: identity documents whose validity ends become somebody's work."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
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

EXPIRING = "party.document_expiring"
LABEL = "party.IdentityDocument"
BATCH = 500


@operation("party.flag_expiring_documents", label=_("Open work for expiring identity documents"))
def flag_expiring_documents(*, actor: Actor, today: dt.date) -> int:
    """Open a work item for identity documents within the policy's days of their end; how many.

    Once when the end comes near, and once more when the document has expired and is still the one in use. Items whose
    document was replaced meanwhile are closed. At most 500 new ones in one transaction: the caller repeats until
    nothing is left. Long-term documents have no end; those of closed files are nobody's work.
    """
    rules = in_force(FilePolicy)
    _close_settled(actor)
    near = today + dt.timedelta(days=rules.document_warn_days)
    items = WorkItem.objects.filter(kind=EXPIRING, subject_kind=LABEL, subject_id=OuterRef("pk"))
    rows = (
        IdentityDocument.objects.filter(retired_at=None, long_term=False, expires_on__lte=near)
        .exclude(party__customer__status__in=(CustomerStatus.CLOSED, CustomerStatus.MERGED))
        .filter(party__customer__isnull=False)
        .filter(~Exists(items) | (Q(expires_on__lt=today) & ~Exists(items.filter(_stands_for_expired()))))
        .select_related("party__customer")
        .order_by("expires_on", "pk")[:BATCH]
    )
    opened = 0
    for row in rows:
        customer: Customer = row.party.customer
        owner = customer.lead_post_id or duty_holder("party.record_document", customer.unit_id, None)
        if owner is None or row.expires_on is None:
            continue
        open_work(
            EXPIRING,
            unit_id=customer.unit_id,
            owner_post_id=owner,
            due_at=_end_of(max(row.expires_on, today)),
            customer_id=customer.pk,
            subject_kind=LABEL,
            subject_id=row.pk,
            details={
                "type": row.type,
                "expires_on": row.expires_on.isoformat(),
                "expired": row.expires_on < today,
            },
            policy_id=rules.policy_version,
        )
        emit(DocumentExpiring(customer.pk, customer.customer_no, row.type, row.expires_on))
        opened += 1
    return opened


def _stands_for_expired() -> Q:
    """An item that is still open, or one that was opened when the document had already expired."""
    return Q(status=WorkStatus.OPEN) | Q(details__expired=True)


def _close_settled(actor: Actor) -> None:
    """Open items whose document is no longer the one in use are done."""
    settled = IdentityDocument.objects.exclude(retired_at=None).values("pk")
    WorkItem.objects.open().filter(kind=EXPIRING, subject_kind=LABEL, subject_id__in=settled).update(
        status=WorkStatus.DONE, outcome="replaced", closed_at=timezone.now(), closed_by=actor.name
    )


def _end_of(day: dt.date) -> dt.datetime:
    """The last second of a day of the institution."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(settings.TIME_ZONE))
