"""The questionnaire at the portal: question by question, resumed, repeated, taken over, changed and confirmed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import Phone, let_pass
from kexin.suitability.assessments.standing import current_assessment
from kexin.suitability.models import AssessmentAnswer, AssessmentSession, RiskAssessment
from kexin.suitability.tests.conftest import young  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_X_PORTAL_SCRIPT": "1"}


@pytest.fixture
def someone(young: Customer) -> Customer:  # noqa: F811
    return young


def enter(bank: Any, customer: Customer, purpose: str = "assess") -> Phone:
    """The customer's phone, inside for this purpose."""
    let_pass(minutes=2)  # codes and sessions of before
    phone = Phone()
    address = invite_customer(customer, actor=bank.actor("lin"), purpose=purpose, delivery="qr").address
    assert phone.enter(address).status_code == 302
    return phone


def begin(phone: Phone) -> str:
    """Begin or go on; the questionnaire's address."""
    answer = phone.post("/assessment/begin/")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def shown(phone: Phone, address: str) -> tuple[str, str]:
    """The code of the question on the page, and the page."""
    page = phone.get(address).content.decode()
    found = re.search(r'name="question" value="([^"]+)"', page)
    return (found[1] if found else ""), page


def answer_all(phone: Phone, address: str, letter: str) -> str:
    """Answer what is asked until nothing is; where one is led then."""
    target = address
    for _question in range(20):
        code, _page = shown(phone, target)
        if not code:
            break
        target = phone.post(f"{address}answer/", {"question": code, "value": letter}).headers["Location"]
    return target


def test_one_question_a_page_until_the_result(bank: Any, someone: Customer) -> None:
    phone = enter(bank, someone)
    address = begin(phone)
    first, page = shown(phone, address)
    assert "Question 1 of 10" in page
    assert "points" not in page.lower()
    assert phone.post(f"{address}answer/", {"question": first, "value": ""}).status_code == 422
    assert phone.post(f"{address}answer/", {"question": "nothing", "value": "a"}).status_code == 404

    for _twice in range(2):  # the network broke after the first
        kept = phone.post(f"{address}answer/", {"question": first, "value": "c"}, **SCRIPT)
        assert "?q=" in kept.json()["next"]
    assert AssessmentAnswer.objects.count() == 1
    assert phone.post(f"{address}answer/", {"question": first, "value": "zz"}, **SCRIPT).status_code == 422
    second, page = shown(phone, address)
    assert second != first
    assert f"?q={first}" in page, "one can go back"

    assert begin(phone) == address, "interrupted, it goes on where it was left"
    assert phone.post(f"{address}submit/").headers["Location"] == address, "not before all is answered"
    assert answer_all(phone, address, "c") == f"{address}check/"
    assert phone.get(f"{address}check/").content.decode().count("?q=") == 10
    for _twice in range(2):
        assert phone.post(f"{address}submit/").headers["Location"] == "/assessment/result/"
    assert RiskAssessment.objects.count() == 1
    assert "C3" in phone.get("/assessment/result/").content.decode()
    assert phone.get(address).headers["Location"] == "/assessment/result/"
    assert current_assessment(someone).grade == 3
    row = AssessmentSession.objects.get()
    assert (row.channel, row.device, row.invited_by) == ("link", "Test phone", "1001")


def test_a_changed_result_is_shown_old_against_new_and_confirmed(bank: Any, someone: Customer) -> None:
    phone = enter(bank, someone)
    answer_all(phone, address := begin(phone), "c")
    phone.post(f"{address}submit/")
    answer_all(phone, address := begin(phone), "b")
    phone.post(f"{address}submit/")
    page = phone.get("/assessment/result/").content.decode()
    assert "C3" in page
    assert "calmer products" in page
    pending = RiskAssessment.objects.latest("pk")
    assert current_assessment(someone).pending_id == pending.pk
    for wrong in ("", "x", "9" * 30, str(pending.pk + 1)):
        assert phone.post("/assessment/confirm/", {"assessment": wrong}).status_code == 404
    for _twice in range(2):
        assert phone.post("/assessment/confirm/", {"assessment": pending.pk}).status_code == 302
    assert current_assessment(someone).pending_id is None
    refused = phone.post("/assessment/begin/")
    assert refused.status_code == 422
    assert "come back tomorrow" in refused.content.decode()


def test_another_device_takes_over_and_the_first_is_told(bank: Any, someone: Customer) -> None:
    first = enter(bank, someone)
    address = begin(first)
    code, _page = shown(first, address)
    second = enter(bank, someone, "look")
    assert begin(second) == address
    answer = first.post(f"{address}answer/", {"question": code, "value": "a"})
    assert answer.status_code == 409
    assert "another device" in answer.content.decode()
    assert not AssessmentAnswer.objects.exists()
    assert begin(first) == address
    assert first.post(f"{address}leave/").headers["Location"] == "/assessment/"
    assert "closed" in first.get(address).content.decode()


def test_nobody_elses_questionnaire_and_no_room_beyond_the_purpose(
    bank: Any, someone: Customer, neighbour: Customer
) -> None:
    phone = enter(bank, someone)
    address = begin(phone)
    stranger = enter(bank, neighbour)
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}check/").status_code == 404
    for path in ("answer", "submit", "leave"):
        assert stranger.post(f"{address}{path}/", {"question": "q1", "value": "a"}).status_code == 404
    assert [phone.get(path).status_code for path in ("/holdings/", "/documents/", "/home/")] == [404, 404, 200]
    assert phone.post("/documents/1/").status_code == 404


def test_insurance_needs_have_their_own_invitation(bank: Any, someone: Customer) -> None:
    phone = enter(bank, someone, "insurance")
    assert "Insurance needs" in phone.get("/assessment/").content.decode()
    address = begin(phone)
    assert AssessmentSession.objects.get(state="open").kind == "insurance_needs"
    assert shown(phone, address)[0]
