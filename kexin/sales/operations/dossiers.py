"""A sale's dossier, and the evidence of a re-rating, leave the house."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.export import watermark
from kexin.core.operation import operation
from kexin.sales.dossier.collecting import collect
from kexin.sales.dossier.events import DossierExported, ReratingExported
from kexin.sales.dossier.making import make
from kexin.sales.dossier.rerating import collect_rerating
from kexin.sales.models import Sale
from kexin.suitability.models import Rematch, RematchLine

LONGEST_PURPOSE = 200


@dataclass(frozen=True, slots=True)
class DossierFile:
    """The signed file, its name, and the SHA-256 that the audit keeps."""

    name: str
    content: bytes
    digest: str


@operation("sales.export_dossier", label=_("Export the dossier of a sale"), plain=("purpose",))
def export_dossier(sale: Sale, *, actor: Actor, purpose: str) -> DossierFile:
    """Gather, set, watermark and sign everything known of a sale, for a purpose. The audit keeps the fingerprint.

    NotFound outside the reach, RuleViolation without a purpose, CannotTypeset where the font is missing.
    """
    sale = Sale.objects.lock(sale, actor)
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise RuleViolation(fields={"purpose": _("Say what you need it for.")})
    at = timezone.now()
    content = make(collect(sale, at=at, watermark=watermark(actor)), at=at)
    digest = hashlib.sha256(content).hexdigest()
    act = frame.current.get()
    assert act is not None
    act.notes["sha256"] = digest
    emit(DossierExported(customer_id=sale.customer_id, subject=sale.sale_no, digest=digest))
    return DossierFile(f"kexin-dossier-{sale.sale_no}.pdf", content, digest)


@operation("sales.export_rerating", label=_("Export the evidence of a re-rating"), plain=("purpose",))
def export_rerating(run: Rematch | int, *, actor: Actor, purpose: str) -> DossierFile:
    """Why a grade changed, who decided, whom it concerns: one signed file for the supervisor, for a purpose.

    It tells of the whole bank: NotFound for whoever does not reach all of it, RuleViolation without a purpose.
    """
    row = Rematch.objects.select_related("product", "policy").filter(pk=getattr(run, "pk", run)).first()
    lines = RematchLine.objects.filter(rematch=row)
    if row is None or lines.visible_to(actor, "sales.export_rerating").count() < lines.count():
        raise NotFound
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise RuleViolation(fields={"purpose": _("Say what you need it for.")})
    at = timezone.now()
    content = make(collect_rerating(row, actor=actor, at=at, watermark=watermark(actor)), at=at)
    digest = hashlib.sha256(content).hexdigest()
    act = frame.current.get()
    assert act is not None
    act.notes["sha256"] = digest
    emit(ReratingExported(subject=row.product.code, rematch_id=row.pk, digest=digest))
    return DossierFile(f"kexin-rerating-{row.product.code}-{row.done_on:%Y%m%d}.pdf", content, digest)
