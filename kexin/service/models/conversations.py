"""A conversation with a customer or with somebody not known yet, its messages and their files."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_contact, mask_name
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.models import OutboundMessage
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import Reaction
from kexin.service.conversations.choices import ConversationChannel, ConversationState, HeldBack, Side
from kexin.service.models.requests import ServiceRequest


class ConversationQuerySet(ScopedQuerySet["Conversation"]):
    """Seen by who owns it or was asked first, by who leads the customer, and by their units."""

    scope_customer = "customer_id"

    def visible_to(self, actor: Actor, operation: str) -> Self:
        if actor.customer_id is not None:
            return self._own(actor, operation)
        grants = actor.grants_for(operation)
        if any(grant.reach == Reach.ALL for grant in grants):
            return self
        posts = {g.post_id for g in grants if g.reach == Reach.PORTFOLIO and g.post_id is not None}
        units = {unit for g in grants if g.reach != Reach.PORTFOLIO for unit in g.unit_ids}
        every = self.model._default_manager
        branches = []
        if posts:
            branches += [
                every.filter(owner_post__in=posts),
                every.filter(first_post__in=posts),
                every.filter(customer__lead_post__in=posts),
            ]
        if units:
            branches += [every.filter(unit__in=units), every.filter(customer__unit__in=units)]
        if not branches:
            return self.none()
        first, *rest = [each.order_by().values("pk") for each in branches]
        return self.filter(pk__in=first.union(*rest))

    def unfinished(self) -> Self:
        return self.exclude(state=ConversationState.CLOSED)


class Conversation(models.Model):
    """会话. ``owner_post`` is never empty: the first asked, until somebody else takes it over (首问负责制).

    Until the sender is identified there is no customer; ``key_id`` is then a key of the conversation's own, and stays
    so. ``address`` is where the sender writes from, ``address_token`` finds it again. ``token`` stands in the subject
    of mails, ``mail_thread`` are the Message-IDs that an answer names. ``version`` grows with every change: open pages
    ask whether it is still theirs.
    """

    conversation_no = models.CharField(_("conversation number"), max_length=20, unique=True, db_collation="C")
    token = models.CharField(max_length=16, unique=True, editable=False, db_collation="C")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="conversations"
    )
    key_id = models.UUIDField(editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=ConversationChannel.choices)
    address = PersonalField(_("address"), level=Level.C2, mask=mask_contact, max_length=254)
    address_token = models.BinaryField(editable=False, max_length=16, null=True)
    sender_name = PersonalField(_("name of the sender"), level=Level.C2, mask=mask_name, max_length=120)
    subject = PersonalField(pgettext_lazy("conversation", "about"), level=Level.C2, max_length=200)
    mail_thread = PersonalField(level=Level.C2, max_length=2000)
    state = models.CharField(
        _("state"), max_length=7, choices=ConversationState.choices, default=ConversationState.OPEN
    )
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+")
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    first_post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations"
    )
    opened_at = models.DateTimeField(_("opened"))
    last_at = models.DateTimeField(_("last message"))
    last_in_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=40, blank=True, db_collation="C")
    result_text = PersonalField(_("result"), level=Level.C2, max_length=1000)
    reaction = models.CharField(_("how the customer took it"), max_length=7, choices=Reaction.choices, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="service_conversation_closed",
            ),
        ]
        indexes = [
            models.Index("owner_post", F("last_at").desc(), condition=~Q(state="closed"), name="service_conv_owner"),
            models.Index("unit", F("last_at").desc(), condition=~Q(state="closed"), name="service_conv_unit"),
            models.Index("customer", F("last_at").desc(), name="service_conv_customer"),
            models.Index(F("last_at").desc(), name="service_conv_last"),
            models.Index("address_token", F("last_at").desc(), name="service_conv_address"),
            models.Index("first_post", name="service_conv_first"),
            models.Index("last_at", condition=Q(state="waiting"), name="service_conv_silent"),
            models.Index(F("last_in_at").desc(), condition=Q(last_in_at__isnull=False), name="service_conv_came"),
        ]

    def __str__(self) -> str:
        return self.conversation_no


class ConversationMessageQuerySet(ScopedQuerySet["ConversationMessage"]):
    scope_through = "conversation"


class ConversationMessage(models.Model):
    """会话消息: words of one side. Never changed.

    ``quoted`` is what a mail repeats of earlier ones, shown folded. ``reference`` tells a repetition: what was taken
    once under it is not taken again. ``outbound`` is the message by which a carrier took it out of the house.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, db_index=False, related_name="messages")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    side = models.CharField(max_length=3, choices=Side.choices)
    text = PersonalField(_("text"), level=Level.C2, max_length=20_000)
    quoted = PersonalField(_("quoted"), level=Level.C2, max_length=20_000)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)
    automatic = models.BooleanField(_("written by a machine"), default=False)
    reference = models.CharField(max_length=64, null=True, blank=True, unique=True, db_collation="C")
    outbound = models.OneToOneField(OutboundMessage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ConversationMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message of a conversation")
        indexes = [models.Index("conversation", "id", name="service_conv_message")]

    def __str__(self) -> str:
        return f"ConversationMessage {self.pk}"


class ConversationFileQuerySet(ScopedQuerySet["ConversationFile"]):
    scope_through = "message"


class ConversationFile(models.Model):
    """会话附件: a file that came or went with a message, in the vault. What is held back is handed to nobody."""

    message = models.ForeignKey(ConversationMessage, on_delete=models.PROTECT, related_name="files")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    file_name = PersonalField(_("file name"), level=Level.C2, max_length=255)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(_("size"))
    digest = models.CharField(max_length=64, blank=True, db_collation="C")
    stored_as = models.CharField(max_length=120, blank=True, db_collation="C")
    held_back = models.CharField(_("held back"), max_length=8, choices=HeldBack.choices, blank=True)

    objects = ConversationFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a conversation")
        constraints = [
            models.UniqueConstraint(fields=["stored_as"], condition=~Q(stored_as=""), name="service_conv_file_once"),
            models.CheckConstraint(condition=~Q(stored_as="") | Q(held_back="large"), name="service_conv_file_kept"),
        ]

    def __str__(self) -> str:
        return f"ConversationFile {self.pk}"


class ConversationReader(models.Model):
    """谁在看: who has a conversation open at this moment, so that two colleagues do not answer at once."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="readers")
    reader = models.CharField(max_length=80, db_collation="C")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reader of a conversation")
        constraints = [models.UniqueConstraint(fields=["conversation", "reader"], name="service_conv_reader")]

    def __str__(self) -> str:
        return f"ConversationReader {self.pk}"


class Mailbox(models.Model):
    """收件邮箱: how far a mailbox of the institution was read. Moved on in the transaction that keeps the mail: each is
    taken once, whatever breaks in between.
    """

    name = models.CharField(max_length=200, unique=True, db_collation="C")
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("mailbox")

    def __str__(self) -> str:
        return f"Mailbox {self.pk}"
