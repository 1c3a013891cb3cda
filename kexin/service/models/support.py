"""Questions of staff to support desks."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.models.knowledge import Article
from kexin.service.models.requests import ServiceRequest
from kexin.service.support.choices import SupportState


class SupportQuestionQuerySet(ScopedQuerySet["SupportQuestion"]):
    """Seen by who asked, by who answers, and by those whose reach holds the unit of either."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        grants = actor.grants_for(operation)
        if actor.everything or any(each.reach == Reach.ALL for each in grants):
            return self
        posts = {each.post_id for each in grants if each.post_id is not None}
        units = {unit for each in grants if each.reach != Reach.PORTFOLIO for unit in each.unit_ids}
        seen = Q(asked_post__in=posts) | Q(owner_post__in=posts) | Q(unit__in=units) | Q(asked_post__unit__in=units)
        return self.filter(seen) if grants else self.none()


class SupportQuestion(models.Model):
    """支持请求: what a colleague asks a support desk, beside the request, customer or sale it came up with.

    The words name no customer: what does is taken out before they are kept. The record itself is opened only by those
    within whose reach it is.
    """

    question_no = models.CharField(_("question number"), max_length=20, unique=True, db_collation="C")
    desk = models.CharField(_("support desk"), max_length=40, db_collation="C")
    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="support_questions"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="support_questions"
    )
    sale_no = models.CharField(_("sale"), max_length=20, blank=True, db_collation="C")
    subject = models.CharField(_("in a few words"), max_length=120)
    question = models.CharField(_("question"), max_length=2000)
    answer_text = models.CharField(_("answer"), max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=SupportState.choices, default=SupportState.OPEN)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    asked_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.CharField(_("asked by"), max_length=80)
    due_at = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=80, blank=True)
    rounds = models.PositiveSmallIntegerField(_("times asked"), default=1)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = SupportQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to a support desk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(answer_text="") & Q(answered_at__isnull=False)),
                name="service_support_answered",
            ),
        ]
        indexes = [
            models.Index("owner_post", "due_at", condition=Q(state="open"), name="service_support_owner"),
            models.Index(F("asked_at").desc(), name="service_support_asked"),
        ]

    def __str__(self) -> str:
        return self.question_no
