"""An article is written, reviewed by somebody else and found; the phone asks, complains, and is handed to a person."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from kexin.core.actor import system
from kexin.party.models import Customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.service.assistant.learning import learn_assistant
from kexin.service.knowledge.arranging import add_article_category
from kexin.service.models import ArticleVersion, Complaint, Conversation
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot
from tests.complaint_people import hire_officers

__all__ = ["portal"]
BODY = "请立即拨打客服电话挂失，昼夜均可。\n\n- 也可以在手机银行挂失\n- 或到任一网点办理"


def _write(page: Page, category: str, language: str, title: str, body: str, asked: str) -> None:
    page.locator("#id_audience").select_option("customer")
    page.locator("#id_category_id").select_option(category)
    page.locator("#id_language").select_option(language)
    page.locator("#id_title").fill(title)
    page.locator("#id_body").fill(body)
    page.locator("#id_asked").fill(asked)
    page.locator("[data-submit]").click()
    settle(page)


def _ask(page: Page, text: str) -> None:
    page.locator("[name=text]").fill(text)
    page.locator(".talk-ask button").click()
    settle(page)


def _press(page: Page, code: str) -> None:
    page.locator(f".talk-choices [value='{code}']").click()
    settle(page)


def test_written_reviewed_found_asked_complained_and_handed_over(
    visit: Visit, chromium: Browser, portal: PortalSite, bank: Any, chen: Any
) -> None:
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(status="active")
    cards = add_article_category(actor=system("set-up"), name="银行卡", name_en="Cards")
    writer = visit("sun", "/knowledge/new/")
    _write(writer, str(cards.pk), "zh", "银行卡丢失怎么挂失", BODY, "卡丢了怎么办\n卡被偷了\n卡不见了")
    writer.get_by_role("button", name="提交审核").click()
    settle(writer)
    shot(writer, "article-in-review")
    row = ArticleVersion.objects.get()
    assert row.state == "in_review"
    reviewer = visit("wu", f"/article-versions/{row.pk}/review/")
    assert_accessible(reviewer)
    reviewer.locator("#id_decision").select_option("approve")
    reviewer.locator("[data-submit]").click()
    settle(reviewer)
    row.refresh_from_db()
    assert row.state == "approved"
    found = visit("lin", "/knowledge/?find=ka+diu+le")
    expect(found.get_by_role("link", name="银行卡丢失怎么挂失")).to_be_visible()
    assert_accessible(found)
    learn_assistant(actor=system("clock.service"))

    address = invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.locator("button.portal-do").click()
    settle(mine)
    mine.goto(f"{portal.base}/assistant/")
    shot(mine, "assistant-empty")
    assert_accessible(mine)
    _ask(mine, "我的银行卡丢了怎么办")
    expect(mine.locator(".talk-lines .theirs").last).to_contain_text("拨打客服电话")
    expect(mine.locator(".talk-source").last).to_contain_text("银行卡丢失怎么挂失")
    _press(mine, "complain")
    _ask(mine, "挂失电话四十分钟没有人接。我很着急。")
    _press(mine, "skip")
    shot(mine, "assistant-complaint")
    assert_accessible(mine)
    _press(mine, "send")
    case = Complaint.objects.get()
    expect(mine.locator(".talk-lines .theirs").last).to_contain_text(case.complaint_no)
    _press(mine, "status")
    expect(mine.locator(".talk-lines .theirs").last).to_contain_text(case.complaint_no)
    shot(mine, "assistant-status")

    mine.get_by_role("button", name="English").click()
    settle(mine)
    mine.goto(f"{portal.base}/assistant/")
    _ask(mine, "Where is my gold?")
    expect(mine.locator(".talk-lines .theirs").last).to_contain_text("I do not know")
    shot(mine, "assistant-unknown-en")
    assert_accessible(mine)
    mine.get_by_role("button", name="Let a colleague answer").click()
    settle(mine)
    mine.get_by_role("link", name="Go on in the conversation").click()
    settle(mine)
    expect(mine.locator(".bubbles .ours")).to_contain_text("Where is my gold?")

    talk = Conversation.objects.get()
    desk = visit("lin", f"/conversations/{talk.pk}/")
    expect(desk.locator(".bubble").first).to_contain_text("我的银行卡丢了怎么办")
    shot(desk, "handed-over")
    assert_accessible(desk)
    desk.locator("#text").fill("我是林岚。黄金请到柜台查询，我陪您看。")
    desk.locator(".talk-reply .btn-do").click()
    expect(mine.locator(".bubbles .theirs")).to_contain_text("黄金请到柜台查询")
    shot(mine, "answered-390")
    for context in chromium.contexts:  # open pages would go on asking while the portal is taken down
        context.close()
