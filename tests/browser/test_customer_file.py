"""The customer page as a manager uses it: a note by keyboard, a number revealed, the course of one account."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.core.models import Event
from kexin.engagement.models import Note
from kexin.holdings.tests.conftest import Ledger
from tests.browser.conftest import Visit, assert_accessible

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def ledger(bank: Any, settings: Any) -> Ledger:
    settings.KEXIN_BUSINESS_DATE = DAY.isoformat()
    return Ledger(bank.units["east"])


def test_a_note_is_written_pinned_and_withdrawn_by_keyboard_and_mouse(visit: Visit, chen: Any) -> None:
    page = visit("lin", f"/customers/{chen.pk}/")
    box = page.get_by_label("写备注")
    expect(box).to_be_visible()
    box.focus()
    page.keyboard.type("下午三点后再打电话")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    line = page.locator("li.ev", has_text="下午三点后再打电话")
    expect(line).to_be_visible()
    expect(box).to_have_value("")
    line.get_by_role("button", name="置顶", exact=True).click()
    pinned = page.locator(".note.pinned", has_text="下午三点后再打电话")
    expect(pinned).to_be_visible()
    assert_accessible(page)
    pinned.get_by_role("button", name="撤回").click()
    page.get_by_role("button", name="继续").click()
    expect(pinned).to_have_count(0)
    expect(page.locator("li.ev", has_text="撤回备注")).to_be_visible()
    assert Note.objects.get().withdrawn_at is not None


def test_a_number_shows_only_after_saying_what_for(visit: Visit, chen: Any, ledger: Ledger) -> None:
    account = ledger.account(chen, balance="1200")
    page = visit("lin", f"/customers/{chen.pk}/?tab=assets")
    shown = page.locator("[data-panel=accounts] .reveal").first
    expect(shown).to_contain_text("**** 0001")
    shown.get_by_role("link", name="查看").click()
    page.get_by_label("用途").select_option("business")
    page.locator("[data-panel=accounts] form.reveal button").click()
    expect(page.locator("[data-panel=accounts] .reveal strong")).to_have_text(str(account.number))
    assert Event.objects.filter(name="holdings.AccountNumberRevealed", customer_id=chen.pk).count() == 1
    assert_accessible(page)


@pytest.mark.parametrize("width", ["1440", "390"])
def test_assets_are_drawn_and_one_account_can_be_chosen(visit: Visit, chen: Any, ledger: Ledger, width: str) -> None:
    current = ledger.account(chen, balance="5000")
    ledger.account(chen, "time_deposit", balance="80000", rate=Decimal("1.75"), matures_on=DAY + dt.timedelta(days=9))
    ledger.state(current, DAY - dt.timedelta(days=400), "3000")
    ledger.state(current, DAY - dt.timedelta(days=40), "5000")
    page = visit("lin", f"/customers/{chen.pk}/", width=width)
    panel = page.locator("[data-panel=assets]")
    expect(panel.locator("[data-chart][data-drawn]")).to_have_count(2)
    expect(panel.get_by_role("link", name="定期存款")).to_be_visible()
    panel.locator("select[name=account]").select_option(str(current.pk))
    expect(panel.locator("select[name=account]")).to_have_value(str(current.pk))
    expect(panel.locator("[data-chart][data-drawn]")).to_have_count(2)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
