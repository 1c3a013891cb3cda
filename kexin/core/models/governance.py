"""Numbers and powers as data: policy versions, roles."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import PolicyStatus


class PolicyVersion(models.Model):
    """One version of a policy: its numbers, the days it is in force, its legal basis, who drafted and approved it."""

    code = models.CharField(_("policy"), max_length=60, db_collation="C")
    number = models.PositiveIntegerField(_("version"))
    values: models.JSONField[Any, Any] = models.JSONField(_("values"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    legal_basis = models.TextField(_("legal basis"), blank=True)
    verified = models.BooleanField(_("legal basis verified"), default=False)
    note = models.TextField(_("reason for the change"), blank=True)
    status = models.CharField(max_length=10, choices=PolicyStatus.choices, default=PolicyStatus.DRAFT)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("policy version")
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="core_policyversion_number"),
            models.CheckConstraint(
                condition=~Q(status=PolicyStatus.APPROVED)
                | (~Q(approved_by="") & ~Q(approved_by=models.F("drafted_by"))),
                name="core_policyversion_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gte=models.F("in_force_from")),
                name="core_policyversion_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class Role(models.Model):
    """A set of operation names, editable data."""

    code = models.CharField(_("code"), max_length=40, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return self.name


class RoleOperation(models.Model):
    """One operation granted by a role."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    operation = models.CharField(_("operation"), max_length=80, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "operation"], name="core_roleoperation_once")]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.operation}"
