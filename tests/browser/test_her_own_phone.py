"""Journey 5 as far as holdings and consents go: Mrs Chen, her own phone, large type, from the code of the branch.

What a product earned since she holds it and what a deposit pays a year are told apart, a loss is not hidden; she takes
back her consent to text messages with one tap, and her manager sees it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from playwright.sync_api import Browser, expect

from kexin.holdings.tests.conftest import Ledger
from kexin.party.consents.operations import record_consent
from kexin.party.models import Consent, Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from tests.browser.conftest import Site, Visit, assert_accessible
from tests.browser.test_portal import PortalSite, phone, portal, shot  # noqa: F401  fixtures
from tests.complaint_people import hire_officers


def test_she_sees_the_loss_and_withdraws_a_consent(
    visit: Visit,
    site: Site,
    chromium: Browser,
    portal: PortalSite,  # noqa: F811
    bank: Any,
    chen: Any,
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    ledger = Ledger(bank.units["east"])
    today = dt.date.today()
    ledger.account(
        chen, "time_deposit", balance="800000", rate=Decimal("2.75"), matures_on=today + dt.timedelta(days=90)
    )
    wealth = ledger.account(chen, "wealth", balance="474000")
    ledger.holding(wealth, "养老三年 FOF", "500000", "474000", product_class="fund")
    record_consent(chen, actor=bank.actor("lin"), channel="sms", granted=True, source="counter", evidence="同意书 118")

    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.get_by_role("button", name="下一步").click()
    mine.get_by_role("button", name="大字版").click()
    expect(mine.locator("html")).to_have_attribute("data-size", "large")
    shot(mine, "journey5-home-large")
    mine.get_by_role("link", name="我的持有").click()
    fund = mine.locator("li", has_text="养老三年 FOF")
    expect(fund).to_contain_text("持有期")
    expect(fund).to_contain_text("5.2")
    expect(fund).not_to_contain_text("年利率")
    deposit = mine.locator("li", has_text="2.75")
    expect(deposit).to_contain_text("年利率")
    expect(deposit).not_to_contain_text("持有期")
    shot(mine, "journey5-holdings-large")
    assert_accessible(mine)
    mine.get_by_role("link", name="返回").click()

    mine.get_by_role("link", name="我的同意").click()
    shot(mine, "journey5-consents-large")
    assert_accessible(mine)
    mine.get_by_role("button", name="撤回同意 短信").click()
    expect(mine.get_by_role("status")).to_contain_text("短信：从现在起不再向您推荐")
    shot(mine, "journey5-withdrawn-large")
    assert not Consent.objects.filter(customer=chen, channel="sms").latest("id").granted
    mine.get_by_role("button", name="English").click()
    expect(mine.get_by_role("heading", name="My consents")).to_be_visible()
    shot(mine, "journey5-consents-en")

    hire_officers(bank)
    desk = visit("ning", "/complaints/?state=unfinished")
    mine.get_by_role("button", name="中文").click()
    mine.get_by_role("link", name="返回").click()
    mine.get_by_role("link", name="我要投诉").click()
    shot(mine, "journey5-complaints-empty")
    mine.get_by_role("link", name="我要投诉").click()
    mine.get_by_label("简要说明").fill("存款变保险")
    mine.get_by_label("发生了什么").fill("去年到网点续存定期，到期才知道买的是保险，取不出来。")
    mine.get_by_label("您希望怎样解决").fill("退回本金")
    mine.locator("[name=amount]").fill("80,000.5x")
    mine.get_by_role("button", name="提交投诉").click()
    expect(mine.locator(".field-problem")).to_be_visible()
    mine.locator("[name=amount]").fill("80,000")
    shot(mine, "journey5-complaint-new")
    assert_accessible(mine)
    mine.get_by_role("button", name="提交投诉").click()
    expect(mine.get_by_text("法定办理期限")).to_be_visible()
    expect(desk.get_by_text("有新来件")).to_be_visible(timeout=8000)
    desk.get_by_role("link", name="查看", exact=True).click()
    expect(desk.get_by_text("存款变保险")).to_be_visible()
    mine.locator("[name=text]").fill("保单号 P-118，柜员说和存款一样。")
    mine.get_by_role("button", name="发送").click()
    expect(mine.locator(".portal-words", has_text="P-118")).to_be_visible()
    shot(mine, "journey5-complaint-large")
    assert_accessible(mine)
    desk.get_by_text("存款变保险").first.click()
    expect(desk.get_by_text("P-118")).to_be_visible()
    shot(desk, "journey5-complaint-desk")
    assert_accessible(desk)
    mine.get_by_role("button", name="English").click()
    expect(mine.get_by_text("We have received your complaint")).to_be_visible()
    shot(mine, "journey5-complaint-en")

    staff = visit("lin", f"/customers/{chen.pk}/?tab=profile")
    expect(staff.get_by_text("已撤回")).to_be_visible()
    staff.get_by_text("已撤回").scroll_into_view_if_needed()
    shot(staff, "journey5-staff")
    mine.context.close()
