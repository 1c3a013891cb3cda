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
from kexin.people.models import Post


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
    """备注: a remark on a customer; pinned ones stand on top of the timeline.

    One handed over names the post that is to read it (``to_post``), the post that handed it and when; an answer names
    the note that it ``answers``.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="notes")
    key_id = models.UUIDField(editable=False)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    pinned = models.BooleanField(_("pinned"), default=False)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    written_by = models.CharField(_("written by"), max_length=80)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    to_post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    from_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    answers = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="answer")
    version = models.PositiveIntegerField(default=1)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        indexes = [
            models.Index("customer", "written_at", name="engagement_note_customer"),
            models.Index("handed_at", condition=Q(handed_at__isnull=False), name="engagement_note_handed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_at=None, to_post=None) | Q(handed_at__isnull=False, from_post__isnull=False),
                name="engagement_note_handed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Note {self.pk}"
