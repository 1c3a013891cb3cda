"""Lin sells at her screen, Mrs Chen reads, confirms and signs on her own phone, Lin hands the order over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kexin.core import policy
from kexin.core.models import PolicyVersion
from kexin.portal.tests.conftest import last_code
from kexin.products.models import Product
from kexin.sales.models import Order, Sale, Signature
from tests.browser.conftest import Site, Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot  # noqa: F401  a fixture among them
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance  # noqa: F401  fixtures


@pytest.fixture
def no_waiting(site: Site) -> None:
    """Nobody waits in a test for the seconds that the risks have to be read."""
    row = PolicyVersion.objects.get(code="sales.sale")
    PolicyVersion.objects.filter(pk=row.pk).update(values={**row.values, "disclosure_seconds": 0})
    policy.forget_cache()


def drawn(page: Page) -> None:
    """A name drawn on the canvas, with the mouse as finger."""
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(12):
        high = box["y"] + box["height"] * (0.3 if step % 2 else 0.7)
        page.mouse.move(box["x"] + 30 + step * (box["width"] - 60) / 12, high, steps=3)
    page.mouse.up()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_purchase_on_two_screens(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,  # noqa: F811
    no_waiting: None,
    chen: Any,
    product: Product,  # noqa: F811
    language: str,
) -> None:
    zh = language == "zh"
    lin = visit("lin", f"/customers/{chen.pk}/sales/new/?product={product.pk}", language=language)
    lin.locator("[name=amount]").fill("50000")
    lin.locator("[name=channel]").select_option("remote")
    shot(lin, f"sale-new-{language}")
    assert_accessible(lin)
    lin.locator("form[data-form] .btn-do, .form-foot .btn-do").first.click()
    expect(lin.locator("ol.steps")).to_be_visible()
    sale = Sale.objects.get()
    shot(lin, f"sale-open-{language}")
    assert_accessible(lin)
    lin.get_by_role("button", name="已告知客户" if zh else "The customer was told").click()
    settle(lin)
    lin.get_by_role("link", name="在客户手机上打开" if zh else "Open on the customer's phone").click()
    settle(lin)
    lin.get_by_role("button", name="邀请" if zh else "Invite", exact=True).click()
    lin.locator("details.invitation-address summary").click()
    address = lin.locator("details.invitation-address p").inner_text().strip()

    mine = phone(chromium, portal.base, language=language)
    mine.goto(address)
    mine.get_by_label("验证码" if zh else "Code").fill(last_code())
    mine.get_by_role("button", name="下一步" if zh else "Go on").click()
    shot(mine, f"purchases-{language}")
    assert_accessible(mine)
    if not zh:  # the disclosure exists in Chinese only: told calmly, nothing to sign
        mine.locator(".portal-tiles a").first.click()
        mine.get_by_role("link", name="Read the risks").click()
        expect(mine.get_by_text("There is no reviewed risk disclosure")).to_be_visible()
        shot(mine, "purchase-no-text-en")
        mine.context.close()
        return
    mine.locator(".portal-tiles a").first.click()
    shot(mine, "purchase")
    assert_accessible(mine)
    mine.get_by_role("link", name="阅读风险揭示").click()
    for code, value in (("deposit", "yes"), ("loss", "maybe"), ("benchmark", "none")):
        mine.locator(f"[name=q-{code}][value={value}]").check()
    mine.get_by_role("button", name="我已阅读并理解风险").click()
    expect(mine.get_by_role("alert").first).to_contain_text("请再读一遍")
    shot(mine, "purchase-risks-wrong")
    assert_accessible(mine)
    mine.locator("[name=q-deposit][value=no]").check()
    mine.get_by_role("button", name="我已阅读并理解风险").click()
    expect(mine.get_by_role("heading", name="确认您的购买")).to_be_visible()
    for code in ("risk", "returns", "suitable", "own_will"):
        mine.locator(f"[name=confirmed][value={code}]").check()
    shot(mine, "purchase-confirm")
    assert_accessible(mine)
    mine.get_by_role("button", name="确认", exact=True).click()
    expect(mine.locator("canvas")).to_be_visible()
    expect(mine.locator("[data-send]")).to_be_disabled()
    drawn(mine)
    shot(mine, "purchase-sign")
    assert_accessible(mine)
    mine.locator("[data-send]").click()
    expect(mine.get_by_text("您的步骤已完成")).to_be_visible()
    shot(mine, "purchase-signed")
    assert Signature.objects.get(sale=sale).kind == "simple"  # a drawing and a code: never called reliable

    lin.goto(f"{lin.url.split('/customers')[0]}/sales/{sale.pk}/")
    lin.get_by_role("button", name="提交委托").click()
    expect(lin.locator(".page-top .chip")).to_have_text("委托处理中")
    shot(lin, "sale-sent")
    assert_accessible(lin)
    assert Order.objects.get().sale_id == sale.pk
    mine.reload()
    expect(mine.get_by_text("委托已提交")).to_be_visible()
    mine.context.close()
