"""The agreement of a settlement on the phone, read and signed by hand: by a customer, and by who is not signed in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from kexin.party.models import Customer
from kexin.portal.models import Visitor, VisitorSigning
from kexin.portal.operations import invite_customer
from kexin.portal.operations.visiting import code_of
from kexin.portal.operations.visitor_signing import code_shown
from kexin.portal.tests.test_settlements import settled
from kexin.service.complaints.settling import approve_settlement, propose_settlement
from kexin.service.models import Complaint, SettlementSignature
from tests.browser.conftest import assert_accessible
from tests.browser.look import settle
from tests.browser.test_journey_2 import drawn, enter
from tests.browser.test_portal import PortalSite, phone, portal, shot
from tests.complaint_people import hire_officers
from tests.personas import Bank

__all__ = ["portal", "settled"]
pytestmark = pytest.mark.xdist_group("dossier")


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_the_agreement_is_read_and_signed_on_the_phone(
    chromium: Browser, portal: PortalSite, bank: Bank, chen: Customer, settled: Complaint, language: str, theme: str
) -> None:
    zh = language == "zh"
    approve_settlement(settled, actor=bank.actor("bai"), approve=True)
    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    page = phone(chromium, portal.base, theme, language)
    enter(page, address, zh)
    page.goto(f"{portal.base}/complaints/{settled.pk}/")
    shot(page, f"settlement-{language}")
    assert_accessible(page)
    with page.expect_download() as handed:
        page.get_by_role("button", name="阅读协议" if zh else "Read the agreement").click()
    assert handed.value.suggested_filename.endswith(".pdf")
    page.get_by_role("link", name="签署协议" if zh else "Sign the agreement").click()
    settle(page)
    shot(page, f"settlement-sign-{language}")
    assert_accessible(page)
    page.get_by_role("checkbox").check()
    drawn(page)
    page.locator("[data-send]").click()
    expect(page).to_have_url(f"{portal.base}/complaints/{settled.pk}/")
    shot(page, f"settlement-signed-{language}")
    assert_accessible(page)
    signature: Any = SettlementSignature.objects.get()
    assert signature.settlement.complaint_id == settled.pk


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_a_visitor_signs_with_a_second_code(
    chromium: Browser, portal: PortalSite, bank: Bank, language: str, theme: str
) -> None:
    zh = language == "zh"
    hire_officers(bank)
    page = phone(chromium, portal.base, theme, language)
    page.goto(f"{portal.base}/complain/?way=email")
    page.locator("[name=email]").fill("wang.fang@example.com")
    page.locator("form.portal-form button").click()
    expect(page.locator("#code")).to_be_visible()
    page.locator("#code").fill(code_of(Visitor.objects.get()))
    page.locator("form.portal-form button").click()
    expect(page).to_have_url(f"{portal.base}/complain/cases/")
    page.goto(f"{portal.base}/complain/new/")
    page.locator("[name=name]").fill("王芳")
    page.locator("[name=subject]").fill("排队三小时" if zh else "Queued for three hours")
    page.locator("[name=text]").fill(
        "周五下午只开一个窗口，等了三小时。" if zh else "One counter only, three hours of waiting."
    )
    page.locator("form.portal-form button").last.click()
    expect(page.locator(".portal-stages")).to_be_visible()
    row = Complaint.objects.get()
    terms = "补偿三百元交通费" if zh else "Three hundred yuan for the way"
    propose_settlement(row, actor=bank.actor("ning"), amount=Decimal("300"), terms=terms)
    approve_settlement(row, actor=bank.actor("bai"), approve=True)
    address = f"{portal.base}/complain/{row.pk}/"
    page.goto(address)
    shot(page, f"visitor-settlement-{language}")
    assert_accessible(page)
    page.get_by_role("link", name="签署协议" if zh else "Sign the agreement").click()
    settle(page)
    shot(page, f"visitor-sign-code-{language}")
    assert_accessible(page)
    page.get_by_role("button", name="发送验证码" if zh else "Send me the code").click()
    expect(page.locator("#code")).to_be_visible()
    settle(page)
    page.locator("#code").fill("abc")
    page.get_by_role("checkbox").check()
    drawn(page)
    page.locator("[data-send]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    settle(page)
    shot(page, f"visitor-sign-{language}")
    assert_accessible(page)
    page.locator("#code").fill(code_shown(VisitorSigning.objects.get()))
    page.get_by_role("checkbox").check()
    drawn(page)
    page.locator("[data-send]").click()
    expect(page).to_have_url(address)
    shot(page, f"visitor-signed-{language}")
    assert_accessible(page)
    signature: Any = SettlementSignature.objects.get()
    assert (signature.settlement.complaint_id, signature.settlement.language) == (row.pk, "zh-hans" if zh else "en")
