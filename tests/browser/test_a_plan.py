"""Lin makes a plan, Mrs Chen reads and accepts it on her own phone, and the sale is opened from it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from kexin.core.calendar import business_date
from kexin.portal.tests.conftest import last_code
from kexin.products.models import Product
from kexin.sales.advice.recording import analyse_needs, record_visit
from kexin.sales.models import PlanVersion, Sale
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot  # noqa: F401  a fixture among them
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance  # noqa: F401  fixtures


def test_a_plan_is_made_accepted_on_the_phone_and_becomes_a_sale(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,  # noqa: F811
    bank: Any,
    chen: Any,
    product: Product,  # noqa: F811
) -> None:
    lin = bank.actor("lin")
    record_visit(
        chen, actor=lin, purpose="needs", way="branch", visited_on=business_date(), facts="女儿明年出国读书"
    )  # fmt: skip
    analyse_needs(
        chen, actor=lin, goals=["education", "reserve"], horizon="year", liquidity="month", income="to_500k",
        outgoings="to_200k", cover=["pension"], product_needs="一年内可用的稳健产品", service_needs="每季度见面一次",
    )  # fmt: skip
    staff = visit("lin", f"/customers/{chen.pk}/?tab=advice")
    settle(staff)
    shot(staff, "advice-tab")
    assert_accessible(staff)
    staff.get_by_role("link", name="拟写方案").click()
    for name, text in (
        ("title", "教育金安排"),
        ("starts_on", "2026-03-02"),
        ("ends_on", "2099-03-01"),
        ("content", "每季度检视一次；产品到期前十天提醒；教育金用款前协助换汇。"),
        ("term", "自签约起一年，可随时终止。"),
        ("fees", "服务不收费，产品费用见说明书。"),
        ("risk", "产品不是存款，可能亏损。"),
        ("amount_1", "50000"),
        ("why_1", "期限与用款时间一致"),
    ):
        staff.locator(f"[name={name}]").fill(text)
    staff.evaluate("pk => document.querySelector('[name=product_1]').tomselect.setValue(String(pk))", product.pk)
    shot(staff, "plan-form")
    assert_accessible(staff)
    staff.locator("[data-submit]").click()
    expect(staff.get_by_role("heading", name="教育金安排")).to_be_visible()
    staff.get_by_role("button", name="发送客户").click()
    settle(staff)
    shot(staff, "plan-sent")
    assert_accessible(staff)
    staff.get_by_role("link", name="在客户手机上打开").click()
    settle(staff)
    staff.get_by_role("button", name="邀请", exact=True).click()
    staff.locator("details.invitation-address summary").click()
    address = staff.locator("details.invitation-address p").inner_text().strip()

    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.get_by_role("button", name="下一步").click()
    shot(mine, "portal-plans")
    assert_accessible(mine)
    mine.locator(".portal-tiles a").first.click()
    mine.get_by_role("button", name="接受方案").click()
    expect(mine.get_by_role("alert")).to_be_visible()
    shot(mine, "portal-plan-unticked")
    assert_accessible(mine)
    mine.locator("[name=agreed]").check()
    mine.get_by_role("button", name="接受方案").click()
    expect(mine.get_by_text("您已于")).to_be_visible()
    shot(mine, "portal-plan-accepted")
    assert PlanVersion.objects.get().state == "accepted"
    mine.context.close()

    staff.goto(f"{staff.url.split('/customers')[0]}/plans/{PlanVersion.objects.get().plan_id}/")
    staff.get_by_role("link", name="发起销售").click()
    staff.locator("[name=channel]").select_option("remote")
    shot(staff, "plan-sale")
    assert_accessible(staff)
    staff.locator("[data-submit]").click()
    expect(staff.locator("ol.steps")).to_be_visible()
    sale = Sale.objects.get()
    assert (sale.customer_id, sale.product_id, str(sale.amount)) == (chen.pk, product.pk, "50000.00")
    shot(staff, "plan-sale-open")
    narrow = visit("lin", f"/sales/{sale.pk}/", width="390")
    expect(narrow.locator("ol.steps").get_by_text("客户拜访")).to_be_visible()
    shot(narrow, "plan-sale-390")
    assert_accessible(narrow)
    phone_wide = visit("lin", f"/plans/{PlanVersion.objects.get().plan_id}/", width="390")
    shot(phone_wide, "plan-390")
    assert_accessible(phone_wide)
    dark = visit("lin", f"/plans/{PlanVersion.objects.get().plan_id}/", language="en", theme="dark")
    shot(dark, "plan-en-dark")
    assert_accessible(dark)
