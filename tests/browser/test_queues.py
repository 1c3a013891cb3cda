"""Queues and callers who are not on file, in a browser: proposed, staffed, sent, taken; by keyboard and on a phone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from kexin.core.approval import decide_approval
from kexin.core.models import Approval
from kexin.service.models import RequestQueue, ServiceRequest
from kexin.service.queues.editing import keep_queue_member, set_post_skills
from kexin.service.requests.opening import open_request
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot


def test_a_queue_from_its_proposal_to_the_one_who_takes_a_request(visit: Visit, bank: Any, chen: Any) -> None:
    head = visit("zhou", "/requests/queues/")
    shot(head, "queues-none")
    head.get_by_role("link", name="提议队列").click()
    head.locator("[name=name]").fill("银行卡")
    head.locator("[name=name_en]").fill("Cards")
    head.locator("[name=categories][value=card]").check()
    head.locator("[name=skill_cards]").select_option("1")
    head.locator("[name=reason]").fill("专人办理")
    shot(head, "queue-form")
    assert_accessible(head)
    head.locator("[data-submit]").click()
    settle(head)
    decide_approval(Approval.objects.get(), actor=bank.actor("wu"), approve=True)
    queue = RequestQueue.objects.get()
    zhou = bank.actor("zhou")
    for name in ("lin", "sun", "zhou"):
        keep_queue_member(queue, actor=zhou, post_id=bank.posts[name].pk)
    set_post_skills(bank.posts["lin"], actor=zhou, skills={"cards": 2, "english": 1})
    sun = bank.actor("sun")
    row = open_request(chen, actor=sun, kind="consultation", category="card", channel="phone", subject="银行卡不能取款")

    agent = visit("sun", f"/requests/{row.pk}/queue/")
    agent.locator("[name=reason]").fill("卡片业务")
    agent.locator("[data-submit]").click()
    settle(agent)
    shot(agent, "queue-sent")
    assert_accessible(agent)

    base = head.url.split("/requests/")[0]
    head.goto(f"{base}/requests/queues/")
    shot(head, "queues")
    assert_accessible(head)
    head.goto(f"{base}/requests/queues/{queue.pk}/")
    shot(head, "queue")
    assert_accessible(head)
    head.set_viewport_size({"width": 390, "height": 844})
    shot(head, "queue-390")

    member = visit("lin", f"/requests/queues/{queue.pk}/")
    member.get_by_role("button", name="接受").click()
    settle(member)
    expect(member.locator(".messages, [role=status]").first).to_contain_text("现由您负责")
    assert ServiceRequest.objects.get(pk=row.pk).owner_post == bank.posts["lin"]


def test_a_call_of_somebody_not_on_file(visit: Visit, bank: Any, chen: Any) -> None:
    agent = visit("sun", "/requests/?state=unfinished&side=owned")
    agent.get_by_role("link", name="未建档来电工单").click()
    agent.locator("[name=name]").fill("陈女士")
    agent.locator("[name=phone]").fill("13800005678")
    agent.locator("[name=subject]").fill("开户要带什么")
    shot(agent, "caller-form")
    assert_accessible(agent)
    agent.locator("[data-submit]").click()
    settle(agent)
    shot(agent, "caller-request")
    assert_accessible(agent)
    expect(agent.locator("main")).to_contain_text("未建档")
    agent.set_viewport_size({"width": 390, "height": 844})
    shot(agent, "caller-request-390")
