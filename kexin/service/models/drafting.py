"""Drafts by a model."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.service.drafting.choices import DraftKind, DraftState
from kexin.service.models.conversations import Conversation


class WordsDraftQuerySet(ScopedQuerySet["WordsDraft"]):
    scope_through = "conversation"


class WordsDraft(models.Model):
    """模型草稿: what a model drafted for a conversation. ``sent_text`` is what left the house, masked; it and the draft
    are kept under the customer's key. ``cited`` are numbers of approved articles."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="drafts")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=7, choices=DraftKind.choices)
    state = models.CharField(_("state"), max_length=7, choices=DraftState.choices, default=DraftState.ASKED)
    sent_text = PersonalField(_("what left the house"), level=Level.C2, max_length=100_000)
    draft_text = PersonalField(_("draft"), level=Level.C2, max_length=4000)
    cited = models.JSONField(default=list)
    fault = models.CharField(max_length=20, blank=True, db_collation="C")
    model = models.CharField(_("model"), max_length=80)
    host = models.CharField(_("endpoint"), max_length=120)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField(_("asked"))
    settled_by = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = WordsDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft by a model")
        indexes = [models.Index("conversation", F("asked_at").desc(), name="service_draft_conversation")]

    def __str__(self) -> str:
        return f"WordsDraft {self.pk}"
