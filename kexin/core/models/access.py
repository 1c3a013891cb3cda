"""Machines that act: service accounts and their tokens; what makes a repeated write harmless."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import Reach


class ServiceAccountStatus(models.TextChoices):
    PROPOSED = "proposed", _("Awaiting approval")
    ACTIVE = "active", _("Active")
    REJECTED = "rejected", _("Rejected")
    REVOKED = "revoked", _("Revoked")


class ServiceAccount(models.Model):
    """服务账号: another system that acts by the API with one token, ``kx_<code>_<secret>``.

    It may do ``operations`` and no more, either as far as ``reach`` and ``unit_id`` say or, where ``post_id`` is
    given, as far as that post's own roles go today. Of the secret only its SHA-256 is kept (32 random bytes need no
    slow hash).
    """

    code = models.CharField(_("code"), max_length=16, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=80)
    operations: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=80), verbose_name=_("operations")
    )
    reach = models.CharField(_("reach"), max_length=10, choices=Reach.choices)
    unit_id = models.BigIntegerField(_("unit"))
    post_id = models.BigIntegerField(_("post"), null=True, blank=True)
    addresses: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("allowed addresses")
    )
    secret_hash = models.BinaryField(max_length=32, editable=False)
    status = models.CharField(
        _("state"), max_length=10, choices=ServiceAccountStatus.choices, default=ServiceAccountStatus.PROPOSED
    )
    expires_at = models.DateTimeField(_("valid until"))
    proposed_by = models.CharField(_("proposed by"), max_length=80)
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    revoked_by = models.CharField(_("revoked by"), max_length=80, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("service account")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=ServiceAccountStatus.ACTIVE)
                | (~Q(approved_by="") & ~Q(approved_by=F("proposed_by"))),
                name="core_serviceaccount_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(post_id__isnull=False) | ~Q(reach=Reach.PORTFOLIO), name="core_serviceaccount_portfolio"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_name(self) -> str:
        """How the audit calls it."""
        return f"service.{self.code}"


class IdempotencyKey(models.Model):
    """A write that says of itself which write it is: repeated with the same key it is answered, not done again.

    ``response`` is encrypted: it may hold personal data. ``status`` is empty while the write runs.
    """

    actor_name = models.CharField(max_length=80, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")
    fingerprint = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(null=True)
    response = models.BinaryField(null=True)
    begun_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        constraints = [models.UniqueConstraint(fields=["actor_name", "key"], name="core_idempotencykey_once")]
        indexes = [models.Index("expires_at", name="core_idempotencykey_expiry")]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.key}"
