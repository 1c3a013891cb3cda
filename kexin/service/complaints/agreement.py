"""The agreement of a settlement 和解协议 as a file to be signed: parties, matter, amount in words, tax, payment.

Like the reply, its PDF/A is made from what is stored whenever it is asked for, the same to the byte, in the language of
the settlement. Signed on the portal, the version with the signature is kept as a file of the case and handed out from
then on. Its sentences are a proposal: an institution has them read by its own lawyers before it uses them.
"""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.listing import listed
from kexin.core.query import query
from kexin.core.typeset import typeset
from kexin.people.models import OrgUnit
from kexin.sales.signatures.drawing import Drawing
from kexin.service.complaints.amounts import amount_in_english, amount_in_words
from kexin.service.complaints.choices import LetterLanguage, Mandate, SettlementState
from kexin.service.complaints.evidence import handed
from kexin.service.complaints.letters import complainant_of
from kexin.service.complaints.queries import VIEW
from kexin.service.models import Complaint, Settlement, SettlementSignature

TEMPLATE = Path(__file__).parents[1] / "typeset" / "agreement.typ"


def settled_of(row: Complaint) -> Settlement | None:
    """The settlement of a case that somebody with authority approved."""
    undecided = (SettlementState.PROPOSED, SettlementState.REFUSED)
    return row.settlements.exclude(state__in=undecided).first()


@query(VIEW, label=_("See complaints"), record="open")
def agreement_pdf(actor: Actor, pk: int) -> tuple[Complaint, bytes]:
    """The agreement as PDF/A, from the approval on. NotFound."""
    row = Complaint.objects.visible_to(actor, VIEW).select_related("customer__party").filter(pk=pk).first()
    made = settled_of(row) if row is not None else None
    if row is None or made is None or made.approved_at is None:
        raise NotFound
    return row, agreement_of(row, made)


def agreement_of(row: Complaint, made: Settlement) -> bytes:
    """What is handed out: signed on the portal, the version that was kept then. RuleViolation where it is no more."""
    hand = SettlementSignature.objects.filter(settlement=made).select_related("kept").first()
    if hand is not None and hand.kept is not None:
        return b"".join(handed(hand.kept)[1])
    return to_be_signed(row, made)


def to_be_signed(row: Complaint, made: Settlement) -> bytes:
    """The agreement as it is read before the signature, the same to the byte each time."""
    assert made.approved_at is not None
    with translation.override(made.language):
        return typeset(TEMPLATE, agreement_data(row, made), made_at=made.approved_at)


def with_signature(
    row: Complaint, made: Settlement, hand: SettlementSignature, drawn: Drawing, shown: tuple[bytes, str]
) -> bytes:
    """The agreement with the signature in it; what was read and the text signed are attached for machines.

    ``shown``: the agreement as it was read, and where a code went, in part (it stands in this file alone).
    """
    with translation.override(made.language):
        data = agreement_data(row, made) | {"signed": _signed(row, hand, drawn, *shown)}
        return typeset(TEMPLATE, data, made_at=hand.at, attaches=True)


def _signed(row: Complaint, hand: SettlementSignature, drawn: Drawing, read: bytes, code_to: str) -> dict[str, Any]:
    at, by_mail = timezone.localtime(hand.at), "@" in code_to
    proof_name = _t("Code by e-mail") if by_mail else str(hand.get_proof_display())
    confirmed = f"{proof_name} · {code_to}" if code_to else proof_name
    proof = {
        "manifest": hand.manifest,
        "authority": hand.authority,
        "certificate": hand.certificate,
        "cms": b64encode(hand.cms).decode() if hand.cms else "",
    }
    return {
        "name": complainant_of(row),
        "at": f"{at:%Y-%m-%d %H:%M:%S} ({at:%z})",
        "day": at.date().isoformat(),
        "svg": drawn.svg,
        "alt": _t("Signature of party A"),
        "title": _t("Signed electronically"),
        "facts": [
            {"label": label, "value": value, "long": long}
            for label, value, long in (
                (_t("Who signed"), complainant_of(row), False),
                (_t("Signed on"), f"{at:%Y-%m-%d %H:%M:%S} ({at:%z})", False),
                (_t("How it was confirmed"), confirmed, False),
                (_t("Kind of signature"), str(hand.get_kind_display()), False),
                (_t("Fingerprint of the agreement (SHA-256)"), hand.agreement_sha256, True),
                (_t("Fingerprint of the drawing (SHA-256)"), hand.drawing_digest, True),
            )
        ],
        "note": _t(
            "The agreement as it was read (agreement.pdf) and the text that was signed (signature.json) are attached to"
            " this file."
        ),
        "read": list(read),
        "proof": json.dumps(proof, ensure_ascii=False, sort_keys=True, indent=1),
    }


def agreement_data(row: Complaint, made: Settlement) -> dict[str, Any]:
    """Everything the agreement says, as text in the language that is on."""
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    assert made.approved_at is not None
    joined = row.joined.filter(closed_at__lte=made.approved_at).order_by("pk")  # what came later is no part of it
    numbers = listed([row.complaint_no, *joined.values_list("complaint_no", flat=True)])
    agent = str(row.representative_name or "") if row.mandate == Mandate.VERIFIED else ""
    institution, received = root.shown_name if root else "", timezone.localtime(row.received_at).date()
    matter = _t("On %(day)s party A complained to party B under number %(numbers)s: %(subject)s") % {
        "day": received.isoformat(), "numbers": numbers, "subject": str(row.subject or ""),
    }  # fmt: skip
    english = made.language == LetterLanguage.ENGLISH
    words = amount_in_english(made.amount) if english else amount_in_words(made.amount)
    payment = _t(
        "Party B pays party A CNY %(amount)s (%(words)s) in one sum, after both have signed, to an account in party A's"
        " own name."
    ) % {"amount": f"{made.amount:,.2f}", "words": words}
    tax = _t(
        "Where the law asks for tax on this payment, party B withholds it, tells party A the amount and pays out the"
        " rest."
    )
    effect = _t(
        "With the payment the matter named above is settled between the parties. Rights that the law lets nobody give"
        " up stay untouched, among them the right to turn to the supervisor. The agreement is made in two copies and"
        " holds from the day both have signed."
    )
    sections = [
        (_t("What is settled"), matter),
        (_t("What was agreed"), str(made.terms or "")),
        (_t("Amount and payment"), payment),
        (_t("Tax note"), tax),
        (_t("Effect of the agreement"), effect),
    ]
    return {
        **({"lang": "en", "region": "gb"} if english else {"lang": "zh", "region": "cn"}),
        "title": _t("Settlement agreement"),
        "number": row.complaint_no,
        "institution": institution,
        "parties": [
            {"label": _t("Party A (complainant)"), "name": complainant_of(row)},
            *([{"label": _t("Represented by (mandate verified)"), "name": agent}] if agent else []),
            {"label": _t("Party B (institution)"), "name": institution},
        ],
        "sections": [{"title": title, "text": text} for title, text in sections],
        "signatures": [_t("Signature of party A"), _t("Seal of party B")],
        "day_label": _t("Day of signature"),
        "signed": None,
    }
