"""Feedback with its four elements, improvement plans, and reviews of the way itself."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import Confirmation, Urgency
from kexin.service.feedback.choices import FeedbackAspect, FeedbackSource, FeedbackState, PlanState


class ImprovementPlanQuerySet(ScopedQuerySet["ImprovementPlan"]):
    scope_post = "owner_post_id"


class ImprovementPlan(models.Model):
    """改进计划: a measure that feedback led to: who, until when, and what came of it."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    aspect = models.CharField(_("aspect"), max_length=10, choices=FeedbackAspect.choices)
    measure = models.CharField(_("measure"), max_length=500)
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=9, choices=PlanState.choices, default=PlanState.OPEN)
    effect = models.CharField(_("effect"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=80)
    done_on = models.DateField(_("carried out on"), null=True, blank=True)
    look_on = models.DateField(_("effect looked at from"), null=True, blank=True)
    judged_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ImprovementPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("improvement plan")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["effective", "without"]) | (~Q(effect="") & ~Q(judged_by="")),
                name="service_plan_judged",
            ),
        ]
        indexes = [models.Index("unit", "due_on", name="service_plan_unit")]

    def __str__(self) -> str:
        return f"ImprovementPlan {self.pk}"


class FeedbackQuerySet(ScopedQuerySet["Feedback"]):
    scope_post = "owner_post_id"
    scope_customer = "customer_id"


class Feedback(models.Model):
    """客户反馈: an opinion on the service with responsible person, limit, result and the customer's word (G-05).

    What no customer said (staff, reviews by strangers) has no customer; it is closed with its answer.
    """

    feedback_no = models.CharField(_("feedback number"), max_length=20, unique=True, db_collation="C")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="feedback"
    )
    key_id = models.UUIDField(editable=False, null=True)
    source = models.CharField(_("source"), max_length=6, choices=FeedbackSource.choices)
    aspect = models.CharField(_("aspect"), max_length=10, choices=FeedbackAspect.choices)
    grade = models.CharField(_("grade"), max_length=9, choices=Urgency.choices, default=Urgency.GENERAL)
    text = PersonalField(_("what was said"), level=Level.C2, max_length=4000)
    plain_text = models.CharField(max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=FeedbackState.choices, default=FeedbackState.OPEN)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+")
    owner_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=pgettext_lazy("request", "responsible"),
    )
    received_at = models.DateTimeField(_("received"))
    received_by = models.CharField(_("by"), max_length=80)
    due_at = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = PersonalField(_("answer"), level=Level.C2, max_length=4000)
    plain_answer = models.CharField(max_length=4000, blank=True)
    confirmation = models.CharField(_("customer's word"), max_length=9, choices=Confirmation.choices, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    plan = models.ForeignKey(ImprovementPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="feedback")
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("record", "feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="service_feedback_answered",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="service_feedback_closed",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False, key_id__isnull=False, plain_text="", plain_answer="")
                | Q(customer=None, key_id=None),
                name="service_feedback_whose",
            ),
        ]
        indexes = [
            models.Index("unit", F("received_at").desc(), name="service_feedback_unit"),
            models.Index("owner_post", F("received_at").desc(), name="service_feedback_owner"),
            models.Index("customer", F("received_at").desc(), name="service_feedback_customer"),
            models.Index("due_at", condition=Q(state="open"), name="service_feedback_due"),
        ]

    @property
    def said(self) -> str:
        """The words; those of a customer must have been opened before."""
        return str(self.text or "") if self.customer_id else self.plain_text

    @property
    def answered(self) -> str:
        return str(self.answer or "") if self.customer_id else self.plain_answer

    def __str__(self) -> str:
        return self.feedback_no


class FeedbackReview(models.Model):
    """反馈机制评估: a look at the way feedback is gathered and answered, by date (G-13). Never changed."""

    reviewed_on = models.DateField(_("reviewed on"))
    findings = models.CharField(_("findings"), max_length=2000)
    measures = models.CharField(_("measures"), max_length=2000, blank=True)
    figures = models.JSONField(_("figures since the review before"), default=dict)
    next_on = models.DateField(_("next review"))
    reviewed_by = models.CharField(_("reviewed by"), max_length=80)

    class Meta:
        verbose_name = _("review of the feedback mechanism")
        indexes = [models.Index(F("reviewed_on").desc(), name="service_feedbackreview_on")]

    def __str__(self) -> str:
        return f"FeedbackReview {self.reviewed_on}"
