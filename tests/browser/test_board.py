"""The morning board as a head sees it: figures, parts, another unit, on a wide screen and on a phone."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, stated
from kexin.party.models import Customer
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle

LOOK = os.environ.get("KEXIN_LOOK", "")


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", "1440"), ("en", "dark", "390")])
def test_the_board_is_read_at_a_glance(
    visit: Visit, bank: Any, settings: Any, language: str, theme: str, width: str
) -> None:
    ledger = Ledger(bank.units["east"])
    settings.KEXIN_BUSINESS_DATE = "2026-09-01"
    first, second = another(bank), another(bank, "李静")
    stated(ledger, first, "current", (dt.date(2026, 9, 5), "1000"), (dt.date(2026, 11, 18), "650000.33"))
    stated(ledger, second, "time_deposit", (dt.date(2026, 10, 1), "20000"), (dt.date(2026, 11, 1), "90000.07"))
    Customer.objects.filter(pk__in=[first.pk, second.pk]).update(status="active", admitted_on=dt.date(2026, 9, 1))
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    rebuild()
    page = visit("zhou", "/board/", language=language, theme=theme, width=width)
    expect(page.locator("h1")).to_contain_text({"zh": "晨会看板", "en": "Morning board"}[language])
    expect(page.get_by_text("740,000.40").first).to_be_visible()
    settle(page)
    if LOOK:
        page.wait_for_timeout(800)
        page.screenshot(path=f"{LOOK}/board-{language}-{theme}-{width}.png", full_page=True)
    assert_accessible(page)
    if width == "1440":
        page.emulate_media(media="print")
        assert page.locator(".side").is_hidden()
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page/") == 1  # one page, landscape
        page.emulate_media(media="screen")
        page.get_by_role("link", name="投影").click()
        expect(page.get_by_role("link", name="退出投影")).to_be_visible()
        assert page.locator(".side").is_hidden()
        settle(page)
        if LOOK:
            Path(f"{LOOK}/board.pdf").write_bytes(paper)
            page.screenshot(path=f"{LOOK}/board-projector.png")
        page.get_by_role("link", name="退出投影").click()
        page.locator(".board-figs a").first.click()
        expect(page.locator("h1")).to_contain_text("构成客户")
        expect(page.get_by_text("740,000.40").first).to_be_visible()
        settle(page)
        if LOOK:
            page.screenshot(path=f"{LOOK}/board-list.png", full_page=True)
        assert_accessible(page)
        page.get_by_role("link", name="晨会看板").first.click()
    page.get_by_role("link", name={"zh": "升降级名单", "en": "near the edge"}[language]).click()
    expect(page.locator("h1")).to_contain_text({"zh": "客户等级", "en": "Customer tiers"}[language])
    settle(page)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("zh", "light", "1440"), ("zh", "light", "390"), ("en", "dark", "1440")]
)
def test_the_day_stands_on_the_workbench(
    visit: Visit, bank: Any, settings: Any, language: str, theme: str, width: str
) -> None:
    ledger = Ledger(bank.units["east"])
    settings.KEXIN_BUSINESS_DATE = "2026-09-01"
    near, drop = another(bank), another(bank, "李静")
    stated(ledger, near, "current", (dt.date(2026, 9, 5), "47000"))
    stated(ledger, drop, "current", (dt.date(2026, 9, 5), "60000"), (dt.date(2026, 11, 1), "30000"))
    Customer.objects.filter(pk__in=[near.pk, drop.pk]).update(status="active", admitted_on=dt.date(2026, 9, 1))
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    rebuild()
    page = visit("lin", "/", language=language, theme=theme, width=width)
    expect(page.get_by_role("heading", name={"zh": "临近升级", "en": "Near the next tier"}[language])).to_be_visible()
    expect(page.get_by_text({"zh": "差 3,000.00", "en": "missing"}[language]).first).to_be_visible()
    settle(page)
    if LOOK:
        page.screenshot(path=f"{LOOK}/day-{language}-{theme}-{width}.png", full_page=True)
    assert_accessible(page)
