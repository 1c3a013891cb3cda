"""Surveys, their versions, waves, invitations, answers. The database refuses to change an approved version."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.messages.choices import MessageChannel
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.surveys.choices import InvitationState, QuestionKind, SurveyState, SurveyTrigger
from kexin.service.surveys.content import Content, parse


class Survey(models.Model):
    """满意度调查: what customers are asked, and when. One survey per trigger, but any number for sending by hand."""

    code = models.CharField(_("code"), max_length=30, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    trigger = models.CharField(_("asked when"), max_length=10, choices=SurveyTrigger.choices)
    stopped_at = models.DateTimeField(_("no longer asked since"), null=True, blank=True)

    class Meta:
        verbose_name = _("survey")
        constraints = [
            models.UniqueConstraint(
                fields=["trigger"], condition=~Q(trigger="hand") & Q(stopped_at=None), name="service_survey_trigger"
            ),
        ]

    @property
    def shown_name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name

    def __str__(self) -> str:
        return self.code


class SurveyVersionQuerySet(models.QuerySet["SurveyVersion"]):
    def in_force(self, survey: Survey, on: dt.date) -> SurveyVersion | None:
        """What is asked on that day: the newest approved version that has begun."""
        rows = self.filter(survey=survey, state=SurveyState.APPROVED, in_force_from__lte=on)
        return rows.select_related("survey").order_by("-in_force_from", "-number").first()


class SurveyVersion(models.Model):
    """调查问卷版本: the whole survey as one document, who drafted it, who approved it, from when it is asked."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=SurveyState.choices, default=SurveyState.DRAFT)
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    reason = models.TextField(_("reason for the change"), blank=True)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafted_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SurveyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey version")
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="service_survey_number"),
            models.UniqueConstraint(
                fields=["survey"], condition=Q(state__in=["draft", "proposed"]), name="service_survey_one_draft"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (Q(in_force_from__isnull=False) & ~Q(approved_by="") & ~Q(approved_by=F("drafted_by"))),
                name="service_survey_two_persons",
            ),
        ]

    @cached_property
    def parsed(self) -> Content:
        """The document as values."""
        return parse(self.content)

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.number}"


class SurveyWaveQuerySet(ScopedQuerySet["SurveyWave"]):
    scope_post = None


class SurveyWave(models.Model):
    """调查批次: one sample drawn on one day below one unit; ``seed`` draws the same sample again."""

    period = models.CharField(_("period"), max_length=20, db_collation="C")
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="waves")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    seed = models.CharField(_("seed of the draw"), max_length=40, db_collation="C")
    quotas: models.JSONField[Any, Any] = models.JSONField(_("quotas"))
    eligible = models.PositiveIntegerField(_("could be asked"), default=0)
    count = models.PositiveIntegerField(_("asked"), default=0)
    drawn_at = models.DateTimeField(_("drawn"))
    drawn_by = models.CharField(_("drawn by"), max_length=80)
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    objects = SurveyWaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey wave")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit", "survey_version"], name="service_wave_once"),
        ]
        indexes = [models.Index(F("drawn_at").desc(), name="service_wave_drawn")]

    def __str__(self) -> str:
        return self.period


class SurveyInvitationQuerySet(ScopedQuerySet["SurveyInvitation"]):
    scope_post = "customer__lead_post"
    scope_customer = "customer_id"


class SurveyInvitation(models.Model):
    """调查邀请: one customer may answer one version once. ``key`` names the occasion: the same one never asks twice.

    ``unit`` and ``post`` are whose service is judged, ``tier`` the customer's when asked. ``score`` is on 100 by the
    way in force when it was sent; the raw ratings stand with the answers. ``next_prompt_at``: when the customer is
    told, or reminded, next; the survey lies in the portal from the first moment.
    """

    key = models.CharField(max_length=80, unique=True, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="surveys")
    key_id = models.UUIDField(editable=False)
    survey_version = models.ForeignKey(SurveyVersion, on_delete=models.PROTECT, related_name="invitations")
    wave = models.ForeignKey(SurveyWave, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    trigger = models.CharField(_("asked when"), max_length=10, choices=SurveyTrigger.choices)
    subject_no = models.CharField(_("number"), max_length=40, blank=True, db_collation="C")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    tier = models.CharField(_("tier"), max_length=20, blank=True, db_collation="C")
    state = models.CharField(_("state"), max_length=8, choices=InvitationState.choices, default=InvitationState.OPEN)
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("until"))
    next_prompt_at = models.DateTimeField(null=True, blank=True)
    prompts = models.PositiveSmallIntegerField(_("messages sent"), default=0)
    channel = models.CharField(_("channel"), max_length=8, choices=MessageChannel.choices, blank=True)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    by_staff = models.CharField(_("written down by"), max_length=80, blank=True)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True, blank=True)
    nps = models.SmallIntegerField(_("recommendation"), null=True, blank=True)
    low = models.BooleanField(_("low"), default=False)
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    objects = SurveyInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey invitation")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False) | (~Q(state="answered") & Q(answered_at=None)),
                name="service_invitation_answered",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(0, 100)), name="service_invitation_score"),
            models.CheckConstraint(condition=Q(nps=None) | Q(nps__range=(0, 10)), name="service_invitation_nps"),
        ]
        indexes = [
            models.Index("customer", F("invited_at").desc(), name="service_invitation_customer"),
            models.Index("unit", F("answered_at").desc(), name="service_invitation_unit"),
            models.Index("invited_at", name="service_invitation_invited"),
            models.Index("next_prompt_at", condition=Q(state="open"), name="service_invitation_prompt"),
            models.Index("expires_at", condition=Q(state="open"), name="service_invitation_expiry"),
        ]

    def __str__(self) -> str:
        return self.key


class SurveyAnswerQuerySet(ScopedQuerySet["SurveyAnswer"]):
    scope_through = "invitation"


class SurveyAnswer(models.Model):
    """调查答案: one answer with the scale it was given on. ``given`` is false for a question that fell away again."""

    invitation = models.ForeignKey(SurveyInvitation, on_delete=models.PROTECT, db_index=False, related_name="answers")
    customer_id = models.BigIntegerField(editable=False)
    key_id = models.UUIDField(editable=False)
    question = models.CharField(_("question"), max_length=30, db_collation="C")
    dimension = models.CharField(_("dimension"), max_length=30, blank=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=8, choices=QuestionKind.choices)
    value = models.DecimalField(_("rating"), max_digits=5, decimal_places=2, null=True, blank=True)
    least = models.SmallIntegerField(_("lowest"), null=True, blank=True)
    most = models.SmallIntegerField(_("highest"), null=True, blank=True)
    picks: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    text = PersonalField(_("text"), level=Level.C2, max_length=1000)
    given = models.BooleanField(default=True)
    said_at = models.DateTimeField(_("said"))

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey answer")
        constraints = [
            models.UniqueConstraint(fields=["invitation", "question"], name="service_answer_once"),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=F("least"), value__lte=F("most")), name="service_answer_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"SurveyAnswer {self.pk}"
