"""What holders of a product are told, and each customer's receipt."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.engagement.messages.choices import MessageChannel
from kexin.party.models import Customer
from kexin.people.models import by_language
from kexin.products.models import Product, TextVersion
from kexin.sales.notices.choices import NoticeMatter, NoticeState, TellingState


class Notice(models.Model):
    """告知: one matter of one product (``key``), in the words of reviewed texts, filled and kept as they were sent."""

    key = models.CharField(max_length=120, unique=True, db_collation="C", editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="notices")
    matter = models.CharField(_("matter"), max_length=10, choices=NoticeMatter.choices)
    facts: models.JSONField[Any, Any] = models.JSONField(_("facts"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=NoticeState.choices)
    text_zh = models.ForeignKey(TextVersion, on_delete=models.PROTECT, null=True, related_name="+")
    text_en = models.ForeignKey(TextVersion, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(_("title of the notice"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    body = models.TextField(_("text of the notice"), blank=True)
    body_en = models.TextField(_("English text"), blank=True)
    made_at = models.DateTimeField(_("made"))
    made_on = models.DateField(_("business date"))
    made_by = models.CharField(_("made by"), max_length=80)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    policy_id = models.BigIntegerField(_("policy version"))

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=NoticeState.WAITING)
                | (Q(text_zh__isnull=False, text_en__isnull=False) & ~Q(body="") & ~Q(body_en="")),
                name="sales_notice_reviewed",
            ),
        ]
        indexes = [
            models.Index("product", F("made_at").desc(), name="sales_notice_product"),
            models.Index("state", condition=~Q(state=NoticeState.SENT), name="sales_notice_running"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.product_id}"

    @property
    def shown_title(self) -> str:
        return by_language(self.title, self.title_en)

    @property
    def shown_body(self) -> str:
        return by_language(self.body, self.body_en)


class CustomerNoticeQuerySet(ScopedQuerySet["CustomerNotice"]):
    scope_through = "customer"


class CustomerNotice(models.Model):
    """客户告知: one notice in one customer's portal; the prompt by SMS or e-mail that went with it; when it was opened.

    ``message_id`` is the latest prompt; ``tried`` the channels so far; a failed prompt goes again at ``next_at``.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="tellings", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="notices", db_index=False)
    state = models.CharField(_("state"), max_length=8, choices=TellingState.choices)
    channel = models.CharField(_("way"), max_length=5, choices=MessageChannel.choices, blank=True)
    message_id = models.BigIntegerField(null=True, blank=True, unique=True)
    tried: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    told_at = models.DateTimeField(_("told"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)

    objects = CustomerNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to a customer")
        constraints = [
            models.UniqueConstraint(fields=["notice", "customer"], name="sales_customernotice_once"),
            models.CheckConstraint(
                condition=~Q(state=TellingState.FAILED) | Q(next_at__isnull=False), name="sales_customernotice_again"
            ),
        ]
        indexes = [
            models.Index("customer", F("told_at").desc(), name="sales_customernotice_own"),
            models.Index("next_at", condition=Q(state="failed"), name="sales_customernotice_next"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.customer_id}"
