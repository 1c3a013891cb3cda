"""A customer writes on the phone, the agent answers at the desk: both see it without a reload."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.service.models import Conversation
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot

__all__ = ["portal"]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 4000


def test_written_on_the_phone_and_answered_live(
    visit: Visit, chromium: Browser, portal: PortalSite, bank: Any, chen: Any
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.locator("button.portal-do").click()
    settle(mine)
    mine.get_by_role("link", name="在线会话").click()
    assert_accessible(mine)
    mine.locator("[name=text]").fill("存单下周到期，可以自动转存吗？")
    mine.locator("[name=file]").set_input_files({"name": "存单.png", "mimeType": "image/png", "buffer": PICTURE})
    mine.locator("button.portal-do").click()
    expect(mine.locator(".bubbles .ours").first).to_contain_text("存单下周到期")
    shot(mine, "talk-390")
    assert_accessible(mine)

    row = Conversation.objects.get()
    desk = visit("lin", "/conversations/?view=mine", trouble=(422,))
    shot(desk, "inbox-empty")
    assert_accessible(desk)
    desk.get_by_role("link", name="陈秀兰").click()
    expect(desk.locator(".bubble").first).to_contain_text("存单下周到期")
    visit("sun", f"/conversations/{row.pk}/")
    expect(desk.locator(".talk-others")).to_contain_text("孙悦")
    desk.locator("#prepared").select_option(label="已收到")
    assert "陈秀兰" in desk.locator("#text").input_value()
    desk.locator("#text").fill("稳赚不赔")
    desk.locator(".talk-reply .btn-do").click()
    expect(desk.locator("[data-wrong]")).to_contain_text("稳赚不赔")
    desk.locator("#text").fill("可以。到期当天自动转存一年，利率按当日挂牌。您也可以在手机银行改约定。")
    desk.locator(".talk-reply .btn-do").click()
    expect(desk.locator(".bubbles .ours")).to_contain_text("到期当天自动转存")
    expect(desk.locator("#text")).to_have_value("")
    expect(mine.locator(".bubbles .theirs")).to_contain_text("到期当天自动转存")
    mine.locator("[name=text]").fill("好的，谢谢！")
    mine.locator("button.portal-do").click()
    expect(desk.locator(".bubbles .theirs").last).to_contain_text("好的，谢谢！")
    shot(desk, "inbox")
    assert_accessible(desk)
    shot(mine, "talk-answered-390")
    for name, width, language, theme in (("390", "390", "zh", "light"), ("en-dark", "1440", "en", "dark")):
        for page, at in (("inbox", "/conversations/?view=all"), ("conversation", f"/conversations/{row.pk}/")):
            seen = visit("lin", at, width=width, language=language, theme=theme)
            shot(seen, f"{page}-{name}")
            assert_accessible(seen)
    assert row.messages.count() == 3
    for context in chromium.contexts:  # open pages would go on asking while the portal is taken down
        context.close()
