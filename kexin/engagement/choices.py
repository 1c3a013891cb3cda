"""Closed vocabularies of engagement."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentCategory(TextChoices):
    IDENTITY = "identity", _("Identity document copy")
    CONTRACT = "contract", _("Contract")
    AUTHORISATION = "authorisation", _("Authorisation")
    FINANCIAL = "financial", _("Financial statement")
    CORRESPONDENCE = "correspondence", _("Correspondence")
    OTHER = "other", _("Other")
