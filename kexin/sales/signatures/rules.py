"""What a signature may be called, as a pure rule.

Source: Electronic Signature Law of the People's Republic of China (2019), Art. 13 (a signature is reliable if the data
that make it belong to the signatory alone, were under the signatory's control alone when signing, and any later change
of the signature and of the content can be noticed; the parties may agree on conditions of their own), Art. 14 (a
reliable one has the force of a signature by hand), Art. 16 to 18 (certification by a service established by law).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.signatures.choices import ProofMethod, SignatureKind

BASIS: Final = {  # which article each reason rests on
    "not_the_signatorys_alone": "电子签名法 Art. 13(1), 13(2)",
    "proof_not_kept": "电子签名法 Art. 13(1), 13(2)",
    "change_not_noticed": "电子签名法 Art. 13(3), 13(4)",
    "not_licensed": "电子签名法 Art. 13, 16",
}
PROVES_PERSON: Final = frozenset({ProofMethod.APP, ProofMethod.FACE, ProofMethod.COUNTER})


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """What is known of one signature.

    ``proof_kept``: the proof of identity can be asked for again, under a number of its own. ``certified``: a
    certificate issued for this signature binds the drawing and every document. ``licensed``: by a certification service
    established by law. ``agreed``: the customer agreed in writing to this way of signing (Art. 13, second paragraph).
    """

    proof: ProofMethod
    proof_kept: bool
    certified: bool
    licensed: bool
    agreed: bool


def is_reliable(facts: SigningFacts) -> Decision:
    """May it be called a reliable electronic signature? A drawing with a code alone never may, whatever was agreed."""
    decision = ALLOWED
    if facts.proof not in PROVES_PERSON:
        decision &= refused(
            "not_the_signatorys_alone",
            _("A code shows who holds a telephone, not who signs."),
        )
    elif not facts.proof_kept:
        decision &= refused("proof_not_kept", _("The proof of identity cannot be asked for again."))
    if not facts.certified:
        decision &= refused(
            "change_not_noticed",
            _("No certificate binds the signature to what was signed."),
        )
    elif not (facts.licensed or facts.agreed):
        decision &= refused(
            "not_licensed",
            _("The certificate is the institution's own, and the customer did not agree to that."),
        )
    return decision


def kind_of(facts: SigningFacts) -> SignatureKind:
    """What the signature is called, in records and to people."""
    if is_reliable(facts):
        return SignatureKind.RELIABLE
    if facts.certified and facts.proof in PROVES_PERSON and facts.proof_kept:
        return SignatureKind.CERTIFIED
    return SignatureKind.SIMPLE
