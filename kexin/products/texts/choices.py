"""Closed vocabularies of texts."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TextKind(TextChoices):
    RISK_DISCLOSURE = "risk_disclosure", _("Risk disclosure statement")
    PRODUCT_SHEET = "product_sheet", _("Product sheet")
    CONTRACT = "contract", _("Sales contract")
    SALES_SCRIPT = "sales_script", _("Sales script")
    PROMOTION = "promotion", _("Promotion")
    NOTICE_RERATED = "notice_rerated", _("Notice of a re-rating")
    NOTICE_ALERT = "notice_alert", _("Notice of a fall in value")
    NOTICE_CHANGED = "notice_changed", _("Notice of a change")
    NOTICE_MATURITY = "notice_maturity", _("Notice of maturity")


class TextLanguage(TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class TextState(TextChoices):
    """How far a version has come. Only an approved one can be given to anybody, from its day on."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Standing(TextChoices):
    """Where a version stands on a day: an approved one may wait for its day, be in use, or be replaced."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned")
    COMING = "coming", _("In use later")
    IN_USE = "in_use", _("In use")
    REPLACED = "replaced", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (TextState.DRAFT, TextState.IN_REVIEW, TextState.RETURNED)
DECIDED = (TextState.APPROVED, TextState.WITHDRAWN)
