"""Files that prove certificates: encrypted, versioned, told missing, handed out with a record, forgotten at the end."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.keystore import KeyForgotten, customer_keys
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.rekeying import places_of
from kexin.people import operations as ops
from kexin.people.models import Employee, Qualification, QualificationFile
from kexin.people.operations.evidence_missing import MISSING
from kexin.people.seller_queries import own_seller_file, seller_file
from kexin.people.tests.test_qualifications import authorise, paper
from kexin.people.ui.evidence_upload import new_key
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DAY = dt.timedelta(days=1)
PDF = b"%PDF-1.7\n" + b"Fund practice registration of Lin. " * 300 + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"sheet of a training" * 300
CLOCK = system("clock.documents")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A vault of this test's own."""
    settings.KEXIN_FILES_DIR = tmp_path
    return tmp_path / "documents"


def stored(content: bytes = PDF, name: str = "fund.pdf", media: str = "application/pdf") -> vault.StoredFile:
    writer = vault.Writer(new_key())
    writer.write(content)
    return writer.finish(media_type=media, file_name=name)


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def upload(content: bytes = PDF, name: str = "fund.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_is_kept_encrypted_and_replaced_with_a_reason_but_never_taken_away(bank: Bank, folder: Path) -> None:
    zhou, held = bank.actor("zhou"), paper(bank)
    first = ops.attach_evidence(held, actor=zhou, file=stored())
    assert (first.number, first.sha256, first.change) == (1, hashlib.sha256(PDF).hexdigest(), "")
    assert b"practice" not in (folder / first.stored_as).read_bytes()
    with pytest.raises(RuleViolation) as refusal:
        ops.attach_evidence(held, actor=zhou, file=stored(PDF + b"clear"))
    assert list(refusal.value.fields) == ["change"]
    with pytest.raises(RuleViolation) as refusal:
        ops.attach_evidence(held, actor=zhou, file=stored(), change="同一份")
    assert list(refusal.value.fields) == ["file"]
    ops.attach_evidence(held, actor=zhou, file=stored(PDF + b"clear"), change="原扫描件不清晰")
    (line,) = seller_file(zhou, held.employee_id).certificates
    assert [(each.number, each.change, each.replaced_at is None) for each in line.files] == [
        (2, "原扫描件不清晰", True),
        (1, "", False),
    ]
    row, pieces = ops.download_evidence(first.pk, actor=zhou)
    assert (b"".join(pieces), row.file_name) == (PDF, "fund.pdf")
    entry = AuditEntry.objects.get(operation="people.download_evidence", outcome="done")
    assert (entry.actor_name, entry.subject_id) == ("1004", first.pk)
    assert AuditEntry.objects.filter(operation="people.attach_evidence", outcome="refused").count() == 2


def test_nobody_attaches_for_oneself_and_others_read_as_far_as_they_reach(bank: Bank) -> None:
    held = paper(bank)
    made = ops.attach_evidence(held, actor=bank.actor("zhou"), file=stored())
    with pytest.raises(NotPermitted):
        ops.attach_evidence(held, actor=bank.actor("lin"), file=stored())
    with pytest.raises(NotPermitted):
        ops.download_evidence(made.pk, actor=bank.actor("lin"))
    _row, pieces = ops.download_own_evidence(actor=bank.actor("lin"), file_id=made.pk)
    assert b"".join(pieces) == PDF
    with pytest.raises(NotFound):
        ops.download_own_evidence(actor=bank.actor("sun"), file_id=made.pk)
    assert b"".join(ops.download_evidence(made.pk, actor=bank.actor("wu"))[1]) == PDF
    own = own_seller_file(bank.actor("lin"))
    assert own is not None
    assert own.certificates[0].files[0].pk == made.pk
    Qualification.objects.filter(pk=held.pk).update(employee=bank.employees["zhou"])
    with pytest.raises(RuleViolation):
        ops.attach_evidence(held, actor=bank.actor("zhou"), file=stored(PDF + b"2"), change="x")


def test_the_file_says_what_the_post_asks_for_and_is_not_there(bank: Bank) -> None:
    zhou, lin, today = bank.actor("zhou"), bank.employees["lin"], business_date()

    def codes() -> list[tuple[str, str]]:
        return sorted((each.code, each.level) for each in seller_file(zhou, lin.pk).gaps)

    assert codes() == [("duty_missing", "bad"), ("duty_missing", "bad")]
    authorise(bank, classes=["fund", "gold"])
    held = paper(bank, valid_until=today + 20 * DAY)
    assert codes() == [
        ("authorised_uncertified", "bad"),
        ("duty_missing", "bad"),
        ("ends_soon", "warn"),
        ("file_missing", "warn"),
    ]
    ops.attach_evidence(held, actor=zhou, file=stored())
    paper(bank, kind="bank_wealth", number="W-1", valid_until=None, file=stored(PDF + b"w"))
    training = {"held_on": today, "subject": "适当性", "kinds": ["fund"], "hours": Decimal(15), "evidence": "签到表"}
    ops.record_training(lin, actor=zhou, **training)
    assert codes() == [("ends_soon", "warn"), ("training_file_missing", "warn")]
    Qualification.objects.filter(pk=held.pk).update(valid_until=today - DAY)
    assert ("duty_expired", "bad") in codes()


def test_a_certificate_without_a_file_becomes_work_until_the_file_comes(bank: Bank) -> None:
    today, held = business_date(), paper(bank)
    paper(bank, number="A-2", valid_until=today - DAY)
    assert ops.flag_missing_evidence(actor=CLOCK, today=today + 10 * DAY) == 0
    assert ops.flag_missing_evidence(actor=CLOCK, today=today + 15 * DAY) == 1
    assert ops.flag_missing_evidence(actor=CLOCK, today=today + 16 * DAY) == 0
    item = WorkItem.objects.get(kind=MISSING)
    assert (item.owner_post_id, item.subject_id) == (bank.posts["zhou"].pk, held.pk)
    ops.attach_evidence(held, actor=bank.actor("zhou"), file=stored())
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "done")


def test_files_of_who_left_long_ago_are_forgotten_and_the_lines_stay(
    bank: Bank, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    held, today = paper(bank), business_date()
    made = ops.attach_evidence(held, actor=bank.actor("zhou"), file=stored())
    assert vault.kept([made.stored_as]) == {made.stored_as}
    (place,) = [each for each in places_of("customers") if each.name == "people_qualificationfile files"]
    assert (place.rows(), place.batch(0, 10).stuck) == (1, [])
    assert ops.forget_evidence(actor=CLOCK, today=today) == 0
    Employee.objects.filter(pk=held.employee_id).update(status="left", left_on=today)
    assert ops.forget_evidence(actor=CLOCK, today=today + 4 * 365 * DAY) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert ops.forget_evidence(actor=CLOCK, today=today + 6 * 365 * DAY) == 1
    assert files_in(folder) == []
    with pytest.raises(KeyForgotten):
        customer_keys().aead(made.key_id)
    with pytest.raises(RuleViolation):
        ops.download_evidence(made.pk, actor=bank.actor("zhou"))
    (line,) = seller_file(bank.actor("zhou"), held.employee_id).certificates
    assert line.files[0].removed_on == today + 6 * 365 * DAY


def content_of(answer: Any) -> bytes:
    pieces: Iterator[bytes] = answer.streaming_content
    return b"".join(pieces)


def test_pages_record_with_a_file_attach_replace_and_hand_out(bank: Bank, client_of: ClientOf, folder: Path) -> None:
    zhou, lin = client_of("zhou"), bank.employees["lin"]
    new = reverse("people_new_qualification", args=[lin.pk])
    good = {"kind": "fund", "number": "A-9", "issuer": "协会", "issued_on": "2024-01-02", "evidence": "官网"}
    refused = zhou.post(new, {**good, "file": upload(b"MZ\x90 a program" * 400, "fund.pdf")})
    assert (refused.status_code, Qualification.objects.count(), files_in(folder)) == (422, 0, [])
    assert zhou.post(new, {**good, "number": "", "file": upload()}).status_code == 422
    assert files_in(folder) == []
    assert zhou.post(new, {**good, "file": upload()}).status_code == 302
    row = QualificationFile.objects.get()
    page = zhou.get(reverse("people_seller_file", args=[lin.pk])).content.decode()
    assert "fund.pdf" in page
    attach = reverse("people_attach_certificate", args=[row.qualification_id])
    assert zhou.get(attach).status_code == 200
    assert zhou.post(attach, {"change": "清晰版"}).status_code == 422
    assert zhou.post(attach, {"file": upload(PDF + b"2"), "change": ""}).status_code == 422
    assert len(files_in(folder)) == 1
    assert zhou.post(attach, {"file": upload(PDF + b"2"), "change": "清晰版"}).status_code == 302
    answer = zhou.post(reverse("people_evidence", args=[row.pk]))
    assert (content_of(answer), answer["Content-Type"]) == (PDF, "application/pdf")
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    own = client_of("lin")
    assert "清晰版" in own.get(reverse("people_own_seller_file")).content.decode()
    assert content_of(own.post(reverse("people_own_evidence", args=[row.pk]))) == PDF
    assert own.post(reverse("people_evidence", args=[row.pk])).status_code == 403
    assert own.get(attach).status_code == 403
    assert client_of("mei").get(reverse("people_seller_file", args=[lin.pk])).status_code in (403, 404)
    Qualification.objects.update(issued_on=business_date() - DAY)
    paper(bank, number="A-10")
    listed = zhou.get(reverse("people_qualifications"), {"file": "missing"}).content.decode()
    assert ("A-10" in listed or "林晓雯" in listed, reverse("people_seller_file", args=[lin.pk]) in listed) == (
        True,
        True,
    )
    training = reverse("people_new_training", args=[lin.pk])
    sheet = {"held_on": "2026-01-05", "subject": "适当性", "kinds": ["fund"], "hours": "8", "evidence": "签到表"}
    assert zhou.post(training, {**sheet, "file": upload(PNG, "sheet.png")}).status_code == 302
    assert QualificationFile.objects.get(training__subject="适当性").media_type == "image/png"


def test_the_whole_file_leaves_as_one_document_with_every_checksum(bank: Bank, client_of: ClientOf) -> None:
    held, wu = paper(bank, file=stored()), client_of("wu")
    url = reverse("people_seller_document", args=[held.employee_id])
    assert wu.get(url).status_code == 200
    assert wu.post(url, {"purpose": ""}).status_code == 422
    answer = wu.post(url, {"purpose": "监管现场检查"})
    assert answer.content.startswith(b"%PDF-")
    entry = AuditEntry.objects.get(operation="people.export_seller_file", outcome="done")
    assert entry.arguments["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert entry.arguments["purpose"] == "监管现场检查"
    assert client_of("lin").post(url, {"purpose": "x"}).status_code == 403
