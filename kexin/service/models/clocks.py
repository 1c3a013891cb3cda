"""The clocks of requests and complaints, and when they stood still."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.core.values import Duration, Unit
from kexin.service.choices import ClockState
from kexin.service.models.complaints import Complaint
from kexin.service.models.requests import ServiceRequest


class ClockQuerySet(ScopedQuerySet["Clock"]):
    """A clock is seen by who sees the request; a complaint's by its page alone."""

    scope_through = "request"


class Clock(models.Model):
    """时限: one milestone of a request or complaint, as promised when it began; a later policy changes nothing of it.

    ``customer_id`` puts its changes into the customer's history; a complaint's stay out of it.
    """

    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="clocks"
    )
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="clocks"
    )
    customer_id = models.BigIntegerField(editable=False, null=True)
    round = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(_("milestone"), max_length=40, db_collation="C")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    amount = models.DecimalField(_("within"), max_digits=8, decimal_places=2)
    unit = models.CharField(_("counted in"), max_length=14, choices=[(each.value, each.value) for each in Unit])
    met_by = models.CharField(max_length=8)
    pausable = models.BooleanField(default=False)
    legal = models.BooleanField(_("set by law"), default=False)
    started_at = models.DateTimeField(_("from"))
    due_at = models.DateTimeField(_("due"))
    provisional = models.BooleanField(_("due date provisional"), default=False)
    state = models.CharField(_("state"), max_length=7, choices=ClockState.choices, default=ClockState.RUNNING)
    met_at = models.DateTimeField(_("met"), null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock of a request")
        constraints = [
            models.UniqueConstraint(fields=["request", "round", "code"], name="service_clock_once"),
            models.UniqueConstraint(fields=["complaint", "round", "code"], name="service_clock_once_case"),
            models.CheckConstraint(
                condition=Q(request=None, complaint__isnull=False) | Q(request__isnull=False, complaint=None),
                name="service_clock_of_one",
            ),
            models.CheckConstraint(condition=~Q(state="met") | Q(met_at__isnull=False), name="service_clock_met"),
        ]
        indexes = [models.Index("due_at", condition=Q(state="running"), name="service_clock_due")]

    @property
    def owner(self) -> ServiceRequest | Complaint:
        """What it belongs to."""
        found = self.request or self.complaint
        assert found is not None
        return found

    @property
    def within(self) -> Duration:
        return Duration(self.amount.normalize(), self.unit)

    @property
    def is_late(self) -> bool:
        """Met too late; whether a running one is late depends on the hour and is asked of the queries."""
        return self.met_at is not None and self.met_at > self.due_at

    def __str__(self) -> str:
        return f"{self.code} #{self.request_id or self.complaint_id}"


class ClockPauseQuerySet(ScopedQuerySet["ClockPause"]):
    scope_through = "clock"


class ClockPause(models.Model):
    """暂停计时: from when to when, why, by whom."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    began_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=40, db_collation="C")
    note = models.CharField(_("note"), max_length=200, blank=True)
    began_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)
    due_before = models.DateTimeField(_("due before"))
    due_after = models.DateTimeField(_("due after"), null=True, blank=True)

    objects = ClockPauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause of a clock")
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_at=None), name="service_pause_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at"), due_after__isnull=False),
                name="service_pause_order",
            ),
        ]

    def __str__(self) -> str:
        return f"ClockPause {self.pk}"
