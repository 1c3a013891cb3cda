"""How far a change of keys has come: what makes it resumable."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RotationRun(models.Model):
    """换钥. One change of the keys of a purpose, from the new key to the removal of the old one.

    ``step`` counts the steps of the purpose's plan, ``place`` and ``position`` say where in the present step work
    stopped. ``counts`` holds values written anew and rows that could not be, by place.
    """

    purpose = models.CharField(_("purpose"), max_length=20, db_collation="C")
    step = models.SmallIntegerField(default=0)
    place = models.CharField(max_length=80, blank=True, db_collation="C")
    position = models.CharField(max_length=40, blank=True, db_collation="C")
    before: models.JSONField[Any, Any] = models.JSONField(default=list)  # identifiers of the keys before the step
    changed_at = models.DateTimeField(null=True)  # when keys changed last: older transactions may not know it
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    started_by = models.CharField(_("started by"), max_length=80)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of keys")
        constraints = [
            models.UniqueConstraint(fields=["purpose"], condition=Q(finished_at=None), name="core_rotationrun_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
