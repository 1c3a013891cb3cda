"""Two files that may be one person, and how two files became one."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.choices import CandidateStatus
from kexin.party.models.customer import Customer


class CandidateQuerySet(ScopedQuerySet["DuplicateCandidate"]):
    scope_through = "first"


class DuplicateCandidate(models.Model):
    """疑似重复: ``first`` has the smaller id; ``reasons`` are codes such as ``identity`` and ``name_birth``."""

    first = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    reasons: models.JSONField[Any, Any] = models.JSONField(_("why"))
    status = models.CharField(max_length=10, choices=CandidateStatus.choices, default=CandidateStatus.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("duplicate candidate")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="party_candidate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="party_candidate_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"

    @property
    def customer_id(self) -> int:
        return self.first_id


class MergeRecord(models.Model):
    """What a merge moved, row by row, so that it can be undone whole."""

    kept = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    absorbed = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    moved: models.JSONField[Any, Any] = models.JSONField()
    merged_at = models.DateTimeField(auto_now_add=True)
    merged_by = models.CharField(max_length=80)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("merge record")

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.kept_id}"

    @property
    def customer_id(self) -> int:
        return self.kept_id
