"""What customers have, what is kept about them, who owes what: the other floors by the interface."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kexin.core.models import AuditEntry
from kexin.holdings.tests.conftest import Ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(bank, chen, settings):
    settings.KEXIN_BUSINESS_DATE = "2026-11-20"
    ledger = Ledger(bank.units["east"])
    account = ledger.account(chen, balance="12500.50")
    for day in (3, 4, 5):
        ledger.book(account, dt.date(2026, 11, day), "100.00")
    return account


def test_accounts_are_masked_and_amounts_exact(browser_of, chen, account):
    (line,) = browser_of("lin")("GET", f"/customers/{chen.pk}/accounts").json()["items"]
    assert line["number"].startswith("****")
    assert line["balance"] == "12500.50"
    assert line["role"] == "owner"
    held = browser_of("lin")("GET", f"/customers/{chen.pk}/holdings").json()
    assert held["totals"] == [{"currency": "CNY", "value": "12500.50"}]


def test_revealing_an_account_number_needs_a_purpose(browser_of, account):
    browser = browser_of("lin")
    path = f"/accounts/{account.pk}/reveal"
    assert browser("POST", path, {"purpose": "curiosity"}).status_code == 422
    assert browser("POST", path, {"purpose": "verify"}).json()["value"] == str(account.number)
    assert AuditEntry.objects.filter(operation="holdings.reveal_account_number", outcome="done").count() == 1


def test_bookings_come_in_pages_newest_first(browser_of, account):
    browser = browser_of("lin")
    first = browser("GET", f"/accounts/{account.pk}/transactions?limit=2").json()
    rest = browser("GET", f"/accounts/{account.pk}/transactions?limit=2&cursor={first['next']}").json()
    days = [line["booked_on"] for line in first["items"] + rest["items"]]
    assert days == ["2026-11-05", "2026-11-04", "2026-11-03"]
    assert rest["next"] is None
    flows = browser("GET", f"/accounts/{account.pk}/flows?months=1").json()["items"]
    assert flows == [{"month": "2026-11-01", "money_in": "300.00", "money_out": "0"}]


def test_a_document_travels_in_and_out_encrypted(browser_of, client_of, chen):
    client, browser = client_of("lin"), browser_of("lin")
    content = b"%PDF-1.7\n" + b"x" * 5000 + b"\n%%EOF\n"
    file = SimpleUploadedFile("开户.pdf", content, "application/pdf")
    path = f"/api/v1/customers/{chen.pk}/documents"
    made = client.post(path, {"file": file, "title": "开户申请书", "category": "contract"})
    assert made.status_code == 201, made.content
    assert made.json()["file_name"] == "开户.pdf"
    twin = SimpleUploadedFile("again.pdf", content, "application/pdf")
    assert client.post(path, {"file": twin, "title": "同一份", "category": "contract"}).status_code == 422
    out = browser("POST", f"/documents/{made.json()['id']}/content")
    assert b"".join(out.streaming_content) == content
    assert out.headers["X-Media-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("content", "form", "field"),
    [
        (b"MZ\x90\x00 no document", {"title": "a", "category": "contract"}, "file"),
        (b"%PDF-1.7\n%%EOF\n", {"title": "", "category": "contract"}, "title"),
        (b"%PDF-1.7\n%%EOF\n", {"title": "a", "category": "no"}, "category"),
        (b"%PDF-1.7\n%%EOF\n", {"title": "a", "category": "contract", "expires_on": "2026-02-31"}, "expires_on"),
    ],
)
def test_a_wrong_upload_is_named_by_field(client_of, chen, content, form, field):
    file = SimpleUploadedFile("a.pdf", content, "application/pdf")
    answer = client_of("lin").post(f"/api/v1/customers/{chen.pk}/documents", {"file": file, **form})
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [field]
    assert client_of("lin").get(f"/api/v1/customers/{chen.pk}/documents").json()["items"] == []


def test_notes_are_changed_by_version(browser_of, chen):
    browser = browser_of("lin")
    note = browser("POST", f"/customers/{chen.pk}/notes", {"text": "喜欢上午来访"})
    path = f"/notes/{note.json()['id']}"
    assert browser("PATCH", path, {"text": "下午"}, If_Match=note.headers["ETag"]).status_code == 200
    assert browser("PATCH", path, {"text": "晚上"}, If_Match=note.headers["ETag"]).status_code == 412
    assert browser_of("zhou")("PATCH", path, {"text": "晚上"}, If_Match="*").status_code == 422
    assert browser("DELETE", path).status_code == 204
    assert browser("GET", f"/customers/{chen.pk}/notes").json()["items"] == []


def test_admission_leads_from_checklist_to_timeline(browser_of, chen):
    browser = browser_of("lin")
    assert browser("POST", f"/customers/{chen.pk}/admission").status_code == 422
    for item in ("identity_verified", "sanctions_screened", "purpose_known", "consent_given", "contact_verified"):
        assert browser("PUT", f"/customers/{chen.pk}/checks/admission/{item}", {"done": True}).status_code == 200
    assert browser("POST", f"/customers/{chen.pk}/admission").json()["status"] == "active"
    events = [fact["event"] for fact in browser("GET", f"/customers/{chen.pk}/timeline").json()["items"]]
    assert events[0] == "party.CustomerAdmitted"
    assert browser("GET", f"/customers/{chen.pk}/history").json()["items"]


def test_a_proposal_waits_for_a_second_person(browser_of, bank):
    values = {"per_hour": 40, "shown_seconds": 20}
    body = {"values": values, "in_force_from": "2099-01-01", "reason": "收紧查看次数"}
    proposed = browser_of("gao")("POST", "/policies/core.reveal/versions", body)
    assert proposed.status_code == 202
    number = proposed.json()["id"]
    own = browser_of("gao")("POST", f"/approvals/{number}/decision", {"approve": True})
    assert own.json()["code"] == "rule-violation"
    waiting = browser_of("wu")("GET", "/approvals").json()["items"]
    assert number in [each["id"] for each in waiting]
    done = browser_of("wu")("POST", f"/approvals/{number}/decision", {"approve": True})
    assert done.json()["status"] == "approved"
    versions = browser_of("wu")("GET", "/policies/core.reveal").json()["versions"]
    assert versions[0]["values"] == values


def test_the_audit_is_read_by_the_auditor_and_pages_by_time(browser_of, chen):
    reader = browser_of("lin")
    for _time in range(55):
        reader("GET", f"/customers/{chen.pk}")
    audit = browser_of("qian")
    first = audit("GET", f"/audit?customer_id={chen.pk}&operation=party.view_customer").json()
    assert len(first["items"]) == 50
    assert {entry["actor"] for entry in first["items"]} == {"1001"}
    query = f"customer_id={chen.pk}&operation=party.view_customer"
    rest = audit("GET", f"/audit?{query}&cursor={first['next'].replace('+', '%2B')}").json()
    assert len(rest["items"]) == 5
    assert reader("GET", "/audit").status_code == 403
