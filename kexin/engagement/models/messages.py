"""Messages to customers on their way out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_contact
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.messages.choices import OUT_CHANNELS, MessageStatus
from kexin.party.models import Customer


class OutboundMessageQuerySet(ScopedQuerySet["OutboundMessage"]):
    scope_through = "customer"


class OutboundMessage(models.Model):
    """外发消息: one text to one address of a customer. ``reference`` is the same in every attempt, so that the carrier
    can tell a repetition; ``secret`` texts (codes) are forgotten when their sending ends. Without customer it answers
    somebody who is not known yet. ``thread`` are the mails that it answers, by their Message-IDs.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="messages_out")
    key_id = models.UUIDField(editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=OUT_CHANNELS)
    purpose = models.CharField(_("purpose"), max_length=40, db_collation="C")
    address = PersonalField(_("address"), level=Level.C2, mask=mask_contact, max_length=200)
    subject_line = PersonalField(_("subject"), level=Level.C2, max_length=200)
    body = PersonalField(_("text"), level=Level.C2, max_length=4000)
    thread = PersonalField(level=Level.C2, max_length=2000)
    secret = models.BooleanField(default=False)
    reference = models.UUIDField(unique=True)
    status = models.CharField(_("state"), max_length=8, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    carrier = models.CharField(_("sent by"), max_length=20, blank=True, db_collation="C")
    carrier_no = models.CharField(_("carrier's number"), max_length=120, blank=True, db_collation="C")
    problem = models.CharField(_("problem"), max_length=40, blank=True, db_collation="C")
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.CharField(_("made by"), max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OutboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message out")
        indexes = [
            models.Index("next_at", condition=Q(status="waiting"), name="engagement_message_due"),
            models.Index("customer", "made_at", name="engagement_message_customer"),
            models.Index("made_at", "id", name="engagement_message_made"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", ended_at=None) | (~Q(status="waiting") & Q(ended_at__isnull=False)),
                name="engagement_message_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"OutboundMessage {self.pk}"
