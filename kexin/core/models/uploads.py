"""Files somebody brought through the browser, with the mapping drafted for them, until they are swept away."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.models.imports import ImportRun


class UploadJob(models.TextChoices):
    """Whether a worker has something to do with an upload."""

    NONE = "none", _("Nothing asked yet")
    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")


class ImportUpload(models.Model):
    """Uploaded files of one import. ``folder`` is a random name under the files directory, never shown.

    ``profile`` names a profile; without one ``target``, ``form`` (how the file is written), ``facts`` (its columns)
    and ``mapping`` (source and columns as a profile writes them) make one up. The rows themselves are never kept here.
    ``sealed_keys`` opens the files; see :mod:`kexin.core.imports.storage`.
    """

    folder = models.CharField(max_length=32, db_collation="C", unique=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    profile = models.CharField(_("profile"), max_length=60, blank=True, db_collation="C")
    target = models.CharField(_("kind of record"), max_length=60, blank=True, db_collation="C")
    sealed_keys = models.BinaryField(null=True, editable=False)
    files: models.JSONField[Any, Any] = models.JSONField(_("files"), default=list)
    form: models.JSONField[Any, Any] = models.JSONField(default=dict)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    mapping: models.JSONField[Any, Any] = models.JSONField(default=dict)
    job = models.CharField(_("state"), max_length=8, choices=UploadJob.choices, default=UploadJob.NONE)
    asked_by = models.CharField(_("asked by"), max_length=80, blank=True)
    trial = models.BooleanField(_("trial run"), default=True)
    stop_asked = models.BooleanField(default=False)
    error = models.TextField(_("why it stopped"), blank=True)
    checked = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads")

    class Meta:
        verbose_name = _("uploaded file")
        constraints = [
            models.CheckConstraint(condition=~Q(profile="") | ~Q(target=""), name="core_importupload_profile_or_target")
        ]

    def __str__(self) -> str:
        return f"upload #{self.pk}"

    @property
    def is_busy(self) -> bool:
        """A worker has it, or is about to."""
        return self.job in (UploadJob.WAITING, UploadJob.RUNNING)
