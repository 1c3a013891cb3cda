"""The customer reads the agreement of a settlement on the phone and signs it by hand; the bank may pay from then on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.test_settlements import settled
from kexin.service.complaints.settling import approve_settlement
from kexin.service.models import Complaint, SettlementSignature
from tests.browser.conftest import assert_accessible
from tests.browser.look import settle
from tests.browser.test_journey_2 import drawn, enter
from tests.browser.test_portal import PortalSite, phone, portal, shot
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
