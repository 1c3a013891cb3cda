"""Requests at the desk: many at once, prepared words, who else has it open, the board with its lists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from playwright.sync_api import expect

from kexin.service.deskwork.macros import draft_macro, review_macro
from kexin.service.models import ServiceRequest
from kexin.service.requests.closing import tell_result
from kexin.service.requests.opening import open_request
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot

ASKED = ("银行卡在超市刷不了", "手机银行登录不上", "提前还款怎么约", "年费怎么免")


def test_many_at_once_prepared_words_and_the_board(visit: Visit, bank: Any, chen: Any) -> None:
    sun, at = bank.actor("sun"), dt.datetime.now(dt.UTC)
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    rows = [
        open_request(chen, actor=sun, subject=subject, received_at=at - dt.timedelta(hours=30 * n), **told)
        for n, subject in enumerate(ASKED)
    ]
    tell_result(rows[3], actor=sun, result="说明减免条件", solved=True, channel="phone")
    macro = draft_macro(
        actor=bank.actor("zhou"), unit=bank.units["east"], name="已转卡中心", kind="consultation", stage="answer",
        words="{customer}您好，您的问题（{request_no}）已转卡中心，今天内给您回电。", note="已转卡中心",
    )  # fmt: skip
    review_macro(macro, actor=bank.actor("wu"), agree=True)

    agent = visit("sun", "/requests/?state=unfinished&side=owned")
    for box in agent.locator("input[name=pk]").all()[:3]:
        box.check()
    shot(agent, "desk-inbox")
    agent.get_by_role("button", name="内部备注").click()
    agent.locator("[name=text]").fill("系统升级，统一口径答复")
    shot(agent, "desk-many")
    assert_accessible(agent)
    agent.locator("[data-submit]").click()
    settle(agent)
    assert sum(row.notes.count() for row in rows) == 3

    base = agent.url.split("/requests/")[0]
    other = visit("lin", f"/requests/{rows[0].pk}/")
    settle(other)
    agent.goto(f"{base}/requests/{rows[0].pk}/")
    expect(agent.locator(".others b")).to_contain_text("林晓雯")
    shot(agent, "desk-request")
    assert_accessible(agent)
    agent.get_by_role("button", name="查看并使用").click()
    shot(agent, "desk-macro")
    assert_accessible(agent)
    agent.locator("[data-submit]").click()
    settle(agent)
    assert ServiceRequest.objects.get(pk=rows[0].pk).stage == "answer"

    head = visit("zhou", "/service-board/")
    shot(head, "desk-board")
    assert_accessible(head)
    head.set_viewport_size({"width": 390, "height": 844})
    shot(head, "desk-board-390")
    head.get_by_role("link", name="超时").first.click()
    expect(head.locator("table.t tbody tr").first).to_be_visible()
