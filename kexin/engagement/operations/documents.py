"""Keeping, handing out and withdrawing documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.masking import plain
from kexin.core.media import may_keep, safe_name
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work
from kexin.engagement.events import DocumentAdded, DocumentDownloaded, DocumentWithdrawn
from kexin.engagement.models import Document
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.rules import may_describe
from kexin.engagement.work import EXPIRING
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer

LABEL = "engagement.Document"


@operation("engagement.add_document", label=_("Keep a document with a customer"))
def add_document(
    customer: Customer,
    *,
    actor: Actor,
    stored: vault.StoredFile,
    title: str,
    category: str,
    expires_on: dt.date | None = None,
) -> Document:
    """Keep a file that already lies in the vault under the customer's key. The same file is not kept twice."""
    row = Customer.objects.lock(customer, actor)
    if row.status == CustomerStatus.MERGED:
        raise RuleViolation(_("The file is closed and can only be read."))
    rules = in_force(DocumentPolicy)
    kept = may_keep(
        stored.media_type,
        stored.file_name,
        stored.size,
        allowed=rules.media_types,
        largest_bytes=rules.largest_mb * 1_000_000,
    )
    (kept & may_describe(title, category, expires_on, business_date())).enforce()
    if stored.key_id != row.party.key_id:
        raise RuleViolation(_("The file was stored for somebody else."))
    twin = Document.objects.filter(customer=row, digest=stored.digest, withdrawn_at=None).first()
    if twin is not None:
        day = timezone.localtime(twin.added_at).date().isoformat()
        raise RuleViolation(fields={"file": _("The same file is kept since %(day)s.") % {"day": day}})
    document = Document.objects.create(
        customer=row,
        key_id=stored.key_id,
        title=plain(title),
        category=category,
        file_name=safe_name(stored.file_name),
        media_type=stored.media_type,
        size=stored.size,
        digest=stored.digest,
        stored_as=stored.stored_as,
        expires_on=expires_on,
        added_by=actor.name,
    )
    emit(DocumentAdded(row.pk, row.customer_no, document.pk, category))
    return document


@operation("engagement.download_document", label=_("Download a document"))
def download_document(document: Document | int, *, actor: Actor) -> tuple[Document, Iterator[bytes]]:
    """The document and its content in pieces; audited, and on the timeline, because the content leaves the house."""
    row = Document.objects.lock(document, actor)
    if row.withdrawn_at is not None:
        raise RuleViolation(_("This document was withdrawn."))
    try:
        content = vault.read(row.stored_as, row.key_id)
    except (LookupError, FileNotFoundError) as missing:
        raise RuleViolation(_("The content of this document is no longer kept.")) from missing
    emit(DocumentDownloaded(row.customer_id, _number(row), row.pk, row.category))
    return row, content


@operation("engagement.withdraw_document", label=_("Withdraw a document"), plain=("reason",))
def withdraw_document(document: Document | int, *, actor: Actor, reason: str) -> Document:
    """Take a document out of use, for a reason. The bytes stay as evidence until the customer's key is forgotten."""
    row = Document.objects.lock(document, actor)
    if row.withdrawn_at is not None:
        raise RuleViolation(_("This document was withdrawn."))
    if not plain(reason):
        raise RuleViolation(fields={"reason": _("Say why.")})
    row.withdrawn_at = timezone.now()
    row.withdrawn_reason = plain(reason)[:200]
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    close_work(EXPIRING, LABEL, row.pk, outcome="withdrawn", by=actor.name, cancelled=True)
    emit(DocumentWithdrawn(row.customer_id, _number(row), row.pk, row.category, row.withdrawn_reason))
    return row


def _number(row: Document) -> str:
    return row.customer.customer_no
