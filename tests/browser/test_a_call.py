"""A call comes to the agent's screen whatever page is open; it is taken, written down; another is missed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from playwright.sync_api import expect

from kexin.core.actor import system
from kexin.service.coaching.phrases import set_phrase_situations
from kexin.service.models import ArticleCategory, Conversation, PhoneCall
from kexin.service.requests.opening import open_request
from kexin.service.telephony.extensions import assign_extension
from kexin.service.telephony.taking import take_in_call
from kexin.service.tests.test_articles import cards, house, publish  # noqa: F401  fixtures
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.test_portal import shot

HERS, EXCHANGE = "13800005678", system("exchange")


def tell(reference: str, fact: str, number: str = HERS, **more: Any) -> PhoneCall:
    return take_in_call(actor=EXCHANGE, reference=reference, fact=fact, number=number, extension="8001", **more)


def test_it_rings_on_the_screen_and_is_written_down(
    visit: Visit,
    house: Any,  # noqa: F811
    cards: ArticleCategory,  # noqa: F811
    bank: Any,
    chen: Any,
) -> None:
    script = publish(
        house, cards, kind="script", audience="staff", title="先听完，再复述", body="让我先把您说的复述一遍。"
    )
    set_phrase_situations(script.article_id, actor=house.actor("zhou"), situations=["angry"])
    lin = bank.actor("lin")
    open_request(chen, actor=lin, kind="consultation", category="card", channel="branch", subject="换卡进度")
    desk = visit("lin", f"/customers/{chen.pk}/", trouble=(422,))
    assign_extension(actor=bank.actor("zhou"), extension="8001", post_id=bank.posts["lin"].pk)
    desk.evaluate("sessionStorage.clear()")
    desk.reload()
    expect(desk.locator("#calls")).to_be_hidden()
    tell("a", "ringing")
    pop = desk.locator("#calls .call-now")
    expect(pop).to_contain_text("陈秀兰", timeout=8_000)
    expect(pop).to_contain_text("换卡进度")
    shot(desk, "call-rings")
    assert_accessible(desk)
    tell("a", "answered")
    expect(pop).to_contain_text("通话中", timeout=8_000)
    tell("a", "ended", at=None)
    expect(pop).to_contain_text("通话已结束", timeout=8_000)
    pop.get_by_role("link", name="写记录").click()
    card = desk.locator("#phrases-call")
    expect(card.locator("summary")).to_contain_text("先听完")
    card.locator("[name=said]").fill("没有的话")
    expect(card.locator(".phrases-found")).to_contain_text("没有话术")
    card.locator("[name=said]").fill("复述")
    expect(card.locator("summary")).to_have_count(1)
    card.locator("summary").click()
    card.get_by_role("button", name="复制").click()
    expect(card.get_by_role("button", name="已复制")).to_be_visible()
    shot(desk, "call-phrases")
    assert_accessible(desk)
    desk.locator("[name=text]").fill("问换卡进度，已告知周三可取。")
    desk.get_by_role("button", name="写记录").click()
    expect(desk.locator(".form-card .error").first).to_be_visible()
    desk.locator("[name=result]").fill("已告知领取时间")
    desk.locator("[name=reaction]").select_option("content")
    shot(desk, "call-note")
    assert_accessible(desk)
    desk.get_by_role("button", name="写记录").click()
    desk.wait_for_url("**/conversations/*/**")
    expect(desk.locator(".bubble")).to_contain_text("周三可取")
    shot(desk, "call-written-down")
    assert Conversation.objects.get().reaction == "content"
    earlier = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=20)
    tell("b", "ringing", number="02188887777", at=earlier)
    missed = tell("b", "ended", number="02188887777", at=earlier + dt.timedelta(seconds=30))
    for name, width, language, theme in (("390", "390", "zh", "light"), ("en-dark", "1440", "en", "dark")):
        for page, at in (("calls", "/phone-calls/"), ("missed", f"/phone-calls/{missed.pk}/")):
            seen = visit("lin", at, width=width, language=language, theme=theme)
            shot(seen, f"{page}-{name}")
            assert_accessible(seen)
    head = visit("zhou", "/phone-extensions/")
    shot(head, "extensions")
    assert_accessible(head)
    small = visit("lin", "/work-items/", width="390")
    tell("c", "ringing")
    expect(small.locator("#calls .call-now")).to_be_visible(timeout=8_000)
    shot(small, "call-rings-390")
    assert_accessible(small)
