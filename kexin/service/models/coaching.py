"""Situations of prepared phrases, and coaching reviews."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.coaching.choices import CoachingState
from kexin.service.models.conversations import Conversation
from kexin.service.models.knowledge import Article
from kexin.service.models.requests import ServiceRequest
from kexin.service.models.telephony import PhoneCall


class PhraseSituation(models.Model):
    """话术场景: that prepared phrases (an article of that kind) are for a situation; the codes are policy."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="situations")
    situation = models.CharField(_("situation"), max_length=40, db_collation="C")

    class Meta:
        verbose_name = _("situation of prepared phrases")
        constraints = [models.UniqueConstraint(fields=["article", "situation"], name="service_phrase_once")]
        indexes = [models.Index("situation", name="service_phrase_situation")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.situation}"


class CoachingReviewQuerySet(ScopedQuerySet["CoachingReview"]):
    """Seen by the person it is about, by who gave it, and by heads within whose reach the person's unit is."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        grants = actor.grants_for(operation)
        if actor.everything or any(each.reach == Reach.ALL for each in grants):
            return self
        posts = {each.post_id for each in grants if each.post_id is not None}
        units = {unit for each in grants if each.reach != Reach.PORTFOLIO for unit in each.unit_ids}
        seen = Q(person_post__in=posts) | Q(person=actor.name) | Q(reviewer=actor.name) | Q(unit__in=units)
        return self.filter(seen) if grants else self.none()


class CoachingReview(models.Model):
    """沟通辅导: what a head noticed in one recorded contact, criterion by criterion, and the person's word on it.

    The words may touch what the customer said: they are kept under the customer's key.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="coaching"
    )
    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="coaching"
    )
    call = models.ForeignKey(
        PhoneCall, on_delete=models.PROTECT, null=True, blank=True, related_name="coaching_reviews"
    )
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    person = models.CharField(_("person"), max_length=80, db_collation="C")
    person_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    marks = models.JSONField(_("marks"), default=dict)
    highest = models.PositiveSmallIntegerField(_("highest mark"))
    good_text = PersonalField(_("what was good"), level=Level.C2, max_length=2000)
    better_text = PersonalField(_("what to try next time"), level=Level.C2, max_length=2000)
    word_text = PersonalField(_("the person's word"), level=Level.C2, max_length=2000)
    state = models.CharField(_("state"), max_length=8, choices=CoachingState.choices, default=CoachingState.GIVEN)
    reviewer = models.CharField(_("reviewed by"), max_length=80)
    given_at = models.DateTimeField(_("given"))
    due_at = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CoachingReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("coaching review")
        constraints = [
            models.CheckConstraint(
                condition=Q(conversation__isnull=False, request=None, call=None)
                | Q(conversation=None, request__isnull=False, call=None)
                | Q(conversation=None, request=None, call__isnull=False),
                name="service_coaching_one",
            ),
            models.CheckConstraint(condition=~Q(person=F("reviewer")), name="service_coaching_not_oneself"),
            models.CheckConstraint(
                condition=Q(state="given") | Q(answered_at__isnull=False), name="service_coaching_answered"
            ),
        ]
        indexes = [
            models.Index("unit", F("given_at").desc(), name="service_coaching_unit"),
            models.Index("person", F("given_at").desc(), name="service_coaching_person"),
        ]

    def __str__(self) -> str:
        return f"CoachingReview {self.pk}"
