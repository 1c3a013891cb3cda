"""The agreement of a settlement on the phone: read, agreed to, signed by hand; nothing is paid before."""

from __future__ import annotations

import hashlib
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from kexin.core import vault
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.party.models import Party
from kexin.portal.tests.conftest import Phone
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier.checking import verify
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.sales.tests.test_signature_rules import drawn
from kexin.service.complaints import settling
from kexin.service.complaints.agreement import agreement_pdf
from kexin.service.complaints.filing import export_complaint_file
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.complaints.signing import sign_own_settlement
from kexin.service.models import Complaint, Settlement, SettlementSignature
from tests.complaint_people import hire_officers

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("dossier")]


@pytest.fixture
def settled(bank: Any, chen: Any) -> Complaint:
    """An approved settlement of Mrs Chen's complaint."""
    return settled_case(bank, chen)


def settled_case(bank: Any, chen: Any) -> Complaint:
    hire_officers(bank)
    data = ComplaintData(
        triage="complaint", source="branch", channel="phone", subject="手续费多收", text="多收了手续费，要求退还"
    )
    row = receive_complaint(data, actor=bank.actor("sun"), customer=chen)
    assert isinstance(row, Complaint)
    settling.propose_settlement(row, actor=bank.actor("ning"), amount=Decimal("300"), terms="退还三百元手续费")
    return row


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\u200b", "")


def attached(content: bytes) -> dict[str, bytes]:
    return {name: files[0] for name, files in PdfReader(io.BytesIO(content)).attachments.items()}


def pay(bank: Any, row: Complaint) -> Settlement:
    return settling.check_settlement_payment(
        row, actor=bank.actor("bai"), paid_on=business_date(), tax=Decimal(0), reference="P1"
    )


def test_read_agreed_and_signed_then_paid(bank: Any, settled: Complaint, phone: Phone, invited: str) -> None:
    phone.enter(invited)
    address = f"/complaints/{settled.pk}/"
    assert "退还三百元" not in phone.get(address).content.decode()
    assert phone.get(f"{address}sign/").headers["Location"] == address
    settling.approve_settlement(settled, actor=bank.actor("bai"), approve=True)
    page = phone.get(address).content.decode()
    assert "退还三百元手续费" in page
    assert "Nothing is paid before you have signed." in page
    assert "Ning" not in page
    read = phone.post(f"{address}agreement/").content
    assert read == agreement_pdf(bank.actor("ning"), settled.pk)[1]
    with pytest.raises(RuleViolation) as refusal:
        pay(bank, settled)
    assert "not signed yet" in str(refusal.value.message)
    assert "data-drawing" in phone.get(f"{address}sign/").content.decode()
    for data in ({"drawing": drawn()}, {"agreed": "1", "drawing": ""}):
        assert phone.post(f"{address}sign/", data).status_code == 422
    assert not SettlementSignature.objects.exists()
    assert phone.post(f"{address}sign/", {"agreed": "1", "drawing": drawn()}).headers["Location"] == address
    made, hand = Settlement.objects.get(), SettlementSignature.objects.get()
    assert (made.state, made.signed_way, made.signed_on) == ("signed", "portal", business_date())
    assert made.agreement_no == f"HJ-{settled.complaint_no}"
    assert hand.agreement_sha256 == hashlib.sha256(read).hexdigest()
    assert json.loads(hand.manifest)["amount"] == "300.00"
    assert (hand.kind, hand.proof) == ("simple", "code")  # a code alone proves no more
    assert hashlib.sha256(str(hand.strokes).encode()).hexdigest() == hand.drawing_digest
    assert Event.objects.filter(name="service.SettlementAgreed", subject=settled.complaint_no).count() == 1
    assert AuditEntry.objects.filter(operation="service.sign_own_settlement", outcome="done").count() == 1
    assert "You signed on" in phone.get(address).content.decode()
    assert phone.get(f"{address}sign/").headers["Location"] == address
    signed = phone.post(f"{address}agreement/").content
    assert signed == agreement_pdf(bank.actor("ning"), settled.pk)[1]
    assert hand.kept is not None
    assert vault.digest_of(hand.kept.stored_as, hand.kept.key_id) == hand.kept.digest
    assert b"".join(vault.read(hand.kept.stored_as, hand.kept.key_id)) == signed  # kept as it is handed out
    assert attached(signed)["agreement.pdf"] == read
    assert json.loads(attached(signed)["signature.json"])["manifest"] == hand.manifest
    assert hand.agreement_sha256 in text_of(signed)
    assert agreement_pdf(bank.actor("ning"), settled.pk)[1] == signed
    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementSignature.objects.update(by="somebody")
    assert pay(bank, settled).state == "paid"
    file = export_complaint_file(settled.pk, actor=bank.actor("ning"), purpose="归档").content
    written = json.dumps(verify(file, LocalAuthority().root()).data, ensure_ascii=False)
    assert hand.agreement_sha256 in written
    assert hand.drawing_digest in written


def test_the_agreement_speaks_the_customers_language(bank: Any, chen: Any, phone: Phone, invited: str) -> None:
    Party.objects.filter(pk=chen.party_id).update(language="en")
    row = settled_case(bank, chen)
    settling.approve_settlement(row, actor=bank.actor("bai"), approve=True)
    assert Settlement.objects.get().language == "en"
    phone.enter(invited)
    address = f"/complaints/{row.pk}/"
    read = text_of(phone.post(f"{address}agreement/").content)
    assert "Settlement agreement" in read
    assert "three hundred yuan only" in read.replace("\n", " ")
    assert "Signed electronically" not in read
    phone.post(f"{address}sign/", {"agreed": "1", "drawing": drawn()})
    signed = text_of(phone.post(f"{address}agreement/").content)
    assert all(words in signed for words in ("Signed electronically", "Code by message", "Simple electronic signature"))


def test_nobody_else_signs(bank: Any, settled: Complaint, phone: Phone, invited: str, neighbour: Any) -> None:
    from kexin.portal.operations import invite_customer

    settling.approve_settlement(settled, actor=bank.actor("bai"), approve=True)
    with pytest.raises(NotPermitted):
        sign_own_settlement(
            actor=bank.actor("ning"), complaint_id=settled.pk, agreed=True, drawing=drawn(),
            proof=Proof(method=ProofMethod.COUNTER),
        )  # fmt: skip
    phone.enter(invite_customer(neighbour, actor=bank.actor("lin"), purpose="look", delivery="qr").address)
    for way in ("", "sign/"):
        assert phone.get(f"/complaints/{settled.pk}/{way}").status_code == 404
    assert phone.post(f"/complaints/{settled.pk}/agreement/").status_code == 404
    assert phone.post(f"/complaints/{settled.pk}/sign/", {"agreed": "1", "drawing": drawn()}).status_code == 404
