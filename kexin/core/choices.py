"""Closed vocabularies of the core."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActorKind(TextChoices):
    PERSON = "person", _("Person")
    SERVICE = "service", _("Service account")
    SYSTEM = "system", _("System")
    CUSTOMER = "customer", _("Customer")


class Reach(TextChoices):
    """How far a role reaches for the post that holds it."""

    PORTFOLIO = "portfolio", _("Own portfolio")
    UNIT = "unit", _("Own unit")
    SUBTREE = "subtree", _("Unit and below")
    ALL = "all", _("Whole institution")


class Outcome(TextChoices):
    DONE = "done", _("Done")
    READ = "read", _("Read")
    REFUSED = "refused", _("Refused")


class PolicyStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class ApprovalStatus(TextChoices):
    OPEN = "open", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class WorkStatus(TextChoices):
    OPEN = "open", pgettext_lazy("state", "Open")
    DONE = "done", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
