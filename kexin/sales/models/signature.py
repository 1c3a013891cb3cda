"""What a customer signed, how, and the proof that nothing was changed since."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.sales.models.sale import Sale
from kexin.sales.signatures.choices import ProofMethod, SignatureKind


class SignatureQuerySet(ScopedQuerySet["Signature"]):
    scope_through = "sale"


class Signature(models.Model):
    """签署: the customer's signature under the documents of one round of a sale. Never changed, never removed.

    ``manifest`` is the text that was signed: sale, product, amount, every document with its SHA-256, the drawing's, the
    proof of identity, the device. ``cms`` is the certificate signature beside it. ``reasons`` say why it is not called
    reliable; empty where it is.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("signed at"))
    kind = models.CharField(_("kind of signature"), max_length=9, choices=SignatureKind.choices)
    reasons = models.JSONField(_("why not reliable"), default=list, blank=True)
    proof = models.CharField(_("how identity was proved"), max_length=7, choices=ProofMethod.choices)
    proof_reference = models.CharField(_("number of the proof"), max_length=80, blank=True)
    by = models.CharField(_("signed by"), max_length=80)
    session = models.CharField(_("session"), max_length=64, blank=True)
    link = models.CharField(_("link"), max_length=64, blank=True)
    device = models.JSONField(_("device"), default=dict, blank=True)
    device_digest = models.CharField(_("fingerprint of the device"), max_length=64, blank=True, db_collation="C")
    documents = models.JSONField(_("documents signed"))
    drawing_digest = models.CharField(_("fingerprint of the drawing"), max_length=64, db_collation="C")
    manifest = models.TextField(_("text signed"))
    authority = models.CharField(_("certified by"), max_length=40, blank=True)
    certificate = models.TextField(_("signing certificate"), blank=True)
    certificate_serial = models.CharField(_("serial number of the certificate"), max_length=48, blank=True)
    cms = models.BinaryField(_("certificate signature"), null=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        constraints = [
            models.UniqueConstraint(fields=["sale", "round"], name="sales_signature_once"),
            models.CheckConstraint(
                condition=models.Q(kind=SignatureKind.SIMPLE) | models.Q(cms__isnull=False),
                name="sales_signature_as_called",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=SignatureKind.SIMPLE) | ~models.Q(proof=ProofMethod.CODE),
                name="sales_signature_code_alone",
            ),
        ]
        indexes = [models.Index("device_digest", "at", name="sales_signature_device")]

    def __str__(self) -> str:
        return f"{self.sale_id}/{self.round}"


class SignatureDrawing(models.Model):
    """签名笔迹: the drawing itself, encrypted by the customer's key. Its fingerprint stands in the signature."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="drawing")
    key_id = models.UUIDField()
    strokes = PersonalField(_("drawing"), level=Level.C3)

    class Meta:
        verbose_name = _("drawing of a signature")


class SignatureStamp(models.Model):
    """签署时间戳: the time stamp of a signature (RFC 3161), from the house or an authority. Never changed."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="stamp")
    at = models.DateTimeField(_("time stamped"))
    authority = models.CharField(_("stamped by"), max_length=120)
    token = models.BinaryField(_("time stamp"))

    class Meta:
        verbose_name = _("time stamp of a signature")


class AuthorityRoot(models.Model):
    """本地签章机构: the root certificate of the house's own authority, and its key under the institution's key."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    certificate = models.TextField(_("signing certificate"))
    sealed_key = models.BinaryField()
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("certificate authority")

    def __str__(self) -> str:
        return self.name
