"""A visitor without sign-in reads and signs the agreement of a settlement; messages come in the visitor's language."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.models import AuditEntry, Event
from kexin.portal.models import Visitor, VisitorSigning
from kexin.portal.operations.visitor_signing import code_shown
from kexin.portal.tasks import send_signing_code, send_visitor_code, tell_visitor
from kexin.portal.tests.conftest import Phone
from kexin.portal.tests.test_settlements import pay, text_of
from kexin.portal.tests.test_visitors import SAID, proved
from kexin.sales.tests.test_signature_rules import drawn
from kexin.service.complaints import settling
from kexin.service.models import Complaint, Settlement, SettlementSignature
from tests.complaint_people import hire_officers

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("dossier")]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the carriers were given."""
    from kexin.engagement.messages.adapters.outbox import Outbox

    found: list[Any] = []
    send = Outbox.send
    monkeypatch.setattr(Outbox, "send", lambda self, letter: (found.append(letter), send(self, letter))[1])
    return found


def settled_for(bank: Any, phone: Phone, contact: str) -> tuple[Complaint, str]:
    """A visitor's complaint with an approved settlement, and its address."""
    proved(phone, contact)
    phone.post("/complain/new/", SAID)
    row = Complaint.objects.get()
    settling.propose_settlement(row, actor=bank.actor("ning"), amount=Decimal("300"), terms="补偿三百元交通费")
    address = f"/complain/{row.pk}/"
    assert "补偿三百元" not in phone.get(address).content.decode()
    assert phone.post(f"{address}agreement/").status_code == 404
    assert phone.get(f"{address}sign/").headers["Location"] == address
    settling.approve_settlement(row, actor=bank.actor("bai"), approve=True)
    return row, address


def test_read_confirmed_by_a_code_of_its_own_and_signed(bank: Any, phone: Phone, letters: list[Any]) -> None:
    hire_officers(bank)
    row, address = settled_for(bank, phone, "13900001111")
    assert "补偿三百元" in phone.get(address).content.decode()
    read = phone.post(f"{address}agreement/").content
    page = phone.get(f"{address}sign/").content.decode()
    assert ("Send me the code" in page, "data-drawing" in page) == (True, False)
    said = {"agreed": "1", "drawing": drawn()}
    assert phone.post(f"{address}sign/", {**said, "code": "000000"}).status_code == 422  # none was asked for
    assert phone.post(f"{address}sign/code/").headers["Location"] == f"{address}sign/"
    early = phone.post(f"{address}sign/code/")
    assert (early.status_code, "a moment ago" in early.content.decode()) == (422, True)
    signing = VisitorSigning.objects.get()
    code = code_shown(signing)
    assert signing.agreement_sha256 == hashlib.sha256(read).hexdigest()
    send_signing_code(signing_id=signing.pk)
    assert (letters[-1].address, code in letters[-1].body, row.complaint_no in letters[-1].body) == (
        "13900001111", True, True,
    )  # fmt: skip
    signing.refresh_from_db()
    assert signing.sealed_code is None
    assert "data-drawing" in phone.get(f"{address}sign/").content.decode()
    wrong = "111111" if code != "111111" else "222222"
    assert phone.post(f"{address}sign/", {**said, "code": wrong}).status_code == 422
    for lacking in ({"drawing": drawn(), "code": code}, {"agreed": "1", "drawing": "", "code": code}):
        assert phone.post(f"{address}sign/", lacking).status_code == 422
    assert not SettlementSignature.objects.exists()
    assert phone.post(f"{address}sign/", {**said, "code": code}).headers["Location"] == address
    hand, made = SettlementSignature.objects.get(), Settlement.objects.get()
    assert (made.state, made.signed_way, hand.kind, hand.proof) == ("signed", "portal", "simple", "code")
    assert (hand.proof_reference, hand.session) == (f"code.{signing.pk}", f"visit.{Visitor.objects.get().pk}")
    assert hand.agreement_sha256 == hashlib.sha256(read).hexdigest()
    signing.refresh_from_db()
    assert signing.used_at is not None
    assert signing.attempts == 1
    signed = text_of(phone.post(f"{address}agreement/").content)
    assert all(each in signed for each in ("王芳", "139****1111", hand.agreement_sha256, hand.drawing_digest))
    assert "You signed on" in phone.get(address).content.decode()
    assert phone.get(f"{address}sign/").headers["Location"] == address
    assert AuditEntry.objects.filter(operation="portal.sign_as_visitor", outcome="done").count() >= 1
    assert AuditEntry.objects.filter(operation="portal.read_agreement_as_visitor", outcome="done").count() == 2
    assert Event.objects.filter(name="service.SettlementAgreed", subject=row.complaint_no).count() == 1
    assert pay(bank, row).state == "paid"


def test_a_code_ends_with_time_with_wrong_digits_and_is_for_one_visit(bank: Any, phone: Phone) -> None:
    hire_officers(bank)
    row, address = settled_for(bank, phone, "13900001111")
    phone.post(f"{address}sign/code/")
    signing = VisitorSigning.objects.get()
    said = {"agreed": "1", "drawing": drawn(), "code": code_shown(signing)}
    stranger = Phone()
    proved(stranger, "13700002222")
    for way in ("agreement/", "sign/code/", "sign/"):
        assert stranger.post(f"{address}{way}", said).status_code == 404
    VisitorSigning.objects.update(made_at=timezone.now() - dt.timedelta(minutes=3))
    Visitor.objects.update(made_at=timezone.now() - dt.timedelta(minutes=3))
    second = Phone()
    proved(second, "13900001111")  # another visit of the same person: the code is not for it
    assert second.post(f"{address}sign/", said).status_code == 422
    VisitorSigning.objects.update(code_ends_at=timezone.now())
    late = phone.post(f"{address}sign/", said)
    assert (late.status_code, "expired" in late.content.decode()) == (422, True)
    phone.post(f"{address}sign/code/")
    newest = VisitorSigning.objects.latest("pk")
    right = code_shown(newest)
    wrong = "111111" if right != "111111" else "222222"
    for _turn in range(5):
        answer = phone.post(f"{address}sign/", {**said, "code": wrong})
    assert (answer.status_code, "Too many wrong digits" in answer.content.decode()) == (422, True)
    assert phone.post(f"{address}sign/", {**said, "code": right}).status_code == 422
    assert not SettlementSignature.objects.exists()
    assert Settlement.objects.get(complaint=row).state == "approved"


def test_codes_confirmations_and_the_agreement_are_in_the_visitors_language(
    bank: Any, phone: Phone, letters: list[Any]
) -> None:
    hire_officers(bank)
    row, address = settled_for(bank, phone, "wang.fang@example.com")
    visitor = Visitor.objects.get()
    assert (visitor.language, row.complainant_language, Settlement.objects.get().language) == ("en", "en", "en")
    assert "Settlement agreement" in text_of(phone.post(f"{address}agreement/").content)
    tell_visitor(visitor_id=visitor.pk, what="received", number=row.complaint_no)
    assert (letters[-1].subject_line, row.complaint_no in letters[-1].body) == ("We have received your complaint", True)
    phone.post(f"{address}sign/code/")
    code = code_shown(VisitorSigning.objects.get())
    send_signing_code(signing_id=VisitorSigning.objects.get().pk)
    assert "is your code to sign the agreement" in letters[-1].body
    assert code not in letters[-1].subject_line
    phone.post(f"{address}sign/", {"agreed": "1", "drawing": drawn(), "code": code})
    assert "Code by e-mail · w***@example.com" in text_of(phone.post(f"{address}agreement/").content)
    tell_visitor(visitor_id=visitor.pk, what="signed", number=row.complaint_no)
    assert "You signed the agreement" in letters[-1].body
    Visitor.objects.update(language="zh-hans")
    tell_visitor(visitor_id=visitor.pk, what="signed", number=row.complaint_no)
    assert letters[-1].subject_line == "您已签署和解协议"
    chinese = Phone("zh-hans")
    chinese.post("/complain/", {"number": "13700002222"})
    newest = Visitor.objects.latest("pk")
    assert newest.language == "zh-hans"
    send_visitor_code(visitor_id=newest.pk)
    assert "验证码" in letters[-1].body
