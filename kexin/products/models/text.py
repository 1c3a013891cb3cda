"""Texts about products and their versions."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import ProductClass
from kexin.products.models.product import Product
from kexin.products.texts.choices import DECIDED, OPEN, TextKind, TextLanguage, TextState

LONGEST = 40_000  # characters of a version: about twenty pages


class ProductText(models.Model):
    """产品文本: what a kind of text says about a class of products, or about one product, in one language."""

    kind = models.CharField(_("kind"), max_length=16, choices=TextKind.choices)
    product_class = models.CharField(_("class"), max_length=14, choices=ProductClass.choices)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="texts", verbose_name=_("product")
    )
    language = models.CharField(_("language"), max_length=2, choices=TextLanguage.choices)
    title = models.CharField(_("title"), max_length=120)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("product text")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "product_class", "product", "language"],
                name="products_text_one_each",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TextVersion(models.Model):
    """文本版本. ``body`` is paragraphs with empty lines between; a trigger keeps what was approved from changing.

    ``writers`` are the users who wrote any of it: none of them reviews it.
    """

    text = models.ForeignKey(ProductText, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("text"), max_length=LONGEST)
    change = models.CharField(_("what is new"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=TextState.choices, default=TextState.DRAFT)
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafter_user_id = models.BigIntegerField(null=True)
    writers = models.JSONField(default=list)
    drafted_at = models.DateTimeField(_("drafted at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewed_by = models.CharField(_("reviewed by"), max_length=80, blank=True)
    reviewer_user_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    checklist = models.JSONField(_("checklist"), default=dict)
    note = models.CharField(_("reviewer's note"), max_length=1000, blank=True)
    in_use_from = models.DateField(_("in use from"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=1000, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("version of a product text")
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="products_textversion_number"),
            models.UniqueConstraint(
                fields=["text"], condition=Q(state__in=[str(each) for each in OPEN]), name="products_textversion_open"
            ),
            models.UniqueConstraint(
                fields=["text", "in_use_from"],
                condition=Q(state=TextState.APPROVED),
                name="products_textversion_one_from_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(each) for each in DECIDED])
                | (Q(in_use_from__isnull=False) & ~Q(reviewed_by="") & ~Q(sha256="") & ~Q(reviewed_by=F("drafted_by"))),
                name="products_textversion_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(reviewer_user_id__isnull=True)
                | Q(drafter_user_id__isnull=True)
                | ~Q(reviewer_user_id=F("drafter_user_id")),
                name="products_textversion_not_the_drafter",
            ),
        ]

    def in_force_on(self, day: dt.date) -> bool:
        """Approved and its day come; whether a later one has replaced it the caller knows."""
        return self.state == TextState.APPROVED and self.in_use_from is not None and self.in_use_from <= day

    def __str__(self) -> str:
        return f"{self.text_id}/{self.number}"
