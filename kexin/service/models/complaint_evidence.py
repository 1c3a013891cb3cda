"""Files of a complaint: what the complainant sent, what was drawn from a sale."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.service.complaints.choices import EvidenceKind
from kexin.service.models.complaints import Complaint


class ComplaintEvidenceQuerySet(ScopedQuerySet["ComplaintEvidence"]):
    scope_through = "complaint"


class ComplaintEvidence(models.Model):
    """投诉材料: a file that belongs to a case, in the vault under the key of the case. Never changed."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="evidence")
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=9, choices=EvidenceKind.choices)
    title = models.CharField(_("what it is"), max_length=120, blank=True)
    file_name = PersonalField(_("file name"), level=Level.C2, max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField(_("size"))
    digest = models.CharField(max_length=64, db_collation="C")
    stored_as = models.CharField(max_length=120, unique=True, db_collation="C")
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = ComplaintEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a complaint")
        indexes = [models.Index("complaint", "at", name="service_case_evidence")]

    def __str__(self) -> str:
        return f"ComplaintEvidence {self.pk}"
