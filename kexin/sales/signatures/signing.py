"""Recording a customer's signature. The door is the gate's own operation; it holds the sale locked and calls this."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.sales.adapters.authority import Certified, NotCertified, authority
from kexin.sales.adapters.timestamp import NotStamped, time_stamper
from kexin.sales.models import Sale, Signature, SignatureDrawing, SignatureStamp
from kexin.sales.signatures.choices import ProofMethod, SignatureKind
from kexin.sales.signatures.drawing import Drawing, read_drawing
from kexin.sales.signatures.rules import SigningFacts, is_reliable, kind_of

FORMAT: Final = "kexin signature 1"
DEVICE_FACTS: Final = ("platform", "browser", "screen", "language", "time_zone", "touch", "device")
LONGEST_FACT: Final = 120
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document as the customer had it open: its kind, number or version, title, and SHA-256 in hexadecimal."""

    kind: str
    version: str
    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How the signer's identity was shown. ``agreement`` names the text in which the customer agreed to sign so."""

    method: ProofMethod
    reference: str = ""
    agreement: str = ""
    session: str = ""
    link: str = ""
    device: Mapping[str, str] = field(default_factory=dict)


def sign(sale: Sale, *, actor: Actor, drawing: str, documents: Sequence[SignedDocument], proof: Proof) -> Signature:
    """Record the signature of the customer who acts, under ``documents``, in the running round of ``sale``.

    ``drawing`` is what the page sent (see ``drawing.py``). Raises NotPermitted for anybody else, RuleViolation for a
    drawing or documents that cannot be signed, Conflict if this round was signed already.
    """
    if actor.customer_id is None or actor.customer_id != sale.customer_id:
        raise NotPermitted(_("Only the customer can take this step, never staff on the customer's behalf."))
    drawn = read_drawing(drawing)
    _check_documents(documents)
    if Signature.objects.filter(sale=sale, round=sale.round).exists():
        raise Conflict(_("You have signed already."))
    made = signature_of(sale, actor=actor, drawn=drawn, documents=documents, proof=proof, at=timezone.now())
    made.save()
    SignatureDrawing.objects.create(signature=made, key_id=sale.customer.party.key_id, strokes=drawn.text)
    if time_stamper().is_local:
        stamp(made)
    return made


def signature_of(
    sale: Sale, *, actor: Actor, drawn: Drawing, documents: Sequence[SignedDocument], proof: Proof, at: dt.datetime
) -> Signature:
    """The signature as it will be kept, not kept yet: the text signed and what certifies it."""
    house, device = authority(), read_device(proof.device)
    manifest = _manifest(sale, at.isoformat(timespec="microseconds"), drawn.digest, documents, proof, device, actor)
    certified = _certified(manifest, sale, at)
    facts = SigningFacts(
        proof.method, bool(proof.reference), certified is not None, house.is_licensed, bool(proof.agreement)
    )
    return Signature(
        sale=sale,
        round=sale.round,
        at=at,
        kind=kind_of(facts),
        reasons=[reason.code for reason in is_reliable(facts).reasons],
        proof=proof.method,
        proof_reference=proof.reference,
        by=actor.name,
        session=proof.session or actor.session,
        link=proof.link,
        device=device,
        device_digest=device_digest(device),
        documents=[asdict(each) for each in documents],
        drawing_digest=drawn.digest,
        manifest=manifest,
        authority=house.name if certified else "",
        certificate=certified.certificate if certified else "",
        certificate_serial=certified.serial if certified else "",
        cms=certified.signature if certified else None,
    )


def stamp(signature: Signature) -> SignatureStamp | None:
    """Stamp the time of a signature; None where the authority gives none at the moment (it is asked again later)."""
    try:
        found = time_stamper().stamp(stamped_digest(signature))
    except NotStamped:
        return None
    row, _new = SignatureStamp.objects.get_or_create(
        signature=signature, defaults={"at": found.at, "authority": found.authority, "token": found.token}
    )
    return row


def stamped_digest(signature: Signature) -> bytes:
    """What a time stamp is made of: the text signed and the certificate signature beside it."""
    return hashlib.sha256(signature.manifest.encode() + bytes(signature.cms or b"")).digest()


def read_device(said: Mapping[str, str]) -> dict[str, str]:
    """The facts of a device that are kept: known names only, short texts only."""
    return {
        name: " ".join(str(said[name]).split())[:LONGEST_FACT]
        for name in DEVICE_FACTS
        if str(said.get(name, "")).strip()
    }


def device_digest(device: Mapping[str, str]) -> str:
    """The fingerprint by which the same device is known again; empty where nothing is known of it."""
    return hashlib.sha256(canonical(dict(device)).encode()).hexdigest() if device else ""


def canonical(value: Any) -> str:
    """The one way to write JSON that is hashed or signed: sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _manifest(
    sale: Sale,
    at: str,
    drawing: str,
    documents: Sequence[SignedDocument],
    proof: Proof,
    device: Mapping[str, str],
    actor: Actor,
) -> str:
    return canonical(
        {
            "format": FORMAT,
            "sale": sale.sale_no,
            "round": sale.round,
            "customer": sale.customer.customer_no,
            "product": sale.product.code,
            "amount": f"{sale.amount:.2f}",
            "currency": sale.currency,
            "at": at,
            "documents": [asdict(each) for each in documents],
            "drawing": drawing,
            "proof": {"method": str(proof.method), "reference": proof.reference, "agreement": proof.agreement},
            "session": proof.session or actor.session,
            "link": proof.link,
            "device": dict(device),
        }
    )


def _certified(manifest: str, sale: Sale, at: Any) -> Certified | None:
    """The certificate signature; None where the authority cannot at the moment: then it is called a simple one."""
    try:
        return authority().sign(
            manifest.encode(), name=sale.customer.customer_no, reference=f"{sale.sale_no}/{sale.round}", at=at
        )
    except NotCertified:
        return None


def _check_documents(documents: Sequence[SignedDocument]) -> None:
    if not documents:
        raise RuleViolation(_("There is nothing to sign yet."))
    if any(not _SHA256.fullmatch(each.sha256) for each in documents):
        raise RuleViolation(_("A document has no fingerprint and cannot be signed."))
    if len({(each.kind, each.version) for each in documents}) != len(documents):
        raise RuleViolation(_("The same document would be signed twice."))


def shown_kind(signature: Signature) -> str:
    """What the signature is called, in the reader's language."""
    return str(SignatureKind(signature.kind).label)
