"""Somebody goes on leave and a colleague stands in; late work climbs; a ladder is tried before it is proposed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from kexin.core import frame
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.work_ladder import escalate_work
from kexin.core.workflow import open_work
from kexin.party.models import IdentityDocument
from kexin.party.operations import flag_expiring_documents
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import picture
from tests.personas import Bank

PICTURES = os.environ.get("KEXIN_PICTURES", "")
WIDTHS = pytest.mark.parametrize("width", ["1440", "390"])


def seen(page: Page, name: str, width: str) -> None:
    """The page is accessible and fits; a picture of it where somebody asked for pictures."""
    assert_accessible(page)
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        picture(page, Path(PICTURES) / f"{name}-{width}.png")


@pytest.fixture
def expiring(chen: Any) -> None:
    """Mrs Chen's identity card has five days left."""
    IdentityDocument.objects.filter(party=chen.party).update(expires_on=business_date() + dt.timedelta(days=5))
    flag_expiring_documents(actor=system("clock.documents"), today=business_date())


@WIDTHS
def test_a_colleague_stands_in(bank: Bank, expiring: None, visit: Visit, width: str) -> None:
    lin = visit("lin", "/me/", width=width)
    lin.click("#delegations a")
    lin.wait_for_url("**/me/delegations/new/")
    seen(lin, "name-a-delegate", width)
    lin.select_option("[name=delegate_post]", str(bank.posts["mei"].pk), force=True)
    lin.fill("[name=reason]", "年休假")
    lin.click("[data-submit]")
    lin.wait_for_url("**/me/")
    assert lin.locator("#delegations .entry").count() == 1
    seen(lin, "my-account", width)
    lin.goto(lin.url.replace("/me/", "/"))
    assert "梅雪 代理您的待办" in lin.inner_text("main")
    mei = visit("mei", "/", width=width)
    assert "您正代理 林晓雯 的待办" in mei.inner_text("main")
    assert "代 林晓雯 处理" in mei.inner_text(".item")
    seen(mei, "workbench-of-the-delegate", width)
    mei.goto(mei.url + "work-items/")
    seen(mei, "work-of-the-delegate", width)
    mei.goto(mei.url.replace("work-items/", "me/"))
    mei.click("#delegations form button")
    mei.click("dialog[open] .btn-do, dialog[open] [value=yes], dialog[open] button.danger")
    expect(mei.locator("#delegations .entry")).to_have_count(0)  # the address stays the same: wait for the page itself


@WIDTHS
def test_late_work_stands_with_the_head(bank: Bank, chen: Any, visit: Visit, width: str) -> None:
    token = frame.current.set(frame.Frame(operation="test.open", actor=system("test")))
    try:
        item = open_work(
            "party.document_expiring",
            unit_id=bank.units["east"].pk,  # type: ignore[attr-defined]
            owner_post_id=bank.posts["lin"].pk,  # type: ignore[attr-defined]
            due_at=timezone.now() + dt.timedelta(hours=1),
            customer_id=chen.pk,
            details={"type": "PASSPORT", "expires_on": str(business_date()), "stage": 7},
        )
    finally:
        frame.current.reset(token)
    escalate_work(actor=system("clock.work"), now=item.due_at + dt.timedelta(minutes=1))
    page = visit("zhou", "/", width=width)
    assert "升级给我" in page.inner_text("main")
    seen(page, "workbench-of-the-head", width)
    page.goto(page.url + "work-items/?who=escalated")
    assert "林晓雯" in page.inner_text("main")
    seen(page, "escalated", width)


@WIDTHS
def test_a_ladder_is_tried_before_it_is_proposed(bank: Bank, visit: Visit, width: str) -> None:
    page = visit("gao", "/policies/core.work/propose/", width=width, trouble=(422,))
    ladder = '[{at: "60%", to: [owner]}, {at: "+2 working days", to: [unit_head, compliance_officer]}]'
    page.fill("[name=ladder]", ladder)
    page.fill("[name=reason]", "试行")
    page.click("[name=preview]")
    page.wait_for_selector("#preview")
    assert "超时 2 个工作日 · 升级至客户所属机构负责人、合规专员" in page.inner_text("#preview")
    assert page.input_value("[name=ladder]") == ladder  # nothing was proposed, nothing is lost
    seen(page, "ladder-preview", width)
    page.fill("[name=ladder]", '[{at: "160%", to: [owner]}]')
    page.click("[data-submit]")
    page.wait_for_selector(".form-error, .is-invalid, [aria-invalid=true]")
    assert page.url.endswith("/propose/")
    page.goto(page.url.replace("propose/", ""))
    seen(page, "ladder", width)
