"""Complaining without sign-in: a number proved by a code, nothing told about whether it is known, limits, own cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.models import AuditEntry
from kexin.portal.models import Visitor
from kexin.portal.operations.visiting import code_of, contact_of
from kexin.portal.rules import read_email, read_mobile
from kexin.portal.tasks import send_visitor_code
from kexin.portal.tests.conftest import Phone
from kexin.portal.tests.test_complaints import _answered as answered
from kexin.service.models import Complaint
from kexin.service.tasks import begin_review
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
SAID = {"name": "王芳", "subject": "排队三小时", "text": "周五下午只开一个窗口，等了三小时没办成业务。"}


@pytest.fixture
def officers(bank: Any) -> Any:
    return hire_officers(bank)


def proved(phone: Phone, number: str) -> None:
    said = {"way": "email", "email": number} if "@" in number else {"number": number}
    answer = phone.post("/complain/", said)
    assert answer.headers["Location"] == "/complain/code/"
    code = code_of(Visitor.objects.latest("pk"))
    assert phone.post("/complain/code/", {"code": code}).headers["Location"] == "/complain/cases/"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("138 0000-1111", "13800001111"), ("+8613800001111", "13800001111"), ("１３８００００１１１１", "13800001111"),
     ("1380000111", ""), ("23800001111", ""), ("138000011112", ""), ("a", ""), ("", "")],
)  # fmt: skip
def test_a_number_as_people_write_it(typed: str, read: str) -> None:
    assert read_mobile(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [(" Wang.Fang@Example.COM ", "wang.fang@example.com"), ("wang@例子.中国", "wang@例子.中国"), ("wang", ""), ("", ""),
     ("wang@", ""), ("a@b.cn\nBcc: c@d.cn", ""), ("x" * 250 + "@b.cn", "")],
)  # fmt: skip
def test_an_address_as_people_write_it(typed: str, read: str) -> None:
    assert read_email(typed) == read


def test_the_code_comes_by_mail_and_the_cases_are_those_of_the_address(
    officers: Any, client_of: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kexin.engagement.messages.adapters.outbox import Outbox

    page = phone.get("/complain/?way=email").content.decode()
    assert ('name="email"' in page, 'name="number"' in page) == (True, False)
    assert "?way=email" in phone.get("/complain/").content.decode()
    wrong = phone.post("/complain/", {"way": "email", "email": "wang"})
    assert (wrong.status_code, "not an e-mail address" in wrong.content.decode()) == (422, True)
    assert phone.post("/complain/", {"way": "email"}).status_code == 422
    letters: list[Any] = []
    assert phone.post("/complain/", {"way": "email", "email": "Wang.Fang@example.com"}).status_code == 302
    visit, send = Visitor.objects.get(), Outbox.send
    code = code_of(visit)
    assert "w***@example.com" in phone.get("/complain/code/").content.decode()
    monkeypatch.setattr(Outbox, "send", lambda self, letter: (letters.append(letter), send(self, letter))[1])
    send_visitor_code(visitor_id=visit.pk)
    (letter,) = letters
    assert (letter.address, code in letter.body, code in letter.subject_line) == ("wang.fang@example.com", True, False)
    assert letter.subject_line
    assert phone.post("/complain/code/", {"code": code}).headers["Location"] == "/complain/cases/"
    phone.post("/complain/new/", SAID)
    row = Complaint.objects.get()
    assert (row.complainant_email, row.complainant_phone, row.phone_token) == ("wang.fang@example.com", None, None)
    assert phone.post("/complain/new/", SAID).headers["Location"] == f"/complain/{row.pk}/"  # the same matter goes on
    row = Complaint.objects.get(state="accepted")
    by_number = Phone()
    proved(by_number, "13900001111")
    assert by_number.get(f"/complain/{row.pk}/").status_code == 404
    Visitor.objects.all().delete()
    again = Phone()
    proved(again, "WANG.FANG@EXAMPLE.COM")
    assert contact_of(Visitor.objects.get()) == "wang.fang@example.com"
    assert "排队三小时" in again.get("/complain/cases/").content.decode()
    shown = client_of("ning").get(f"/complaints/{row.pk}/").content.decode()
    assert "wang.fang@example.com" in shown


def test_every_address_gets_the_same_answer_and_as_few_codes_as_a_number(officers: Any, phone: Phone) -> None:
    said = {"way": "email", "email": "nobody@example.com"}
    assert phone.post("/complain/", said).status_code == 302
    early = phone.post("/complain/", said)
    assert (early.status_code, "a moment ago" in early.content.decode()) == (422, True)
    for _turn in range(4):
        for row in Visitor.objects.all():
            Visitor.objects.filter(pk=row.pk).update(made_at=row.made_at - dt.timedelta(minutes=5))
        assert phone.post("/complain/", said).status_code == 302
    Visitor.objects.update(made_at=Visitor.objects.earliest("pk").made_at)
    limit = phone.post("/complain/", said)
    assert (limit.status_code, "No more codes" in limit.content.decode()) == (422, True)


def test_somebody_not_on_file_complains_follows_adds_and_withdraws(officers: Any, phone: Phone) -> None:
    assert phone.get("/complain/new/").headers["Location"] == "/complain/"
    assert "Complain without signing in" in phone.get("/ended/").content.decode()
    assert phone.post("/complain/", {"number": "123"}).status_code == 422
    proved(phone, "139 0000 1111")
    assert code_of(Visitor.objects.get()) == ""
    wrong = phone.post("/complain/new/", {**SAID, "name": " ", "amount": "x"})
    assert (wrong.status_code, "This is not an amount" in wrong.content.decode()) == (422, True)
    made = phone.post("/complain/new/", SAID)
    row = Complaint.objects.get()
    assert made.headers["Location"] == f"/complain/{row.pk}/"
    assert (row.customer_id, row.source, row.officer_post) == (None, "portal", officers.posts["ning"])
    assert phone.post("/complain/new/", SAID).headers["Location"] == f"/complain/{row.pk}/"  # the same matter goes on
    assert phone.post(f"/complain/{row.pk}/write/", {"text": "当天 15:20 取号 A118"}).status_code == 302
    page = phone.get(f"/complain/{row.pk}/").content.decode()
    assert "A118" in page
    assert "The law gives us until" in page
    stranger = Phone()
    proved(stranger, "13700002222")
    assert stranger.get(f"/complain/{row.pk}/").status_code == 404
    assert stranger.post(f"/complain/{row.pk}/withdraw/").status_code == 404
    again = Phone()
    Visitor.objects.all().delete()
    proved(again, "13900001111")
    assert "排队三小时" in again.get("/complain/cases/").content.decode()
    assert again.post(f"/complain/{row.pk}/withdraw/", {"why": "已解决"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    again.post("/complain/leave/")
    assert again.get("/complain/cases/").headers["Location"] == "/complain/"


def test_the_answer_is_read_and_confirmed_or_reviewed_without_signing_in(officers: Any, phone: Phone) -> None:
    proved(phone, "13900001111")
    for subject, text in (("排队三小时", SAID["text"]), ("少找了钱", "柜台少找我一百元，要求补给我并且道歉。")):
        phone.post("/complain/new/", {**SAID, "subject": subject, "text": text})
    first, second = Complaint.objects.order_by("pk")
    page = phone.get(f"/complain/{first.pk}/").content.decode()
    assert ("Read our answer" in page, "Do you accept" in page, "upper unit" in page) == (False, False, False)
    assert phone.post(f"/complain/{first.pk}/letter/").status_code == 404
    assert phone.post(f"/complain/{first.pk}/confirm/", {"agreed": "1"}).status_code == 422
    for row in (first, second):
        Complaint.objects.filter(pk=row.pk).update(concerned_unit=officers.units["east"])
        row.refresh_from_db()
        answered(officers, row)
    page = phone.get(f"/complain/{first.pk}/").content.decode()
    assert ("Read our answer" in page, "Do you accept" in page, "upper unit" in page) == (True, True, True)
    letter = phone.post(f"/complain/{first.pk}/letter/")
    assert letter.content.startswith(b"%PDF")
    assert "attachment" in letter.headers["Content-Disposition"]
    assert phone.post(f"/complain/{first.pk}/confirm/", {"agreed": "1"}).status_code == 302
    assert phone.post(f"/complain/{second.pk}/review/", {"reason": ""}).status_code == 422
    assert phone.post(f"/complain/{second.pk}/review/", {"reason": "监控没有看"}).status_code == 302
    first.refresh_from_db()
    assert (first.state, first.word) == ("closed", "confirmed")
    begin_review(entry_id=second.entries.get(step="review").pk)
    assert second.reviews.get().result == ""
    stranger = Phone()
    proved(stranger, "13700002222")
    for act in ("letter", "confirm", "review"):
        assert stranger.post(f"/complain/{second.pk}/{act}/", {"reason": "x"}).status_code == 404
    doors = AuditEntry.objects.filter(operation__endswith="as_visitor").values_list("operation", flat=True)
    assert {"portal.read_letter_as_visitor", "portal.confirm_as_visitor"} <= set(doors)


def test_every_number_gets_the_same_answer_and_only_so_many_codes(officers: Any, chen: Any, phone: Phone) -> None:
    known, unknown = Phone(), Phone()
    pages = []
    for each, number in ((known, "13800005678"), (unknown, "13700002222")):  # the first is Mrs Chen's
        answer = each.post("/complain/", {"number": number})
        assert answer.status_code == 302
        pages.append(each.get("/complain/code/").content.decode().count("digits to"))
    assert pages == [1, 1]
    early = phone.post("/complain/", {"number": "13800005678"})
    assert (early.status_code, "a moment ago" in early.content.decode()) == (422, True)
    for turn in range(5):
        answer = known.post("/complain/code/", {"code": "000000" if turn else "abc"})
    assert answer.status_code == 410
    assert Visitor.objects.filter(state="ended").count() == 1
    Visitor.objects.update(made_at=Visitor.objects.earliest("pk").made_at - dt.timedelta(minutes=5))
    first = Visitor.objects.earliest("pk")
    for n in range(28):
        Visitor.objects.create(
            sealed_number=first.sealed_number, number_digest=bytes([n] * 16), code_digest=b"x", digest=f"d{n}",
            code_ends_at=first.code_ends_at, made_at=first.made_at, ends_at=first.ends_at, address=first.address,
        )  # fmt: skip
    limit = phone.post("/complain/", {"number": "13600003333"})
    assert (limit.status_code, "No more codes" in limit.content.decode()) == (422, True)
