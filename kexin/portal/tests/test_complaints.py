"""Complaining on the phone: what is sent stands before staff at once, the case is followed in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import Phone
from kexin.service.complaints import handling, investigating, letters
from kexin.service.complaints.queries import complaint_file
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, ComplaintEvidence, StatutoryReview
from kexin.service.tasks import begin_review
from kexin.service.tests.test_complaint_course import WHOLE, _as
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 200
SAID = {"subject": "存款变保险", "text": "到期才知道买的是保险，要求退回本金", "demand": "退回本金", "amount": "50,000"}


@pytest.fixture
def officers(bank: Any) -> Any:
    return hire_officers(bank)


def stamp(page: Any) -> str:
    found = re.search(r'data-live="/complaints/news/[^"]*" data-version="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def test_complained_on_the_phone_seen_by_staff_at_once_and_followed(
    officers: Any,
    chen: Any,
    phone: Phone,
    invited: str,
    client_of: Callable[..., Client],
    django_assert_max_num_queries: Any,
) -> None:
    ning = client_of("ning")
    before = stamp(ning.get(reverse("complaints:list"), {"state": "unfinished"}))
    assert ning.get(reverse("complaints:news"), {"version": before}).status_code == 204
    phone.enter(invited)
    assert "/complaints/" in phone.get("/home/").content.decode()
    assert "complaining costs nothing" in phone.get("/complaints/").content.decode()
    picture = SimpleUploadedFile("policy.png", PICTURE)
    sent = phone.post("/complaints/new/", {**SAID, "hidden": "1", "file": picture})
    row = Complaint.objects.get()
    assert sent.headers["Location"] == f"/complaints/{row.pk}/"
    assert (row.source, row.channel, row.amount, row.hidden_from_unit) == ("portal", "portal", Decimal(50_000), True)
    assert (row.customer_id, row.officer_post) == (chen.pk, officers.posts["ning"])
    told = ning.get(reverse("complaints:news"), {"version": before, "query": "state=unfinished"})
    assert (told.status_code, "有新来件" in told.content.decode()) == (200, True)
    assert Event.objects.filter(name="service.ComplaintReceived", subject=row.complaint_no).exists()
    assert AuditEntry.objects.filter(operation="service.send_own_complaint", outcome="done").exists()
    with django_assert_max_num_queries(24):
        page = phone.get(f"/complaints/{row.pk}/").content.decode()
    for words in ("We have received your complaint", "The law gives us until", "policy.png", "We promise our result"):
        assert words in page
    assert "Ning" not in page
    assert phone.post(f"/complaints/{row.pk}/write/", {"text": " "}).status_code == 422
    assert phone.post(f"/complaints/{row.pk}/write/", {"text": "保单号 P-1"}).status_code == 302
    assert WorkItem.objects.open().get(kind="service.complaint_words").owner_post_id == officers.posts["ning"].pk
    handling.note_complaint(row, actor=officers.actor("ning"), text="销售录音疑有诱导")
    handling.record_complaint_contact(row, actor=officers.actor("ning"), channel="phone", text="正在核实")
    page = phone.get(f"/complaints/{row.pk}/").content.decode()
    assert ("正在核实" in page, "诱导" in page) == (True, False)
    mine = ComplaintEvidence.objects.get()
    assert b"".join(phone.post(f"/complaints/files/{mine.pk}/").streaming_content) == PICTURE
    case = ning.get(reverse("complaints:complaint", args=[row.pk])).content.decode()
    assert "policy.png" in case
    taken: Any = ning.post(reverse("complaints:file", args=[mine.pk]))
    assert b"".join(taken.streaming_content) == PICTURE
    assert "保单号 P-1" in [each.text for each in complaint_file(officers.actor("ning"), row.pk).entries]


def test_what_staff_keep_is_theirs_and_another_customer_finds_nothing(
    officers: Any, chen: Any, neighbour: Any, phone: Phone, invited: str, client_of: Callable[..., Client]
) -> None:
    phone.enter(invited)
    phone.post("/complaints/new/", SAID)
    row, ning = Complaint.objects.get(), client_of("ning")
    report = SimpleUploadedFile("report.pdf", b"%PDF-1.7 " + b"y" * 99)
    assert ning.post(reverse("complaints:add_file", args=[row.pk]), {"file": report}).status_code == 302
    wrong = ning.post(reverse("complaints:add_file", args=[row.pk]), {})
    assert (wrong.status_code, "请选择文件" in wrong.content.decode()) == (422, True)
    ours = ComplaintEvidence.objects.get()
    assert phone.post(f"/complaints/files/{ours.pk}/").status_code == 404
    assert "report.pdf" not in phone.get(f"/complaints/{row.pk}/").content.decode()
    other = Phone()
    other.enter(invite_customer(neighbour, actor=officers.actor("lin"), purpose="look", delivery="qr").address)
    assert other.get(f"/complaints/{row.pk}/").status_code == 404
    assert other.post(f"/complaints/{row.pk}/write/", {"text": "x"}).status_code == 404


def test_withdrawn_on_the_phone_it_ends_the_same_day(officers: Any, chen: Any, phone: Phone, invited: str) -> None:
    phone.enter(invited)
    phone.post("/complaints/new/", SAID)
    row = Complaint.objects.get()
    assert "Withdraw it" in phone.get(f"/complaints/{row.pk}/").content.decode()
    assert phone.post(f"/complaints/{row.pk}/withdraw/", {"why": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.closed_at is None) == ("withdrawn", False)
    assert not WorkItem.objects.open().filter(kind="service.complaint_clock").exists()
    page = phone.get(f"/complaints/{row.pk}/").content.decode()
    assert ("You withdrew this complaint" in page, "Withdraw it" in page) == (True, False)
    assert phone.post(f"/complaints/{row.pk}/withdraw/", {"why": ""}).status_code == 422


def _answered(bank: Any, row: Any) -> None:
    """Investigated and answered, so that one officer is left who may review it."""
    ning, wu = bank.actor("ning"), bank.actor("wu")
    investigating.assign_investigator(row, actor=ning, post_id=bank.posts["wu"].pk)
    investigating.report_findings(row, actor=wu, findings="属实")
    letters.draft_reply(row, actor=wu.__class__(**{**_as(wu), "grants": ning.grants}), **WHOLE)
    letters.submit_reply(row, actor=ning)
    letters.review_reply(row, actor=ning, approve=True)
    letters.deliver_reply(row, actor=bank.actor("sun"), way="person", proof="客户签收单")


def test_the_answer_is_read_not_accepted_and_the_upper_unit_asked(
    officers: Any, chen: Any, phone: Phone, invited: str
) -> None:
    data = ComplaintData(
        triage="complaint", source="hotline", channel="phone", subject="存款变保险", text="到期才知道买的是保险",
        subject_kind="staff", accused=("1001",),
    )  # fmt: skip
    row = receive_complaint(data, actor=officers.actor("sun"), customer=chen)
    phone.enter(invited)
    page = phone.get(f"/complaints/{row.pk}/").content.decode()
    assert ("Read our answer" in page, "Do you accept" in page, "upper unit" in page) == (False, False, False)
    assert phone.post(f"/complaints/{row.pk}/letter/").status_code == 404
    assert phone.post(f"/complaints/{row.pk}/confirm/", {"agreed": "1"}).status_code == 422
    _answered(officers, row)
    page = phone.get(f"/complaints/{row.pk}/").content.decode()
    assert ("Read our answer" in page, "Do you accept" in page, "upper unit" in page) == (True, True, True)
    assert phone.post(f"/complaints/{row.pk}/letter/").content.startswith(b"%PDF")
    assert phone.post(f"/complaints/{row.pk}/confirm/", {"agreed": "0", "word": "没有退本金"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.word) == ("closed", "disputed")
    assert phone.post(f"/complaints/{row.pk}/review/", {"reason": " "}).status_code == 422
    assert phone.post(f"/complaints/{row.pk}/review/", {"reason": "录音没有听"}).status_code == 302
    assert "upper unit" not in phone.get(f"/complaints/{row.pk}/").content.decode()
    assert phone.post(f"/complaints/{row.pk}/review/", {"reason": "录音没有听"}).status_code == 422
    entry = row.entries.get(step="review")
    for _twice in range(2):
        begin_review(entry_id=entry.pk)
    review = StatutoryReview.objects.get(complaint=row)
    assert (review.result, review.asked_at, review.unit) == ("", entry.at, officers.units["head"])
    assert "upper unit" not in phone.get(f"/complaints/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"subject": " "}, "Say in a few words"),
        ({"text": ""}, "Write down what was said"),
        ({"text": "长" * 4001}, "4,?000"),
        ({"amount": "a lot"}, "This is not an amount"),
        ({"amount": "1.234"}, "This is not an amount"),
        ({"sale_no": "S-404"}, "No such sale"),
        ({"file": ("run.png", b"MZ" + b"x" * 200)}, "Only these kinds of files"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    officers: Any, chen: Any, phone: Phone, invited: str, wrong: dict[str, Any], words: str
) -> None:
    phone.enter(invited)
    given = {name: SimpleUploadedFile(*each) if isinstance(each, tuple) else each for name, each in wrong.items()}
    answer = phone.post("/complaints/new/", {**SAID, **given})
    assert answer.status_code == 422
    assert re.search(words, answer.content.decode())
    assert not Complaint.objects.exists()
