"""What was said with the portal's assistant, and what it learned."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.service.assistant.choices import LineKind, Speaker, Step
from kexin.service.models.complaints import Complaint
from kexin.service.models.conversations import Conversation
from kexin.service.models.knowledge import ArticleVersion
from kexin.service.models.requests import ServiceRequest


class AssistantTalkQuerySet(ScopedQuerySet["AssistantTalk"]):
    """The customer's own; staff read it in the conversation it was handed over with."""

    scope_unit, scope_post = None, None
    scope_customer = "customer_id"


class AssistantTalk(models.Model):
    """助手会话: one talk of a customer with the assistant, up to a pause or until a person takes over."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="+")
    key_id = models.UUIDField(editable=False)
    began_at = models.DateTimeField(_("began"))
    last_at = models.DateTimeField(_("last words"))
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("conversation")
    )

    objects = AssistantTalkQuerySet.as_manager()

    class Meta:
        verbose_name = _("talk with the assistant")
        indexes = [models.Index("customer", F("last_at").desc(), name="service_talk_customer")]

    def __str__(self) -> str:
        return f"AssistantTalk {self.pk}"


class AssistantLineQuerySet(ScopedQuerySet["AssistantLine"]):
    scope_through = "talk"


class AssistantLine(models.Model):
    """助手会话记录: what one side said. Never changed. ``offered`` are articles among which the customer may choose;
    ``likely`` and ``alike`` what the answer was founded on. ``step`` stands with the lines by which a complaint or a
    request is taken, ``chosen`` is what was picked there, ``complaint`` and ``request`` what came of it."""

    talk = models.ForeignKey(AssistantTalk, on_delete=models.PROTECT, db_index=False, related_name="lines")
    customer_id = models.BigIntegerField(editable=False)
    key_id = models.UUIDField(editable=False)
    speaker = models.CharField(_("who spoke"), max_length=9, choices=Speaker.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=LineKind.choices)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    source = models.ForeignKey(
        ArticleVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    offered = models.JSONField(default=list)
    step = models.CharField(_("asked for"), max_length=8, choices=Step.choices, blank=True)
    chosen = models.CharField(max_length=40, blank=True, db_collation="C")
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    likely = models.FloatField(null=True, blank=True)
    alike = models.FloatField(null=True, blank=True)
    at = models.DateTimeField(_("when"))

    objects = AssistantLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a talk with the assistant")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="answer") | Q(source__isnull=False), name="service_line_answer_has_source"
            )
        ]
        indexes = [models.Index("talk", "id", name="service_line_talk")]

    def __str__(self) -> str:
        return f"AssistantLine {self.pk}"


class AssistantModel(models.Model):
    """助手模型: what was learned from the approved articles for customers. ``stamp`` names the versions it read."""

    stamp = models.CharField(max_length=64, db_collation="C")
    content = models.BinaryField()
    examples = models.PositiveIntegerField(_("ways of asking"))
    articles = models.PositiveIntegerField(_("articles"))
    seconds = models.FloatField(_("learned in seconds"))
    made_at = models.DateTimeField(_("learned"))

    class Meta:
        verbose_name = _("what the assistant learned")

    def __str__(self) -> str:
        return f"AssistantModel {self.pk}"
