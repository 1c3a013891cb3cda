"""The complaint file as one signed document: everything in it, nobody else gets it, any change is noticed."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier.checking import verify
from kexin.service.complaints import handling, paper, settling
from kexin.service.complaints.filing import attach_sale_dossier, export_complaint_file
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import ComplaintEvidence
from tests.complaint_people import hire_officers, signed_copy

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("dossier")]


def test_the_file_is_one_signed_document_and_any_change_is_noticed(bank: Any, chen: Any) -> None:
    hire_officers(bank)
    data = ComplaintData(
        triage="complaint", source="12378", regulator_no="NFRA-7", channel="phone", subject="存款变保险",
        text="到期才知道买的是保险", demand="退回本金",
    )  # fmt: skip
    row, ning = receive_complaint(data, actor=bank.actor("sun"), customer=chen), bank.actor("ning")
    handling.record_complaint_contact(row.pk, actor=ning, channel="phone", text="已联系，正在核实")
    with pytest.raises(RuleViolation) as refusal:
        export_complaint_file(row.pk, actor=ning, purpose=" ")
    assert set(refusal.value.fields) == {"purpose"}
    with pytest.raises(NotPermitted):
        export_complaint_file(row.pk, actor=bank.actor("lin"), purpose="看看")
    with pytest.raises(NotFound):
        attach_sale_dossier(row.pk, actor=ning)  # it is about no sale
    file = export_complaint_file(row.pk, actor=ning, purpose="现场检查")
    assert file.content.startswith(b"%PDF")
    root = LocalAuthority().root()
    assert not verify(file.content, root).findings
    for place in (len(file.content) // 3, len(file.content) - 400):
        changed = bytearray(file.content)
        changed[place] ^= 1
        assert verify(bytes(changed), root).findings
    assert Event.objects.get(name="service.ComplaintFileExported").payload["digest"] == file.digest
    assert AuditEntry.objects.filter(operation="service.export_complaint_file", outcome="done").count() == 1
    found = verify(file.content, root).data
    assert found is not None
    assert {each["code"] for each in found["sections"]} == {"case", "claim", "limits", "course", "result"}


def test_a_settlement_has_its_agreement_and_stands_in_the_file(bank: Any, chen: Any, client_of: Any) -> None:
    hire_officers(bank)
    data = ComplaintData(
        triage="complaint", source="branch", channel="phone", subject="手续费多收", text="多收了手续费"
    )
    row, ning = receive_complaint(data, actor=bank.actor("sun"), customer=chen), bank.actor("ning")
    settling.propose_settlement(row, actor=ning, amount=Decimal("300"), terms="退还三百元")
    client = client_of("ning")
    address = f"/complaints/{row.pk}/agreement.pdf"
    assert client.get(address).status_code == 404
    assert address not in client.get(f"/complaints/{row.pk}/").content.decode()
    settling.approve_settlement(row, actor=bank.actor("bai"), approve=True)
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert address in client.get(f"/complaints/{row.pk}/").content.decode()
    told = {"agreement_no": "HJ-2026-7", "signed_on": business_date(), "reason": "wish"}
    with pytest.raises(RuleViolation) as refusal:
        paper.sign_settlement(row, actor=ning, file_id=0, **told)  # type: ignore[arg-type]
    assert set(refusal.value.fields) == {"file_id"}
    with pytest.raises(RuleViolation) as refusal:
        settling.check_settlement_payment(
            row, actor=bank.actor("bai"), paid_on=business_date(), tax=Decimal(0), reference="P1"
        )
    assert "尚未签署" in str(refusal.value.message)
    copy = signed_copy(client, row.pk)
    paper.sign_settlement(row, actor=ning, file_id=copy, **told)  # type: ignore[arg-type]
    paper.confirm_paper_settlement(row, actor=bank.actor("bai"), approve=True)
    found = verify(export_complaint_file(row.pk, actor=ning, purpose="归档").content, LocalAuthority().root()).data
    written = json.dumps(found, ensure_ascii=False)
    sha256 = hashlib.sha256(b"\x89PNG\r\n\x1a\n" + b"x" * 200).hexdigest()
    assert all(
        each in written
        for each in ("退还三百元", "HJ-2026-7", "300.00", ComplaintEvidence.objects.get().digest, sha256)
    )
