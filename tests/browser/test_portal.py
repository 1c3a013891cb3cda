"""The customer's own phone beside the staff's screen: invited by a QR code, let in by a code, asked, told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect

from kexin.holdings.models import Holding
from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import PORTAL, last_code
from kexin.products.models import Product
from kexin.sales.models import Order, Sale, Withdrawal
from kexin.suitability.models import AssessmentAnswer, RiskAssessment
from tests.browser.conftest import Site, Visit, assert_accessible
from tests.browser.look import open_context, settle
from tests.scenarios.test_taking_a_purchase_back import answered, handed, private, product, tolerance

__all__ = ["private", "product", "tolerance"]
LOOK = os.environ.get("KEXIN_LOOK", "")


class PortalSite(Site):
    """The portal's process on a port of its own: the same transaction, never at the same moment as the staff's."""

    def __init__(self, staff: Site) -> None:
        with override_settings(**PORTAL):
            super().__init__()
        self._lock = staff._lock
        self._portal, self._app = self._app, self._under_its_settings

    def _under_its_settings(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Called while the lock is held: the settings are the whole process's."""
        with override_settings(**PORTAL):
            return self._portal(environ, start_response)


@pytest.fixture
def portal(site: Site, settings: Any) -> Iterator[PortalSite]:
    with PortalSite(site) as running:
        settings.KEXIN_PORTAL_URL = running.base
        yield running


def phone(chromium: Browser, base: str, theme: str = "light", language: str = "zh", width: str = "390") -> Page:
    context = open_context(chromium, width, language, theme, base, None)
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


def shot(page: Page, name: str) -> None:
    if LOOK:
        Path(LOOK).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(LOOK) / f"{name}.png"), full_page=True)


def test_a_customer_is_invited_answers_alone_and_the_manager_sees_the_result(
    visit: Visit, chromium: Browser, portal: PortalSite, chen: Any
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    staff = visit("lin", f"/customers/{chen.pk}/invite/?purpose=assess")
    shot(staff, "invite")
    assert_accessible(staff)
    staff.get_by_role("button", name="邀请", exact=True).click()
    expect(staff.locator(".invitation-code svg")).to_be_visible()
    shot(staff, "invite-qr")
    assert_accessible(staff)
    staff.locator("details.invitation-address summary").click()
    address = staff.locator("details.invitation-address p").inner_text().strip()

    mine = phone(chromium, portal.base)
    mine.goto(address)
    expect(mine.get_by_label("验证码")).to_be_visible()
    assert "#" not in mine.url
    shot(mine, "code")
    assert_accessible(mine)
    mine.get_by_label("验证码").fill(last_code())
    mine.get_by_role("button", name="下一步").click()
    expect(mine.get_by_role("button", name="开始")).to_be_visible()
    shot(mine, "assessment")
    mine.get_by_role("button", name="开始").click()
    expect(staff.locator("#link-state")).to_contain_text("正在办理")

    for number in range(1, 11):
        expect(mine.get_by_text(f"第 {number} 题，共 10 题")).to_be_visible()
        mine.locator(".portal-pick").nth(2).click()
        if number == 1:
            shot(mine, "question")
            assert_accessible(mine)
            mine.get_by_role("button", name="大字版").click()
            expect(mine.locator("html")).to_have_attribute("data-size", "large")
            shot(mine, "question-large")
            mine.locator(".portal-pick").nth(2).click()
        if number == 4:
            mine.context.set_offline(True)
            mine.get_by_role("button", name="下一题").click()
            expect(mine.locator("[data-waiting]")).to_be_visible()
            shot(mine, "offline")
            mine.context.set_offline(False)
            continue
        mine.get_by_role("button", name="下一题").click()
    expect(mine.get_by_role("heading", name="您的答案")).to_be_visible()
    assert AssessmentAnswer.objects.count() == 10
    shot(mine, "check")
    mine.get_by_role("button", name="提交").click()
    expect(mine.get_by_role("heading", name="测评结果")).to_be_visible()
    shot(mine, "result")
    assert_accessible(mine)
    assert RiskAssessment.objects.get().customer_id == chen.pk
    mine.get_by_role("button", name="English").click()
    expect(mine.get_by_role("heading", name="Your result")).to_be_visible()
    shot(mine, "result-en")
    mine.get_by_role("button", name="Sign out").click()
    expect(mine.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(staff.locator("#link-state")).to_contain_text("客户已退出")

    staff.get_by_role("link", name="回到客户").click()
    settle(staff)
    expect(staff.get_by_text("风险测评已提交").or_(staff.get_by_text("提交风险测评")).first).to_be_visible()
    shot(staff, "customer")

    forwarded = phone(chromium, portal.base, "dark", "en")
    forwarded.goto(address)
    expect(forwarded.get_by_role("heading", name="This link does not open")).to_be_visible()
    shot(forwarded, "closed-en-dark")
    assert_accessible(forwarded)
    for page in (mine, forwarded):
        page.context.close()


def test_holdings_and_documents_in_english_and_the_dark(
    site: Site, chromium: Browser, portal: PortalSite, bank: Any, chen: Any
) -> None:
    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base, "dark", "en")
    mine.emulate_media(color_scheme="dark")
    mine.goto(address)
    mine.get_by_label("Code").fill(last_code())
    mine.get_by_role("button", name="Go on").click()
    expect(mine.get_by_role("heading", name="Your portal")).to_be_visible()
    shot(mine, "home-en-dark")
    assert_accessible(mine)
    for name in ("My holdings", "My documents"):
        mine.get_by_role("link", name=name).click()
        expect(mine.get_by_role("heading", name=name)).to_be_visible()
        assert_accessible(mine)
        shot(mine, f"{name.lower().replace(' ', '-')}-en-dark")
        mine.get_by_role("link", name="Back").click()
    mine.context.close()


def test_a_purchase_is_taken_back_in_the_cooling_off(
    site: Site, chromium: Browser, portal: PortalSite, bank: Any, chen: Any, private: Product
) -> None:
    sale, order = handed(bank, chen, private)
    answered(order.order_no)
    address = invite_customer(chen, actor=bank.actor("lin"), purpose="buy", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.get_by_role("button", name="下一步").click()
    mine.locator(".portal-tiles a", has_text=private.name).click()
    expect(mine.get_by_text("购买已成交")).to_be_visible()
    mine.locator("details.portal-group summary", has_text="撤销该笔购买").click()
    expect(mine.locator("details.portal-group")).to_contain_text("投资冷静期")
    shot(mine, "purchase-cooling-off")
    assert_accessible(mine)
    mine.locator("details.portal-group").get_by_role("button").click()
    expect(mine.get_by_text("正在撤销")).to_be_visible()
    expect(mine.locator("details.portal-group")).to_have_count(0)
    asked = Withdrawal.objects.get()
    assert (asked.sale_id, asked.ground, asked.party, asked.outcome) == (sale.pk, "cooling_off", "customer", "")
    shot(mine, "purchase-being-taken-back")

    cancelling = Order.objects.get(sale=sale, side="cancel")
    Order.objects.filter(pk=cancelling.pk).update(attempts=1)
    answered(cancelling.order_no)
    mine.reload()
    expect(mine.get_by_text("资金退回您的账户")).to_be_visible()
    shot(mine, "purchase-taken-back")
    assert_accessible(mine)
    mine.get_by_role("button", name="English").click()
    expect(mine.get_by_text("You have taken this purchase back.")).to_be_visible()
    assert Sale.objects.get(pk=sale.pk).state == "withdrawn"
    assert not Holding.objects.filter(customer=chen).exists()
    mine.context.close()
