"""The customer's signature under the texts that were disclosed and the purchase as it was confirmed."""

from __future__ import annotations

import hashlib
import json

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.operation import operation
from kexin.products.models import TextVersion
from kexin.sales.choices import Gate
from kexin.sales.models import Sale, SaleGate
from kexin.sales.operations.approving import ask_for_approval
from kexin.sales.operations.confirming import cooling_end, own
from kexin.sales.operations.passing import pass_gate
from kexin.sales.signatures.signing import Proof, SignedDocument, sign
from kexin.sales.withdrawing.rules import begins_with_signature


@operation("sales.sign_sale", label=_("Sign one's own purchase"))
def sign_sale(sale: Sale | int, *, actor: Actor, drawing: str, proof: Proof) -> Sale:
    """Sign; the gate is passed with the signature's number. Signing again is refused, nothing is done twice.

    ``drawing`` is what the page sent, ``proof`` how the customer showed who signs.
    """
    row = own(sale, actor)
    signature = sign(row, actor=actor, drawing=drawing, documents=documents_of(row), proof=proof)
    evidence = {"signature": signature.pk, "kind": signature.kind, "drawing": signature.drawing_digest}
    pass_gate(row, Gate.SIGNED, actor=actor, evidence=evidence)
    if begins_with_signature(row.product.regime) and (until := cooling_end(row, signature.at)) is not None:
        row.cooling_until = until
        row.save(update_fields=["cooling_until"])
    ask_for_approval(row)
    return row


def documents_of(sale: Sale) -> list[SignedDocument]:
    """What is signed: the texts that were on the page, and the statement the customer confirmed."""
    gates = {each.gate: each for each in SaleGate.objects.filter(sale=sale, round=sale.round)}
    disclosed, confirmed = gates.get(Gate.DISCLOSED), gates.get(Gate.CONFIRMED)
    if disclosed is None or confirmed is None:
        return []
    ids = [each["id"] for each in disclosed.evidence["texts"]]
    versions = TextVersion.objects.filter(pk__in=ids).select_related("text").order_by("pk")
    found = [
        SignedDocument(each.text.kind, f"{each.text_id}/{each.number}", each.text.title, each.sha256)
        for each in versions
    ]
    statement = json.dumps(confirmed.evidence, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(statement.encode()).hexdigest()
    return [*found, SignedDocument("confirmation", f"{sale.sale_no}/{sale.round}", str(_("Confirmation")), digest)]
