"""Consents of customers, and restrictions put on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.choices import ConsentChannel, ConsentSource, RestrictionCode
from kexin.party.models.customer import Customer


class ConsentQuerySet(ScopedQuerySet["Consent"]):
    scope_through = "customer"


class Consent(models.Model):
    """同意: one word of a customer on being addressed with offers by one channel. Only ever appended to: the last row
    of a channel counts, no row means no consent. ``policy`` is the version whose wording was shown."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consents", db_index=False)
    channel = models.CharField(_("channel"), max_length=8, choices=ConsentChannel.choices)
    granted = models.BooleanField(_("agreed"))
    source = models.CharField(_("said where"), max_length=8, choices=ConsentSource.choices)
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    policy = models.BigIntegerField(_("version of the wording"), null=True)
    by = models.CharField(_("by"), max_length=80)
    at = models.DateTimeField(_("at"))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        indexes = [models.Index("customer", "channel", F("id").desc(), name="party_consent_last")]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted=False) | ~Q(evidence="") | Q(source=ConsentSource.PORTAL),
                name="party_consent_evidence",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.channel}: {self.granted}"


class RestrictionQuerySet(ScopedQuerySet["Restriction"]):
    scope_through = "customer"


class Restriction(models.Model):
    """限制: stops sales to a customer until it is lifted. Who sells learns only that it cannot be done now."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="restrictions")
    code = models.CharField(_("kind"), max_length=14, choices=RestrictionCode.choices)
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.CharField(_("placed by"), max_length=80)
    placed_at = models.DateTimeField(_("placed"))
    lifted_by = models.CharField(_("lifted by"), max_length=80, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lift_reason = models.CharField(_("reason for lifting"), max_length=300, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "code"], condition=Q(lifted_at=None), name="party_restriction_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="", lift_reason="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(lift_reason="")),
                name="party_restriction_lifted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.code}"
