"""A request from the telephone to the customer's own word: agent at the desk, manager, customer on the phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.service.models import ServiceRequest
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot

__all__ = ["portal"]


def test_asked_by_telephone_and_on_the_phone_answered_and_confirmed(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,
    bank: Any,
    chen: Any,
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    agent = visit("sun", f"/customers/{chen.pk}/requests/new/")
    agent.locator("[name=category]").select_option("card")
    agent.locator("[name=subject]").fill("银行卡在超市刷不出来")
    agent.locator("[name=text]").fill("昨天傍晚起连续三次被拒，卡面没有破损。")
    shot(agent, "request-form")
    assert_accessible(agent)
    agent.locator("[data-submit]").click()
    settle(agent)
    first = ServiceRequest.objects.get()
    agent.locator("#contact-text").fill("已查到单日限额，请她在手机银行调高。")
    agent.get_by_role("button", name="已告知客户").click()
    settle(agent)
    shot(agent, "request")
    assert_accessible(agent)
    assert first.clocks.get(code="response").state == "met"
    agent.goto(f"{agent.url.split('/requests/')[0]}/requests/{first.pk}/offer/")
    agent.evaluate(
        "pk => document.querySelector('[name=post_id]').tomselect.setValue(String(pk))", bank.posts["lin"].pk
    )
    agent.locator("[name=reason]").fill("她的客户")
    agent.locator("[data-submit]").click()
    settle(agent)

    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.locator("button.portal-do").click()
    settle(mine)
    mine.get_by_role("link", name="咨询与进度").click()
    shot(mine, "own-requests-390")
    assert_accessible(mine)
    mine.get_by_role("link", name="我要咨询").click()
    mine.locator("[name=category]").select_option("loan")
    mine.locator("[name=subject]").fill("提前还贷要带什么")
    shot(mine, "own-request-new-390")
    assert_accessible(mine)
    mine.locator("button.portal-do").click()
    settle(mine)
    own = ServiceRequest.objects.latest("pk")
    assert (own.owner_post, own.mode) == (bank.posts["lin"], "online")
    shot(mine, "own-request-390")
    assert_accessible(mine)

    manager = visit("lin", "/requests/?state=unfinished&side=mine")
    expect(manager.locator("time[data-countdown]").first).to_be_visible()
    shot(manager, "requests")
    assert_accessible(manager)
    manager.goto(f"{manager.url.split('/requests/')[0]}/requests/{first.pk}/")
    manager.get_by_role("button", name="接受", exact=True).click()
    settle(manager)
    manager.goto(f"{manager.url.split('/requests/')[0]}/requests/{own.pk}/result/")
    manager.locator("[name=result]").fill("身份证、借款合同和还款卡；周二下午到网点即可。")
    manager.locator("[data-submit]").click()
    settle(manager)
    shot(manager, "request-told")
    assert_accessible(manager)

    mine.reload()
    expect(mine.get_by_text("周二下午到网点即可")).to_be_visible()
    shot(mine, "own-request-told-390")
    mine.get_by_role("button", name="已解决").click()
    settle(mine)
    assert ServiceRequest.objects.get(pk=own.pk).confirmation == "confirmed"
    assert ServiceRequest.objects.get(pk=first.pk).owner_post == bank.posts["lin"]
    for name, width, language, theme in (("390", "390", "zh", "light"), ("en-dark", "1440", "en", "dark")):
        seen = visit("lin", f"/requests/{first.pk}/", width=width, language=language, theme=theme)
        shot(seen, f"request-{name}")
        assert_accessible(seen)
        inbox = visit("lin", "/requests/?state=unfinished", width=width, language=language, theme=theme)
        shot(inbox, f"requests-{name}")
        assert_accessible(inbox)
    panel = visit("lin", f"/customers/{chen.pk}/?tab=service")
    expect(panel.get_by_role("link", name="银行卡在超市刷不出来")).to_be_visible()
    shot(panel, "requests-panel")
    assert_accessible(panel)
