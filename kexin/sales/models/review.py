"""The pack that a manager took to a meeting."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.engagement.models import Document
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post


class ReviewPackQuerySet(ScopedQuerySet["ReviewPack"]):
    scope_through = "customer"


class ReviewPack(models.Model):
    """资产检视报告: one version of a customer's pack, its file, and the figures that the next one compares with.

    ``figures``: ``{"totals": {"CNY": "…"}, "positions": {"account:place": [name, value, currency]}}``; ``options``: the
    products shown with their risk grades.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="review_packs")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=8)
    as_of = models.DateField(_("as of"))
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="review_pack")
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64, db_collation="C")
    figures: models.JSONField[Any, Any] = models.JSONField(_("figures compared with"), default=dict)
    options: models.JSONField[Any, Any] = models.JSONField(_("products shown"), default=list)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=80)

    objects = ReviewPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("review pack")
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="sales_review_pack_number")]
        indexes = [models.Index("customer", F("made_at").desc(), name="sales_review_pack_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.number}"
