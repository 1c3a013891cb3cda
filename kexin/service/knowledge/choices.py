"""Closed vocabularies of knowledge."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class ArticleKind(TextChoices):
    """What an article is for (F-23)."""

    ANSWER = "answer", pgettext_lazy("article", "Frequent question")
    PROCEDURE = "procedure", pgettext_lazy("article", "Procedure")
    CASE = "case", pgettext_lazy("article", "Case study")
    SCRIPT = "script", pgettext_lazy("article", "Prepared phrases")


class Audience(TextChoices):
    """Who may read it; what customers may read, staff may too."""

    STAFF = "staff", pgettext_lazy("article", "Staff")
    CUSTOMER = "customer", pgettext_lazy("article", "Customers and staff")


class ArticleLanguage(TextChoices):
    ZH = "zh", pgettext_lazy("language", "Chinese")
    EN = "en", pgettext_lazy("language", "English")


class ArticleState(TextChoices):
    """How far a version has come."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("article", "In review")
    RETURNED = "returned", pgettext_lazy("article", "Returned")
    APPROVED = "approved", pgettext_lazy("article", "Approved")
    WITHDRAWN = "withdrawn", pgettext_lazy("article", "Withdrawn")


OPEN = (ArticleState.DRAFT, ArticleState.IN_REVIEW, ArticleState.RETURNED)
DECIDED = (ArticleState.APPROVED, ArticleState.WITHDRAWN)
WRITABLE = (ArticleState.DRAFT, ArticleState.RETURNED)


class Standing(TextChoices):
    """Where a version stands today."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("article", "In review")
    RETURNED = "returned", pgettext_lazy("article", "Returned")
    COMING = "coming", pgettext_lazy("article", "In use later")
    IN_USE = "in_use", pgettext_lazy("article", "In use")
    REPLACED = "replaced", pgettext_lazy("article", "Replaced")
    EXPIRED = "expired", pgettext_lazy("article", "Run out")
    WITHDRAWN = "withdrawn", pgettext_lazy("article", "Withdrawn")


class Side(TextChoices):
    """Who searched."""

    STAFF = "staff", pgettext_lazy("search", "Staff")
    CUSTOMER = "customer", pgettext_lazy("search", "Customers")
