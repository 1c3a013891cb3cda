"""Documents and notes of a customer's file. Contents are encrypted under the customer's key."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.choices import DocumentCategory
from kexin.party.models import Customer


class DocumentQuerySet(ScopedQuerySet["Document"]):
    scope_through = "customer"


class NoteQuerySet(ScopedQuerySet["Note"]):
    scope_through = "customer"


class Document(models.Model):
    """资料: a file kept with the customer; the bytes lie encrypted outside the database, named by their digest."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="documents")
    key_id = models.UUIDField(editable=False)
    title = PersonalField(pgettext_lazy("document", "title"), level=Level.C2, max_length=200)
    category = models.CharField(_("category"), max_length=16, choices=DocumentCategory.choices)
    file_name = PersonalField(_("file name"), level=Level.C2, max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(_("size"))
    digest = models.CharField(max_length=64, db_collation="C")
    stored_as = models.CharField(max_length=120, db_collation="C", unique=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    added_by = models.CharField(_("added by"), max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        indexes = [
            models.Index("customer", "added_at", name="engagement_document_customer"),
            models.Index(
                "expires_on",
                condition=Q(expires_on__isnull=False, withdrawn_at=None),
                name="engagement_document_expiry",
            ),
        ]

    def __str__(self) -> str:
        return f"Document {self.pk}"


class Note(models.Model):
    """备注: a remark on a customer; pinned ones stand on top of the timeline."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="notes")
    key_id = models.UUIDField(editable=False)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    pinned = models.BooleanField(_("pinned"), default=False)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    written_by = models.CharField(_("written by"), max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index("customer", "written_at", name="engagement_note_customer")]

    def __str__(self) -> str:
        return f"Note {self.pk}"
