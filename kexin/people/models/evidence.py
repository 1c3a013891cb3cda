"""Files of evidence: the scan of a certificate, the sheet of a training."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.people.models.organisation import Employee
from kexin.people.models.qualifications import Qualification, TrainingRecord


class QualificationFileQuerySet(ScopedQuerySet["QualificationFile"]):
    scope_through = "employee"


class QualificationFile(models.Model):
    """资质材料: a file that proves a certificate or a training, in the vault under a key of its own.

    A newer one takes the place of an older one and says why; the older one stays. ``removed_on``: it was kept as long
    as the rules ask, its key is forgotten.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, null=True, blank=True, related_name="files"
    )
    training = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    number = models.PositiveSmallIntegerField(_("version"))
    key_id = models.UUIDField(editable=False, unique=True)
    file_name = PersonalField(_("file name"), level=Level.C2, max_length=255)
    sha256 = PersonalField(_("checksum"), level=Level.C2, max_length=64)
    media_type = models.CharField(max_length=100, db_collation="C")
    size = models.BigIntegerField(_("size"))
    stored_as = models.CharField(max_length=120, unique=True, db_collation="C")
    change = models.CharField(_("why it was replaced"), max_length=200, blank=True)  # said with the newer file
    added_by = models.CharField(_("added by"), max_length=80)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    removed_on = models.DateField(_("content removed"), null=True, blank=True)

    objects = QualificationFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a certificate or training")
        indexes = [models.Index("employee", name="people_evidence_who")]
        constraints = [
            models.CheckConstraint(
                condition=Q(qualification__isnull=True, training__isnull=False)
                | Q(qualification__isnull=False, training__isnull=True),
                name="people_evidence_of_one",
            ),
            models.UniqueConstraint(
                fields=["qualification"],
                condition=Q(replaced_at=None, qualification__isnull=False),
                name="people_evidence_certificate",
            ),
            models.UniqueConstraint(
                fields=["training"],
                condition=Q(replaced_at=None, training__isnull=False),
                name="people_evidence_training",
            ),
            models.CheckConstraint(condition=Q(number=1) | ~Q(change=""), name="people_evidence_reason"),
        ]

    def __str__(self) -> str:
        return f"QualificationFile {self.pk}"
