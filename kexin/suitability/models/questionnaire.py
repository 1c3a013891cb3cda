"""A questionnaire and its versions. An approved version never changes: the database refuses it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.suitability.questionnaires.choices import QuestionnaireKind, VersionState
from kexin.suitability.questionnaires.content import Content, parse


class Questionnaire(models.Model):
    """问卷: what is asked for one purpose; one questionnaire per kind is the one in use."""

    code = models.CharField(_("code"), max_length=30, unique=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=20, choices=QuestionnaireKind.choices, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)

    class Meta:
        verbose_name = _("questionnaire")

    @property
    def shown_name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name

    def __str__(self) -> str:
        return self.name


class QuestionnaireVersionQuerySet(models.QuerySet["QuestionnaireVersion"]):
    def in_force(self, kind: str, on: dt.date) -> QuestionnaireVersion | None:
        """The version that whoever begins on that day answers: the newest approved one that has begun."""
        rows = self.filter(questionnaire__kind=kind, state=VersionState.APPROVED, in_force_from__lte=on)
        return rows.select_related("questionnaire").order_by("-in_force_from", "-number").first()


class QuestionnaireVersion(models.Model):
    """问卷版本: the whole questionnaire as one document, who drafted it, who approved it, from when it is asked."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    reason = models.TextField(_("reason for the change"), blank=True)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafted_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = QuestionnaireVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire version")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="suitability_version_number"),
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=Q(state__in=(VersionState.DRAFT, VersionState.PROPOSED)),
                name="suitability_version_one_draft",
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.APPROVED)
                | (Q(in_force_from__isnull=False) & ~Q(approved_by="") & ~Q(approved_by=F("drafted_by"))),
                name="suitability_version_two_persons",
            ),
        ]

    @cached_property
    def parsed(self) -> Content:
        """The document as values."""
        return parse(self.content)

    def __str__(self) -> str:
        return f"{self.questionnaire_id} v{self.number}"
