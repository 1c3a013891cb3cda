"""Closed vocabularies of people."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UnitKind(TextChoices):
    HEAD_OFFICE = "head_office", _("Head office")
    DEPARTMENT = "department", _("Department")
    BRANCH = "branch", _("Branch")
    SUB_BRANCH = "sub_branch", _("Sub-branch")
    OUTLET = "outlet", _("Outlet")


class EmployeeStatus(TextChoices):
    ACTIVE = "active", _("In service")
    LEFT = "left", _("Left")
