"""The complainant signs the agreement of a settlement: on the portal, by an own hand and proof.

What is signed is the agreement as it was read; the version with the signature in it becomes a file of the case.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.sales.adapters.authority import NotCertified, authority
from kexin.sales.signatures.drawing import Drawing, read_drawing
from kexin.sales.signatures.rules import SigningFacts, kind_of
from kexin.sales.signatures.signing import Proof, canonical, read_device
from kexin.service.complaints.agreement import agreement_of, settled_of, to_be_signed, with_signature
from kexin.service.complaints.choices import EvidenceKind, SettlementState, SignedWay
from kexin.service.complaints.events import SettlementAgreed
from kexin.service.complaints.evidence import attach
from kexin.service.complaints.record import step
from kexin.service.models import Complaint, ComplaintEvidence, Settlement, SettlementSignature

FORMAT = "kexin settlement signature 1"
SIGN_OWN, READ_OWN = "service.sign_own_settlement", "service.read_own_agreement"


@dataclass(frozen=True, slots=True)
class OwnSettlement:
    """A settlement as its complainant sees it: the sum, what was agreed, whether it waits for a signature."""

    amount: object
    terms: str
    state: str
    waits: bool
    signature: SettlementSignature | None


def own_settlement(row: Complaint) -> OwnSettlement | None:
    """The approved settlement of one's own case, which the caller has found already; None where there is none."""
    made = settled_of(row)
    if made is None:
        return None
    signed = SettlementSignature.objects.filter(settlement=made).first()
    waits = made.state == SettlementState.APPROVED
    return OwnSettlement(made.amount, str(made.terms or ""), made.state, waits, signed)


@query(READ_OWN, label=_("Read the agreement of one's own settlement"), record="open")
def own_agreement(actor: Actor, pk: int) -> tuple[Complaint, bytes]:
    """The agreement as it is signed. NotFound."""
    row = Complaint.objects.visible_to(actor, READ_OWN).select_related("customer__party").filter(pk=pk).first()
    made = settled_of(row) if row is not None else None
    if row is None or made is None:
        raise NotFound
    return row, agreement_of(row, made)


@operation(SIGN_OWN, label=_("Sign the agreement of one's own settlement"))
def sign_own_settlement(*, actor: Actor, complaint_id: int, agreed: bool, drawing: str, proof: Proof) -> Settlement:
    """Only the customer whose case it is, never staff. What is signed is the agreement as it was read, to the byte."""
    row = Complaint.objects.lock(complaint_id, actor)
    if actor.customer_id is None or actor.customer_id != row.customer_id:
        raise NotPermitted(_("Only the customer can take this step, never staff on the customer's behalf."))
    return sign_agreement(row, actor=actor, agreed=agreed, drawing=drawing, proof=proof)


def sign_agreement(
    row: Complaint, *, actor: Actor, agreed: bool, drawing: str, proof: Proof, code_to: str = ""
) -> Settlement:
    """Inside an operation that knows whose case it is, and holds it locked: the complainant's own signature.

    ``code_to``: where a code went, in part, to be shown in the signed version. RuleViolation where nothing waits.
    """
    made = waiting(row)
    if not agreed:
        raise RuleViolation(fields={"agreed": _("Read the agreement and say that you agree.")})
    drawn, at = read_drawing(drawing), timezone.now()
    read = to_be_signed(row, made)
    hand = _signature(row, made, actor, drawn, hashlib.sha256(read).hexdigest(), proof, at)
    made.agreement_no = f"HJ-{row.complaint_no}"
    hand.kept = _kept(row, with_signature(row, made, hand, drawn, (read, code_to)), actor)
    hand.save(force_insert=True)
    made.state, made.signed_way, made.signed_on = SettlementState.SIGNED, SignedWay.PORTAL, timezone.localdate(at)
    made.save(update_fields=["state", "signed_way", "signed_on", "agreement_no"])
    step(row, "settlement-signed", actor)
    emit(SettlementAgreed(row.customer_id, row.complaint_no, row.pk, paid=False))
    return made


def waiting(row: Complaint) -> Settlement:
    """The approved settlement that waits for a signature, locked. RuleViolation where there is none."""
    made = row.settlements.select_for_update().filter(state=SettlementState.APPROVED).first()
    if made is None:
        raise RuleViolation(_("No approved settlement waits for signature."))
    return made


def _signature(
    row: Complaint, made: Settlement, actor: Actor, drawn: Drawing, sha256: str, proof: Proof, at: dt.datetime
) -> SettlementSignature:
    """The signature, not saved yet: the text signed and what certifies it."""
    house, device = authority(), read_device(proof.device)
    customer_no = row.customer.customer_no if row.customer is not None else ""
    manifest = canonical(
        {
            "format": FORMAT,
            "complaint": row.complaint_no,
            "customer": customer_no,
            "amount": f"{made.amount:.2f}",
            "currency": "CNY",
            "language": made.language,
            "at": at.isoformat(timespec="microseconds"),
            "agreement": sha256,
            "drawing": drawn.digest,
            "proof": {"method": str(proof.method), "reference": proof.reference},
            "session": proof.session,
            "device": dict(device),
        }
    )
    try:
        certified = house.sign(
            manifest.encode(), name=customer_no or row.complaint_no, reference=row.complaint_no, at=at
        )
    except NotCertified:
        certified = None
    facts = SigningFacts(
        proof.method, bool(proof.reference), certified is not None, house.is_licensed, bool(proof.agreement)
    )
    return SettlementSignature(
        settlement=made,
        key_id=made.key_id,
        at=at,
        by=actor.name,
        kind=kind_of(facts),
        proof=proof.method,
        proof_reference=proof.reference,
        session=proof.session,
        device=device,
        agreement_sha256=sha256,
        drawing_digest=drawn.digest,
        strokes=drawn.text,
        manifest=manifest,
        authority=house.name if certified else "",
        certificate=certified.certificate if certified else "",
        certificate_serial=certified.serial if certified else "",
        cms=certified.signature if certified else None,
    )


def _kept(row: Complaint, content: bytes, actor: Actor) -> ComplaintEvidence:
    """The signed version, a file of the case under its key."""
    writer = vault.Writer(row.key_id)
    try:
        writer.write(content)
        stored = writer.finish(media_type="application/pdf", file_name=f"agreement-{row.complaint_no}.pdf")
    except BaseException:
        writer.discard()
        raise
    return attach(row, stored, actor, EvidenceKind.AGREEMENT)
