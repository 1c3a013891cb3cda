"""A load of foreign data: what was read, how far it came, and every row that was refused."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ImportStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Completed")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")


class ImportRun(models.Model):
    """One load. ``marks`` says per file how many rows are committed, so that an interrupted run goes on from there.

    ``fingerprint`` is a digest over the profile and every file: only the very same load is resumed.
    """

    profile = models.CharField(_("profile"), max_length=60, db_collation="C")
    source = models.CharField(_("source"), max_length=20, db_collation="C")
    location = models.CharField(_("file or folder"), max_length=200)
    fingerprint = models.CharField(max_length=64, db_collation="C")
    dry_run = models.BooleanField(_("trial run"), default=False)
    status = models.CharField(_("state"), max_length=12, choices=ImportStatus.choices, default=ImportStatus.RUNNING)
    started_by = models.CharField(_("started by"), max_length=80)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    progress_at = models.DateTimeField(auto_now=True)
    read = models.BigIntegerField(_("read"), default=0)
    created = models.BigIntegerField(_("created"), default=0)
    updated = models.BigIntegerField(_("updated"), default=0)
    unchanged = models.BigIntegerField(_("unchanged"), default=0)
    rejected = models.BigIntegerField(_("rejected"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    marks: models.JSONField[Any, Any] = models.JSONField(default=list)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    error = models.TextField(_("why it stopped"), blank=True)

    class Meta:
        verbose_name = _("import")
        indexes = [models.Index("fingerprint", name="core_importrun_fingerprint")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running") | Q(finished_at__isnull=False), name="core_importrun_finished_at"
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile} #{self.pk}"


class ImportRejection(models.Model):
    """One refused row or value: where it stands, the value masked, and why."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejections")
    file = models.CharField(_("file"), max_length=200)
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=40)
    whole_row = models.BooleanField(default=True)  # False: the row went in, this one value did not

    class Meta:
        verbose_name = _("rejected row")
        indexes = [models.Index("run", "id", name="core_importrejection_run")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.reason}"
