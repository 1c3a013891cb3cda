"""What the desk keeps of its own: reports that people put together, and the files they get from them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.people.models import OrgUnit, Post, User


class ReportRhythm(models.TextChoices):
    """When a report comes to the inbox: always on a working day."""

    NEVER = "", _("Not by itself")
    DAILY = "daily", _("Every working day")
    WEEKLY = "weekly", _("The first working day of the week")
    MONTHLY = "monthly", _("The first working day of the month")


class ReportFormat(models.TextChoices):
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"


class Report(models.Model):
    """报表: what somebody wants counted and added up. It holds no figure: each reader gets the reader's own.

    ``asked`` is a :class:`kexin.core.reports.asked.ReportAsked`. ``shared_with`` are the unit and all below it whose
    people may open it. By ``rhythm`` it is computed with the owner's rights of that day; ``stopped`` says why it is not
    any more. ``next_on`` is the next day it is due.
    """

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked: models.JSONField[Any, Any] = models.JSONField()
    shared_with = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=ReportRhythm.choices, blank=True, default="")
    format = models.CharField(_("format"), max_length=4, choices=ReportFormat.choices, default=ReportFormat.XLSX)
    next_on = models.DateField(null=True, blank=True)
    stopped = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(pgettext_lazy("report", "changed"), auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("report")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="desk_report_name"),
            models.CheckConstraint(condition=Q(rhythm="", next_on=None) | ~Q(rhythm=""), name="desk_report_next"),
        ]
        indexes = [models.Index("next_on", condition=Q(next_on__isnull=False), name="desk_report_due")]

    def __str__(self) -> str:
        return self.name


class ReportFile(models.Model):
    """A report as it was on a day, for its owner alone: encrypted under a key of its own until ``kept_until``.

    ``sealed_key`` is that key, encrypted by the institution's ``secrets`` key: without the row nobody reads the file.
    """

    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, related_name="files")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    asked: models.JSONField[Any, Any] = models.JSONField()
    file_name = models.CharField(max_length=120)
    format = models.CharField(max_length=4, choices=ReportFormat.choices)
    stored_as = models.CharField(max_length=40, db_collation="C")
    sealed_key = models.BinaryField(editable=False)
    lines = models.PositiveIntegerField(_("lines"))
    made_on = models.DateField(_("day"))
    made_at = models.DateTimeField(auto_now_add=True)
    kept_until = models.DateField(_("kept until"))

    class Meta:
        verbose_name = _("file of a report")
        constraints = [models.UniqueConstraint(fields=["report", "made_on"], name="desk_reportfile_once")]
        indexes = [models.Index("kept_until", name="desk_reportfile_until")]

    def __str__(self) -> str:
        return self.file_name
