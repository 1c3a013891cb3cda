"""The return call after a sale, and every attempt at it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.sales.followup.choices import AttemptResult, CallOutcome, CallState
from kexin.sales.models.sale import Sale


class ReturnCallQuerySet(ScopedQuerySet["ReturnCall"]):
    scope_through = "sale"


class ReturnCall(models.Model):
    """回访: what the customer of an executed sale is asked by somebody who did not sell.

    ``sheet`` is the code of the questions in the policy version ``policy_id``; ``answers`` maps questions to options.
    ``next_at`` is the next attempt, ``due_at`` when it must be finished.
    """

    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="return_call")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=CallState.choices, default=CallState.DUE)
    sheet = models.CharField(_("sheet of questions"), max_length=40, db_collation="C")
    policy_id = models.BigIntegerField(_("policy version"))
    due_at = models.DateTimeField(_("finished by"))
    next_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallOutcome.choices, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    contradicted = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("contradicted"))
    key_id = models.UUIDField()
    note = PersonalField(_("what the customer said"), level=Level.C2, max_length=500)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    finished_by = models.CharField(_("called by"), max_length=80, blank=True)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReturnCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("return call")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CallState.DUE, finished_at=None)
                | (~Q(state=CallState.DUE) & Q(finished_at__isnull=False)),
                name="sales_return_call_finished",
            ),
            models.CheckConstraint(
                condition=(Q(state=CallState.DONE) & ~Q(outcome="")) | (~Q(state=CallState.DONE) & Q(outcome="")),
                name="sales_return_call_outcome",
            ),
        ]
        indexes = [
            models.Index("unit", "next_at", condition=Q(state=CallState.DUE), name="sales_return_call_due"),
        ]

    def __str__(self) -> str:
        return f"ReturnCall {self.pk}"


class ReturnCallAttempt(models.Model):
    """回访记录: one attempt at a return call; never changed."""

    call = models.ForeignKey(ReturnCall, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("called by"), max_length=80)
    result = models.CharField(_("result"), max_length=8, choices=AttemptResult.choices)
    key_id = models.UUIDField()
    note = PersonalField(_("note"), level=Level.C2, max_length=500)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt at a return call")

    def __str__(self) -> str:
        return f"ReturnCallAttempt {self.pk}"
