"""Statutory reports of complaints: what was counted then, and who approved it. Neither row is ever changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit
from kexin.service.complaints.choices import ReportKind


class ComplaintReportQuerySet(ScopedQuerySet["ComplaintReport"]):
    scope_unit = "unit_id"
    scope_post = None


class ComplaintReport(models.Model):
    """投诉统计报表: the tables of a period and every case in them as it was counted, frozen when it was made.

    Of ``unit`` and all below it. A later correction is a new ``revision`` of the same period. ``sha256`` is the
    fingerprint of tables and cases.
    """

    report_no = models.CharField(_("report number"), max_length=40, unique=True, db_collation="C")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=7, choices=ReportKind.choices)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    content: Any = models.JSONField(_("tables"))
    cases: Any = models.JSONField(_("cases counted"))
    sha256 = models.CharField(_("fingerprint"), max_length=64, db_collation="C")
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_by = models.CharField(_("made by"), max_length=80)
    made_at = models.DateTimeField(_("made"))
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    objects = ComplaintReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("statutory report of complaints")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "first_day", "revision"], name="service_complaintreport_once"
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="service_complaintreport_days"),
        ]
        indexes = [models.Index(F("first_day").desc(), F("id").desc(), name="service_complaintreport_new")]

    def __str__(self) -> str:
        return self.report_no


class ComplaintReportDecisionQuerySet(ScopedQuerySet["ComplaintReportDecision"]):
    scope_through = "report"


class ComplaintReportDecision(models.Model):
    """报表复核: approved by somebody else than who made it, and signed over its fingerprint; or returned, with why."""

    report = models.OneToOneField(ComplaintReport, on_delete=models.PROTECT, related_name="decision")
    made_by = models.CharField(max_length=80)
    approved = models.BooleanField(_("approved"))
    signature = models.BinaryField(null=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.CharField(_("by"), max_length=80)
    at = models.DateTimeField(_("when"))

    objects = ComplaintReportDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a report of complaints")
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("made_by")), name="service_complaintreport_two"),
            models.CheckConstraint(
                condition=Q(approved=False) | Q(signature__isnull=False), name="service_complaintreport_signed"
            ),
        ]

    def __str__(self) -> str:
        return f"ComplaintReportDecision {self.pk}"
