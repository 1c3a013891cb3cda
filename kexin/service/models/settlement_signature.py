"""What a complainant signed on the portal: the agreement of a settlement."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.sales.signatures.choices import ProofMethod, SignatureKind
from kexin.service.models.complaint_evidence import ComplaintEvidence
from kexin.service.models.complaint_steps import Settlement


class SettlementSignatureQuerySet(ScopedQuerySet["SettlementSignature"]):
    scope_through = "settlement"


class SettlementSignature(models.Model):
    """和解协议签署: the customer's own signature under the agreement. Never changed.

    ``manifest`` is the text that was signed: case, amount, the agreement's SHA-256, the drawing's, proof and device;
    ``cms`` the certificate signature beside it, ``kept`` the agreement with the signature in it. ``kind`` calls it
    nothing more than it is.
    """

    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="signature")
    key_id = models.UUIDField(editable=False)
    at = models.DateTimeField(_("signed at"))
    by = models.CharField(_("signed by"), max_length=80)
    kind = models.CharField(_("kind of signature"), max_length=9, choices=SignatureKind.choices)
    proof = models.CharField(_("how identity was proved"), max_length=7, choices=ProofMethod.choices)
    proof_reference = models.CharField(_("number of the proof"), max_length=80, blank=True)
    session = models.CharField(_("session"), max_length=64, blank=True)
    device = models.JSONField(_("device"), default=dict, blank=True)
    agreement_sha256 = models.CharField(_("fingerprint of the agreement"), max_length=64, db_collation="C")
    drawing_digest = models.CharField(_("fingerprint of the drawing"), max_length=64, db_collation="C")
    kept = models.OneToOneField(
        ComplaintEvidence, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("signed version")
    )
    strokes = PersonalField(_("drawing"), level=Level.C3)
    manifest = models.TextField(_("text signed"))
    authority = models.CharField(_("certified by"), max_length=40, blank=True)
    certificate = models.TextField(_("signing certificate"), blank=True)
    certificate_serial = models.CharField(_("serial number of the certificate"), max_length=48, blank=True)
    cms = models.BinaryField(_("certificate signature"), null=True)

    objects = SettlementSignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature under a settlement")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=SignatureKind.SIMPLE) | models.Q(cms__isnull=False),
                name="service_settlementsignature_as_called",
            ),
        ]

    def __str__(self) -> str:
        return f"SettlementSignature {self.pk}"
